// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/octoeverywhere"
)

// defaultConnection is the App Connection that a resource uses when it names
// none.
const defaultConnection = "default"

// tokenSet is what the provider block knows of App Connections. A name can be
// known to exist while its token is not known yet.
type tokenSet struct {
	byName     map[string]octoeverywhere.Token // zero Token: not known yet
	mapUnknown bool                            // app_tokens as a whole: any name may turn up
}

// newTokenSet reads app_token, app_tokens and the environment's token, which
// stands in for app_token when the block gives no default connection.
func newTokenSet(config providerModel, fromEnv string, diags *diag.Diagnostics) tokenSet {
	set := tokenSet{byName: map[string]octoeverywhere.Token{}, mapUnknown: config.AppTokens.IsUnknown()}
	for name, element := range config.AppTokens.Elements() {
		if value, ok := element.(types.String); ok {
			set.add(name, value, tokenPath(path.Root("app_tokens"), name), diags)
		}
	}

	_, named := set.byName[defaultConnection]
	switch {
	case !config.AppToken.IsNull() && named:
		diags.AddAttributeError(path.Root("app_token"), "Two tokens for the App Connection \"default\"",
			"app_token is the token of the App Connection named \"default\", and app_tokens has a \"default\" too. Remove one of them.")
	case !config.AppToken.IsNull():
		set.add(defaultConnection, config.AppToken, path.Root("app_token"), diags)
	case fromEnv != "" && !named:
		token, err := octoeverywhere.NewToken(fromEnv)
		if err != nil {
			diags.AddAttributeError(path.Root("app_token"), "Environment variable "+envAppToken+" is not a usable token", sentence(err))
			break
		}
		set.byName[defaultConnection] = token
	}
	return set
}

func (s tokenSet) add(name string, value types.String, at path.Path, diags *diag.Diagnostics) {
	if value.IsUnknown() {
		s.byName[name] = octoeverywhere.Token{}
		return
	}
	token, err := octoeverywhere.NewToken(value.ValueString())
	if err != nil {
		diags.Append(badToken(at, err))
		return
	}
	s.byName[name] = token
}

// unknown tells whether any token may still turn up once everything is known.
func (s tokenSet) unknown() bool {
	if s.mapUnknown {
		return true
	}
	for _, token := range s.byName {
		if token.IsZero() {
			return true
		}
	}
	return false
}

// names lists the App Connections for a message.
func (s tokenSet) names() string {
	if len(s.byName) == 0 {
		return "The provider has no App Connections: set app_token or app_tokens in the provider block, or the environment variable " + envAppToken + "."
	}
	quoted := make([]string, 0, len(s.byName))
	for name := range s.byName {
		quoted = append(quoted, quoteName(name))
	}
	slices.Sort(quoted)
	return "The provider has: " + strings.Join(quoted, ", ") + "."
}

// tokenLike is what a token may look like that stands in the place of a name.
var tokenLike = regexp.MustCompile(`[0-9].*[A-Za-z]|[A-Za-z].*[0-9]`)

// quoteName quotes an App Connection's name, unless it may be a token in the
// wrong place.
func quoteName(name string) string {
	if len(name) > 40 || len(name) >= 20 && !strings.Contains(name, " ") && tokenLike.MatchString(name) {
		return "(a name that is not shown, since it looks like a token)"
	}
	return strconv.Quote(name)
}

// tokenPath is where a token of app_tokens stands, without a name that is not
// to be shown.
func tokenPath(root path.Path, name string) path.Path {
	if quoteName(name) != strconv.Quote(name) {
		return root
	}
	return root.AtMapKey(name)
}

// holder finds the token whose fingerprint is id: the object's own, else any
// of the provider's, so that renaming a key of app_tokens changes nothing
// (DESIGN.md, "Tokens"). The zero Token means that no such token is at hand.
func (s tokenSet) holder(id string, own types.String) octoeverywhere.Token {
	if token, err := octoeverywhere.NewToken(own.ValueString()); err == nil && token.Fingerprint() == id {
		return token
	}
	for _, token := range s.byName {
		if !token.IsZero() && token.Fingerprint() == id {
			return token
		}
	}
	return octoeverywhere.Token{}
}

// label names an App Connection to a person: by its name, where the provider
// has one for it, and by its fingerprint.
func (s tokenSet) label(fingerprint string) string {
	name, found := s.nameOf(fingerprint)
	if !found {
		return "App Connection " + fingerprint
	}
	return fmt.Sprintf("App Connection %s (%s)", quoteName(name), fingerprint)
}

// tokenChoice is which App Connection a configuration asks for.
type tokenChoice struct {
	token   octoeverywhere.Token // zero: unknown or missing
	unknown bool
	missing diag.Diagnostic // why there is no token; nil when there is one or it may still turn up
	at      path.Path       // the argument that chose it
	label   string          // how to name it to a person
}

func (c tokenChoice) known() bool { return !c.token.IsZero() }

// tokenArguments are the three ways to choose an App Connection, in a resource,
// a data source or an action. What has no write-only arguments leaves that null.
type tokenArguments struct {
	appToken, appTokenWO, appConnection types.String
}

// choose finds the token that is asked for. Validators saw to it that a
// configuration has at most one of the arguments; under ignore_changes a plan
// may have one beside a configuration's write-only one, and then the plan's
// counts (DESIGN.md, "The plan decides").
func (s tokenSet) choose(args tokenArguments) tokenChoice {
	switch {
	case !args.appToken.IsNull():
		return inlineToken(args.appToken, path.Root("app_token"))
	case args.appConnection.IsNull() && !args.appTokenWO.IsNull():
		return inlineToken(args.appTokenWO, path.Root("app_token_wo"))
	}

	choice := tokenChoice{at: path.Root("app_connection")}
	if args.appConnection.IsUnknown() {
		choice.unknown = true
		choice.label = "the App Connection"
		return choice
	}
	name := defaultConnection
	if !args.appConnection.IsNull() {
		name = args.appConnection.ValueString()
	}
	choice.label = "App Connection " + quoteName(name)
	token, found := s.byName[name]
	switch {
	case found && !token.IsZero():
		choice.token = token
	case found || s.mapUnknown:
		choice.unknown = true
	case args.appConnection.IsNull():
		choice.missing = diag.NewErrorDiagnostic("No App Connection is chosen",
			"No argument chooses an App Connection, and the provider has none named \"default\". "+s.names()+
				" Name one with app_connection, or set the provider's app_token.")
	default:
		advice := " Use one of these names, or add the token to the provider's app_tokens."
		if len(s.byName) == 0 {
			advice = ""
		}
		choice.missing = diag.NewAttributeErrorDiagnostic(choice.at, "The provider has no App Connection named "+quoteName(name), s.names()+advice)
	}
	return choice
}

func inlineToken(value types.String, at path.Path) tokenChoice {
	choice := tokenChoice{at: at, label: fmt.Sprintf("the App Connection of %s", at)}
	if value.IsUnknown() {
		choice.unknown = true
		return choice
	}
	token, err := octoeverywhere.NewToken(value.ValueString())
	if err != nil {
		choice.missing = badToken(at, err)
		return choice
	}
	choice.token = token
	return choice
}

// badToken is the diagnostic for a token that can't be one. err never holds it.
func badToken(at path.Path, err error) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid App Connection token",
		fmt.Sprintf("%s: %s Use the appApiToken that the App Connection portal handed out, exactly as it was.", at, sentence(err)))
}
