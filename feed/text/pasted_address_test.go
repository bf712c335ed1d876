package text

import "testing"

// pasted is what most pasted texts hold.
const pasted = "https://example.org/feed"

// pastedAddresses has the address in each text.
func pastedAddresses() map[string]string {
	return map[string]string{
		pasted:                                pasted,
		"  " + pasted + "\t":                  pasted,
		"<" + pasted + ">":                    pasted,
		"<URL:" + pasted + ">":                pasted,
		"(" + pasted + ")":                    pasted,
		"[" + pasted + "]":                    pasted,
		"{" + pasted + "}":                    pasted,
		`"` + pasted + `"`:                    pasted,
		"'" + pasted + "'":                    pasted,
		"`" + pasted + "`":                    pasted,
		"“" + pasted + "”":                    pasted,
		"„" + pasted + "“":                    pasted,
		"”" + pasted + "”":                    pasted,
		"‘" + pasted + "’":                    pasted,
		"’" + pasted + "’":                    pasted,
		"«" + pasted + "»":                    pasted,
		"« " + pasted + " »":                  pasted,
		"»" + pasted + "«":                    pasted,
		"‹" + pasted + "›":                    pasted,
		"「" + pasted + "」":                    pasted,
		"《" + pasted + "》":                    pasted,
		"（" + pasted + "）":                    pasted,
		"<<" + pasted + ">>":                  pasted,
		`("` + pasted + `"),`:                 pasted,
		`"<` + pasted + `>"`:                  pasted,
		pasted + ",":                          pasted,
		pasted + " , ":                        pasted,
		pasted + ";":                          pasted,
		pasted + "，":                          pasted,
		pasted + ">":                          pasted,
		pasted + `"`:                          pasted,
		pasted + ")":                          pasted,
		pasted + "),":                         pasted,
		"<" + pasted:                          pasted,
		`"` + pasted:                          pasted,
		"<" + pasted + "> and more":           pasted,
		`"` + pasted + `", she said`:          pasted,
		"[the feed](" + pasted + ")":          pasted,
		"\ufeff" + pasted:                     pasted,
		pasted + "\u200b":                     pasted,
		"\u200b<" + pasted + ">\u2060":        pasted,
		"https://exa\u200bmple.org/feed":      pasted,
		"\u200e" + pasted + "\u202c":          pasted,
		pasted + "\u200d":                     pasted,
		pasted + "\nhttps://other.example/":   pasted,
		pasted + "\r\nhttps://other.example/": pasted,
		pasted + "\rmore words":               pasted,
		"\n\n  " + pasted + "\n":              pasted,
		pasted + "\u2028x":                    pasted,
		pasted + " https://other.example/":    pasted,
		pasted + ", https://other.example/":   pasted,
		"<" + pasted + "> <http://o.example>": pasted,
		pasted + " <HTTP://other.example/>":   pasted,
		"\"" + pasted + "\"\n\"b\"":           pasted,

		"https://example.org/?q=a b":                "https://example.org/?q=a b",
		"https://example.org/a b,c":                 "https://example.org/a b,c",
		"https://example.org/?u=https://o.example/": "https://example.org/?u=https://o.example/",
		"https://example.org/Salt_(food)":           "https://example.org/Salt_(food)",
		"(https://example.org/Salt_(food))":         "https://example.org/Salt_(food)",
		"https://example.org/?a[]=1&b[]":            "https://example.org/?a[]=1&b[]",
		"https://[::1]":                             "https://[::1]",
		"http://[::1]:8080/feed":                    "http://[::1]:8080/feed",
		"https://example.org/U.S.":                  "https://example.org/U.S.",
		"https://example.org/it's":                  "https://example.org/it's",
		"https://example.org/می\u200cخواهم":         "https://example.org/می\u200cخواهم",
		"https://ann:p,w@example.org/":              "https://ann:p,w@example.org/",
		"feed:https://example.org/feed":             "feed:https://example.org/feed",
		"example.org":                               "example.org",
		"builtin:guide":                             "builtin:guide",
		"":                                          "",
		" \n<>\n":                                   "",
		",":                                         "",
	}
}

func TestPastedAddress(t *testing.T) {
	for s, want := range pastedAddresses() {
		if got := PastedAddress(s); got != want {
			t.Errorf("%q gives %q, want %q", s, got, want)
		}
	}
}
