package find

// hostRules are the hosts whose feeds have addresses that can be told from
// those of their pages; see [hostRule].
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

const (
	stackExchange = "stackoverflow.com *.stackoverflow.com serverfault.com superuser.com askubuntu.com mathoverflow.net *.stackexchange.com"
	mastodon      = "mastodon.social fosstodon.org hachyderm.io mas.to infosec.exchange +mastodon"
)

// The pages of hosts that stand where the names of their users do.
const (
	vimeoPages      = "about api blog categories channels create enterprise features groups help join log_in manage ondemand search settings showcase solutions stock upgrade user watch"
	githubPages     = "about apps collections contact customer-stories dashboard enterprise events explore features gist issues join login logout marketplace new notifications organizations orgs pricing pulls readme search security sessions settings signup site solutions sponsors stars team topics trending users"
	gitlabPages     = "- admin api dashboard explore groups help profile projects public search snippets users"
	forgejoPages    = "- admin api assets explore issues milestones notifications org pulls repo user"
	mediumPages     = "_ about business creators explore feed jobs-at-medium m me membership new-story p plans policy search tag topic topics"
	buttondownPages = "about api archive blog changelog comparisons docs features help legal login pricing register resources settings use-cases"
)
