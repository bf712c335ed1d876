package mode

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dateline/ui/style"
)

// TestFuzzyChoice checks which names a filter finds, the best first.
func TestFuzzyChoice(t *testing.T) {
	names := []string{"Starred", "The Harbour Post", "Hacker Blog Planet", "Ärzteblatt", "Night Trains", "Old Planet", "NATO News", "north-train.example"}
	for typed, want := range map[string][]string{
		"hbp":    {"Hacker Blog Planet", "The Harbour Post"},
		"hrbr":   {"The Harbour Post"},
		"post":   {"The Harbour Post"},
		"planet": {"Old Planet", "Hacker Blog Planet"},
		"arzte":  {"Ärzteblatt"},
		"ntr":    {"Night Trains", "north-train.example"},
		"nn":     {"NATO News"},
		"pl old": {"Old Planet"},
		"zq":     nil,
		"arb":    {"The Harbour Post", "Ärzteblatt"},
	} {
		o := Overlay{Choose: true}
		for _, n := range names {
			o.Rows = append(o.Rows, Row{Left: n})
		}
		o.filterBy(typed)
		var got []string
		for _, i := range o.shown {
			got = append(got, names[i])
		}
		slices.Sort(got[min(1, len(got)):])
		if len(got) != len(want) || len(got) > 0 && !slices.Contains(got, want[0]) {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
		if typed == "planet" && got[0] != "Old Planet" {
			t.Errorf("%q finds %q first", typed, got[0])
		}
	}
}

// TestRowsAheadStayInSight checks that two rows after the cursor are shown, and that the header
// says where the cursor is.
func TestRowsAheadStayInSight(t *testing.T) {
	o := &Overlay{Title: "Go to", Choose: true}
	for i := range 40 {
		o.Rows = append(o.Rows, Row{Left: strings.Repeat("x", i+1)})
	}
	o.filterBy("")
	th := style.New(true, "")
	draw := func() { o.Over(make([]string, 20), 80, th) }
	draw()
	for i := range 39 {
		o.Move(1)
		draw()
		if first, _ := o.linesOf(o.cursor); first+min(ahead, 38-i) >= o.drawn.top+o.drawn.height {
			t.Fatalf("row %d is the last of %d that are shown from %d on", first, o.drawn.height, o.drawn.top)
		}
	}
	if o.position() != "40 of 40" {
		t.Errorf("the header says %s", o.position())
	}
	o.Scroll(-100)
	draw()
	if o.drawn.top != 0 || o.cursor >= o.drawn.height {
		t.Errorf("after the wheel the cursor is on %d", o.cursor)
	}
}

// TestFilterWhereLettersAreKeys checks that / filters an overlay for reading, and that Esc ends
// that first.
func TestFilterWhereLettersAreKeys(t *testing.T) {
	o := &Overlay{Title: "Info", Rows: []Row{{Heading: "Feed"}, {Left: "title", Right: "One"}, {Left: "site", Right: "https://a.example"}}}
	o.filterBy("")
	for _, r := range "/title" {
		o.Key(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if len(o.shown) != 2 {
		t.Errorf("%d rows are shown", len(o.shown))
	}
	if a, _ := o.Key(KeyNamed("esc")); a != nil || len(o.shown) != 3 {
		t.Errorf("Esc answers %v, %d rows are shown", a, len(o.shown))
	}
	if a, _ := o.Key(KeyNamed("q")); a != (Cancelled{}) {
		t.Errorf("q answers %v", a)
	}
}
