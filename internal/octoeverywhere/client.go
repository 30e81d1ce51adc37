// SPDX-License-Identifier: MPL-2.0

// Package octoeverywhere is a client of the OctoEverywhere App API, as far as
// notification webhooks need it. It knows nothing of Terraform.
package octoeverywhere

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	DefaultMaxRetries     = 4
	DefaultRequestTimeout = 30 * time.Second
	ProbeTimeout          = 5 * time.Second
)

type Config struct {
	Endpoint       string
	Edition        Edition
	MaxRetries     int
	RequestTimeout time.Duration
	UserAgent      string
	Observer       Observer
	Waits          Waits
	Transport      http.RoundTripper
}

type Waits struct{ Min, Max, RetryAfterMax, Budget time.Duration }

type Client struct{}

var errSkeleton = errors.New("not written yet")

func New(Config) (*Client, error)                                              { return &Client{}, nil }
func NewTransport() http.RoundTripper                                          { return http.DefaultTransport }
func (c *Client) Close()                                                       {}
func (c *Client) SetWebhook(context.Context, Token, Webhook) error             { return errSkeleton }
func (c *Client) DeleteWebhook(context.Context, Token) error                   { return errSkeleton }
func (c *Client) TestWebhook(context.Context, Token) (r TestResult, err error) { return r, errSkeleton }
func (c *Client) Info(context.Context, Token) (a AppConnection, err error)     { return a, errSkeleton }
func (c *Client) Probe(context.Context, Token) (a AppConnection, err error)    { return a, errSkeleton }
