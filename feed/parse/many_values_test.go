package parse

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestManyValues checks that very many values of one kind take time in proportion to
// their number.
func TestManyValues(t *testing.T) {
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	item := func(s string) string {
		return "<rss><channel><item><title>a</title>" + s + "</item></channel></rss>"
	}
	start := time.Now()
	for name, doc := range map[string]string{
		"categories":          item(many("<category>c%d</category>", 60_000)),
		"enclosures":          item(many("<enclosure url='/%d'/>", 60_000)),
		"media":               item(many("<media:content url='/%d'/>", 60_000)),
		"authors":             item(many("<dc:creator>n%d</dc:creator>", 60_000)),
		"authors of the feed": "<feed>" + many("<author><name>n%d</name></author>", 20_000) + strings.Repeat("<entry><title>a</title></entry>", 20_000) + "</feed>",
		"namespaces":          "<rss " + many("xmlns:a%d='u' ", 60_000) + "><channel><item>" + many("<q:t>x%d</q:t>", 60_000) + "</item></channel></rss>",
		"long bases":          "<feed xml:base='http://a.example/" + strings.Repeat("x", 100_000) + "/'>" + many("<entry xml:base='y/'><title>%d</title><link href='z'/></entry>", 10_000) + "</feed>",
		"one author again":    "<feed>" + strings.Repeat("<author><name> </name></author>", 20_000) + strings.Repeat("<entry><title>a</title></entry>", 20_000) + "</feed>",
	} {
		d, err := Parse([]byte(doc), Origin{URL: "https://example.org/"})
		if err != nil || len(d.Items) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("it took %v", d)
	}
}
