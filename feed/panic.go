package feed

import (
	"fmt"
	"runtime/debug"

	"dateline/feed/text"
)

// PanicError is an internal error: a panic that ended one job. The program goes on.
type PanicError struct {
	// Job says what the goroutine was doing. It follows the word "while", as in
	// "fetching a feed".
	Job string
	// Value is the value of the panic.
	Value any
	Stack []byte
	// Log is the file that the stack was written to. Empty if it was not written.
	Log string
}

func (e *PanicError) Error() string {
	return "internal error while " + e.Job + ": " + fmt.Sprint(e.Value)
}

// UserMessage returns whole sentences that say what happened and what to do.
func (e *PanicError) UserMessage() string {
	message := "Internal error while " + text.Clean(e.Job+": "+fmt.Sprint(e.Value)) + ". Everything else continues. "
	if e.Log == "" {
		return message + "Please try again."
	}
	return message + "Please report it with the file " + text.Clean(e.Log) + "."
}

// Recover calls do and returns its panic as a [PanicError], or nil. If report is not
// nil, it is called with the error first. Every goroutine must do its work under Recover:
// a panic that nobody recovers ends the program and leaves the terminal unusable.
func Recover(job string, report func(*PanicError), do func()) (failure *PanicError) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		failure = &PanicError{Job: job, Value: value, Stack: debug.Stack()}
		if report != nil {
			report(failure)
		}
	}()
	do()
	return nil
}
