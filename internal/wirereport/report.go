// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// report makes the calls and writes down what their answers show.
type report struct {
	endpoint                      *url.URL
	token, callback, callbackHost string

	rows                            strings.Builder
	differences, unknown            int
	followed, strayed, contentTypes []string // each once
	printer                         string   // its name, once known
	mayHaveWebhook                  bool     // a Set went out, and no Delete was answered with 200 since
}

// String is a Markdown table, fit to be published.
func (r *report) String() string {
	return "| DESIGN.md | so far | what | assumed, any of | found | differs |\n| --- | --- | --- | --- | --- | --- |\n" + r.rows.String() +
		fmt.Sprintf("\nDifferences: %d. Not found out: %d. Content types: %s. Redirects followed: %s.\n",
			r.differences, r.unknown, strings.Join(r.contentTypes, ", "), cmp.Or(strings.Join(r.followed, ", "), "none")) +
		"No call of an App Connection shows these: 604 on the relay's hosts, `/api/live/status`, `/api/gadget/GetStatusFromAppConnection`.\n"
}

// run makes all calls. Whatever happens, it ends with the webhook deleted, or
// its error says that it isn't.
func (r *report) run(ctx context.Context) (err error) {
	calls := r.calls()
	remove := calls[slices.IndexFunc(calls, func(c call) bool { return c.name == "Delete" })]
	defer func() {
		if r.mayHaveWebhook { // interrupted, or Delete was refused: once more
			_, _ = r.send(context.WithoutCancel(ctx), remove)
		}
		if r.mayHaveWebhook {
			err = errors.Join(err, errors.New("the webhook could NOT be deleted: the service may go on calling your URL"))
		}
	}()
	for i, next := range calls {
		a, err := r.send(ctx, next)
		switch {
		case ctx.Err() != nil:
			return errors.New("interrupted: the report is not complete")
		case i == 0 && err != nil:
			return fmt.Errorf("the service doesn't answer: %w", err)
		}
		asAssumed := r.add(next.facts[0], a, err == nil)
		for _, f := range next.facts[1:] {
			r.add(f, a, asAssumed)
		}
	}
	r.add(fact{"Redirects", assumed, "redirects that aren't followed", []string{"none"}, func(*report, answer) []string {
		if r.strayed == nil {
			return []string{"none"}
		}
		return r.strayed
	}}, answer{}, true)
	return nil
}

// add writes a row, and returns whether all that was found is as assumed.
func (r *report) add(f fact, a answer, known bool) bool {
	found, differs := []string{"not found out"}, "?"
	if known {
		found, differs = f.look(r, a), "no"
	} else {
		r.unknown++
	}
	for i, one := range found {
		if known && f.assumed != nil && !slices.Contains(f.assumed, one) {
			found[i], differs = "**"+one+"**", "**yes**"
		}
	}
	if differs == "**yes**" {
		r.differences++
	}
	fmt.Fprintf(&r.rows, "| %s | %s | %s | %s | %s | %s |\n", f.heading, f.mark, f.about, cmp.Or(strings.Join(f.assumed, ", "), "–"), strings.Join(found, ", "), differs)
	return differs == "no"
}

// send makes one call, without retries. Its error shows no URL.
func (r *report) send(ctx context.Context, c call) (answer, error) {
	// At the service's: no limit on calls is documented, and this is far from any.
	if r.endpoint.Scheme == "https" {
		time.Sleep(time.Second)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var content []byte
	if c.body != nil {
		content, _ = json.Marshal(c.body)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, r.endpoint.JoinPath(c.path).String(), strings.NewReader(string(content))) //nolint:gosec // the endpoint is whose token it is to choose
	if err != nil {
		return answer{}, errors.New("the endpoint can't be called")
	}
	request.Header.Set("Content-Type", "application/json")
	if c.header != "" {
		request.Header[c.header] = []string{c.token} // as it is spelt
	}
	r.mayHaveWebhook = r.mayHaveWebhook || c.body != nil
	response, err := r.client().Do(request) //nolint:gosec // likewise
	if err != nil {
		var wrapped *url.Error // whose text has the whole URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return answer{}, err
	}
	defer response.Body.Close()
	a := answer{statusLine: response.StatusCode}
	if a.body, err = io.ReadAll(io.LimitReader(response.Body, 64<<10)); err != nil {
		return answer{}, err
	}
	a.open()
	if fields, _ := a.content.(map[string]any); r.printer == "" {
		r.printer, _ = fields["PrinterName"].(string)
	}
	r.contentTypes = once(r.contentTypes, r.shown(cmp.Or(response.Header.Get("Content-Type"), "none")))
	if strings.HasPrefix(c.name, "Delete") && status(r, a)[0] == "200" {
		r.mayHaveWebhook = false
	}
	return a, nil
}

// client follows a redirect where it stays inside the service, and is not to be
// followed by another request (DESIGN.md, "Redirects").
func (r *report) client() *http.Client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(true) // HTTP/2 has names of headers in lower case only
	return &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		host, own := strings.ToLower(next.URL.Hostname()), strings.ToLower(r.endpoint.Hostname())
		below, isBelow := strings.CutSuffix(host, "."+own)
		hop := fmt.Sprintf("%d to %s", next.Response.StatusCode, r.shown(below))
		if (isBelow || host == own) && next.URL.Port() == r.endpoint.Port() && (next.URL.Scheme == "https" || next.URL.Scheme == r.endpoint.Scheme) &&
			next.Method == via[0].Method && next.Response.StatusCode != http.StatusSeeOther && len(via) <= 3 {
			r.followed = once(r.followed, hop)
			return nil
		}
		r.strayed = once(r.strayed, hop)
		return http.ErrUseLastResponse
	}}
}

func once(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// harmless is what a name, a host or a content type may consist of, and urlPart
// a piece of the callback URL that a service may echo by itself.
var (
	harmless = regexp.MustCompile(`^[A-Za-z0-9][\w./+; =-]{0,79}$`)
	urlPart  = regexp.MustCompile(`[^/?&=:@#\s]+`)
)

// shown is a name that the service gave: the only thing from outside that the
// report shows as it is. One that holds a secret, which a service may echo, is
// withheld.
func (r *report) shown(name string) string {
	unescaped, _ := url.PathUnescape(r.callback)
	private := append(urlPart.FindAllString(r.callback+" "+unescaped, -1), r.token, r.printer)
	if !harmless.MatchString(name) || slices.ContainsFunc(private, func(text string) bool {
		return strings.EqualFold(name, text) || len(text) > 3 && strings.Contains(strings.ToLower(name), strings.ToLower(text))
	}) {
		return "(withheld)"
	}
	return name
}
