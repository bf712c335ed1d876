package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dateline": main})
}

// TestScripts runs the real program against feed servers on loopback. Each file in
// testdata/script is one script; its first lines say what it checks. $SRV is the address
// of the server, $LOGIN the same address with a user and a password, $C the configuration
// and $D the database. See accountCommand for servers of accounts.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			server := httptest.NewServer(feedServer())
			env.Defer(server.Close)
			for name, value := range map[string]string{
				"SRV":             server.URL,
				"LOGIN":           strings.Replace(server.URL, "://", "://ann:s3cret@", 1),
				"C":               "config/dateline/config.toml",
				"D":               "data/dateline/dateline.db",
				"HOME":            env.WorkDir,
				"XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"),
				"XDG_DATA_HOME":   filepath.Join(env.WorkDir, "data"),
				"XDG_STATE_HOME":  filepath.Join(env.WorkDir, "state"),
			} {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"fill":    fill,
			"damage":  damage,
			"account": accountCommand(t),
		},
		RequireExplicitExec: true,
	})
}

// exits runs a program and checks its exit code: exits 2 dateline …
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var failed *exec.ExitError
	got := 0
	if errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if (got == want) == neg {
		ts.Fatalf("%s ended with %d", strings.Join(args[1:], " "), got)
	}
}

// fill replaces $SRV, $LOGIN and $WORK in files.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		for _, v := range []string{"SRV", "LOGIN", "WORK"} {
			text = strings.ReplaceAll(text, "$"+v, ts.Getenv(v))
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
}

// damage overwrites the first page of a database with zeros.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.Write(make([]byte, 4096))
	ts.Check(errors.Join(err, f.Close()))
}

// feedServer serves feeds of each kind, web pages with feeds, and errors.
func feedServer() http.Handler {
	mux := http.NewServeMux()
	serve := func(path, kind, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, strings.ReplaceAll(body, "$SRV", "http://"+r.Host))
		})
	}
	serve("/rss", "application/rss+xml", rssFeed)
	serve("/atom", "application/atom+xml", atomFeed)
	serve("/json", "application/feed+json", jsonFeed)
	mux.HandleFunc("/members/", membersOnly)
	serve("/hostile", "application/rss+xml", hostileFeed)
	serve("/blog", "text/html", `<link rel="alternate" type="application/rss+xml" title="The &lt;b&gt;Blog" href="/rss"><p>Hello`)
	serve("/paper", "text/html", `<link rel=alternate type=application/rss+xml title=News href=/rss><link rel=alternate type=application/atom+xml title=Sport href=/atom>`)
	serve("/plain/", "text/html", `<p>Nothing here`)
	var requests atomic.Int64
	mux.HandleFunc("/grows", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Grows</title>`)
		for n := range requests.Add(1) {
			fmt.Fprintf(w, `<item><guid>%d</guid><title>Item %d</title></item>`, n, n)
		}
		fmt.Fprint(w, `</channel></rss>`)
	})
	var edits atomic.Int64
	mux.HandleFunc("/edited", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>Edited</title><item><guid>1</guid><title>Ten %[1]s</title>
			<description>They have %[1]s today.</description></item></channel></rss>`, []string{"sheep", "ships"}[min(edits.Add(1), 2)-1])
	})
	for _, name := range []string{"/revised", "/sessions", "/bulletin", "/versions", "/milestones"} {
		mux.HandleFunc(name, identities(name))
	}
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/rss", http.StatusMovedPermanently) })
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/many", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Many</title>`)
		for n := range 1000 {
			fmt.Fprintf(w, `<item><guid>%d</guid><title>Item %d of a feed with a great many of them</title></item>`, n, n)
		}
		fmt.Fprint(w, `</channel></rss>`)
	})
	return mux
}

// membersOnly serves a feed to requests with the password, or with a cookie that has the
// password as its value.
func membersOnly(w http.ResponseWriter, r *http.Request) {
	const password = "s3cret"
	_, given, _ := r.BasicAuth()
	if c, err := r.Cookie("session"); err == nil {
		given = c.Value
	}
	if given != password {
		w.Header().Set("WWW-Authenticate", `Basic realm="members"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	fmt.Fprint(w, strings.ReplaceAll(rssFeed, "$SRV", "http://"+r.Host))
}

const rssFeed = `<?xml version="1.0"?>
<rss version="2.0"><channel>
<title>Ship News</title><link>$SRV/</link><description>All about ships</description>
<item><guid>s3</guid><title>Third &amp; last</title><link>$SRV/s3</link><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>
<author>ann@example.org (Ann)</author><category>sea</category><comments>$SRV/s3#comments</comments>
<enclosure url="$SRV/s3.mp3" type="audio/mpeg" length="123"/>
<description>&lt;p&gt;A &lt;b&gt;bold&lt;/b&gt; ship&lt;script&gt;alert(1)&lt;/script&gt; and a &lt;a href="/more"&gt;link&lt;/a&gt;.&lt;/p&gt;</description></item>
<item><guid>s2</guid><title>Second</title><link>$SRV/s2</link><pubDate>Tue, 03 Mar 2026 10:00:00 GMT</pubDate><description>The harbour.</description></item>
<item><guid>s1</guid><title>First</title><link>$SRV/s1</link><description>No date on this one.</description></item>
</channel></rss>`

const atomFeed = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Sport</title><id>urn:sport</id><updated>2026-03-05T10:00:00Z</updated>
<entry><id>urn:a1</id><title>Match</title><link href="$SRV/a1"/><updated>2026-03-05T10:00:00Z</updated><summary>They won.</summary></entry></feed>`

const jsonFeed = `{"version":"https://jsonfeed.org/version/1.1","title":"Science","items":[
{"id":"j1","title":"Stars","url":"$SRV/j1","content_text":"They shine.","date_published":"2026-03-06T10:00:00Z"}]}`

// hostileFeed has control characters in each of its fields.
const hostileFeed = "<rss version=\"2.0\"><channel><title>Ev\u009b31mil &amp;#27;[2J\u202e</title><link>http://h.example/</link>" +
	"<item><guid>g\u009b2J\u202e\x7f</guid><title>&amp;#27;]52;c;aGk=&amp;#7;Title\u009b31m\u202e</title><author>a\u0090b</author>" +
	"<link>http://h.example/\u009b</link><category>c\u2066</category>" +
	"<description>&lt;p&gt;&amp;#27;[31mred \u009b2J \u202e &amp;#x9b;&lt;/p&gt;</description></item></channel></rss>"

// identities serves a feed whose items keep their identity in an odd way. The response
// changes with each request.
func identities(name string) http.HandlerFunc {
	var requests atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		n := requests.Add(1)
		day := func(d int64) string { return fmt.Sprintf("2026-11-%02dT09:00:00Z", d) }
		item := func(guid, link, title, date, text string) {
			fmt.Fprintf(w, "<item><title>%s</title><description>%s</description>", title, text)
			for tag, value := range map[string]string{"guid": guid, "link": link, "dc:date": date} {
				if value != "" {
					fmt.Fprintf(w, "<%[1]s>%[2]s</%[1]s>", tag, value)
				}
			}
			fmt.Fprint(w, "</item>")
		}
		fmt.Fprintf(w, `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>%s</title>`, name)
		switch name {
		case "/revised":
			item(fmt.Sprint("https://paper.example/41#", n), "https://paper.example/41", "Bakers strike", day(n), "Some words.")
			item("https://paper.example/40#0", "https://paper.example/40", "Rye is dear", day(1), "Others.")
		case "/sessions":
			for i, title := range []string{"Salt", "v2.0"} {
				item("", fmt.Sprintf("http://board.example/view?t=%d&amp;sid=%032x", i, n*100+int64(i)), title, "", "Some words.")
			}
		case "/bulletin":
			for d := n; d < n+3; d++ {
				item("", "https://mill.example/news.html", "Progress report", day(d), fmt.Sprint("Day ", d))
			}
		case "/versions", "/milestones":
			item("1", "https://tools.example/log#v"+strings.TrimPrefix(name, "/")[:1], "All about "+name, day(1), "Some words.")
		}
		fmt.Fprint(w, `</channel></rss>`)
	}
}
