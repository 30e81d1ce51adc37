// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

const (
	printComplete = 2
	printProgress = 6

	fewEvents  = `["print_complete", "print_failed", "error"]`
	moreEvents = `["print_complete", "print_failed", "error", "print_progress"]`
)

// play tells the story of a farm, step by step, and checks each.
func (f *farm) play(ctx context.Context) error {
	version, _, err := f.tf.Version(ctx, false)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(f.tf.ExecPath()), ".exe")
	say("A farm of three printers at OctoEverywhere (a fake one, on this machine), driven by the real %s %s.", name, version)

	for _, step := range []struct {
		title string
		play  func(context.Context) error
	}{
		{name + " apply: every printer's notifications go to https://" + callbackHost + "/octo", f.setUp},
		{"The garage finishes a print", f.firstEvents},
		{"The filter gets print_progress too: an update in place", f.changeFilter},
		{name + " plan, with nothing changed", f.planAgain},
		{"The lab's owner revokes the App Connection", f.revoke},
		{name + " destroy", f.tearDown},
	} {
		heading(step.title)
		if err := step.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	fmt.Println("\nAll of it was as it should be, and nothing is left behind.")
	return nil
}

func (f *farm) setUp(ctx context.Context) error {
	if err := f.write(fewEvents); err != nil {
		return err
	}
	if err := f.tf.Init(ctx); err != nil {
		return err
	}
	if err := f.planAndApply(ctx, tfjson.ActionCreate); err != nil {
		return err
	}
	for name, token := range tokens {
		webhook, found := f.api.Webhook(token)
		if want := callbackFor(name); !found || webhook.URL != want {
			return fmt.Errorf("the %s has the webhook %q, want %q", name, webhook.URL, want)
		}
	}
	tick("all three webhooks are set")

	state, err := os.ReadFile(filepath.Join(f.dir, "terraform.tfstate"))
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if bytes.Contains(state, []byte(token)) {
			return errors.New("a token is in the state file")
		}
	}
	tick("no token is in the state file")
	return nil
}

func (f *farm) firstEvents(ctx context.Context) error {
	if err := f.deliver(ctx, "garage", fakeapi.Event{Type: printComplete, FileName: "benchy.gcode", Progress: 100}); err != nil {
		return err
	}
	if err := f.deliver(ctx, "attic", fakeapi.Event{Type: printProgress, FileName: "vase.gcode", Progress: 40}); err == nil {
		return errors.New("print_progress arrived although the filter leaves it out")
	}
	tick("the attic's print_progress was not sent: the filter leaves it out")
	return nil
}

func (f *farm) changeFilter(ctx context.Context) error {
	if err := f.write(moreEvents); err != nil {
		return err
	}
	if err := f.planAndApply(ctx, tfjson.ActionUpdate); err != nil {
		return err
	}
	return f.deliver(ctx, "attic", fakeapi.Event{Type: printProgress, FileName: "vase.gcode", Progress: 50})
}

func (f *farm) planAgain(ctx context.Context) error {
	text, changes, err := f.plan(ctx)
	if err != nil {
		return err
	}
	if changes {
		return fmt.Errorf("the plan is not empty:\n%s", text)
	}
	show(text, "No changes.")
	return nil
}

func (f *farm) revoke(ctx context.Context) error {
	f.api.Revoke(tokens["lab"], 604)
	text, _, err := f.plan(ctx)
	if err != nil {
		return err
	}
	if !strings.Contains(text, "gone for good") {
		return fmt.Errorf("the plan does not say that the App Connection is gone:\n%s", text)
	}
	show(text, "Warning:", "# octoeverywhere", "Plan:")
	tick("the plan says so, and the other two are left alone")
	return nil
}

func (f *farm) tearDown(ctx context.Context) error {
	var out bytes.Buffer
	f.tf.SetStdout(&out)
	if err := f.tf.Destroy(ctx); err != nil {
		return err
	}
	show(out.String(), "Plan:", "Destroy complete!")
	for name, token := range tokens {
		if _, found := f.api.Webhook(token); found && name != "lab" {
			return fmt.Errorf("the %s still has its webhook", name)
		}
	}
	tick("OctoEverywhere has no webhook of ours any more")
	return nil
}

// planAndApply applies a plan that does the same to all three printers.
func (f *farm) planAndApply(ctx context.Context, action tfjson.Action) error {
	file := filepath.Join(f.dir, "plan")
	if _, err := f.tf.Plan(ctx, tfexec.Out(file)); err != nil {
		return err
	}
	plan, err := f.tf.ShowPlanFile(ctx, file)
	if err != nil {
		return err
	}
	for _, change := range plan.ResourceChanges {
		if !slices.Equal(change.Change.Actions, tfjson.Actions{action}) {
			return fmt.Errorf("%s is planned to %v, want %s", change.Address, change.Change.Actions, action)
		}
	}
	text, err := f.tf.ShowPlanFileRaw(ctx, file)
	if err != nil {
		return err
	}
	show(text, "# octoeverywhere", "+ callback_url  ", "~ event_types", `+ "print_progress"`, "Plan:")

	var out bytes.Buffer
	f.tf.SetStdout(&out)
	if err := f.tf.Apply(ctx, tfexec.DirOrPlan(file)); err != nil {
		return err
	}
	show(out.String(), "Apply complete!")
	return nil
}

// plan returns a plan's text, and whether it has changes.
func (f *farm) plan(ctx context.Context) (string, bool, error) {
	var out bytes.Buffer
	f.tf.SetStdout(&out)
	changes, err := f.tf.Plan(ctx)
	return out.String(), changes, err
}

// deliver fires an event and waits for it at the receiver, query intact. It is
// an error when the service does not send it.
func (f *farm) deliver(ctx context.Context, name string, event fakeapi.Event) error {
	before := len(f.receiver.Received())
	delivery := f.api.Fire(ctx, tokens[name], event)
	if !delivery.Sent {
		return errors.New(delivery.Reason)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := f.receiver.Wait(ctx, before+1); err != nil {
		return fmt.Errorf("nothing arrived at the receiver: %w", err)
	}
	got := f.receiver.Received()[before]
	if arrived := "https://" + callbackHost + got.Path + "?" + got.RawQuery; arrived != callbackFor(name) {
		return fmt.Errorf("the notification arrived at %q, want %q", arrived, callbackFor(name))
	}
	tick("the receiver got it: POST %s?%s  EventType %d, %s, %d %%", got.Path, got.RawQuery, event.Type, event.FileName, event.Progress)
	return nil
}

// callbackFor is the URL that a printer's webhook must have, byte for byte.
func callbackFor(name string) string {
	return "https://" + callbackHost + "/octo?printer=" + name + "&shelf=2%20%26%203"
}
