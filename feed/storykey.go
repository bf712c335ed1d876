package feed

import (
	"dateline/feed/text"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// CanonicalLink writes the addresses under which one story is published (http
// and https, www, mobile and AMP pages, with tracking parameters or without)
// in one way, for comparing only: it need not lead anywhere. It is empty for a
// link that says nothing about a story: none, a site's front page, or one that
// is not http.
func CanonicalLink(link string) string {
	u := parseWebPage(link)
	for range 2 {
		if of := ampOriginal(u); of != nil {
			u = of
		}
	}
	if u == nil {
		return ""
	}
	page := canonicalPath(u.EscapedPath())
	query := canonicalQuery(u.RawQuery, page)
	route := canonicalFragment(u.EscapedFragment())
	if page == "/" {
		page = ""
	}
	if page+query+route == "" {
		return ""
	}
	return "https://" + canonicalHost(u) + page + query + route
}

// parseWebPage parses the address of a page; nil when it is none.
func parseWebPage(link string) *url.URL {
	u, err := url.Parse(text.EncodeURL(strings.TrimSpace(link)))
	if err != nil || strings.Trim(u.Hostname(), ".") == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	return u
}

// ampOriginal is the page that an AMP cache shows at u; nil when u is in none:
// google.com/amp/s/HOST/…, cdn.ampproject.org/c/s/HOST/…
func ampOriginal(u *url.URL) *url.URL {
	if u == nil {
		return nil
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	rest, isCached := u.EscapedPath(), false
	switch {
	case host == "cdn.ampproject.org" || strings.HasSuffix(host, ".cdn.ampproject.org"):
		for _, kind := range []string{"/c/", "/v/"} {
			if of, found := strings.CutPrefix(rest, kind); found {
				rest, isCached = of, true
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
	of := parseWebPage("https://" + rest)
	if of == nil || !strings.Contains(of.Host, ".") {
		return nil
	}
	return of
}

// canonicalHost leaves out what tells editions of one site apart.
func canonicalHost(u *url.URL) string {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	labels := strings.Split(host, ".")
	for len(labels) > 2 && slices.Contains(displayLabels, labels[0]) {
		labels = labels[1:]
	}
	// en.m.wikipedia.org
	if len(labels) > 3 && labels[1] == "m" {
		labels = slices.Delete(labels, 1, 2)
	}
	host = strings.Join(labels, ".")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// displayLabels are the first parts of a host that say how a page is shown.
var displayLabels = []string{"www", "m", "mobile", "amp"}

// indexPages are what a server shows for a folder.
var indexPages = []string{"index.html", "index.htm", "index.php"}

// canonicalPath is the path without what says how the page is shown.
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

// canonicalQuery is the query, sorted, without the parameters that say how the
// reader came to the page or how it is shown.
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

// isIrrelevantParam says that a parameter does not choose what the page is about.
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
		// Blogger's mobile pages; elsewhere m may be a month.
		return (value == "1" || value == "0") && strings.HasSuffix(page, ".html")
	case "cmp":
		// A campaign has a name; a number may be a company or a page.
		return strings.ContainsFunc(value, unicode.IsLetter)
	}
	if !slices.Contains(refererParams, name) {
		return false
	}
	first, _, _ := strings.Cut(strings.NewReplacer("_", "-", ".", "-").Replace(value), "-")
	return slices.Contains(refererValues, first) || strings.HasPrefix(first, "rss")
}

// trackingPrefixes begin the names of parameters that only count readers.
var trackingPrefixes = []string{"utm_", "mtm_", "pk_", "piwik_", "at_", "ns_", "hsa_", "vero_", "amp_", "guce_", "elq"}

// trackingParams are names of parameters that only count readers.
var trackingParams = []string{
	"fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id", "igshid", "igsh",
	"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "oly_anon_id", "oly_enc_id", "ck_subscriber_id",
	"_ga", "_gl", "usqp", "xtor", "cmpid", "icid", "ncid", "ocid", "smid", "s_cid", "sc_cid", "wt_mc", "wt.mc_id", "wt_zmc", "ftag", "mbid", "tpcc", "srnd", "sref",
	"ref_src", "ref_url", "traffic_source", "spm", "sr_share", "guccounter", "wprov", "maca", "emc", "rss",
}

// refererParams are names of parameters that tell where a reader comes from, if the
// value is one of sites, and may mean anything else otherwise.
var refererParams = []string{"ref", "source", "src", "from", "via", "partner", "referrer", "feature"}

// refererValues begin the values by which links say that they are followed from a feed
// or from one of the large sites.
var refererValues = []string{
	"feed", "feeds", "atom", "newsletter", "email", "share", "social", "twitter", "facebook", "linkedin", "reddit", "hn", "hackernews", "hackernewsletter",
	"producthunt", "mastodon", "bluesky", "telegram", "whatsapp", "instagram", "youtu", "google", "googlenews", "flipboard", "feedly", "inoreader", "lobsters",
}

// canonicalFragment keeps what makes another page: a route of a page that is a
// program, or one comment or post of a discussion.
func canonicalFragment(fragment string) string {
	f := canonicalEscapes(fragment)
	if strings.HasPrefix(f, "!") || strings.HasPrefix(f, "/") && f != "/" {
		return "#" + f
	}
	name := strings.TrimRight(f, "0123456789")
	if name != f && slices.Contains(commentAnchors, strings.ToLower(strings.TrimRight(name, "-_"))) {
		return "#" + f
	}
	return ""
}

// commentAnchors come before the number of one remark in a discussion.
var commentAnchors = []string{"", "c", "comment", "issuecomment", "discussioncomment", "discussion_r", "p", "post", "msg", "reply", "answer"}

// canonicalEscapes percent-encodes what is not ASCII, and of the rest only what
// would mean something else as it stands.
func canonicalEscapes(s string) string {
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && text.IsEscape(s[i:]) {
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

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// StoryTitle is the title as [text.IndexText] has it, or empty when too many
// stories could be called that: it takes four words and twenty letters, or as
// much in scripts that say a word in a character or two.
func StoryTitle(title string) string {
	const word = 10
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
