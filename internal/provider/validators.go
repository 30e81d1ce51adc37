// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// description is what a validator demands.
type description string

// Description implements the validators' interfaces.
func (d description) Description(context.Context) string { return string(d) }

// MarkdownDescription implements the validators' interfaces.
func (d description) MarkdownDescription(context.Context) string { return string(d) }

// stringCheck turns a plain check into a validator, so that Terraform points
// at the argument. The check's error must not repeat a secret value.
type stringCheck struct {
	description
	check func(string) error
}

func (v stringCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, fmt.Sprintf("Invalid %s", req.Path), sentence(err))
	}
}

// appToken refuses what can't be sent as the AppToken header.
var appToken = stringCheck{"must be an App Connection's token", func(s string) error {
	_, err := octoeverywhere.NewToken(s)
	if err != nil {
		err = fmt.Errorf("%w; use the complete appApiToken, without quotes or line breaks", err)
	}
	return err
}}

// appTokensValidator checks every token of the map, and that each is there.
type appTokensValidator struct{ description }

func (appTokensValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	for name, element := range req.ConfigValue.Elements() {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			continue
		}
		if name == "" {
			resp.Diagnostics.AddAttributeError(req.Path, "Empty App Connection name", "A key of app_tokens is empty. Give every token the name that resources use as app_connection.")
			continue
		}
		err := errors.New("the token is null")
		if !value.IsNull() {
			err = appToken.check(value.ValueString())
		}
		if err != nil {
			resp.Diagnostics.Append(invalidToken(tokenPath(name), err))
		}
	}
}

// wholeNumber accepts a whole number between two bounds, inclusive. The
// framework's own Int64 refuses a fraction before any validator runs, as a
// fault of the provider (DESIGN.md, "Workarounds").
type wholeNumber struct{ least, most int64 }

func (v wholeNumber) Description(context.Context) string {
	return fmt.Sprintf("must be a whole number from %d to %d", v.least, v.most)
}

func (v wholeNumber) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v wholeNumber) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if n, exact := req.ConfigValue.ValueBigFloat().Int64(); exact != big.Exact || n < v.least || n > v.most {
		resp.Diagnostics.AddAttributeError(req.Path, fmt.Sprintf("Invalid %s", req.Path),
			fmt.Sprintf("%s %s.", req.Path, v.Description(ctx)))
	}
}

// whole is a number that wholeNumber let pass; 0 for null.
func whole(n types.Number) int64 {
	if n.IsNull() || n.IsUnknown() {
		return 0
	}
	value, _ := n.ValueBigFloat().Int64()
	return value
}

// checkTimeout accepts a Go duration above zero.
func checkTimeout(s string) error {
	timeout, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is not a duration; write a number with a unit, such as 30s or 1m30s", s)
	}
	if timeout <= 0 {
		return fmt.Errorf("%q is not above zero; write how long one attempt may take, such as 30s", s)
	}
	return nil
}
