package find

import (
	"dateline/feed/text"
	"errors"
	"fmt"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// CheckSelector says what is wrong with a CSS selector, or a list of them parted
// by commas, in a fragment of a sentence; nil when it can be used.
func CheckSelector(s string) error {
	_, err := parseSelectors([]string{s})
	return err
}

// parseSelectors makes one matcher of selectors; nil when there are none.
func parseSelectors(selectors []string) (group cascadia.SelectorGroup, err error) {
	for _, s := range selectors {
		if strings.TrimSpace(s) == "" {
			return nil, errors.New("a selector is empty")
		}
		part, err := cascadia.ParseGroup(s)
		if err != nil {
			return nil, fmt.Errorf("%q is no CSS selector: %s", text.Clean(s), text.Clean(err.Error()))
		}
		group = append(group, part...)
	}
	return group, nil
}

// dropMatches takes out of a page what selectors name.
func dropMatches(page *html.Node, drop cascadia.SelectorGroup) {
	if drop == nil {
		return
	}
	for _, n := range cascadia.QueryAll(page, drop) {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// keepMatches returns what selectors name, in the order of the page, and nothing
// that stands inside another of them.
func keepMatches(page *html.Node, keep cascadia.SelectorGroup) []*html.Node {
	if keep == nil {
		return nil
	}
	var out []*html.Node
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode && keep.Match(c) {
				out = append(out, c)
				continue
			}
			walk(c)
		}
	}
	walk(page)
	return out
}
