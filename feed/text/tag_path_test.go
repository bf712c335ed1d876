package text

import "testing"

// TestInFolder checks that a folder has what is tagged with it or with a folder inside it,
// and nothing whose name only begins alike.
func TestInFolder(t *testing.T) {
	for _, c := range []struct {
		tag, folder string
		want        bool
	}{
		{"World", "world", true},
		{"News/World", "news", true},
		{"News/World", "NEWS / world", true},
		{"News/World/Asia", "news/world", true},
		{"/News//World/", "news/world", true},
		{"Newsletters", "news", false},
		{"News", "news/world", false},
		{"News/World", "world", false},
		{"/", "/", true},
		{"Überblick/Ost", "uberblick", true},
	} {
		if got := InFolder([]string{"other", c.tag}, c.folder); got != c.want {
			t.Errorf("%q in %q: %v", c.tag, c.folder, got)
		}
	}
}
