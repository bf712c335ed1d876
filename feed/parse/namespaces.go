package parse

import (
	"cmp"
	"strings"

	"dateline/feed/text"
)

// declareNamespaces adds the namespaces that a start tag declares.
func (r *xmlReader) declareNamespaces(attrs []text.XMLAttr) {
	const maxNamespaces = 500 // because each name is looked up among all
	for _, a := range attrs {
		if len(r.namespaces) >= maxNamespaces {
			return
		}
		if a.Name == "xmlns" {
			r.namespaces = append(r.namespaces, namespace{key: namespaceKey(a.Value)})
		} else if prefix, found := strings.CutPrefix(a.Name, "xmlns:"); found {
			r.namespaces = append(r.namespaces, namespace{prefix: prefix, key: namespaceKey(a.Value)})
		}
	}
}

// lookupNamespace returns the [namespaceKey] of a prefix, or "".
func (r *xmlReader) lookupNamespace(prefix string) string {
	for i := len(r.namespaces) - 1; i >= 0; i-- {
		if r.namespaces[i].prefix == prefix {
			return r.namespaces[i].key
		}
	}
	return ""
}

// qualifiedName returns the name by which an element is known here. It is the local
// name if the element belongs to the feed's own vocabulary. Otherwise it has the
// usual prefix of its namespace, or else the prefix in the document.
func (r *xmlReader) qualifiedName(written string) string {
	prefix, _, found := strings.Cut(written, ":")
	if !found {
		prefix = ""
	}
	local := localName(written)
	if local == "" {
		local = "unknown"
	}
	key := r.lookupNamespace(prefix)
	known := canonicalPrefix(key)
	switch {
	case key == "" && prefix == "", isRSSNamespace(key), key != "" && key == r.rootNamespace && (known == "" || known == "atom" || known == "rdf"):
		return local
	case r.isAtom && known == "atom":
		return local
	case known != "":
		return known + ":" + local
	case key == "" && (strings.EqualFold(prefix, "rss") || r.isAtom && strings.EqualFold(prefix, "atom")):
		return local
	}
	return cmp.Or(localName(prefix), "unknown") + ":" + local
}

// localName returns the part of a name after its prefix in lower case. It is ""
// unless it consists of ASCII letters, digits and marks, as all known names do.
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

// namespaceKey returns a namespace in the form that [canonicalPrefix] compares,
// because feeds write it in several ways.
func namespaceKey(uri string) string {
	uri = strings.ToLower(strings.TrimSpace(uri))
	uri = strings.TrimPrefix(strings.TrimPrefix(uri, "https://"), "http://")
	return strings.TrimRight(uri, "/#")
}

// mathNamespace is the [namespaceKey] of MathML.
const mathNamespace = "www.w3.org/1998/math/mathml"

// isRSSNamespace reports whether a namespace, given its [namespaceKey], is one
// of RSS itself. Most RSS has none.
func isRSSNamespace(key string) bool {
	switch key {
	case "purl.org/rss/1.0", "channel.netscape.com/rdf/simple/0.9", "my.netscape.com/rdf/simple/0.9",
		"my.netscape.com/publish/formats/rss-0.9", "my.netscape.com/publish/formats/rss-0.91", "purl.org/net/rss1.1",
		"backend.userland.com/rss", "backend.userland.com/rss2", "backend.userland.com/rss091",
		"backend.userland.com/rss092", "blogs.law.harvard.edu/tech/rss", "cyber.law.harvard.edu/rss/rss.html",
		"www.rssboard.org/rss-specification":
		return true
	}
	return false
}

// canonicalPrefix returns the usual prefix of a namespace, given its
// [namespaceKey], or "".
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
	case "podlove.org/simple-chapters":
		return "psc"
	case "rssnamespace.org/feedburner/ext/1.0":
		return "feedburner"
	case "www.w3.org/1999/xhtml":
		return "xhtml"
	}
	return ""
}

// namespace is a namespace in scope. key is its [namespaceKey].
type namespace struct{ prefix, key string }
