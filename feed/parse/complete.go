package parse

import (
	"dateline/feed"
	"dateline/feed/text"
)

// Complete cleans an article that comes from a server and not from a document, and
// computes what [Parse] computes of an item: the key, the summary, the number of words, and
// whether there is a picture. So an article is the same whichever way it comes.
//
// Title is plain text, Author a name or several ones separated by commas, Body.Raw HTML,
// and the types of enclosures may be missing. Relative addresses are resolved against
// Body.Base; if it is empty, those in the text against the link. The marks and the ID
// stay as they are.
func Complete(a *feed.Article) {
	raw := rawItem{
		guid:       a.GUID,
		title:      a.Title,
		links:      []string{a.Link},
		comments:   []string{a.Comments},
		authors:    []string{a.Author},
		content:    htmlText{text.RemoveControls(a.Body.Raw), a.Body.Base},
		categories: a.Categories,
		base:       a.Body.Base,
	}
	for _, e := range a.Enclosures {
		if e.Type == "" {
			e.Type = guessType(e.URL, "")
		}
		e.Length, e.Duration = max(e.Length, 0), max(e.Duration, 0)
		raw.enclosures = append(raw.enclosures, e)
	}
	clean := raw.article()
	a.GUID, a.Title, a.Author = clean.GUID, clean.Title, clean.Author
	a.Link, a.Comments, a.Body = clean.Link, clean.Comments, clean.Body
	a.Categories, a.Enclosures = clean.Categories, clean.Enclosures
	a.Summary, a.Words, a.Image = clean.Summary, clean.Words, clean.Image
	a.Published, a.Updated = a.Published.UTC(), a.Updated.UTC()
	a.Identify()
}
