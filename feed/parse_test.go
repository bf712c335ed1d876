package feed

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected output of testdata anew")

// pairOrigin is what the pairs of files in testdata are read with.
var pairOrigin = Origin{URL: "https://example.org/feeds/all.xml"}

// TestPairs reads each testdata document (NAME.xml, or NAME.feed for a JSON Feed) and compares what came of it with the
// .json beside it; an unwanted change of any field shows as a difference.
func TestPairs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.[xf]*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".json"
			got := describe(Parse(raw, pairOrigin))
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("%s: got\n%s", golden, got)
			}
		})
	}
}

// pair is what a testdata .json holds; fields that are empty are left out.
type pair struct {
	Error       string     `json:"error,omitempty"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Site        string     `json:"site,omitempty"`
	Updated     string     `json:"updated,omitempty"`
	Truncated   bool       `json:"truncated,omitempty"`
	Wishes      string     `json:"wishes,omitempty"`
	Items       []pairItem `json:"items,omitempty"`
}

type pairItem struct {
	Key        string      `json:"key"`
	GUID       string      `json:"guid,omitempty"`
	Title      string      `json:"title,omitempty"`
	Author     string      `json:"author,omitempty"`
	Link       string      `json:"link,omitempty"`
	Comments   string      `json:"comments,omitempty"`
	Replies    int         `json:"comment_count,omitempty"`
	Published  string      `json:"published,omitempty"`
	Updated    string      `json:"updated,omitempty"`
	Summary    string      `json:"summary,omitempty"`
	Content    string      `json:"content,omitempty"`
	Categories []string    `json:"categories,omitempty"`
	Enclosures []Enclosure `json:"enclosures,omitempty"`
	Image      bool        `json:"image,omitempty"`
	Chapters   string      `json:"chapters,omitempty"`
	Transcript string      `json:"transcript,omitempty"`
	Words      int         `json:"words,omitempty"`
}

func describe(doc *Document, err error) []byte {
	var p pair
	if err != nil {
		p.Error = err.Error()
	} else {
		p = pair{Title: doc.Title, Description: doc.Description, Site: doc.Site, Updated: stamp(doc.Updated), Truncated: doc.Truncated}
		if w := doc.Wishes; !reflect.DeepEqual(w, Wishes{}) {
			p.Wishes = fmt.Sprintf("ttl %v, period %v, not at %v %v", w.TTL, w.Period, w.SkipHours, w.SkipDays)
		}
		for _, a := range doc.Items {
			p.Items = append(p.Items, pairItem{Key: a.Key, GUID: a.GUID, Title: a.Title, Author: a.Author, Link: a.Link,
				Comments: a.Comments, Replies: a.CommentCount, Published: stamp(a.Published), Updated: stamp(a.Updated), Summary: a.Summary,
				Content: a.Body.Safe().String(), Categories: a.Categories, Enclosures: a.Enclosures, Image: a.Image,
				Chapters: a.Chapters, Transcript: a.Transcript, Words: a.Words})
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(p); err != nil {
		panic(err)
	}
	return []byte(b.String())
}
