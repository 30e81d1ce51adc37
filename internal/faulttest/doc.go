// SPDX-License-Identifier: MPL-2.0

// Package faulttest holds no code but tests that try to break the provider as
// users run it, the built binary under the real Terraform: every fault that a
// server can have in every operation, changes in every order, interrupts and
// kills, and thousands of webhooks at once.
//
// Flags for the make targets, after the package's name:
//
//	-full         more faults, and ten times the orders; make matrix
//	-webhooks N   size of the load test; make load
package faulttest
