// SPDX-License-Identifier: MPL-2.0

package faultmatrix_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/fakeapi"
)

// secrets are what a webhook's answers must never make the provider say.
type secrets struct{ token, url string }

// tattle says both in every way that a service might.
func (s secrets) tattle() string {
	return fmt.Sprintf(`{"Success": false, "Error": "AppToken: %s may not use %s", "Detail": "%s %s", %q: [%q, %q], "Count": 7}`,
		s.token, s.url, url.QueryEscape(s.token), url.QueryEscape(s.url), s.token, s.token, s.url)
}

// page says both to people.
func (s secrets) page() string {
	return "<!doctype html><html><body>" + s.token + " " + s.url + "</body></html>"
}

// fault makes what a server does out of what it knows. elsewhere is another host.
type fault func(s secrets, elsewhere string) fakeapi.Fault

// faults are the rows of the matrix. Those of the network are in networkFaults.
var faults = map[string]fault{
	"400": status(400),
	"401": status(401),
	"403": status(403),
	"404": status(404),
	"405": status(405),
	"429": status(429),
	"500": status(500),
	"501": status(501),
	"502": status(502),
	"503": status(503),
	"504": status(504),
	"600": status(600),
	"601": status(601),
	"602": status(602),
	"603": status(603),
	"604": status(604),
	"605": status(605),
	"606": status(606),
	"607": status(607),
	"608": status(608),
	"609": status(609),
	"610": status(610),
	"611": status(611),
	"612": status(612),
	"613": status(613),

	"614, not in the table": status(614),

	"301 to another host": redirect(301),
	"302 to another host": redirect(302),
	"307 to another host": redirect(307),
	"308 to another host": redirect(308),

	"204": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Status: http.StatusNoContent, Header: http.Header{"X-Told": {s.token}}}
	},
	// The appconnection edition promises no body, so all of these but the page
	// are a success there: they commit.
	"200, empty": func(secrets, string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Status: http.StatusOK}
	},
	"200, HTML": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Status: http.StatusOK, ContentType: "text/html", Body: s.page()}
	},
	"200, truncated": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Kind: fakeapi.Truncated, Body: `{"Success": true, "CallbackUrl": "` + s.url + `", "Token": "` + s.token}
	},
	"200, wrong types": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Body: fmt.Sprintf(`{"Success": %q, "CallbackUrl": [%q], "EventTypes": {"a": %q}, "IsOnline": %q, "PrinterLimits": 1e999}`, s.token, s.url, s.token, s.url)}
	},
	"200, nested deeply": func(secrets, string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Kind: fakeapi.Nested}
	},
	"200, endless": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Kind: fakeapi.Endless, Body: s.tattle()}
	},
	"200, Success false": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Status: http.StatusOK, Body: s.tattle()}
	},
	"200, another webhook": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Commit: true, Body: fmt.Sprintf(`{"Success": true, "CallbackUrl": "https://%s.example.org/%s?%s", "EventTypes": [2]}`, s.token, s.token, url.QueryEscape(s.url))}
	},

	"reset before commit": func(secrets, string) fakeapi.Fault { return fakeapi.Fault{Kind: fakeapi.Reset} },
	"reset after commit":  func(secrets, string) fakeapi.Fault { return fakeapi.Fault{Kind: fakeapi.Reset, Commit: true} },
	"hang before commit":  func(secrets, string) fakeapi.Fault { return fakeapi.Fault{Kind: fakeapi.Hang} },
	"hang after commit":   func(secrets, string) fakeapi.Fault { return fakeapi.Fault{Kind: fakeapi.Hang, Commit: true} },
	"slow drip": func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Kind: fakeapi.SlowDrip, Commit: true, Body: s.tattle()}
	},

	"DNS failure":            nothingArrives,
	"refused connection":     nothingArrives,
	"TLS with an unknown CA": nothingArrives,
}

// takesTime are the faults that only the request timeout ends.
var takesTime = map[string]bool{"hang before commit": true, "hang after commit": true, "slow drip": true}

// networkFaults are those of no server: while they last, the provider is
// configured with these endpoints. unknownCA serves the fake with a
// certificate that nobody signed.
func networkFaults(unknownCA string) map[string]string {
	return map[string]string{
		"DNS failure":            "https://octoeverywhere.invalid", // RFC 2606: never a name
		"refused connection":     "http://127.0.0.1:1",             // tcpmux, which nobody runs
		"TLS with an unknown CA": unknownCA,
	}
}

func nothingArrives(secrets, string) fakeapi.Fault { return fakeapi.Fault{} }

func status(code int) fault {
	return func(s secrets, _ string) fakeapi.Fault {
		return fakeapi.Fault{Status: code, ContentType: "application/json", Body: s.tattle()}
	}
}

// redirect sends the client, and its secrets, to another host.
func redirect(code int) fault {
	return func(s secrets, elsewhere string) fakeapi.Fault {
		return fakeapi.Fault{Status: code, ContentType: "text/html", Body: s.page(), Header: http.Header{
			"Location": {elsewhere + "/api/" + strconv.Itoa(code) + "?t=" + url.QueryEscape(s.token) + "&u=" + url.QueryEscape(s.url)},
		}}
	}
}
