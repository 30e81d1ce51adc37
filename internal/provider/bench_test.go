// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// The provider's part of a plan, call by call, without Terraform: what is left
// is the framework's time and ours. make bench measures the whole.

// fleetSize is how many webhooks a run has. Terraform reads and plans each of
// them once in a run, so each has its turn before the next run begins.
const fleetSize = 200

// member is one webhook of the fleet.
type member struct {
	state object
	plan  *tfprotov6.PlanResourceChangeRequest // with nothing to do
}

// benchFleet measures one call for every webhook of the fleet, run after run.
func benchFleet(b *testing.B, call func(p *protocol, m member)) {
	b.Helper()
	tokens := map[string]string{}
	for i := range fleetSize {
		name := fmt.Sprintf("printer-%d", i)
		tokens[name] = tokenOf(name)
	}
	w := newFixture(b, fakeapi.Options{}, tokens)
	p := w.protocol(tokens)
	var fleet []member
	for name := range tokens {
		arguments := map[string]any{"app_connection": name, "callback_url": urlOne, "event_types": []any{"print_complete", "error"}}
		state := p.created(arguments)
		fleet = append(fleet, member{state, p.planRequest(state, arguments)})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%fleetSize == 0 {
			b.StopTimer()
			p = w.protocol(tokens)
			b.StartTimer()
		}
		call(p, fleet[i%fleetSize])
	}
}

// BenchmarkRead is one webhook's refresh, the call over loopback included.
func BenchmarkRead(b *testing.B) {
	benchFleet(b, func(p *protocol, m member) { p.read(m.state) })
}

// BenchmarkPlanNothingToDo is the plan of a webhook that is as it should be.
func BenchmarkPlanNothingToDo(b *testing.B) {
	benchFleet(b, func(p *protocol, m member) {
		_, err := p.server.PlanResourceChange(b.Context(), m.plan)
		p.must(err)
	})
}
