package config

import (
	"strings"
	"testing"
)

// TestRelabel checks that the name and the tags of a feed are replaced, or added below its
// address, and that no other byte changes.
func TestRelabel(t *testing.T) {
	for what, c := range map[string]struct {
		doc, name string
		tags      []string
		want      string
	}{
		"both are there": {"[[feeds]]\nurl = 'https://a.example/' # home\ntags = [ 'x',\n  'y' ] # tags\nname = 'Old' # name\nkeep_days = 3\n", "New", []string{"z"},
			"[[feeds]]\nurl = 'https://a.example/' # home\ntags = [\"z\"] # tags\nname = \"New\" # name\nkeep_days = 3\n"},
		"none is there":    {"[[feeds]]\nurl = 'https://a.example/'\n\n[[feeds]]\nurl = 'https://b.example/'\n", "N", []string{"x"}, "[[feeds]]\nurl = 'https://a.example/'\nname = \"N\"\ntags = [\"x\"]\n\n[[feeds]]\nurl = 'https://b.example/'\n"},
		"they are taken":   {"[[feeds]]\nurl = 'https://a.example/'\nname = 'N'\ntags = ['x']\n", "", nil, "[[feeds]]\nurl = 'https://a.example/'\nname = \"\"\ntags = []\n"},
		"the same":         {"[[feeds]]\nurl = 'https://a.example/'\n", "", nil, "[[feeds]]\nurl = 'https://a.example/'\n"},
		"no end of line":   {"[[feeds]]\nurl = 'https://a.example/'", "N", []string{"x"}, "[[feeds]]\nurl = 'https://a.example/'\nname = \"N\"\ntags = [\"x\"]"},
		"a hostile name":   {"[[feeds]]\nurl = 'https://a.example/'\n", "N\"\n[x]\x1b", nil, "[[feeds]]\nurl = 'https://a.example/'\nname = \"N\\\" [x]\"\n"},
		"carriage returns": {"[[feeds]]\r\nurl = 'https://a.example/'\r\n", "N", nil, "[[feeds]]\r\nurl = 'https://a.example/'\r\nname = \"N\"\r\n"},
		"a login":          {"[[feeds]]\nurl = 'https://ann:pw@A.example/'\n", "N", nil, "[[feeds]]\nurl = 'https://ann:pw@A.example/'\nname = \"N\"\n"},
	} {
		f := newFile(t, c.doc)
		if _, err := f.Relabel("https://a.example/", c.name, c.tags); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if got := contents(t, f.Path); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", what, got, c.want)
		}
	}
	for _, doc := range []string{"feeds = [{url = 'https://a.example/'}]\n", "width = 80\n"} {
		f := newFile(t, doc)
		if _, err := f.Relabel("https://a.example/", "N", nil); err == nil || !strings.Contains(err.Error(), "was not changed") || contents(t, f.Path) != doc {
			t.Errorf("%q: %v", doc, err)
		}
	}
}
