package remotes

import (
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// Miniflux has one time for both marks of an entry. What was sent from here, and a change of
// the other mark, do not make a word of the server later than it is.
func TestOneTimeForBothMarks(t *testing.T) {
	for _, c := range oneTimeCases() {
		t.Run(c.name, func(t *testing.T) {
			s, d, ids := start(t, 3)
			c.do(s, d, ids[1])
			d.Advance(time.Minute)
			d.sync()
			d.sync()
			if got := s.states()[ids[1]]; got != c.want {
				t.Errorf("the server says %s, want %s", got, c.want)
			}
			checkEqual(t, "the items", d.states(), s.states())
			if n := d.pending(); n != 0 {
				t.Errorf("%d marks are pending", n)
			}
		})
	}
}

// send sends the marks without a round.
func (d *device) send() {
	d.T.Helper()
	_, err := d.account.Send(d.Ctx())
	d.Must(err)
}

// loseAnswer sends the marks, and the answer gets lost.
func (d *device) loseAnswer(s *server) {
	s.after = func(op string) error {
		if strings.HasPrefix(op, "mark") {
			return errOffline
		}
		return nil
	}
	if _, err := d.account.Send(d.Ctx()); err == nil {
		d.T.Error("no answer got lost")
	}
	s.after = nil
}

// oneTimeCase is what happens between two rounds, and what is right then.
type oneTimeCase struct {
	name string
	do   func(s *server, d *device, id string)
	want string
}

func oneTimeCases() []oneTimeCase {
	return []oneTimeCase{
		{"an answer is lost, then the other mark changes there", func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.loseAnswer(s)
			d.do(feed.Read, false, id)
			d.Advance(time.Minute)
			s.mark(feed.Starred, true, id)
		}, "unread starred"},
		{"an answer is lost, then the other mark is sent", func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.loseAnswer(s)
			d.do(feed.Read, false, id)
			d.do(feed.Starred, true, id)
			d.Advance(time.Minute)
			d.send()
		}, "unread starred"},
		{"earlier there, later here and back, then the other mark is sent", func(s *server, d *device, id string) {
			s.mark(feed.Read, true, id)
			d.Advance(time.Minute)
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			d.do(feed.Starred, true, id)
			d.Advance(time.Minute)
			d.send()
		}, "unread starred"},
		{"earlier here and back, later there, then the other mark is sent", func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			d.Advance(time.Minute)
			s.mark(feed.Read, true, id)
			d.do(feed.Starred, true, id)
			d.send()
		}, "read starred"},
		{"earlier here and back, both later there", func(s *server, d *device, id string) {
			d.do(feed.Read, true, id)
			d.do(feed.Read, false, id)
			d.Advance(time.Minute)
			s.mark(feed.Read, true, id)
			s.mark(feed.Starred, true, id)
		}, "read starred"},
		{"an answer is lost and nothing else happens", func(s *server, d *device, id string) {
			d.do(feed.Starred, true, id)
			d.loseAnswer(s)
			d.sync()
			d.do(feed.Starred, false, id)
			d.do(feed.Starred, true, id)
			d.Advance(time.Minute)
			s.mark(feed.Starred, false, id)
		}, "unread"},
	}
}
