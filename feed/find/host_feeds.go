package find

import (
	"bytes"
	"net/url"
	gopath "path"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/text"
)

// HostFeeds returns feeds that belong to a page but that the page does not announce. It
// derives their addresses for some well-known hosts, and for hosts with some well-known
// software. page is the HTML at pageURL. If page is nil, only the address is used. Nothing
// is fetched, so a feed may not exist or may be empty. If pageURL is the address of a feed
// file, it returns nil.
func HostFeeds(pageURL string, page []byte) []feed.Candidate {
	u, err := url.Parse(pageURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || isFeedFile(u.Path) {
		return nil
	}
	facts := readFacts(page)
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	matched := map[string]bool{} // by hostRule.hosts
	var found []feed.Candidate
	for _, rule := range hostRules {
		if matched[rule.hosts] || !rule.matchesHost(host, facts) {
			continue
		}
		values, ok := rule.matchURL(u)
		if !ok || rule.needs != "" && facts.values[rule.needs] == "" {
			continue
		}
		matched[rule.hosts] = true
		for name, value := range facts.values {
			values[name] = value
		}
		for _, f := range rule.feeds {
			address := expandURL(f.url, values)
			if strings.HasPrefix(address, "/") {
				address = u.Scheme + "://" + u.Host + address
			}
			if !slices.ContainsFunc(found, func(c feed.Candidate) bool { return c.URL == address }) {
				found = append(found, feed.Candidate{URL: address, Title: text.Clean(fillPattern(rule.title, values, unescaped)), Type: f.kind, Note: f.note})
			}
		}
	}
	return found
}

// isFeedFile reports whether a path has the extension of a feed file.
func isFeedFile(path string) bool {
	return slices.Contains([]string{".atom", ".rss", ".rdf", ".xml"}, strings.ToLower(gopath.Ext(path)))
}

// hostRule describes the feeds of a host's pages. If several rules have the same hosts,
// only the first match is used.
type hostRule struct {
	// hosts lists host names, separated by spaces. "*.name" means all subdomains of a
	// name, "+software" all pages made with that software.
	hosts string
	// path is a pattern for the path. In a segment {name} stands for any text and
	// {#name} for digits. {name*} stands for the rest of the path, ** for any rest.
	// Both end the pattern. After a question mark one parameter can be required.
	path string
	// not lists values that the first segment must not have, separated by spaces.
	not string
	// needs is the value that the page must contain: "channel" or "root". If it is
	// empty, the page is not needed.
	needs string
	// title is the pattern of the feeds' titles. It may be empty.
	title string
	feeds []hostFeed
}

// hostFeed is a feed of a rule. url is a pattern. Without a host in it, the feed is on the
// page's own host.
type hostFeed struct{ url, kind, note string }

// matchesHost reports whether the rule is for a host or for the page's software.
func (r hostRule) matchesHost(host string, facts pageFacts) bool {
	for name := range strings.FieldsSeq(r.hosts) {
		if software, ok := strings.CutPrefix(name, "+"); ok {
			if facts.software == software {
				return true
			}
			continue
		}
		if suffix, ok := strings.CutPrefix(name, "*"); ok && strings.HasSuffix(host, suffix) && len(host) > len(suffix) || host == name {
			return true
		}
	}
	return false
}

// matchURL reports whether a URL matches the pattern, and returns the values of the names
// in the pattern.
func (r hostRule) matchURL(u *url.URL) (map[string]string, bool) {
	path, query, _ := strings.Cut(r.path, "?")
	segments := pathSegments(u)
	if len(segments) > 0 && slices.Contains(strings.Fields(r.not), strings.ToLower(segments[0])) {
		return nil, false
	}
	values := map[string]string{}
	if key, want, ok := strings.Cut(query, "="); ok && !matchSegment(want, u.Query().Get(key), values) {
		return nil, false
	}
	for want := range strings.FieldsFuncSeq(path, isSlash) {
		switch {
		case want == "**":
			return values, true
		case len(segments) == 0:
			return nil, false
		case strings.HasSuffix(want, "*}"):
			values[want[1:len(want)-2]] = strings.Join(segments, "/")
			return values, true
		case !matchSegment(want, segments[0], values):
			return nil, false
		}
		segments = segments[1:]
	}
	return values, len(segments) == 0
}

func isSlash(r rune) bool { return r == '/' }

// pathSegments returns the decoded segments of a path. If a segment is "." or ".." or has
// an encoded slash, it returns one empty segment, which matches no pattern.
func pathSegments(u *url.URL) []string {
	var segments []string
	for s := range strings.FieldsFuncSeq(u.EscapedPath(), isSlash) {
		s, err := url.PathUnescape(s)
		if err != nil || s == "." || s == ".." || strings.Contains(s, "/") {
			return []string{""}
		}
		segments = append(segments, s)
	}
	return segments
}

// matchSegment reports whether a segment matches the pattern "text", "{name}" or
// "text{name}", and sets the value of the name.
func matchSegment(want, got string, values map[string]string) bool {
	prefix, name, ok := strings.Cut(want, "{")
	if !ok {
		return got == want
	}
	value, ok := strings.CutPrefix(got, prefix)
	// A name with an @ belongs to an account on another host.
	if !ok || value == "" || strings.Contains(value, "@") {
		return false
	}
	name = strings.TrimSuffix(name, "}")
	if digits, ok := strings.CutPrefix(name, "#"); ok {
		values[digits] = value
		return strings.Trim(value, "0123456789") == ""
	}
	values[name] = value
	return true
}

// expandURL returns an address with the values of its names, encoded for the path or the
// query.
func expandURL(pattern string, values map[string]string) string {
	path, query, ok := strings.Cut(pattern, "?")
	address := fillPattern(path, values, func(s string) string {
		if strings.Contains(s, "://") {
			return s // the root of a WordPress; no path segment contains two slashes
		}
		parts := strings.Split(s, "/")
		for i, p := range parts {
			parts[i] = url.PathEscape(p)
		}
		return strings.Join(parts, "/")
	})
	if ok {
		address += "?" + fillPattern(query, values, url.QueryEscape)
	}
	return address
}

// unescaped returns s. It is the encoding of titles.
func unescaped(s string) string { return s }

// fillPattern replaces each {name} in a pattern by its encoded value.
func fillPattern(pattern string, values map[string]string, encode func(string) string) string {
	var b strings.Builder
	for {
		text, rest, ok := strings.Cut(pattern, "{")
		b.WriteString(text)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(encode(values[name]))
		pattern = after
	}
}

// pageFacts holds what the rules need to know about a page.
type pageFacts struct {
	// software is the lower-case name of the software that made the page. Empty if
	// unknown.
	software string
	// values may have "channel", the ID of a YouTube channel, and "root", the address
	// of a WordPress with a slash at the end.
	values map[string]string
}

// readFacts reads the facts about a page. page may be nil.
func readFacts(page []byte) pageFacts {
	facts := pageFacts{values: map[string]string{}}
	if len(page) == 0 {
		return facts
	}
	z := html.NewTokenizer(bytes.NewReader(page))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			name, more := z.TagName()
			facts.readTag(string(name), markup.TokenAttributes(z, more))
		}
	}
	if _, rest, ok := bytes.Cut(page, []byte(`"externalId":"`)); ok {
		id, _, _ := bytes.Cut(rest[:min(len(rest), 64)], []byte{'"'})
		facts.setChannel(string(id))
	}
	return facts
}

// readTag reads the facts in a start tag.
func (f *pageFacts) readTag(tag string, attrs []html.Attribute) {
	values := map[string]string{}
	for _, a := range attrs {
		values[a.Key] = strings.TrimSpace(a.Val)
	}
	switch {
	case tag == "meta" && strings.EqualFold(values["name"], "generator"):
		// The hosted variant of WordPress has the name WordPress.com.
		generator, _, _ := strings.Cut(strings.ToLower(values["content"]), " ")
		f.software = strings.TrimSuffix(generator, ".com")
	case tag == "div" && values["id"] == "mastodon":
		f.software = "mastodon"
	case tag == "meta" && (values["itemprop"] == "channelId" || values["itemprop"] == "identifier"):
		f.setChannel(values["content"])
	case tag == "link" && values["rel"] == "canonical":
		if _, id, ok := strings.Cut(values["href"], "youtube.com/channel/"); ok {
			f.setChannel(id)
		}
	case tag == "link" && values["rel"] == "https://api.w.org/":
		root, ok := strings.CutSuffix(values["href"], "wp-json/")
		if u, err := url.Parse(root); ok && err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			f.values["root"], _ = text.SafeURL(root)
		}
	}
}

// setChannel sets the value "channel" to id, if id looks like a YouTube channel and no
// earlier one did.
func (f *pageFacts) setChannel(id string) {
	const length = 24
	plain := func(r rune) bool {
		return r == '-' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	if f.values["channel"] == "" && len(id) == length && strings.HasPrefix(id, "UC") && strings.TrimFunc(id, plain) == "" {
		f.values["channel"] = id
	}
}

// hostRules are the known hosts. See [hostRule] for the patterns.
var hostRules = []hostRule{
	{hosts: "youtube.com m.youtube.com", path: "/channel/{id}/**", feeds: []hostFeed{
		{"https://www.youtube.com/feeds/videos.xml?channel_id={id}", "Atom", "videos"}}},
	{hosts: "youtube.com m.youtube.com", path: "/**?list=PL{list}", feeds: []hostFeed{
		{"https://www.youtube.com/feeds/videos.xml?playlist_id=PL{list}", "Atom", "playlist"}}},
	{hosts: "youtube.com m.youtube.com", path: "/user/{user}/**", title: "{user}", feeds: []hostFeed{
		{"https://www.youtube.com/feeds/videos.xml?user={user}", "Atom", "videos"}}},
	{hosts: "youtube.com m.youtube.com", path: "/@{name}/**", needs: "channel", title: "{name}", feeds: []hostFeed{
		{"https://www.youtube.com/feeds/videos.xml?channel_id={channel}", "Atom", "videos"}}},
	{hosts: "youtube.com m.youtube.com", path: "/c/{name}/**", needs: "channel", title: "{name}", feeds: []hostFeed{
		{"https://www.youtube.com/feeds/videos.xml?channel_id={channel}", "Atom", "videos"}}},
	{hosts: "vimeo.com", path: "/channels/{name}/**", title: "{name}", feeds: []hostFeed{
		{"https://vimeo.com/channels/{name}/videos/rss", "RSS", "videos"}}},
	{hosts: "vimeo.com", path: "/{#id}/**"},
	{hosts: "vimeo.com", path: "/{name}", not: vimeoPages, title: "{name}", feeds: []hostFeed{
		{"https://vimeo.com/{name}/videos/rss", "RSS", "videos"}}},

	{hosts: "github.com", path: "/{owner}/{repo}/commits/{branch*}", not: githubPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"https://github.com/{owner}/{repo}/commits/{branch}.atom", "Atom", "commits"},
		{"https://github.com/{owner}/{repo}/releases.atom", "Atom", "releases"},
		{"https://github.com/{owner}/{repo}/tags.atom", "Atom", "tags"}}},
	{hosts: "github.com", path: "/{owner}/{repo}/**", not: githubPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"https://github.com/{owner}/{repo}/releases.atom", "Atom", "releases"},
		{"https://github.com/{owner}/{repo}/tags.atom", "Atom", "tags"},
		{"https://github.com/{owner}/{repo}/commits.atom", "Atom", "commits"}}},
	{hosts: "github.com", path: "/{owner}", not: githubPages, title: "{owner}", feeds: []hostFeed{
		{"https://github.com/{owner}.atom", "Atom", "activity"}}},
	{hosts: "gitlab.com", path: "/{owner}/{repo}/-/commits/{branch*}", not: gitlabPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"https://gitlab.com/{owner}/{repo}/-/commits/{branch}?format=atom", "Atom", "commits"},
		{"https://gitlab.com/{owner}/{repo}/-/releases.atom", "Atom", "releases"},
		{"https://gitlab.com/{owner}/{repo}/-/tags?format=atom", "Atom", "tags"}}},
	{hosts: "gitlab.com", path: "/{owner}/{repo}/-/**", not: gitlabPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"https://gitlab.com/{owner}/{repo}/-/releases.atom", "Atom", "releases"},
		{"https://gitlab.com/{owner}/{repo}/-/tags?format=atom", "Atom", "tags"}}},
	{hosts: "gitlab.com", path: "/{owner}/{repo}", not: gitlabPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"https://gitlab.com/{owner}/{repo}/-/releases.atom", "Atom", "releases"},
		{"https://gitlab.com/{owner}/{repo}/-/tags?format=atom", "Atom", "tags"}}},
	{hosts: "gitlab.com", path: "/{owner}", not: gitlabPages, title: "{owner}", feeds: []hostFeed{
		{"https://gitlab.com/{owner}.atom", "Atom", "activity"}}},
	{hosts: "codeberg.org gitea.com", path: "/{owner}/{repo}/**", not: forgejoPages, title: "{owner}/{repo}", feeds: []hostFeed{
		{"/{owner}/{repo}/releases.rss", "RSS", "releases"},
		{"/{owner}/{repo}.rss", "RSS", "activity"}}},
	{hosts: "codeberg.org gitea.com", path: "/{owner}", not: forgejoPages, title: "{owner}", feeds: []hostFeed{
		{"/{owner}.rss", "RSS", "activity"}}},
	{hosts: "git.sr.ht", path: "/~{owner}/{repo}/**", title: "~{owner}/{repo}", feeds: []hostFeed{
		{"https://git.sr.ht/~{owner}/{repo}/refs/rss.xml", "RSS", "releases"},
		{"https://git.sr.ht/~{owner}/{repo}/log/rss.xml", "RSS", "commits"}}},

	{hosts: "reddit.com old.reddit.com new.reddit.com", path: "/r/{sub}/comments/{id}/**", title: "r/{sub}", feeds: []hostFeed{
		{"https://www.reddit.com/r/{sub}/comments/{id}/.rss", "Atom", "comments"},
		{"https://www.reddit.com/r/{sub}/.rss", "Atom", "posts"}}},
	{hosts: "reddit.com old.reddit.com new.reddit.com", path: "/r/{sub}/**", title: "r/{sub}", feeds: []hostFeed{
		{"https://www.reddit.com/r/{sub}/.rss", "Atom", "posts"}}},
	{hosts: "reddit.com old.reddit.com new.reddit.com", path: "/user/{user}/**", title: "u/{user}", feeds: []hostFeed{
		{"https://www.reddit.com/user/{user}/.rss", "Atom", "posts and comments"}}},
	{hosts: "reddit.com old.reddit.com new.reddit.com", path: "/u/{user}/**", title: "u/{user}", feeds: []hostFeed{
		{"https://www.reddit.com/user/{user}/.rss", "Atom", "posts and comments"}}},
	{hosts: stackExchange, path: "/questions/tagged/{tag}", title: "{tag}", feeds: []hostFeed{
		{"/feeds/tag/{tag}", "Atom", "questions"}}},
	{hosts: stackExchange, path: "/questions/{#id}/**", feeds: []hostFeed{
		{"/feeds/question/{id}", "Atom", "answers"},
		{"/feeds", "Atom", "all questions"}}},
	{hosts: stackExchange, path: "/questions", feeds: []hostFeed{
		{"/feeds", "Atom", "all questions"}}},
	{hosts: stackExchange, path: "/", feeds: []hostFeed{
		{"/feeds", "Atom", "all questions"}}},
	{hosts: "lobste.rs", path: "/t/{tags}", title: "{tags}", feeds: []hostFeed{
		{"https://lobste.rs/t/{tags}.rss", "RSS", "stories"}}},
	{hosts: "bsky.app", path: "/profile/{name}/**", title: "{name}", feeds: []hostFeed{
		{"https://bsky.app/profile/{name}/rss", "RSS", "posts"}}},
	{hosts: mastodon, path: "/@{name}/**", title: "@{name}", feeds: []hostFeed{
		{"/@{name}.rss", "RSS", "posts"}}},
	{hosts: mastodon, path: "/tags/{tag}", title: "#{tag}", feeds: []hostFeed{
		{"/tags/{tag}.rss", "RSS", "posts"}}},

	{hosts: "*.substack.com", path: "/**", feeds: []hostFeed{{"/feed", "RSS", "posts"}}},
	{hosts: "medium.com", path: "/@{user}/**", title: "@{user}", feeds: []hostFeed{
		{"https://medium.com/feed/@{user}", "RSS", "posts"}}},
	{hosts: "medium.com", path: "/tag/{tag}/**", title: "{tag}", feeds: []hostFeed{
		{"https://medium.com/feed/tag/{tag}", "RSS", "posts"}}},
	{hosts: "medium.com", path: "/{publication}/**", not: mediumPages, title: "{publication}", feeds: []hostFeed{
		{"https://medium.com/feed/{publication}", "RSS", "posts"}}},
	{hosts: "*.medium.com", path: "/**", feeds: []hostFeed{{"/feed", "RSS", "posts"}}},
	{hosts: "*.blogspot.com", path: "/**", feeds: []hostFeed{{"/feeds/posts/default", "Atom", "posts"}}},
	{hosts: "*.tumblr.com", path: "/**", feeds: []hostFeed{{"/rss", "RSS", "posts"}}},
	{hosts: "*.wordpress.com", path: "/**", feeds: []hostFeed{
		{"/feed/", "RSS", "posts"},
		{"/comments/feed/", "RSS", "comments"}}},
	{hosts: "buttondown.com buttondown.email", path: "/{name}/**", not: buttondownPages, title: "{name}", feeds: []hostFeed{
		{"/{name}/rss", "RSS", "posts"}}},

	{hosts: "arxiv.org", path: "/list/{category}/**", title: "{category}", feeds: []hostFeed{
		{"https://rss.arxiv.org/rss/{category}", "RSS", "papers"}}},
	{hosts: "pypi.org", path: "/project/{name}/**", title: "{name}", feeds: []hostFeed{
		{"https://pypi.org/rss/project/{name}/releases.xml", "RSS", "releases"}}},
	{hosts: "*.wikipedia.org", path: "/wiki/{title*}", title: "{title}", feeds: []hostFeed{
		{"/w/index.php?title={title}&action=history&feed=atom", "Atom", "changes to this page"}}},
	{hosts: "store.steampowered.com", path: "/app/{#id}/**", feeds: []hostFeed{
		{"https://store.steampowered.com/feeds/news/app/{id}", "RSS", "news"}}},
	{hosts: "*.itch.io", path: "/{game}/devlog/**", title: "{game}", feeds: []hostFeed{
		{"/{game}/devlog.rss", "RSS", "devlog"}}},

	{hosts: "+discourse", path: "/t/{slug}/{#id}/**", feeds: []hostFeed{
		{"/t/{slug}/{id}.rss", "RSS", "this topic"},
		{"/latest.rss", "RSS", "all topics"}}},
	{hosts: "+discourse", path: "/c/{slug}/{#id}/**", title: "{slug}", feeds: []hostFeed{
		{"/c/{slug}/{id}.rss", "RSS", "this category"},
		{"/latest.rss", "RSS", "all topics"}}},
	{hosts: "+discourse", path: "/**", feeds: []hostFeed{{"/latest.rss", "RSS", "all topics"}}},
	{hosts: "+ghost", path: "/**", feeds: []hostFeed{{"/rss/", "RSS", "posts"}}},
	{hosts: "+wordpress", path: "/**", needs: "root", feeds: []hostFeed{
		{"{root}feed/", "RSS", "posts"},
		{"{root}comments/feed/", "RSS", "comments"}}},
}

// Hosts that several rules share.
const (
	stackExchange = "stackoverflow.com *.stackoverflow.com serverfault.com superuser.com askubuntu.com mathoverflow.net *.stackexchange.com"
	mastodon      = "mastodon.social fosstodon.org hachyderm.io mas.to infosec.exchange +mastodon"
)

// First segments of paths that are pages of the host and not names of users.
const (
	vimeoPages      = "about api blog categories channels create enterprise features groups help join log_in manage ondemand search settings showcase solutions stock upgrade user watch"
	githubPages     = "about apps collections contact customer-stories dashboard enterprise events explore features gist issues join login logout marketplace new notifications organizations orgs pricing pulls readme search security sessions settings signup site solutions sponsors stars team topics trending users"
	gitlabPages     = "- admin api dashboard explore groups help profile projects public search snippets users"
	forgejoPages    = "- admin api assets explore issues milestones notifications org pulls repo user"
	mediumPages     = "_ about business creators explore feed jobs-at-medium m me membership new-story p plans policy search tag topic topics"
	buttondownPages = "about api archive blog changelog comparisons docs features help legal login pricing register resources settings use-cases"
)
