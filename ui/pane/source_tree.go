package pane

import (
	"slices"
	"strings"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// folder is a group of feeds: a tag, or a folder around the folders of tags.
type folder struct {
	// path is the tag of the folder, as it was first written.
	path  string
	depth int
	// feeds are the feeds with this tag, folders the folders inside this one. Both are
	// in the order of the configuration.
	feeds   []*feed.Feed
	folders []*folder
	// urls are the feeds of this folder and of those inside it, each once.
	urls []string
}

// label returns the name of the folder without the folders around it.
func label(path string) string {
	names := text.TagPath(path)
	return names[len(names)-1]
}

// tagTree are the folders of the local feeds or of an account.
type tagTree struct {
	roots    []*folder
	untagged []*feed.Feed
	// urls are all feeds, each once.
	urls []string
	// known holds all folders by their folded path, because a tag is the same in every
	// case. chains holds the folders of a tag, the outermost first, by the tag as it is
	// written.
	known  map[string]*folder
	chains map[string][]*folder
}

// newTagTree groups the feeds of an account, or the local ones, by their tags. A feed with
// two tags is in both folders.
func newTagTree(feeds []feed.Feed, account string) tagTree {
	t := tagTree{known: map[string]*folder{}, chains: map[string][]*folder{}}
	for i := range feeds {
		f := &feeds[i]
		if f.Account != account {
			continue
		}
		t.urls = append(t.urls, f.URL)
		if len(f.Tags) == 0 {
			t.untagged = append(t.untagged, f)
		}
		for _, tag := range f.Tags {
			t.add(f, tag)
		}
	}
	return t
}

// add adds a feed to the folders of a tag. Feeds are added one after the other, so a feed
// that is in a folder already is the last one there.
func (t *tagTree) add(f *feed.Feed, tag string) {
	chain := t.chain(tag)
	for _, in := range chain {
		if n := len(in.urls); n == 0 || in.urls[n-1] != f.URL {
			in.urls = append(in.urls, f.URL)
		}
	}
	in := chain[len(chain)-1]
	if n := len(in.feeds); n == 0 || in.feeds[n-1] != f {
		in.feeds = append(in.feeds, f)
	}
}

// chain returns the folders of a tag, the outermost first, and makes those that are missing.
func (t *tagTree) chain(tag string) []*folder {
	if chain, ok := t.chains[tag]; ok {
		return chain
	}
	var chain []*folder
	path := text.TagPath(tag)
	for depth, name := range path {
		key := text.Fold(strings.Join(path[:depth+1], "/"))
		in, ok := t.known[key]
		switch {
		case ok:
		case depth == 0:
			in = &folder{path: name}
			t.roots = append(t.roots, in)
		default:
			outer := chain[depth-1]
			in = &folder{path: outer.path + "/" + name, depth: depth}
			outer.folders = append(outer.folders, in)
		}
		t.known[key] = in
		chain = append(chain, in)
	}
	t.chains[tag] = chain
	return chain
}

// treeRows makes the rows of folders and feeds.
type treeRows struct {
	rows []Source
	// folded holds the paths of the folders whose feeds are not shown.
	folded map[string]bool
	// shows reports whether a row is shown. urls are its feeds.
	shows func(key string, urls []string) bool
	// beside reports whether there are accounts beside the local feeds.
	beside bool
	// account is the account whose rows are made; empty for local ones.
	account string
}

// group adds a gap and the rows that add adds, or nothing if there are no rows.
func (t *treeRows) group(key string, add func()) {
	before := len(t.rows)
	t.rows = append(t.rows, Source{Kind: KindGap, Key: key})
	if add(); len(t.rows) == before+1 {
		t.rows = t.rows[:before]
	}
}

// add adds the rows of a folder: its own feeds, then the folders inside it, so that a feed
// always stands below its own folder.
func (t *treeRows) add(f *folder) {
	row := Source{Kind: KindTag, Key: "tag:" + f.path, Name: f.path, Fold: f.path, Depth: f.depth, Feeds: f.urls}
	if t.account == "" {
		row.Query = localTagQuery(f.path, t.beside)
	} else {
		row.Key, row.Name, row.Depth, row.Account = AccountKey(t.account, f.path), t.account+"/"+f.path, f.depth+1, t.account
		row.Fold, row.Query = row.Key, accountQuery(t.account, f.path)
	}
	if !t.shows(row.Key, f.urls) {
		return
	}
	row.Folded = t.folded[row.Fold]
	t.rows = append(t.rows, row)
	if row.Folded {
		return
	}
	for _, own := range f.feeds {
		t.addFeed(own, f.path, row.Depth+1)
	}
	for _, inner := range f.folders {
		t.add(inner)
	}
}

// addAccount adds the rows of an account: its heading, its feeds without a folder, then its
// folders. An account that needs the user is shown although its feeds are hidden.
func (t *treeRows) addAccount(a feed.Account, tree tagTree) {
	key, problem := AccountKey(a.Name, ""), schedule.AccountProblem(a)
	if problem == "" && len(tree.urls) > 0 && !t.shows(key, tree.urls) {
		return
	}
	closed := t.folded[key]
	t.rows = append(t.rows, Source{
		Kind: KindAccount, Key: key, Name: a.Name, Account: a.Name, Fold: key, Folded: closed,
		Query: accountQuery(a.Name, ""), Feeds: tree.urls, Problem: text.Clean(problem),
	})
	if closed {
		return
	}
	t.account = a.Name
	for _, f := range tree.untagged {
		t.addFeed(f, "", 1)
	}
	for _, f := range tree.roots {
		t.add(f)
	}
	t.account = ""
}

// accounts returns the accounts that have rows: the known ones, and those that have feeds.
func (p *Sources) accounts() []feed.Account {
	all := slices.Clone(p.Accounts)
	for i := range p.Feeds {
		name := p.Feeds[i].Account
		if name != "" && !slices.ContainsFunc(all, func(a feed.Account) bool { return a.Name == name }) {
			all = append(all, feed.Account{Name: name})
		}
	}
	return all
}

// hasAccounts reports whether one of the feeds belongs to an account.
func hasAccounts(feeds []feed.Feed) bool {
	return slices.ContainsFunc(feeds, func(f feed.Feed) bool { return f.Account != "" })
}

// AccountKey returns the key of a folder of an account, or of the account itself if folder
// is empty. No name contains the separator, so no tag has the same key.
func AccountKey(account, folder string) string { return "account:" + account + "\x00" + folder }

func splitAccountKey(key string) (account, folder string, ok bool) {
	rest, isAccount := strings.CutPrefix(key, "account:")
	account, folder, ok = strings.Cut(rest, "\x00")
	return account, folder, ok && isAccount
}

// accountQuery returns the query of an account, or of one of its folders.
func accountQuery(account, folder string) query.Query {
	q := termQuery(query.FieldAccount, account)
	if folder != "" {
		q = q.And(termQuery(query.FieldTag, folder))
	}
	return q
}

// localTagQuery returns the query of a local tag. If there are accounts beside the local
// feeds, it leaves out their folders of the same name, which have rows of their own.
func localTagQuery(tag string, beside bool) query.Query {
	q := termQuery(query.FieldTag, tag)
	if beside {
		q = q.And(termQuery(query.FieldAccount, ""))
	}
	return q
}

func (t *treeRows) addFeed(f *feed.Feed, tag string, depth int) {
	row := feedRow(f, tag, depth)
	if t.shows(row.Key, row.Feeds) {
		t.rows = append(t.rows, row)
	}
}

// unfold unfolds the folders around a tag, and the folder of the tag itself if own is set.
func (p *Sources) unfold(tag string, own bool) {
	for path := range p.Folded {
		if text.InFolder([]string{tag}, path) && (own || !text.InFolder([]string{path}, tag)) {
			delete(p.Folded, path)
		}
	}
}

// unfoldAccount unfolds an account and the folders around one of its tags, and the folder of
// the tag itself if own is set. An empty tag means the account; own is then set for its feeds.
func (p *Sources) unfoldAccount(account, tag string, own bool) {
	if own || tag != "" {
		delete(p.Folded, AccountKey(account, ""))
	}
	for key := range p.Folded {
		in, path, ok := splitAccountKey(key)
		if ok && in == account && tag != "" && path != "" && text.InFolder([]string{tag}, path) && (own || !text.InFolder([]string{path}, tag)) {
			delete(p.Folded, key)
		}
	}
}

// hides reports whether feeds without news are hidden and the feed is one of them. A feed
// that the server says is gone is shown, because the user has to do something.
func (p *Sources) hides(f *feed.Feed) bool {
	return p.NewsOnly && !f.Poll.Gone && p.Counts.Feeds[f.URL].Unread == 0 && !p.kept[f.URL]
}

// shows reports whether a row of the tree is shown while feeds without news are hidden.
func (p *Sources) shows(hidden map[string]bool) func(key string, urls []string) bool {
	return func(key string, urls []string) bool {
		return p.kept[key] || slices.ContainsFunc(urls, func(url string) bool { return !hidden[url] })
	}
}

// hidden returns the feeds that are hidden because they are without news.
func (p *Sources) hidden() map[string]bool {
	hidden := map[string]bool{}
	for i := range p.Feeds {
		if p.hides(&p.Feeds[i]) {
			hidden[p.Feeds[i].URL] = true
		}
	}
	return hidden
}

// HideRead hides the feeds that are without news now, or shows all feeds. The rows with
// these keys stay.
func (p *Sources) HideRead(on bool, keys ...string) {
	p.NewsOnly, p.kept = on, map[string]bool{}
	if s, ok := p.Selected(); ok {
		keys = append(keys, s.Key)
	}
	p.keep(keys...)
	p.Rebuild()
}

// keep keeps rows although they are without news.
func (p *Sources) keep(keys ...string) {
	for _, key := range keys {
		if under, ok := strings.CutPrefix(key, "feed:"); ok {
			_, url, _ := strings.Cut(under, "\x00")
			p.kept[url] = true
		} else {
			p.kept[key] = true
		}
	}
}

// keepNews keeps what is shown now: a feed that becomes read stays until [Sources.HideRead]
// is called again, so that no row moves while the user reads.
func (p *Sources) keepNews() {
	if s, ok := p.Selected(); ok {
		p.keep(s.Key)
	}
	for i := range p.Feeds {
		if f := &p.Feeds[i]; !p.hides(f) {
			p.kept[f.URL] = true
		}
	}
}
