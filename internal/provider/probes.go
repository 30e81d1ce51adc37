// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// probesGivenUp is how many failed probes make a run stop probing (design,
// rule 3): a plan must not wait 5 s for each printer of a fleet.
const probesGivenUp = 3

// probes asks whether App Connections are alive, on behalf of all resources
// of a run, and stops asking a server that does not say.
type probes struct {
	failed    atomic.Int32
	notServed atomic.Bool
	warned    atomic.Bool

	label func(fingerprint string) string // how to name an App Connection to a person
}

// ask probes one App Connection. It is alive unless the service says that it
// is gone for good; every doubt counts for it.
func (p *probes) ask(ctx context.Context, client *octoeverywhere.Client, token octoeverywhere.Token) (alive bool, diags diag.Diagnostics) {
	if p.failed.Load() >= probesGivenUp || p.notServed.Load() {
		return true, nil
	}
	_, err := client.Probe(ctx, token)
	switch {
	case err == nil, octoeverywhere.IsPrinterUnreachable(err), ctx.Err() != nil:
	case octoeverywhere.IsGone(err):
		diags.Append(dropped(p.label(token.Fingerprint()), sentence(err)))
		return false, diags
	case octoeverywhere.IsNotSupporter(err):
		diags.Append(paused(p.label(token.Fingerprint())))
	case octoeverywhere.IsNotServed(err):
		p.notServed.Store(true)
	case !octoeverywhere.IsTemporary(err): // an answer, about this one alone
		diags.Append(oddAnswer(p.label(token.Fingerprint()), err))
	default:
		p.failed.Add(1)
		if p.warned.CompareAndSwap(false, true) {
			diags.Append(notChecked(err))
		}
	}
	return true, diags
}
