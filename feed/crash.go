package feed

import (
	"fmt"
	"runtime/debug"
)

// Crash is a fault in dateline itself that ended one job and nothing else.
type Crash struct {
	// Job is what was being done, to follow "while": "asking a feed".
	Job   string
	Value any
	Stack []byte
	// Log is the file that keeps the stack, empty while none does.
	Log string
}

func (c *Crash) Error() string {
	return "dateline itself failed while " + c.Job + ": " + fmt.Sprint(c.Value)
}

// Sentence tells a reader what is lost, and what to do.
func (c *Crash) Sentence() string {
	if c.Log == "" {
		return Clean(c.Error()) + "; try again, everything else goes on."
	}
	return Clean(c.Error()) + "; everything else goes on, and what to report is in " + Clean(c.Log) + "."
}

// Guard does a job. A panic in it is handed to tell, which may be nil, and
// returned as a [Crash]: every goroutine works under it, since one that panics
// ends the program and leaves the terminal as it is.
func Guard(job string, tell func(*Crash), do func()) (crash *Crash) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		crash = &Crash{Job: job, Value: p, Stack: debug.Stack()}
		if tell != nil {
			tell(crash)
		}
	}()
	do()
	return nil
}
