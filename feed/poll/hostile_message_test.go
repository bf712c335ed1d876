package poll

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dateline/feed"
)

var update = flag.Bool("update", false, "rewrite testdata/messages.txt")

// checkMessages compares the message for each endpoint with
// testdata/messages.txt. HOST stands for the addresses of the test. Timeouts of
// a busy computer are accepted.
func (b *hostileRig) checkMessages(t *testing.T, reports map[string]feed.Report) {
	t.Helper()
	file := filepath.Join("testdata", "messages.txt")
	got := map[string]string{}
	for i, u := range b.urls {
		if s := reports[u].Error; s != "" {
			got[b.list[i].name] = b.message(s)
		}
	}
	want := map[string]string{}
	known, err := os.ReadFile(file)
	for line := range strings.Lines(string(known)) {
		name, message, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " -> ")
		want[name] = message
		if strings.Contains(got[name], "took too long") {
			got[name] = message
		}
	}
	if *update {
		var lines []string
		for name, s := range got {
			lines = append(lines, name+" -> "+s+"\n")
		}
		slices.Sort(lines)
		err = os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		return
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s:\n got %s\nwant %s", name, got[name], want[name])
		}
	}
	for name, s := range got {
		if want[name] == "" {
			t.Errorf("%s is not in %s: %s", name, file, s)
		}
	}
}

// message returns a message without the parts that differ from run to run.
func (b *hostileRig) message(s string) string {
	s = regexp.MustCompile(`127\.\d+\.\d+\.\d+:\d\d+`).ReplaceAllString(s, "HOST")
	return regexp.MustCompile(`127\.\d+\.\d+\.\d+`).ReplaceAllString(s, "HOST")
}
