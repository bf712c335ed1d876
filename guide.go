package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// guideURL is the address of the built-in guide.
const guideURL = "builtin:guide"

//go:embed docs/guide/*.md
var guideFiles embed.FS

// builtin returns a function that returns the feed at the address builtin:NAME. The
// function returns false if there is no such feed.
func builtin() func(name string) ([]byte, bool) {
	guide := sync.OnceValues(func() ([]byte, error) { return guideFeed(guideFiles) })
	return func(name string) ([]byte, bool) {
		if name != strings.TrimPrefix(guideURL, "builtin:") {
			return nil, false
		}
		doc, err := guide()
		return doc, err == nil
	}
}

// guideItem is an article of the guide as an item of JSON Feed 1.1
// (https://www.jsonfeed.org/version/1.1/).
type guideItem struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	HTML      string `json:"content_html"`
	Published string `json:"date_published"`
}

// guideFeed returns a JSON Feed of Markdown files, sorted by name. The name is the
// item's ID. So a later version of the guide replaces the articles of an earlier one.
func guideFeed(files fs.FS) ([]byte, error) {
	names, err := fs.Glob(files, "docs/guide/*.md")
	if err != nil {
		return nil, err
	}
	var items []guideItem
	for _, name := range names {
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		item, err := guideArticle(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		item.ID = "guide/" + strings.TrimSuffix(strings.TrimPrefix(name, "docs/guide/"), ".md")
		items = append(items, item)
	}
	return json.Marshal(map[string]any{
		"version":     "https://jsonfeed.org/version/1.1",
		"title":       "Guide to dateline",
		"description": "How to read news with dateline, one topic an article.",
		"items":       items,
	})
}

// guideArticle reads one file. It begins with a comment that contains the day of
// publication, and a heading, which is the title.
//
//	<!-- published: 2026-11-23 -->
//	# First steps
func guideArticle(source []byte) (guideItem, error) {
	head, rest, _ := strings.Cut(string(source), "\n")
	day, dated := strings.CutPrefix(head, "<!-- published: ")
	heading, text, _ := strings.Cut(strings.TrimLeft(rest, "\n"), "\n")
	title, titled := strings.CutPrefix(heading, "# ")
	if !dated || !titled {
		return guideItem{}, fmt.Errorf("must begin with <!-- published: YYYY-MM-DD --> and # Title")
	}
	var html bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(text), &html); err != nil {
		return guideItem{}, err
	}
	return guideItem{
		Title:     title,
		HTML:      html.String(),
		Published: strings.TrimSuffix(day, " -->") + "T00:00:00Z",
	}, nil
}
