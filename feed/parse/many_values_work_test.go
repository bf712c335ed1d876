package parse

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	ext "github.com/mmcdole/gofeed/extensions"
)

// repeatValues returns n values in a format with one number.
func repeatValues(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// manyValues are documents with n values of one kind in one item.
var manyValues = map[string]func(n int) string{
	"categories": func(n int) string { return rssItem(repeatValues("<category>c%d</category>", n)) },
	"keywords": func(n int) string {
		return rssItem("<itunes:keywords>" + repeatValues("k%d, ", n) + "</itunes:keywords>")
	},
	"topics":     func(n int) string { return rssItem(repeatValues("<itunes:category text='t%d'/>", n)) },
	"enclosures": func(n int) string { return rssItem(repeatValues("<enclosure url='/%d'/>", n)) },
	"media":      func(n int) string { return rssItem(repeatValues("<media:content url='/%d'/>", n)) },
	"groups": func(n int) string {
		return rssItem("<media:group>" + repeatValues("<media:content url='/%d'/>", n) + "</media:group>")
	},
	"sources": func(n int) string {
		return rssItem(repeatValues("<podcast:alternateEnclosure><podcast:source uri='/%d'/></podcast:alternateEnclosure>", n))
	},
	"links":    func(n int) string { return rssItem(repeatValues("<atom:link rel='enclosure' href='/%d'/>", n)) },
	"authors":  func(n int) string { return rssItem(repeatValues("<dc:creator>n%d</dc:creator>", n)) },
	"persons":  func(n int) string { return atomEntry(repeatValues("<author><name>n%d</name></author>", n)) },
	"terms":    func(n int) string { return atomEntry(repeatValues("<category term='c%d'/>", n)) },
	"files":    func(n int) string { return atomEntry(repeatValues("<link rel='enclosure' href='/%d'/>", n)) },
	"dates":    func(n int) string { return rssItem(repeatValues("<dc:date>no %d</dc:date>", n)) },
	"comments": func(n int) string { return rssItem(repeatValues("<comments>no %d</comments>", n)) },
	"tags":     func(n int) string { return jsonEntry(`"tags": [` + repeatValues(`"t%d", `, n) + `"t"]`) },
	"attachments": func(n int) string {
		return jsonEntry(`"attachments": [` + repeatValues(`{"url": "/%d"}, `, n) + `{"url": "/"}]`)
	},
	"names": func(n int) string {
		return jsonEntry(`"authors": [` + repeatValues(`{"name": "n%d"}, `, n) + `{"name": "n"}]`)
	},
	"namespaces": func(n int) string {
		return "<rss " + repeatValues("xmlns:a%d='u' ", n) + "><channel><item>" + repeatValues("<a%d:t>x</a%[1]d:t>", n) + "</item></channel></rss>"
	},
	"namespaces of an item": func(n int) string {
		return rssItem("<x " + repeatValues("xmlns:a%d='u%[1]d' ", n) + ">" + repeatValues("<a%d:t>x</a%[1]d:t>", n) + "</x>")
	},
	"nested namespaces": func(n int) string {
		return rssItem(repeatValues("<x xmlns:a%d='u'><y/></x>", n))
	},
	"attributes": func(n int) string { return rssItem("<x " + repeatValues("a%d='b' ", n) + "/>") },
	"elements":   func(n int) string { return rssItem(repeatValues("<e%d/>", n)) },
}

func rssItem(s string) string {
	return "<rss><channel><item><title>a</title>" + s + "</item></channel></rss>"
}

func atomEntry(s string) string {
	return "<feed><entry><title>a</title>" + s + "</entry></feed>"
}

func jsonEntry(s string) string {
	return `{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "a", ` + s + `}]}`
}

// TestWorkOfManyValues counts the memory that a document takes to read: four times the
// values take about four times as much. What is kept of an item is bounded, so that
// nothing behind the parser has to handle very many values.
func TestWorkOfManyValues(t *testing.T) {
	work := func(doc string) (bytes, objects uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d, err := Parse([]byte(doc), Origin{URL: "https://example.org/"})
		runtime.ReadMemStats(&after)
		if err != nil || len(d.Items) != 1 {
			t.Fatalf("%v: %.80s", err, doc)
		}
		a := d.Items[0]
		if len(a.Categories) > maxValues || len(a.Enclosures) > maxValues || len(a.Author) > maxAuthor {
			t.Errorf("%d categories, %d files, authors of %d bytes: %.80s", len(a.Categories), len(a.Enclosures), len(a.Author), doc)
		}
		return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
	}
	for name, document := range manyValues {
		const few, more = 2000, 4
		work(document(few)) // what is made once
		bytes, objects := work(document(few))
		bytesOfMore, objectsOfMore := work(document(more * few))
		if bytesOfMore > bytes*more*3/2 || objectsOfMore > objects*more*3/2 {
			t.Errorf("%s: %d times the values take %.1f times the memory and %.1f times the objects",
				name, more, float64(bytesOfMore)/float64(bytes), float64(objectsOfMore)/float64(objects))
		}
	}
}

// TestFewFieldsAreKept checks that very many elements, direct ones and nested ones, are not
// kept until their item ends, and that the next item has its own.
func TestFewFieldsAreKept(t *testing.T) {
	const n = 3 * maxFields
	for name, many := range map[string]string{
		"direct":   repeatValues("<media:content url='/%d'/>", n),
		"names":    repeatValues("<e%d>x</e%[1]d>", n),
		"children": "<media:group>" + repeatValues("<media:content url='/%d'/>", n) + "</media:group>",
		"groups":   repeatValues("<media:group><media:content url='/%d'/></media:group>", n),
	} {
		f, err := readXML(rssItem(many+"</item><item><title>next</title><category>c</category>"), "")
		if err != nil || len(f.items) != 2 || f.rss.Items[1].Title != "next" || len(f.rss.Items[1].Categories) != 1 {
			t.Fatalf("%s: %v, %+v", name, err, f)
		}
		kept := 0
		var count func(lists map[string][]ext.Extension)
		count = func(lists map[string][]ext.Extension) {
			for _, list := range lists {
				kept += len(list)
				for _, e := range list {
					count(e.Children)
				}
			}
		}
		for _, lists := range f.items[0].extensions {
			count(lists)
		}
		if kept > maxFields || kept < maxFields/3 {
			t.Errorf("%s: %d elements are kept", name, kept)
		}
	}
}
