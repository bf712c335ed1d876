package feed

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"dateline/feed/text"
)

// CanonicalLink returns the same text for all addresses of one story: with http or https,
// www, mobile and AMP pages, with or without tracking parameters and session numbers. Use the
// result only for comparing, because it may not be a working address. It is empty if the link
// is empty, a site's front page, or not an http or https address. An anchor is part of
// it, unless the anchor is known to say nothing, such as "#respond". Package cache joins
// items into stories by [StoryPage] and by [StoryTitle].
func CanonicalLink(link string) string {
	page, anchor := canonicalAddress(link)
	return page + anchor
}

// StoryPage returns the [CanonicalLink] without the anchor of a part of the page. Items
// with the same page can be one story if [DifferentParts] does not say otherwise. Of a part
// of a front page it is the whole canonical link, because a front page says nothing.
func StoryPage(link string) string {
	page, anchor := canonicalAddress(link)
	if strings.Contains(strings.TrimPrefix(page, "https://"), "/") || strings.ContainsAny(page, "?#") {
		return page
	}
	return page + anchor
}

// DifferentParts reports whether the links of two items lead to different parts of one
// page, such as two versions in a list of changes. A part and the whole page are
// different, too, unless the items have the same title.
func DifferentParts(a, b Item) bool {
	page, anchor := canonicalAddress(a.Link)
	otherPage, other := canonicalAddress(b.Link)
	if page != otherPage || anchor == other {
		return false
	}
	title := text.IndexText(a.Title)
	return anchor != "" && other != "" || title == "" || title != text.IndexText(b.Title)
}

// canonicalAddress returns the two parts of a canonical link: the page with a route or a
// comment, and the anchor of another part of the page.
func canonicalAddress(link string) (page, anchor string) {
	u := parseWebPage(WithoutSession(link))
	for range 2 {
		if original := ampOriginal(u); original != nil {
			u = original
		}
	}
	if u == nil {
		return "", ""
	}
	path := canonicalPath(u.EscapedPath())
	query := canonicalQuery(u.RawQuery, path)
	fragment, isPage := canonicalFragment(u.EscapedFragment())
	if path == "/" {
		path = ""
	}
	if path+query+fragment == "" {
		return "", ""
	}
	page = "https://" + canonicalHost(u) + path + query
	if isPage {
		return page + fragment, ""
	}
	return page, fragment
}

// parseWebPage parses an http or https address. It returns nil for any other text.
func parseWebPage(link string) *url.URL {
	u, err := url.Parse(text.EncodeURL(strings.TrimSpace(link)))
	if err != nil || strings.Trim(u.Hostname(), ".") == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	return u
}

// ampOriginal returns the address of the page that an AMP cache shows at u, or nil if u is
// not in an AMP cache. Such addresses look like google.com/amp/s/HOST/… and
// cdn.ampproject.org/c/s/HOST/….
func ampOriginal(u *url.URL) *url.URL {
	if u == nil {
		return nil
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	rest, isCached := u.EscapedPath(), false
	switch {
	case host == "cdn.ampproject.org" || strings.HasSuffix(host, ".cdn.ampproject.org"):
		for _, kind := range []string{"/c/", "/v/"} {
			if after, found := strings.CutPrefix(rest, kind); found {
				rest, isCached = after, true
				break
			}
		}
	case strings.HasPrefix(host, "google.") || host == "bing.com":
		rest, isCached = strings.CutPrefix(rest, "/amp/")
	}
	if !isCached {
		return nil
	}
	rest = strings.TrimPrefix(rest, "s/")
	if u.RawQuery != "" {
		rest += "?" + u.RawQuery
	}
	original := parseWebPage("https://" + rest)
	if original == nil || !strings.Contains(original.Host, ".") {
		return nil
	}
	return original
}

// canonicalHost returns the host in ASCII, without labels such as www and without a
// default port.
func canonicalHost(u *url.URL) string {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	labels := strings.Split(host, ".")
	for len(labels) > 2 && slices.Contains(displayLabels, labels[0]) {
		labels = labels[1:]
	}
	// Wikipedia's mobile host is en.m.wikipedia.org.
	if len(labels) > 3 && labels[1] == "m" {
		labels = slices.Delete(labels, 1, 2)
	}
	host = strings.Join(labels, ".")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// displayLabels are first labels of a host that select the layout of the page.
var displayLabels = []string{"www", "m", "mobile", "amp"}

// indexPages are the names of files that a server sends for a folder.
var indexPages = []string{"index.html", "index.htm", "index.php"}

// canonicalPath returns the path without index pages and without the parts that select the
// AMP layout.
func canonicalPath(p string) string {
	parts := strings.Split(strings.Trim(path.Clean("/"+canonicalEscapes(p)), "/"), "/")
	if last := len(parts) - 1; slices.Contains(indexPages, parts[last]) {
		parts = parts[:last]
	}
	if last := len(parts) - 1; last > 0 && (parts[last] == "amp" || parts[last] == "amp.html") {
		parts = parts[:last]
	}
	if len(parts) > 1 && parts[0] == "amp" {
		parts = parts[1:]
	}
	if last := len(parts) - 1; last >= 0 {
		name := strings.TrimSuffix(parts[last], ".amp")
		if stem, found := strings.CutSuffix(name, ".amp.html"); found {
			name = stem + ".html"
		}
		parts[last] = name
	}
	return "/" + strings.Join(parts, "/")
}

// canonicalQuery returns the query with sorted parameters, without the irrelevant ones.
// page is the canonical path.
func canonicalQuery(query, page string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, value = canonicalEscapes(name), canonicalEscapes(value)
		if name == "" || isIrrelevantParam(strings.ToLower(name), strings.ToLower(value), page) {
			continue
		}
		if value != "" {
			name += "=" + value
		}
		kept = append(kept, name)
	}
	if len(kept) == 0 {
		return ""
	}
	slices.Sort(kept)
	return "?" + strings.Join(slices.Compact(kept), "&")
}

// isIrrelevantParam reports whether a parameter does not select the content of the page.
// name and value must be in lower case.
func isIrrelevantParam(name, value, page string) bool {
	if slices.Contains(trackingParams, name) || slices.ContainsFunc(trackingPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return true
	}
	switch name {
	case "amp":
		return true
	case "outputtype", "output":
		return value == "amp"
	case "m":
		// On Blogger it selects the mobile page. Elsewhere it may be a month.
		return (value == "1" || value == "0") && strings.HasSuffix(page, ".html")
	case "cmp":
		// A campaign has a name. A number may be a company or a page.
		return strings.ContainsFunc(value, unicode.IsLetter)
	}
	if !slices.Contains(refererParams, name) {
		return false
	}
	first, _, _ := strings.Cut(strings.NewReplacer("_", "-", ".", "-").Replace(value), "-")
	return slices.Contains(refererValues, first) || strings.HasPrefix(first, "rss")
}

// trackingPrefixes are prefixes of names of parameters that are only for statistics.
var trackingPrefixes = []string{"utm_", "mtm_", "pk_", "piwik_", "at_", "ns_", "hsa_", "vero_", "amp_", "guce_", "elq"}

// trackingParams are names of parameters that are only for statistics.
var trackingParams = []string{
	"fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id", "igshid", "igsh",
	"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "oly_anon_id", "oly_enc_id", "ck_subscriber_id",
	"_ga", "_gl", "usqp", "xtor", "cmpid", "icid", "ncid", "ocid", "smid", "s_cid", "sc_cid", "wt_mc", "wt.mc_id", "wt_zmc", "ftag", "mbid", "tpcc", "srnd", "sref",
	"ref_src", "ref_url", "traffic_source", "spm", "sr_share", "guccounter", "wprov", "maca", "emc", "rss", "echobox",
}

// refererParams are names of parameters that name the page with the link, if their value
// starts with one of refererValues. With other values they may mean anything.
var refererParams = []string{"ref", "source", "src", "from", "via", "partner", "referrer", "feature"}

// refererValues are the first words of values that stand for a feed or a large site.
var refererValues = []string{
	"feed", "feeds", "atom", "newsletter", "email", "share", "social", "twitter", "facebook", "linkedin", "reddit", "hn", "hackernews", "hackernewsletter",
	"producthunt", "mastodon", "bluesky", "telegram", "whatsapp", "instagram", "youtu", "google", "googlenews", "flipboard", "feedly", "inoreader", "lobsters",
}

// canonicalFragment returns the fragment if it selects other content. isPage reports whether
// that is a page of its own: a route of a web application, or a comment of a discussion. Any
// other fragment is a part of a page.
func canonicalFragment(fragment string) (f string, isPage bool) {
	// A fragment directive, such as ":~:text=word", only highlights.
	f, _, _ = strings.Cut(canonicalEscapes(fragment), ":~:")
	route := strings.TrimPrefix(f, "!")
	if len(route) < len(f) || strings.HasPrefix(f, "/") {
		if strings.Trim(route, "/") == "" {
			return "", false
		}
		page, query, found := strings.Cut(f, "?")
		if found {
			page += canonicalQuery(query, page)
		}
		return "#" + page, true
	}
	name := strings.TrimRight(f, "0123456789")
	word := strings.ToLower(strings.TrimRight(name, "-_"))
	switch {
	case name != f && slices.Contains(commentAnchors, word):
		return "#" + f, true
	case strings.Contains(f, "="):
		if query := canonicalQuery(strings.TrimPrefix(f, "?"), ""); query != "" {
			return "#" + query[len("?"):], false
		}
		return "", false
	case f == "" || slices.Contains(emptyAnchors, strings.ToLower(f)), name != f && word == "more", isShareMark(f):
		return "", false
	}
	return "#" + f, false
}

// commentAnchors are the words before the number in the anchor of a comment.
var commentAnchors = []string{"", "c", "comment", "issuecomment", "discussioncomment", "discussion_r", "p", "post", "msg", "reply", "answer"}

// emptyAnchors are anchors that lead to the page itself: its beginning, its text, its
// comments, or nothing. They are in lower case.
var emptyAnchors = []string{
	"top", "page-top", "pagetop", "back-to-top", "main", "main-content", "maincontent", "content", "skip", "jump", "more", "readmore", "read-more", "continue",
	"respond", "comment", "comments", "comment-form", "commentform", "comment-list", "commentlist", "comment-section", "comments-section", "comments-area",
	"add-comment", "addcomment", "leave-a-comment", "leave-comment", "postcomment", "post-comment", "reply", "replies", "reply-title", "disqus_thread", "disqus",
	"rss", "feed", "atom", "xtor", "ref", "_", "_=_", "close", "void", "null", "undefined",
}

// isShareMark reports whether a fragment was added by a button that counts how often an
// address is shared or copied: AddThis writes ".VDHyXvldWSo", Tynt "ixzz3AbCdEfGh", ShareThis
// "sthash.AbCd.dpbs".
func isShareMark(f string) bool {
	return strings.HasPrefix(f, ".") || strings.HasPrefix(f, "ixzz") || strings.HasPrefix(f, "sthash.")
}

// canonicalEscapes percent-encodes bytes that are not printable ASCII, and decodes all
// other escapes except those of "%" and the delimiters of a URL.
func canonicalEscapes(s string) string {
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && text.BeginsWithEscape(s[i:]) {
			c = hexValue(s[i+1])<<4 | hexValue(s[i+2])
			i += 2
			if c == '%' || strings.IndexByte("/?#&=+;", c) >= 0 {
				out = append(out, '%', hex[c>>4], hex[c&15])
				continue
			}
		}
		if c <= ' ' || c >= 0x7F {
			out = append(out, '%', hex[c>>4], hex[c&15])
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}

// hexValue returns the value of a hexadecimal digit.
func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// StoryTitle returns the title in the form of [text.IndexText]. It is empty if the title
// is so short that different stories may have it: a title needs four words and twenty
// letters. In scripts without spaces, such as Chinese or Thai, a character counts as a
// part of a word and as one or three letters.
func StoryTitle(title string) string {
	const word = 10 // words are counted in tenths
	s := text.IndexText(title)
	words, letters := 0, 0
	for token := range strings.FieldsSeq(s) {
		runes := []rune(token)
		switch {
		case len(runes) > 1 || !text.IsUnspaced(runes[0]):
			words += word
			letters += len(runes)
		case unicode.In(runes[0], unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			words += word / 5
			letters++
		default:
			words += word / 2
			letters += 3
		}
	}
	if words < 4*word || letters < 20 {
		return ""
	}
	return s
}
