package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestFold checks that what people type equals what the publisher wrote,
// whatever their keyboard.
func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"Hello, World", "hello, world"},
		{"Café Ångström", "cafe angstrom"},
		{"cafe\u0301", "cafe"},
		{"ǖ Ế ệ", "u e e"},
		{"Łódź Malmø Đà Nẵng", "lodz malmo da nang"},
		{"STRASSE Straße", "strasse strasse"},
		{"œuvre Æther Ǿ ǽ", "oeuvre aether o ae"},
		{"İstanbul Iğdır", "istanbul igdir"},
		{"ΟΔΥΣΣΕΎΣ ᾳ", "οδυσσευσ α"},
		{"Ёлка за\u0301мок Мой", "елка замок мой"},
		{"oﬃce ＡＢＣ", "office abc"},
		{"が か\u3099", "が が"},
		{"inter\u00adnational", "international"},
		{"שָׁלוֹם", "שלום"},
		{"a\xffb", "a\ufffdb"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// TestIndexText checks that only tokens remain, and that scripts without spaces
// are split into characters.
func TestIndexText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{" ++ — … ", ""},
		{"C++ and node.js, a-b", "c and node js a b"},
		{"The U.S.'s 1,000 €", "the u s s 1 000"},
		{"東京で地震", "東 京 で 地 震"},
		{"GPT5が東京", "gpt5 が 東 京"},
		{"ラーメン", "ラ ー メ ン"},
		{"뉴스 속보", "뉴 스 속 보"},
		{"กิน", "ก ิ น"},
		{"किताब", "किताब"},
		{"snake_case", "snake case"},
		{"Zürich\tNZZ\nam", "zurich nzz am"},
		{"½", "1 2"},
	} {
		if got := IndexText(c.in); got != c.want {
			t.Errorf("IndexText(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	if got := IndexText(strings.Repeat("x", 9999) + " y"); len(got) != maxToken+2 {
		t.Errorf("a token of 9999 bytes became %d", len(got)-2)
	}
	if got := slices.Collect(Tokens("Grain deal")); !slices.Equal(got, []string{"grain", "deal"}) {
		t.Errorf("Tokens = %q", got)
	}
}

// FuzzIndexText checks that the result does not change when it is folded again,
// because a query is built from tokens and folded again.
func FuzzIndexText(f *testing.F) {
	for _, s := range []string{"Café C++", "東京で地震", "ﬃ ½ \u0345\u0301", "कि\u200d", "a\xff", "ΐ Ǆ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := IndexText(s)
		if !utf8.ValidString(got) || strings.Contains(got, "  ") || got != strings.TrimSpace(got) {
			t.Fatalf("IndexText(%q) = %q: not tokens between single spaces", s, got)
		}
		if again := IndexText(got); again != got {
			t.Fatalf("IndexText(%q) = %q, then %q", s, got, again)
		}
		for i := range len(got) {
			if c := got[i]; c < utf8.RuneSelf && c != ' ' && !('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
				t.Fatalf("IndexText(%q) = %q: byte %q would be split again", s, got, c)
			}
		}
	})
}

func BenchmarkIndexText(b *testing.B) {
	for name, s := range map[string]string{
		"english":  strings.Repeat("The Quick brown fox jumps over the lazy dog. ", 45),
		"french":   strings.Repeat("Le président a déclaré qu'il était très déçu. ", 43),
		"japanese": strings.Repeat("気象庁は東京で地震があったと発表した。", 36),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				IndexText(s)
			}
		})
	}
}

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

// TestDeepFolders checks that a tag names few folders, however many slashes it has, and that
// none of its names is lost.
func TestDeepFolders(t *testing.T) {
	for _, n := range []int{1, maxFolders, maxFolders + 1, 1000} {
		tag := strings.Repeat(" a//", n)
		path := TagPath(tag)
		joined := strings.Join(path, "/")
		if len(path) != min(n, maxFolders) || strings.Count(joined, "a") != n {
			t.Errorf("a tag of %d names has %d folders: %.200q", n, len(path), path)
		}
		if again := TagPath(joined); !slices.Equal(again, path) || !InFolder([]string{tag}, path[0]) || !InFolder([]string{tag}, joined) {
			t.Errorf("%.200q becomes %.200q", path, again)
		}
	}
}
