package config

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"dateline/feed/text"
)

// Relabel gives a feed another name and other tags, and returns the configuration that then
// applies. url has no user and no password. All else about the feed stays. If the file does
// not list the feed, it returns an error.
func (f *File) Relabel(url, name string, tags []string) (Config, error) {
	return f.edit(func(doc []byte) (edited, error) { return relabelFeed(doc, url, name, tags) })
}

// relabelFeed replaces the name and the tags of a feed, or adds them below its url.
func relabelFeed(doc []byte, url, name string, tags []string) (edited, error) {
	o, err := outlineOf(doc)
	if err != nil {
		return edited{}, err
	}
	n, ok := o.feedIndex(url)
	if !ok {
		return edited{}, errNotListed
	}
	if o.inlineFeeds {
		return edited{}, errInlineFeeds
	}
	name = text.Clean(name)
	var clean []string
	for _, tag := range tags {
		if tag = text.Clean(tag); tag != "" {
			clean = append(clean, tag)
		}
	}
	lines := []string{"name = " + Quote(name), "tags = " + quoteList(clean)}
	var pieces []piece
	below := wholeLines(doc, o.values[fmt.Sprintf("feeds.%d.url", n)]).to
	for i, key := range []string{"name", "tags"} {
		at, has := o.values[fmt.Sprintf("feeds.%d.%s", n, key)]
		_, value, _ := strings.Cut(lines[i], " = ")
		switch {
		case has:
			pieces = append(pieces, piece{at, value})
		case key == "name" && name != "", key == "tags" && len(clean) > 0:
			line := lines[i] + lineEnd(doc)
			if below == len(doc) && doc[below-1] != '\n' {
				line = lineEnd(doc) + lines[i]
			}
			pieces = append(pieces, piece{span{below, below}, line})
		}
	}
	out := replacePieces(doc, pieces)
	if bytes.Equal(out, doc) {
		return edited{doc: doc}, nil
	}
	if _, has := o.values[fmt.Sprintf("feeds.%d.tags", n)]; has && clean == nil {
		clean = []string{}
	}
	return edited{
		doc:   out,
		lines: strings.Join(lines, lineEnd(doc)) + lineEnd(doc),
		todo:  "give the feed these lines",
		want:  func(c *Config) { c.Feeds[n].Name, c.Feeds[n].Tags = name, clean },
	}, nil
}

// piece is a text that takes the place of a part of a document.
type piece struct {
	span
	text string
}

// replacePieces returns doc with other pieces, which do not overlap.
func replacePieces(doc []byte, pieces []piece) []byte {
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.from - b.from })
	var out []byte
	kept := 0
	for _, p := range pieces {
		out = append(append(out, doc[kept:p.from]...), p.text...)
		kept = p.to
	}
	return append(out, doc[kept:]...)
}
