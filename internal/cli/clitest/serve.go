// SPDX-License-Identifier: MPL-2.0

package clitest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// UseServer serves the provider in the test's own process, where a test can
// set its clock, and has the workspace's runs attach to it. Terraform
// configures it anew for every walk, as it starts a new process otherwise.
func (w *Workspace) UseServer(server func() tfprotov6.ProviderServer) {
	w.t.Helper()
	w.Setenv("TF_REATTACH_PROVIDERS", Serve(w.t, server))
}

// Serve serves the provider until the test ends and returns what
// TF_REATTACH_PROVIDERS must hold.
func Serve(t testing.TB, server func() tfprotov6.ProviderServer) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background()) //nolint:usetesting // ends in Cleanup, when t.Context has ended
	configs, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	address := Host() + "/" + ProviderAddress
	go func() {
		_ = tf6server.Serve(address, server, tf6server.WithDebug(ctx, configs, closed),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()),
			tf6server.WithoutLogStderrOverride())
	}()
	t.Cleanup(func() {
		cancel()
		<-closed
	})

	var config *plugin.ReattachConfig
	select {
	case config = <-configs:
	case <-time.After(time.Minute):
		t.Fatal("the provider server did not start")
	}
	raw, err := json.Marshal(map[string]any{address: map[string]any{
		"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": config.Test,
		"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
