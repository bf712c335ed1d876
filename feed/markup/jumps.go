package markup

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// JumpTarget returns the id of the place to which a link in [SafeHTML] leads in the same
// article; empty if the link leads elsewhere.
func JumpTarget(href string) string {
	fragment, ok := strings.CutPrefix(href, "#")
	if !ok {
		return ""
	}
	if id, err := url.PathUnescape(fragment); err == nil {
		return id
	}
	return fragment
}

// findPlaces notes the ids in the body to which a link of it may lead.
func (s *sanitizer) findPlaces(root *html.Node) {
	jumps := false
	for n := range root.Descendants() {
		if n.DataAtom == atom.A && strings.Contains(NodeAttribute(n, "href"), "#") {
			jumps = true
			break
		}
	}
	if !jumps {
		return
	}
	s.places = make(map[string]bool)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		s.places[cleanID(NodeAttribute(n, "id"))] = true
		if n.DataAtom == atom.A {
			s.places[cleanID(NodeAttribute(n, "name"))] = true
		}
	}
	delete(s.places, "")
}

// jump returns the address of a link that leads to a place in the body: # and the id.
// inside reports whether the link says that it does: if the place is missing then, the link
// leads nowhere, because the text may stand on another page than its base.
func (s *sanitizer) jump(href string) (address string, inside bool) {
	href = strings.TrimSpace(href)
	at := strings.IndexByte(href, '#')
	if at < 0 {
		return "", false
	}
	inside = at == 0
	if !inside {
		page, _, _ := strings.Cut(s.base, "#")
		if page == "" || text.Resolve(s.base, href[:at]) != page {
			return "", false
		}
	}
	id := cleanID(JumpTarget(href[at:]))
	if !s.places[id] {
		return "", inside
	}
	return (&url.URL{Fragment: id}).String(), inside
}
