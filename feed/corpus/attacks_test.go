package corpus

import (
	"strings"
	"testing"

	"dateline/feed/parse"
)

// TestUnfitFindsAttacks checks that Unfit finds each attack. Otherwise tests that use it
// could not fail.
func TestUnfitFindsAttacks(t *testing.T) {
	for _, attack := range Attacks() {
		harmless := !strings.ContainsFunc(attack, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xfff00 }) || strings.Trim(attack, "\n\t") == ""
		if got := FindUnsafe("a" + attack + "b"); (got == "") != harmless {
			t.Errorf("Unfit(%+q) = %q", attack, got)
		}
	}
	for _, fit := range []string{"plain\n\ttext", "naïve “東京” שְׁלוֹם नि\u200dष", "👩\u200d❤\ufe0f\u200d💋\u200d👩 🏴", "\ufffd", "ཧྐྵྨླྺྼྻྂ"} {
		if got := FindUnsafe(fit); got != "" {
			t.Errorf("Unfit(%q) = %q", fit, got)
		}
	}
}

// TestHostileFeedsParse checks that hostile feeds parse with all their items. Otherwise
// their attacks would not be tested.
func TestHostileFeedsParse(t *testing.T) {
	n := HostileItems()
	for name, text := range map[string]string{"RSS": HostileRSS("https://evil.example", n), "Atom": HostileAtom("https://evil.example", n), "JSON": HostileJSON("https://evil.example", n)} {
		doc, err := parse.Parse([]byte(text), parse.Origin{URL: "https://evil.example/feed"})
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Items) != n {
			t.Errorf("%s has %d items", name, len(doc.Items))
		}
		check := func(field, text string) {
			if text == "" && field != "chapters" && field != "transcript" && field != "comments" {
				t.Errorf("%s: no %s", name, field)
			}
			if bad := FindUnsafe(text); bad != "" {
				t.Errorf("%s: %s in the %s: %.300q", name, bad, field, text)
			}
		}
		check("title of the feed", doc.Title)
		check("description", doc.Description)
		check("site", doc.Site)
		for _, a := range doc.Items {
			for field, text := range map[string]string{"title": a.Title, "author": a.Author, "GUID": a.GUID, "link": a.Link, "comments": a.Comments, "summary": a.Summary,
				"chapters": a.Chapters, "transcript": a.Transcript, "categories": strings.Join(a.Categories, " "), "key": a.Key, "text": a.Body.Text(), "markup": a.Body.Safe().String()} {
				check(field, text)
			}
			for _, e := range a.Enclosures {
				check("enclosure", e.URL)
				check("type of the enclosure", e.Type+" ")
			}
		}
	}
}
