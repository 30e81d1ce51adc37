// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/cli"
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
	name := filepath.Base(f.CLI.Path)
	say("A farm of three printers at OctoEverywhere (a fake one, on this machine), driven by the real %s %s.", name, f.CLI.Version)

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
	say("\nAll of it was as it should be, and nothing is left behind.")
	return nil
}

func (f *farm) setUp(ctx context.Context) error {
	if err := f.configure(fewEvents); err != nil {
		return err
	}
	if _, err := f.run(ctx, "init", "-input=false"); err != nil {
		return err
	}
	if err := f.planAndApply(ctx, "create"); err != nil {
		return err
	}
	for name, token := range tokens {
		webhook, found := f.api.Webhook(token)
		if want := callbackFor(name); !found || webhook.URL != want {
			return fmt.Errorf("the %s has the webhook %q, want %q", name, webhook.URL, want)
		}
	}
	tick("all three webhooks are set")

	state, err := os.ReadFile(filepath.Join(f.Dir, "terraform.tfstate"))
	if err != nil {
		return err
	}
	for _, token := range tokens {
		if strings.Contains(string(state), token) {
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
	if err := f.configure(moreEvents); err != nil {
		return err
	}
	if err := f.planAndApply(ctx, "update"); err != nil {
		return err
	}
	return f.deliver(ctx, "attic", fakeapi.Event{Type: printProgress, FileName: "vase.gcode", Progress: 50})
}

func (f *farm) planAgain(ctx context.Context) error {
	plan, err := f.run(ctx, "plan", "-input=false")
	if err != nil {
		return err
	}
	if !strings.Contains(plan.Stdout, "No changes.") {
		return fmt.Errorf("the plan is not empty:\n%s", plan.Stdout)
	}
	show(plan.Stdout, "No changes.")
	return nil
}

func (f *farm) revoke(ctx context.Context) error {
	f.api.Revoke(tokens["lab"], 604)
	plan, err := f.run(ctx, "plan", "-input=false")
	if err != nil {
		return err
	}
	if !strings.Contains(plan.Stdout, "gone for good") {
		return fmt.Errorf("the plan does not say that the App Connection is gone:\n%s", plan.Stdout)
	}
	show(plan.Stdout, "Warning:", "# octoeverywhere", "Plan:")
	tick("the plan says so, and the other two are left alone")
	return nil
}

func (f *farm) tearDown(ctx context.Context) error {
	destroyed, err := f.run(ctx, "destroy", "-auto-approve", "-input=false")
	if err != nil {
		return err
	}
	show(destroyed.Stdout, "Plan:", "Destroy complete!")
	for name, token := range tokens {
		if _, found := f.api.Webhook(token); found && name != "lab" {
			return fmt.Errorf("the %s still has its webhook", name)
		}
	}
	tick("OctoEverywhere has no webhook of ours any more")
	return f.checkVersion()
}

// checkVersion makes sure that the version was stamped into the binary, and
// that every request told it.
func (f *farm) checkVersion() error {
	want := cli.ProviderProgram + "/" + f.version + " "
	for _, request := range f.api.Requests() {
		if !strings.HasPrefix(request.UserAgent, want) {
			return fmt.Errorf("%s %s said User-Agent %q, which does not begin with %q", request.Method, request.Path, request.UserAgent, want)
		}
	}
	return nil
}

// planAndApply applies a plan that does the same to all three printers.
func (f *farm) planAndApply(ctx context.Context, action string) error {
	plan, err := f.run(ctx, "plan", "-json", "-input=false", "-out=plan")
	if err != nil {
		return err
	}
	for _, name := range printers {
		address := fmt.Sprintf("octoeverywhere_notification_webhook.printer[%q]", name)
		if got := plan.Planned[address]; got != action {
			return fmt.Errorf("%s is planned to %q, want %q", address, got, action)
		}
	}
	planned, err := f.run(ctx, "show", "plan")
	if err != nil {
		return err
	}
	show(planned.Stdout, "# octoeverywhere", "+ callback_url  ", "~ event_types", `+ "print_progress"`, "Plan:")
	applied, err := f.run(ctx, "apply", "-input=false", "plan")
	if err != nil {
		return err
	}
	show(applied.Stdout, "Apply complete!")
	return nil
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
