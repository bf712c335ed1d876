package markup

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/text"
)

// withSource returns the attributes of a picture with its own address as "src". A
// script would load it later, or a browser would choose it by its size. An
// ordinary "src" stays.
func withSource(attrs []html.Attribute) []html.Attribute {
	src := attribute(attrs, "src")
	hasOther := slices.ContainsFunc(attrs, func(a html.Attribute) bool {
		return a.Key == "srcset" || a.Key == "file" || strings.HasPrefix(a.Key, "data-") || strings.Contains(a.Key, "lazy")
	})
	if !hasOther || src != "" && !isPlaceholder(src) {
		return attrs
	}
	source := lazySource(attrs)
	if source == "" {
		source = largest(attribute(attrs, "srcset"))
	}
	if source == "" || source == src {
		return attrs
	}
	return withAttribute(slices.Clone(attrs), "src", source)
}

// lazySource returns the address that a script would load later, or "". Any other
// attribute that only scripts read counts if its value is the name of a picture.
func lazySource(attrs []html.Attribute) string {
	for _, key := range []string{"data-src", "data-lazy-src", "data-original", "data-lazy", "data-original-src", "data-orig-src",
		"data-actualsrc", "data-url", "data-full-url", "data-orig-file", "data-large-file", "data-hi-res-src", "data-cfsrc",
		"data-ezsrc", "data-echo", "data-lazyload", "data-img-src", "data-image", "nitro-lazy-src", "lazy-src", "file"} {
		if s := attribute(attrs, key); isWebReference(s) && !strings.ContainsAny(s, " {") {
			return s
		}
	}
	for _, key := range []string{"data-srcset", "data-lazy-srcset", "data-original-set", "nitro-lazy-srcset", "lazy-srcset", "data-ezsrcset"} {
		if s := largest(attribute(attrs, key)); isWebReference(s) {
			return s
		}
	}
	for _, a := range attrs {
		if strings.HasPrefix(a.Key, "data-") && isPictureName(a.Val) && !isPlaceholder(a.Val) {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// isPictureName reports whether s is an address whose file name is that of a
// picture.
func isPictureName(s string) bool {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || strings.ContainsAny(s, " {") {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif":
		return strings.Contains(s, "/")
	}
	return false
}

// isPlaceholder reports whether an address shows nothing until a script has loaded
// the picture: it is no web address, or its file is called so.
func isPlaceholder(src string) bool {
	src = strings.ToLower(strings.TrimSpace(src))
	if !isWebReference(src) {
		return true
	}
	u, _ := url.Parse(src)
	if strings.HasPrefix(u.Host, "via.placeholder.") || strings.HasPrefix(u.Host, "placehold") {
		return true
	}
	name := strings.TrimSuffix(path.Base(u.Path), path.Ext(u.Path))
	if len(name) == 1 && path.Ext(u.Path) == ".gif" {
		return true
	}
	weak, other := false, false
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return !text.IsWordRune(r) }) {
		switch part {
		case "placeholder", "spacer", "transparent", "lazyload", "lazyloading", "1x1", "spinner", "dummy", "lqip", "cleardot", "imgplaceholder":
			return true
		case "blank", "lazy", "pixel", "loading", "loader", "empty", "grey", "gray", "white", "black", "clear", "trans", "shim", "dot", "none":
			weak = true
		case "img", "image", "bg", "ajax", "small", "large", "thumb", "default":
		default:
			other = other || strings.Trim(part, "0123456789x") != ""
		}
	}
	return weak && !other
}

// isWebReference reports whether an address is absolute and of the web, or
// relative.
func isWebReference(address string) bool {
	address = strings.ToLower(strings.TrimSpace(address))
	u, err := url.Parse(address)
	return err == nil && address != "" && address[0] != '#' && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https")
}

// candidate is one picture of a srcset attribute.
type candidate struct{ url, descriptor string }

// readSrcset splits a srcset attribute (HTML section 4.8.4.2.1).
func readSrcset(set string) []candidate {
	const most = 64 // candidates
	var out []candidate
	for len(out) < most {
		set = strings.TrimLeft(set, " \t\n\r\f,")
		if set == "" {
			break
		}
		end := strings.IndexAny(set, " \t\n\r\f")
		if end < 0 {
			end = len(set)
		}
		address := set[:end]
		set = set[end:]
		if bare := strings.TrimRight(address, ","); bare != address {
			out = append(out, candidate{url: bare})
			continue
		}
		descriptor, rest, _ := strings.Cut(set, ",")
		set = rest
		out = append(out, candidate{address, strings.TrimSpace(descriptor)})
	}
	return out
}

// largest returns the address of the largest picture of a srcset attribute, or "".
func largest(set string) string {
	best, size := "", -1.0
	for _, c := range readSrcset(set) {
		n, err := strconv.ParseFloat(strings.TrimRight(c.descriptor, "wxh"), 64)
		if err != nil {
			n = 1
		}
		if n > size && c.url != "" {
			best, size = c.url, n
		}
	}
	return best
}

// resolveSrcset resolves the addresses of a srcset attribute. Each may have a
// descriptor.
func (s *sanitizer) resolveSrcset(set string) string {
	var out []string
	for _, c := range readSrcset(text.Clean(set)) {
		if ref := text.WebURL(s.base, c.url); ref != "" {
			out = append(out, strings.TrimSpace(ref+" "+c.descriptor))
		}
	}
	return strings.Join(out, ", ")
}

// setSource gives a picture its own address. If it has none, that of the first
// <source> beside it in a <picture> counts.
func setSource(n *html.Node) {
	n.Attr = withSource(n.Attr)
	src := NodeAttribute(n, "src")
	if n.Parent == nil || n.Parent.DataAtom != atom.Picture || src != "" && !isPlaceholder(src) {
		return
	}
	for c := range n.Parent.ChildNodes() {
		if c.DataAtom != atom.Source {
			continue
		}
		if found := attribute(withSource(c.Attr), "src"); found != "" {
			setAttribute(n, "src", found)
			return
		}
	}
}

// repeatsImage reports whether the <noscript> element n only repeats the picture
// beside it, for browsers without scripts. If only n knows the address of the
// picture, it removes the other one.
func repeatsImage(n *html.Node) bool {
	twin := onlyImage(n)
	if twin == nil {
		return false
	}
	if before := besideImage(n, func(n *html.Node) *html.Node { return n.PrevSibling }); before != nil {
		if src := attribute(withSource(before.Attr), "src"); !isPlaceholder(src) {
			return true
		}
		removeNode(before)
		return false
	}
	if after := besideImage(n, func(n *html.Node) *html.Node { return n.NextSibling }); after != nil {
		src := attribute(withSource(after.Attr), "src")
		if src == attribute(withSource(twin.Attr), "src") {
			return true
		}
		if isPlaceholder(src) {
			removeNode(after)
		}
	}
	return false
}

// besideImage returns the picture beside n, or nil. step leads to the next node.
func besideImage(n *html.Node, step func(*html.Node) *html.Node) *html.Node {
	for n = step(n); n != nil && n.Type == html.TextNode && text.IsBlank(n.Data); n = step(n) {
	}
	if n == nil || n.DataAtom != atom.Img {
		return nil
	}
	return n
}

// onlyImage returns the picture that is all of n, or nil.
func onlyImage(n *html.Node) *html.Node {
	var image *html.Node
	for c := range n.Descendants() {
		switch {
		case c.DataAtom == atom.Img && image == nil:
			image = c
		case c.Type != html.TextNode || !text.IsBlank(c.Data):
			return nil
		}
	}
	return image
}
