// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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

// steps runs the demo and checks each step.
func (d *demo) steps(ctx context.Context) error {
	name := filepath.Base(d.CLI.Path)
	fmt.Printf("Three printers at OctoEverywhere (a fake one, on this machine), managed by the real %s %s.\n", name, d.CLI.Version)
	for _, step := range []struct {
		title string
		run   func(context.Context) error
	}{
		{name + " apply: send every printer's notifications to https://" + callbackHost + "/octo", d.create},
		{"A print finishes in the garage", d.notify},
		{name + " plan, with nothing changed", d.planAgain},
		{"The configuration adds print_progress: an update in place", d.update},
		{"160 days later (the demo makes the state that much older): a renewal", d.renew},
		{"The owner of the lab's printer revokes the App Connection", d.revoke},
		{name + " destroy", d.destroy},
	} {
		fmt.Printf("\n» %s\n", step.title)
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	fmt.Println("\nAll checks passed. Nothing was left behind.")
	return nil
}

func (d *demo) create(ctx context.Context) error {
	if err := d.configure(fewEvents); err != nil {
		return err
	}
	if _, err := d.terraform(ctx, "init"); err != nil {
		return err
	}
	if err := d.planAndApply(ctx, "Plan: 3 to add, 0 to change, 0 to destroy.", "will be created", "+ callback_url  "); err != nil {
		return err
	}
	state, err := os.ReadFile(d.state())
	if err != nil {
		return err
	}
	for _, name := range printers {
		webhook, found := d.api.Webhook(token(name))
		if want := callbackURL(name); !found || webhook.URL != want {
			return fmt.Errorf("%s has the webhook %q, want %q", name, webhook.URL, want)
		}
	}
	if strings.Contains(string(state), token("")) {
		return errors.New("a token is in the state file")
	}
	pass("OctoEverywhere has all three webhooks, and the state file has no token")
	return nil
}

func (d *demo) notify(ctx context.Context) error {
	if err := d.deliver(ctx, "garage", fakeapi.Event{Type: printComplete, FileName: "benchy.gcode", Progress: 100}); err != nil {
		return err
	}
	if err := d.deliver(ctx, "attic", fakeapi.Event{Type: printProgress, FileName: "vase.gcode", Progress: 40}); err == nil {
		return errors.New("print_progress arrived although event_types does not have it")
	}
	pass("print_progress of the attic was not sent: it is not in event_types")
	return nil
}

func (d *demo) planAgain(ctx context.Context) error {
	plan, err := d.terraform(ctx, "plan")
	if err != nil {
		return err
	}
	return expect(plan.Stdout, "No changes.")
}

func (d *demo) update(ctx context.Context) error {
	if err := d.configure(moreEvents); err != nil {
		return err
	}
	if err := d.planAndApply(ctx, "Plan: 0 to add, 3 to change, 0 to destroy.", "will be updated", `+ "print_progress"`); err != nil {
		return err
	}
	return d.deliver(ctx, "attic", fakeapi.Event{Type: printProgress, FileName: "vase.gcode", Progress: 50})
}

var (
	configuredAt = regexp.MustCompile(`("configured_at": ")[^"]+`)
	expiresAt    = regexp.MustCompile(`("expires_at": ")[^"]+`)
)

// renew: a webhook lasts 180 days, and a plan renews it in the last 30.
func (d *demo) renew(ctx context.Context) error {
	state, err := os.ReadFile(d.state())
	if err != nil {
		return err
	}
	setAt := time.Now().UTC().AddDate(0, 0, -160)
	state = configuredAt.ReplaceAll(state, []byte("${1}"+setAt.Format(time.RFC3339)))
	state = expiresAt.ReplaceAll(state, []byte("${1}"+setAt.AddDate(0, 0, 180).Format(time.RFC3339)))
	if err := os.WriteFile(d.state(), state, 0o600); err != nil {
		return err
	}
	d.api.ResetRequests()
	if err := d.planAndApply(ctx, "Plan: 0 to add, 3 to change, 0 to destroy.", "will be updated", "~ expires_at"); err != nil {
		return err
	}
	if set := d.api.Count(fakeapi.CallSet); set != len(printers) {
		return fmt.Errorf("%d webhooks were set, want %d", set, len(printers))
	}
	pass("all three webhooks were set again, for another 180 days")
	return nil
}

func (d *demo) revoke(ctx context.Context) error {
	d.api.Revoke(token("lab"), 604)
	plan, err := d.terraform(ctx, "plan")
	if err != nil {
		return err
	}
	if err := expect(plan.Stdout, "Warning: ", `printer["lab"] will be created`, "Plan: 1 to add, 0 to change, 0 to destroy."); err != nil {
		return err
	}
	pass("the plan warns about the lab, and does not touch the other two")
	return nil
}

func (d *demo) destroy(ctx context.Context) error {
	destroyed, err := d.terraform(ctx, "destroy", "-auto-approve")
	if err != nil {
		return err
	}
	if err := expect(destroyed.Stdout, "Plan: 0 to add, 0 to change, 2 to destroy.", "Destroy complete!"); err != nil {
		return err
	}
	for _, name := range printers {
		if _, found := d.api.Webhook(token(name)); found && name != "lab" {
			return fmt.Errorf("%s still has its webhook", name)
		}
	}
	// The version is stamped into the binary, and each request tells it.
	want := cli.ProviderProgram + "/" + d.version + " "
	for _, request := range d.api.Requests() {
		if !strings.HasPrefix(request.UserAgent, want) {
			return fmt.Errorf("%s %s has the User-Agent %q, which does not begin with %q", request.Method, request.Path, request.UserAgent, want)
		}
	}
	pass("all webhooks of valid App Connections are deleted")
	return nil
}

func (d *demo) state() string { return filepath.Join(d.Dir, "terraform.tfstate") }

// terraform runs the CLI, and fails unless it ends well.
func (d *demo) terraform(ctx context.Context, command string, args ...string) (cli.Result, error) {
	return d.Run(ctx, append([]string{command, "-no-color", "-input=false"}, args...)...)
}

// planAndApply applies a plan that says all of the parts.
func (d *demo) planAndApply(ctx context.Context, summary string, parts ...string) error {
	plan, err := d.terraform(ctx, "plan", "-out=plan")
	if err != nil {
		return err
	}
	if err := expect(plan.Stdout, append(parts, summary)...); err != nil {
		return err
	}
	applied, err := d.terraform(ctx, "apply", "plan")
	if err != nil {
		return err
	}
	return expect(applied.Stdout, "Apply complete!")
}

// deliver has the service send an event, and expects it at the receiver, query
// intact. It is an error when the service does not send it.
func (d *demo) deliver(ctx context.Context, name string, event fakeapi.Event) error {
	before := len(d.receiver.Received())
	if delivery := d.api.Fire(ctx, token(name), event); delivery.Err != nil {
		return delivery.Err
	}
	got := d.receiver.Received()[before]
	if arrived := "https://" + callbackHost + got.Path + "?" + got.RawQuery; arrived != callbackURL(name) {
		return fmt.Errorf("the notification arrived at %q, want %q", arrived, callbackURL(name))
	}
	pass("the receiver got POST %s?%s: EventType %d, %s, %d %%", got.Path, got.RawQuery, event.Type, event.FileName, event.Progress)
	return nil
}

func pass(format string, arguments ...any) { fmt.Printf("  ✓ "+format+"\n", arguments...) }

// expect prints the lines of Terraform's output that hold one of the parts. It
// is an error when a part is missing.
func expect(output string, parts ...string) error {
	for line := range strings.Lines(output) {
		for _, part := range parts {
			if strings.Contains(line, part) {
				fmt.Printf("  │ %s\n", strings.TrimSpace(strings.TrimPrefix(line, "│ ")))
				break
			}
		}
	}
	for _, part := range parts {
		if !strings.Contains(output, part) {
			return fmt.Errorf("there is no %q in:\n%s", part, output)
		}
	}
	return nil
}
