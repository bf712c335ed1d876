package parse_test

import (
	"path"
	"testing"
	"time"

	"dateline/feed/corpus"
	"dateline/feed/parse"
)

// BenchmarkParseCorpus reads documents as a first refresh receives them, in each
// format. Its MB/s limit those of a refresh.
func BenchmarkParseCorpus(b *testing.B) {
	c := corpus.Corpus{Feeds: 60, Items: 20, Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	docs := map[string][]string{}
	for f := range c.Feeds {
		doc, _ := c.Document(f)
		format := path.Ext(c.URL(f))
		docs[format] = append(docs[format], doc)
	}
	for format, list := range docs {
		size := 0
		for _, doc := range list {
			size += len(doc)
		}
		b.Run(format[1:], func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				for _, doc := range list {
					if _, err := parse.Parse([]byte(doc), parse.Origin{URL: "https://harbour.example/feed"}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
