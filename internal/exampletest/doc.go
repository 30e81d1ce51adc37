// SPDX-License-Identifier: MPL-2.0

// Package exampletest holds no code but tests: whatever examples/ and the pages
// made of templates/ tell people to copy is formatted, validated and run here,
// with the real CLI and the built provider, against the fake API.
package exampletest
