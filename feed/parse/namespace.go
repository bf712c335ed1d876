package parse

import (
	"dateline/feed/text"
	"strings"
)

// declare puts the namespaces of one start tag into scope.
func (n *normalizer) declare(attrs []text.XMLAttr) {
	for _, a := range attrs {
		if a.Name == "xmlns" {
			n.spaces = append(n.spaces, namespace{uri: namespaceKey(a.Value)})
		} else if prefix, found := strings.CutPrefix(a.Name, "xmlns:"); found {
			n.spaces = append(n.spaces, namespace{prefix: prefix, uri: namespaceKey(a.Value)})
		}
	}
}

func (n *normalizer) lookup(prefix string) string {
	for i := len(n.spaces) - 1; i >= 0; i-- {
		if n.spaces[i].prefix == prefix {
			return n.spaces[i].uri
		}
	}
	return ""
}

// name is the name that an element gets in the output: none but its local name
// when it belongs to the feed's own vocabulary, else with the usual prefix of
// its namespace, else with the one it was written with.
func (n *normalizer) name(written string) string {
	prefix, _, found := strings.Cut(written, ":")
	if !found {
		prefix = ""
	}
	local := localName(written)
	if local == "" {
		local = "unknown"
	}
	uri := n.lookup(prefix)
	known := canonicalPrefix(uri)
	switch {
	case uri == "" && prefix == "", native(uri), uri != "" && uri == n.rootNS && (known == "" || known == "atom" || known == "rdf"):
		return local
	case n.atom && known == "atom":
		return local
	case known != "":
		return known + ":" + local
	case uri == "" && (strings.EqualFold(prefix, "rss") || n.atom && strings.EqualFold(prefix, "atom")):
		return local
	}
	if prefix = localName(prefix); prefix == "" || prefix == ownPrefix {
		prefix = "unknown"
	}
	return prefix + ":" + local
}

// localName is the part after the prefix in lower case; empty when it is not
// made of ASCII letters, digits and marks, as every name that means something is.
func localName(written string) string {
	local := strings.ToLower(written[strings.LastIndexByte(written, ':')+1:])
	for i := range len(local) {
		c := local[i]
		if (c < 'a' || c > 'z') && c != '_' && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
			return ""
		}
	}
	return local
}

// namespaceKey folds the spellings under which one namespace is met.
func namespaceKey(uri string) string {
	uri = strings.ToLower(strings.TrimSpace(uri))
	uri = strings.TrimPrefix(strings.TrimPrefix(uri, "https://"), "http://")
	return strings.TrimRight(uri, "/#")
}

// native are the namespaces of RSS itself; most RSS has none.
func native(uri string) bool {
	switch uri {
	case "purl.org/rss/1.0", "channel.netscape.com/rdf/simple/0.9", "my.netscape.com/rdf/simple/0.9",
		"my.netscape.com/publish/formats/rss-0.9", "my.netscape.com/publish/formats/rss-0.91", "purl.org/net/rss1.1",
		"backend.userland.com/rss", "backend.userland.com/rss2", "backend.userland.com/rss091",
		"backend.userland.com/rss092", "blogs.law.harvard.edu/tech/rss", "cyber.law.harvard.edu/rss/rss.html",
		"www.rssboard.org/rss-specification":
		return true
	}
	return false
}

// canonicalPrefix is the usual prefix of a namespace, given its [namespaceKey].
func canonicalPrefix(key string) string {
	switch key {
	case "www.w3.org/2005/atom", "purl.org/atom/ns", "www.w3.org/2005/atom.xsd":
		return "atom"
	case "www.w3.org/1999/02/22-rdf-syntax-ns":
		return "rdf"
	case "purl.org/dc/elements/1.1", "purl.org/dc/elements/1.0":
		return "dc"
	case "purl.org/dc/terms":
		return "dcterms"
	case "purl.org/rss/1.0/modules/content":
		return "content"
	case "purl.org/rss/1.0/modules/slash":
		return "slash"
	case "purl.org/rss/1.0/modules/syndication":
		return "sy"
	case "purl.org/rss/1.0/modules/threading", "purl.org/syndication/thread/1.0":
		return "thr"
	case "wellformedweb.org/commentapi":
		return "wfw"
	case "www.itunes.com/dtds/podcast-1.0.dtd", "example.com/dtds/podcast-1.0.dtd":
		return "itunes"
	case "www.google.com/schemas/play-podcasts/1.0", "www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd":
		return "googleplay"
	case "podcastindex.org/namespace/1.0", "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md":
		return "podcast"
	case "search.yahoo.com/mrss", "search.yahoo.com/mrss/index.xml", "video.search.yahoo.com/mrss":
		return "media"
	case "rssnamespace.org/feedburner/ext/1.0":
		return "feedburner"
	case "www.w3.org/1999/xhtml":
		return "xhtml"
	}
	return ""
}
