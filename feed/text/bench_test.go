package text

import "testing"

func BenchmarkClean(b *testing.B) {
	for name, s := range map[string]string{
		"title":     "The harbour master said that the new quay would open in spring",
		"unicode":   "Die Hafenmeisterin sagte, der neue Kai werde “im Frühling” eröffnet",
		"dangerous": "The harbour\x1b[2J master \u202esaid",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Clean(s)
			}
		})
	}
}
