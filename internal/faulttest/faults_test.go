// SPDX-License-Identifier: MPL-2.0

package faulttest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// services are the fakes that cells talk to.
var services = map[string]fakeapi.Options{
	"envelope": {},
	"flat":     {Flat: true},
}

// servicesOf are those that may have a fault.
func servicesOf(fault string) []string {
	switch {
	case strings.HasPrefix(fault, "flat, "):
		return []string{"flat"}
	case strings.HasPrefix(fault, "envelope, "), strings.Contains(fault, " in a 200"), network[fault] != "":
		return []string{"envelope"}
	}
	return []string{"envelope", "flat"}
}

// scene is what a fault is made of: secrets that no answer may make the
// provider say, another host, and how the service answers.
type scene struct {
	token, url, elsewhere string
	flat                  bool
}

// fault makes what a server does.
type fault func(scene) fakeapi.Fault

// faults are those of the matrix whose names don't say it all. Of the 200s most
// commit: the appconnection edition promises no body, so they are a success there.
var faults = map[string]fault{
	"303 to another path":   redirect(http.StatusSeeOther, func(scene) string { return "/lon" }),
	"204":                   plain(fakeapi.Fault{Status: http.StatusNoContent}),
	"614, not in the table": status(614),
	"empty":                 plain(fakeapi.Fault{Status: http.StatusOK, TakeEffect: true}),
	"HTML":                  saying(fakeapi.Fault{}, scene.page),
	"cut off":               saying(fakeapi.Fault{Header: http.Header{"Content-Length": {"100000"}}, TakeEffect: true}, scene.half),
	"reset before commit":   plain(fakeapi.Fault{Drop: true}),
	"reset after commit":    plain(fakeapi.Fault{Drop: true, TakeEffect: true}),
	"hang before commit":    plain(fakeapi.Fault{Hang: true}),
	"hang after commit":     plain(fakeapi.Fault{Hang: true, TakeEffect: true}),

	"flat, wrong types":     saying(fakeapi.Fault{TakeEffect: true}, scene.wrongTypes),
	"flat, another webhook": saying(fakeapi.Fault{TakeEffect: true}, scene.another),
	"flat, Success false":   saying(fakeapi.Fault{}, scene.refusal),

	"envelope, no Status":             enveloping("", scene.saved),
	"envelope, absurd Status":         enveloping("-1", scene.saved),
	"envelope, Status in digits":      enveloping(`"200"`, scene.saved),
	"envelope, Status in digits, 604": saying(fakeapi.Fault{}, func(s scene) string { return enveloped(`"604"`, s.words(), "null") }),
	"envelope, Error alone":           saying(fakeapi.Fault{}, func(s scene) string { return enveloped("", s.words(), "null") }),
	"envelope, Result null":           enveloping("200", func(scene) string { return "null" }),
	"envelope, wrong types":           enveloping("200", scene.wrongTypes),
	"envelope, another webhook":       enveloping("200", scene.another),
	"envelope, JSON cut off":          saying(fakeapi.Fault{TakeEffect: true}, scene.half),

	"DNS failure":        plain(fakeapi.Fault{}),
	"refused connection": plain(fakeapi.Fault{}),
	unknownCA:            plain(fakeapi.Fault{}),
}

// takesTime are the faults that only the request timeout ends.
var takesTime = map[string]bool{"hang before commit": true, "hang after commit": true}

// network are the faults of no server: while they last, the provider is
// configured with these endpoints.
var network = map[string]string{
	"DNS failure":        "https://octoeverywhere.invalid", // RFC 2606: never a name
	"refused connection": "http://127.0.0.1:1",             // tcpmux, which nobody runs
	unknownCA:            "see group.unknownCA",
}

const unknownCA = "TLS with an unknown CA"

// faultNamed is one of faults, or what "404", "603 in a 200", "603 in a 200,
// Result" or "307 to another host" say; nil for what is none.
func faultNamed(name string) fault {
	digits, kind, _ := strings.Cut(name, " ")
	code, err := strconv.Atoi(digits)
	switch {
	case faults[name] != nil:
		return faults[name]
	case err != nil:
		return nil
	case kind == "":
		return status(code)
	case kind == "in a 200":
		return func(s scene) fakeapi.Fault {
			return fakeapi.Fault{Body: fmt.Sprintf(`{"Status":%d,"Error":%q}`, code, s.words())}
		}
	case kind == "in a 200, Result":
		return func(s scene) fakeapi.Fault { return fakeapi.Fault{Body: enveloped(digits, s.words(), s.refusal())} }
	case kind == "to another host":
		return redirect(code, func(s scene) string { return s.elsewhere })
	}
	return nil
}

func plain(f fakeapi.Fault) fault { return func(scene) fakeapi.Fault { return f } }

func saying(f fakeapi.Fault, body func(scene) string) fault {
	return func(s scene) fakeapi.Fault {
		said := f
		said.Body = body(s)
		return said
	}
}

func status(code int) fault {
	return saying(fakeapi.Fault{Status: code}, func(s scene) string {
		if s.flat {
			return s.refusal()
		}
		return enveloped(strconv.Itoa(code), s.words(), s.refusal())
	})
}

func redirect(code int, to func(scene) string) fault {
	return func(s scene) fakeapi.Fault {
		return fakeapi.Fault{Status: code, Body: s.page(), Header: http.Header{
			"Location": {to(s) + "/api?t=" + url.QueryEscape(s.token) + "&u=" + url.QueryEscape(s.url)},
		}}
	}
}

// enveloped is an envelope of any parts: status and result are written as they
// are, such as `"604"` or -1; an empty status leaves Status out.
func enveloped(status, words, result string) string {
	if status != "" {
		status = `"Status":` + status + `,`
	}
	return fmt.Sprintf(`{%s"Error":%q,"IsUserError":false,"Result":%s}`, status, words, result)
}

// enveloping is a success with this status and result.
func enveloping(status string, result func(scene) string) fault {
	return saying(fakeapi.Fault{TakeEffect: true}, func(s scene) string { return enveloped(status, "", result(s)) })
}

// words repeat the secrets in every way that a service might.
func (s scene) words() string {
	return fmt.Sprintf("AppToken: %s may not use %s (%s %s)", s.token, s.url, url.QueryEscape(s.token), url.QueryEscape(s.url))
}

// page is words for people.
func (s scene) page() string { return "<!doctype html><html><body>" + s.words() + "</body></html>" }

// refusal is a Result that says no.
func (s scene) refusal() string {
	return fmt.Sprintf(`{"Success": false, "Error": %q, %q: [%q], "Count": 7}`, s.words(), s.token, s.url)
}

// saved is a Result that every call is pleased with.
func (s scene) saved() string {
	return fmt.Sprintf(`{"CallbackUrl": %q, "PrinterName": %q, "IsOnline": true, "Success": true}`, s.url, s.token)
}

// half is the beginning of a success.
func (s scene) half() string {
	saved := strings.TrimSuffix(s.saved(), "true}")
	if s.flat {
		return saved
	}
	return strings.TrimSuffix(enveloped("200", "", saved), "}")
}

func (s scene) wrongTypes() string {
	return fmt.Sprintf(`{"Success": %q, "CallbackUrl": [%q], "EventTypes": {"a": %q}, "IsOnline": %q, "PrinterLimits": 1e999}`, s.token, s.url, s.token, s.url)
}

// another is a webhook that nobody asked for.
func (s scene) another() string {
	return fmt.Sprintf(`{"Success": true, "CallbackUrl": "https://%s.example.org/%s?%s", "EventTypes": [2]}`, s.token, s.token, url.QueryEscape(s.url))
}
