package ui

import (
	"context"
	"errors"
	"slices"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/feed"
)

// recorder is a source that finds no feeds. It records the addresses.
type recorder struct {
	*fakeSource
	asked *[]string
}

func (r recorder) Discover(_ context.Context, url string) ([]feed.Candidate, error) {
	*r.asked = append(*r.asked, url)
	return nil, errors.New("no feed there; try another address")
}

// TestPastedAddresses checks that the prompt for an address takes the first address of a
// pasted text, without what stands around it. What is typed is treated in the same way.
func TestPastedAddresses(t *testing.T) {
	const address = "https://new.example/feed"
	var asked []string
	s := newScreen(t, 120, 40, func(d *Deps, src *fakeSource) { d.Source = recorder{src, &asked} })
	for _, pasted := range []string{
		"<" + address + ">",
		"\ufeff“" + address + "”,",
		`"` + address + "\"\r\nhttps://other.example/feed\r\n",
		"\n " + address + "\nwords",
	} {
		asked = nil
		s.press("a")
		s.send(tea.PasteMsg{Content: pasted})
		s.expect(address)
		s.press("enter")
		if !slices.Equal(asked, []string{address}) {
			t.Errorf("%q asks for %q", pasted, asked)
		}
	}
	asked = nil
	s.press("a", "type:("+address+"),", "enter")
	if !slices.Equal(asked, []string{address}) {
		t.Errorf("what is typed asks for %q", asked)
	}
}
