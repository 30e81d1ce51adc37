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
	"slices"
	"strings"
	"time"
)

// report makes the calls and writes down what their answers show.
type report struct {
	endpoint                      *url.URL
	token, callback, callbackHost string

	rows                 strings.Builder
	differences, unknown int
	followed             []string // redirects
	printer              string   // its name, once known
	mayHaveWebhook       bool     // a Set went out, and no Delete was answered with 200 since
}

// String is a Markdown table, fit to be published.
func (r *report) String() string {
	return "| DESIGN.md | so far | what | assumed, any of | found | differs |\n| --- | --- | --- | --- | --- | --- |\n" + r.rows.String() +
		fmt.Sprintf("\nDifferences: %d. Not found out: %d.\n", r.differences, r.unknown) +
		"No call of an App Connection shows these: 604 on the relay's hosts, `/api/live/status`, `/api/gadget/GetStatusFromAppConnection`.\n"
}

// run makes all calls. Whatever happens, it ends with the webhook deleted, or
// its error says that it isn't.
func (r *report) run(ctx context.Context) (err error) {
	defer func() {
		if r.mayHaveWebhook { // interrupted, or Delete was refused: once more
			_, _ = r.send(context.WithoutCancel(ctx), deletion("the last Delete", r.token))
		}
		if r.mayHaveWebhook {
			err = errors.Join(err, errors.New("the webhook could NOT be deleted: the service may go on calling your URL"))
		}
	}()
	for i, next := range r.calls() {
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
	r.add(fact{"Redirects", assumed, "redirects inside the service", nil, func(r *report, _ answer) []string {
		return append([]string{fmt.Sprintf("%d followed", len(r.followed))}, slices.Compact(r.followed)...)
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
	var content []byte
	if c.body != nil {
		content, _ = json.Marshal(c.body)
		r.mayHaveWebhook = true
	}
	request, err := http.NewRequestWithContext(ctx, c.method, r.endpoint.JoinPath(c.path).String(), strings.NewReader(string(content))) //nolint:gosec // the endpoint is whose token it is to choose
	if err != nil {
		return answer{}, errors.New("the endpoint can't be called")
	}
	request.Header.Set("Content-Type", "application/json")
	if c.header != "" {
		request.Header[c.header] = []string{c.token} // as it is spelt
	}
	response, err := r.client().Do(request) //nolint:gosec // likewise
	var wrapped *url.Error
	if errors.As(err, &wrapped) { // its text has the whole URL
		err = wrapped.Err
	}
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return answer{}, err
	}
	a := answer{statusLine: response.StatusCode, body: string(body)}
	a.location, _ = response.Location()
	a.open()
	if fields, _ := a.content.(map[string]any); r.printer == "" {
		r.printer, _ = fields["PrinterName"].(string)
	}
	if c.path == deletePath && c.token == r.token && status(r, a)[0] == "200" {
		r.mayHaveWebhook = false
	}
	return a, nil
}

// client follows a redirect where it stays inside the service, and is not to be
// followed by another request (DESIGN.md, "Redirects"). Another one is the
// call's answer.
func (r *report) client() *http.Client {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(true) // HTTP/2 has names of headers in lower case only
	return &http.Client{Timeout: 30 * time.Second, Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		host, status := next.URL.Hostname(), next.Response.StatusCode
		inside := host == r.endpoint.Hostname() || strings.HasSuffix(host, "."+r.endpoint.Hostname())
		if !inside || next.URL.Scheme != r.endpoint.Scheme || next.URL.Port() != r.endpoint.Port() ||
			next.Method != via[0].Method || status == http.StatusSeeOther || len(via) > 3 {
			return http.ErrUseLastResponse
		}
		r.followed = append(r.followed, fmt.Sprintf("%d to %s", status, r.shown(host)))
		return nil
	}}
}
