package feed

import (
	"fmt"
	"runtime/debug"

	"dateline/feed/text"
)

// PanicError is a fault in dateline itself that ended one job and nothing else.
type PanicError struct {
	// Job is what was being done, to follow "while": "asking a feed".
	Job   string
	Value any
	Stack []byte
	// Log is the file that keeps the stack, empty while none does.
	Log string
}

func (c *PanicError) Error() string {
	return "dateline itself failed while " + c.Job + ": " + fmt.Sprint(c.Value)
}

// UserMessage tells a reader what is lost, and what to do.
func (c *PanicError) UserMessage() string {
	if c.Log == "" {
		return text.Clean(c.Error()) + "; try again, everything else goes on."
	}
	return text.Clean(c.Error()) + "; everything else goes on, and what to report is in " + text.Clean(c.Log) + "."
}

// Recover does a job. A panic in it is handed to tell, which may be nil, and
// returned as a [PanicError]: every goroutine works under it, since one that panics
// ends the program and leaves the terminal as it is.
func Recover(job string, tell func(*PanicError), do func()) (crash *PanicError) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		crash = &PanicError{Job: job, Value: p, Stack: debug.Stack()}
		if tell != nil {
			tell(crash)
		}
	}()
	do()
	return nil
}
