// SPDX-License-Identifier: MPL-2.0

package octoeverywhere

import "errors"

type Error struct {
	Operation  string
	Method     string
	Path       string
	Endpoint   string
	Connection string
	Status     int
	Detail     string
	Attempts   int
	Ambiguous  bool
	NotServed  bool
}

func (e *Error) Error() string { return e.Operation }
func (e *Error) Unwrap() error { return nil }

type EchoError struct {
	Asked, Saved Webhook
}

func (e *EchoError) Error() string { return "echo" }

func IsGone(err error) bool               { return false }
func IsNotSupporter(err error) bool       { return false }
func IsInvalidInput(err error) bool       { return false }
func IsInvalidCredentials(err error) bool { return false }
func IsPrinterUnreachable(err error) bool { return false }
func IsTemporary(err error) bool          { return false }
func IsNotServed(err error) bool          { return false }
func IsAmbiguous(err error) bool          { return false }
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}
