package config

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestErrors checks the message for each mistake, with its line and column and a
// suggestion, and that several mistakes are reported in the order of the file.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"unknown option": {"width = 80\nlayuot = \"single\"\n", `
c.toml:2:1: unknown option "layuot"; did you mean "layout"?
    2 | layuot = "single"
      | ^~~~~~`},
		"unknown option of a feed": {"[[feeds]]\nurl = \"https://a.example/\"\n  intervall = \"5m\"\n", `
c.toml:3:3: unknown option "intervall"; did you mean "interval"?
    3 |   intervall = "5m"
      |   ^~~~~~~~~`},
		"unknown table": {"[[feed]]\nurl = \"https://a.example/\"\n", `
c.toml:1:3: unknown option "feed"; did you mean "feeds"?
    1 | [[feed]]
      |   ^~~~`},
		"another case": {"Width = 80\n[Defaults]\nInterval = \"1h\"\n[[Feeds]]\nurl = \"gopher://a.example/\"\n[[feeds]]\nUrl = \"https://a.example/\"\nTAGS = [\"x\"]\n[feeds.Headers]\nUrl = \"1\"\n", `
c.toml:1:1: unknown option "Width"; did you mean "width"?
    1 | Width = 80
      | ^~~~~
c.toml:2:2: unknown option "Defaults"; did you mean "defaults"?
    2 | [Defaults]
      |  ^~~~~~~~
c.toml:4:3: unknown option "Feeds"; did you mean "feeds"?
    4 | [[Feeds]]
      |   ^~~~~
c.toml:7:1: unknown option "Url"; did you mean "url"?
    7 | Url = "https://a.example/"
      | ^~~
c.toml:8:1: unknown option "TAGS"; did you mean "tags"?
    8 | TAGS = ["x"]
      | ^~~~
c.toml:9:8: unknown option "Headers"; did you mean "headers"?
    9 | [feeds.Headers]
      |        ^~~~~~~`},
		"another case in a value": {"feeds = [{ url = \"https://a.example/\" }, { \"URL\" = \"https://b.example/\" }]\nDefaults.Interval = \"1h\"\ndefaults.Interval = \"1h\"\n", `
c.toml:1:44: unknown option "URL"; did you mean "url"?
    1 | feeds = [{ url = "https://a.example/" }, { "URL" = "https://b.example/" }]
      |                                            ^~~~~
c.toml:2:1: unknown option "Defaults"; did you mean "defaults"?
    2 | Defaults.Interval = "1h"
      | ^~~~~~~~
c.toml:3:10: unknown option "Interval"; did you mean "interval"?
    3 | defaults.Interval = "1h"
      |          ^~~~~~~~`},
		"another case beside another mistake": {"width = \"80\"\nMouse = 1\nwidht = 3\n", `
c.toml:1:9: width must be a whole number
    1 | width = "80"
      |         ^~~~
c.toml:2:1: unknown option "Mouse"; did you mean "mouse"?
    2 | Mouse = 1
      | ^~~~~
c.toml:2:9: Mouse must be true or false
    2 | Mouse = 1
      |         ^
c.toml:3:1: unknown option "widht"; did you mean "width"?
    3 | widht = 3
      | ^~~~~`},
		"an option of a feed at the top": {"interval = \"5m\"\n", `
c.toml:1:1: "interval" is not an option here; move it to [defaults] or to a [[feeds]] table
    1 | interval = "5m"
      | ^~~~~~~~`},
		"an option of the top below a table": {"[defaults]\nkeymap = \"newsboat\"\n", `
c.toml:2:1: "keymap" is not an option of [defaults]; move it to the top of the file, above the first [table]
    2 | keymap = "newsboat"
      | ^~~~~~`},
		"wrong types, all of them": {"width = \"80\"\nmouse = 1\n[[feeds]]\nurl = 3\ntags = \"x\"\ninterval = 30\nheaders = { a = 1 }\n", `
c.toml:1:9: width must be a whole number
    1 | width = "80"
      |         ^~~~
c.toml:2:9: mouse must be true or false
    2 | mouse = 1
      |         ^
c.toml:4:7: url must be a string, in quotation marks
    4 | url = 3
      |       ^
c.toml:5:8: tags must be a list of strings such as ["world", "science"]
    5 | tags = "x"
      |        ^~~
c.toml:6:12: interval: "30" is not a time span; write a number and a unit (s, m, h, d or w), such as "30m" or "1d", or "auto"
    6 | interval = 30
      |            ^~
c.toml:7:17: headers must be a table whose values are strings
    7 | headers = { a = 1 }
      |                 ^`},
		"bad words and numbers": {"layout = \"colums\"\nwidth = 5\n[defaults]\ninterval = \"5 minutes\"\nkeep_days = -1\ntimeout = \"0s\"\n", `
c.toml:1:10: layout must be "auto" or "columns" or "stack" or "single"; did you mean "columns"?
    1 | layout = "colums"
      |          ^~~~~~~~
c.toml:2:9: width must be at least 20
    2 | width = 5
      |         ^
c.toml:4:12: interval: "5 minutes" is not a time span; write a number and a unit (s, m, h, d or w), such as "30m" or "1d", or "auto"
    4 | interval = "5 minutes"
      |            ^~~~~~~~~~~
c.toml:5:13: keep_days must be at least 0
    5 | keep_days = -1
      |             ^~
c.toml:6:11: timeout must be at least "1s"
    6 | timeout = "0s"
      |           ^~~~`},
		"feeds": {"[[feeds]]\nurl = \"https://a.example/\"\n[[feeds]]\nurl = \"https://a.example/\"\n[[feeds]]\nurl = \"gopher://a.example/\"\n[[feeds]]\nname = \"No address\"\n", `
c.toml:4:7: the feed https://a.example/ is listed twice; remove one of the two
    4 | url = "https://a.example/"
      |       ^~~~~~~~~~~~~~~~~~~~
c.toml:6:7: "gopher://a.example/" is not the address of a feed; it must begin with https:// or http://, followed by a host
    6 | url = "gopher://a.example/"
      |       ^~~~~~~~~~~~~~~~~~~~~
c.toml:7:3: a feed needs an address; add url = "https://…"
    7 | [[feeds]]
      |   ^~~~~`},
		"a header that would break the request": {"[[feeds]]\nurl = \"https://a.example/\"\n[feeds.headers]\n\"X Y\" = \"1\"\n", `
c.toml:4:9: "X Y" is not a valid header; use letters, digits and dashes in the name, and one line as value
    4 | "X Y" = "1"
      |         ^~~`},
		"a user agent that would break it": {"[defaults]\nuser_agent = \"a\\nb\"\n", `
c.toml:2:14: user_agent must be one line without control characters
    2 | user_agent = "a\nb"
      |              ^~~~~~`},
		"keys": {"[keys]\nx = true\ny = [1]\nz = \"toggle-raed\"\n\"ctrl+xy\" = \"quit\"\n", `
c.toml:2:5: "x" must be an action, a list of actions, or false
    2 | x = true
      |     ^~~~
c.toml:3:5: "y" must be an action, a list of actions, or false
    3 | y = [1]
      |     ^~~
c.toml:4:5: key "z": unknown action "toggle-raed"; did you mean "toggle-read"?
    4 | z = "toggle-raed"
      |     ^~~~~~~~~~~~~
c.toml:5:13: unknown key "ctrl+xy"; write it like "ctrl+r", "gg" or "pgdown"
    5 | "ctrl+xy" = "quit"
      |             ^~~~~~`},
		"colours": {"theme = \"drak\"\n[colors]\naccent = \"blu\"\ndim = 256\n[colors.dark]\ncode = \"#12345\"\nheadings = 3\n[colors.light]\nfailure = \"chartreuse\"\nselection = true\n", `
c.toml:1:9: there is no theme "drak"; did you mean "dark"? ` + "`dateline config themes`" + ` shows all
    1 | theme = "drak"
      |         ^~~~~~
c.toml:3:10: accent: "blu" is no colour; did you mean "blue"? Else write a name such as "red" or "bright blue", a number from 0 to 255, or "#rrggbb"
    3 | accent = "blu"
      |          ^~~~~
c.toml:4:7: dim: 256 is no colour; the numbers of colours go from 0 to 255
    4 | dim = 256
      |       ^~~
c.toml:6:8: code: "#12345" is no colour; write six digits of 0-9 and a-f behind the #, such as "#5f87af"
    6 | code = "#12345"
      |        ^~~~~~~~
c.toml:7:1: unknown option "headings"; did you mean "heading"?
    7 | headings = 3
      | ^~~~~~~~
c.toml:9:11: failure: "chartreuse" is no colour; write a name such as "red" or "bright blue", a number from 0 to 255, or "#rrggbb"
    9 | failure = "chartreuse"
      |           ^~~~~~~~~~~~
c.toml:10:13: selection: "true" is no colour; write a name such as "red" or "bright blue", a number from 0 to 255, or "#rrggbb"
   10 | selection = true
      |             ^~~~`},
		"syntax": {"width = 80\nlayout = \"auto\n", `
c.toml:2:15: basic strings cannot have new lines
    2 | layout = "auto
      |               ^`},
		"an option twice": {"mouse = true\nmouse = false\n", `
c.toml:2:1: key mouse is already defined
    2 | mouse = false
      | ^`},
		"a table twice": {"mouse = true\n[sync]\n#folder = \"~/a\"\n\n[sync]\nfolder = \"~/b\"\n", `
c.toml:5:2: the table [sync] is in line 2 already; write its options there
    5 | [sync]
      |  ^~~~`},
		"a table that is a list": {"[[rules]]\nname = \"a\"\nquery = \"is:unread\"\nread = true\n[rules]\n", `
c.toml:5:2: table rules already exists as an array of tables
    5 | [rules]
      |  ^~~~~`},
		"control characters": {"# \u202e\u009b31m\nwidth = 80\n\"\\u001b[2J\" = 1\n", `
c.toml:3:1: unknown option "\x1b[2J"; the options here are browser, layout, width, icons, theme, image_protocol, density, mouse, keymap, refresh_on_start, workers, per_host, notify_with, notify_command, colors, keys, defaults, feeds, queries, rules, accounts, sync
    3 | "\u001b[2J" = 1
      | ^~~~`},
		"a number instead of a program": {"browser = 3\n", `
c.toml:1:11: browser must be a list of strings such as ["firefox", "%u"], or one string
    1 | browser = 3
      |           ^`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(c.doc), "c.toml", realChecks())
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got := "\n" + err.Error(); got != c.want {
				t.Errorf("got%s\nwant%s", got, c.want)
			}
		})
	}
}

// TestQueryErrorColumn checks that the error of a query names its line.
func TestQueryErrorColumn(t *testing.T) {
	_, err := Parse([]byte("[[queries]]\nname = \"q\"\nquery = \"is:unread since:soon\"\n"), "c.toml", realChecks())
	if err == nil || !strings.Contains(err.Error(), "c.toml:3:") || !strings.Contains(err.Error(), "in the query: ") {
		t.Errorf("got %v", err)
	}
}

// TestFeedOverridesDefaults checks that an option that a feed does not set comes from
// [defaults], and otherwise from the built-in defaults.
func TestFeedOverridesDefaults(t *testing.T) {
	c, err := Parse([]byte(`
[defaults]
interval = "2h"
keep_unread = true
headers = { A = "1", B = "2" }
[[feeds]]
url = "https://a.example/"
[[feeds]]
url = "https://b.example/"
interval = "1d"
keep_unread = false
keep_days = 7
headers = { B = "3" }
`), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	subs := c.Subscriptions()
	a, b := subs[0].Settings, subs[1].Settings
	if a.Interval != 2*time.Hour || a.Timeout != 30*time.Second || a.KeepDays != 0 || !a.KeepUnread {
		t.Errorf("a has %+v", a)
	}
	if b.Interval != 24*time.Hour || b.KeepDays != 7 || b.KeepUnread {
		t.Errorf("b has %+v", b)
	}
	if want := map[string]string{"A": "1", "B": "2"}; !maps.Equal(a.Headers, want) {
		t.Errorf("a sends %v, want %v", a.Headers, want)
	}
	if want := map[string]string{"A": "1", "B": "3"}; !maps.Equal(b.Headers, want) {
		t.Errorf("b sends %v, want %v", b.Headers, want)
	}
}

// TestConfigForms checks that the short and the long form of an option mean the same,
// and that a byte order mark is ignored.
func TestConfigForms(t *testing.T) {
	c, err := Parse([]byte("\ufeffbrowser = \"firefox '--new tab' %u\"\r\nkeymap = 'newsboat'\r\nfeeds = [{ url = \"https://a.example/\", tags = ['x'] }]\r\n[keys]\r\nx = false\r\ny = \"quit\"\r\nz = [\"toggle-star\", \"next-unread\"]\r\n"), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	if want := (Command{"firefox", "--new tab", "%u"}); !reflect.DeepEqual(c.Browser, want) {
		t.Errorf("browser is %q, want %q", c.Browser, want)
	}
	if len(c.Feeds) != 1 || c.Feeds[0].URL != "https://a.example/" {
		t.Errorf("feeds are %+v", c.Feeds)
	}
	want := map[string][]string{"x": nil, "y": {"quit"}, "z": {"toggle-star", "next-unread"}}
	if got := c.Bindings(); !reflect.DeepEqual(got, want) {
		t.Errorf("bindings are %v, want %v", got, want)
	}
	list, err := Parse([]byte(`browser = ["a b", "%u"]`), "c.toml", realChecks())
	if err != nil || !reflect.DeepEqual(list.Browser, Command{"a b", "%u"}) {
		t.Errorf("browser as a list is %q, %v", list.Browser, err)
	}
}

// TestDurations checks durations with one and with several units.
func TestDurations(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1w1d": 8 * 24 * time.Hour,
	} {
		if got, err := parseDuration(s); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "5", "m", "-5m", "5x", "1.5h", "5m ", "9999999999999999999w", "99999999w"} {
		if got, err := parseDuration(strings.TrimSuffix(s, " ") + strings.Repeat("!", strings.Count(s, " "))); err == nil {
			t.Errorf("parseDuration(%q) = %v, want an error", s, got)
		}
	}
}

// TestCommandArguments checks that a value stays within one argument.
func TestCommandArguments(t *testing.T) {
	const url = "https://a.example/?q='; rm -rf ~ #"
	if got := (Command{"b", "--url=%u"}).Fill([]string{"%u"}, []string{url}); !reflect.DeepEqual(got, []string{"b", "--url=" + url}) {
		t.Errorf("got %q", got)
	}
	if got := (Command{"b"}).Fill([]string{"%u"}, []string{url}); !reflect.DeepEqual(got, []string{"b", url}) {
		t.Errorf("got %q", got)
	}
}

// FuzzParseConfig checks that no file causes a panic, and that the feeds of a valid
// configuration have valid addresses.
func FuzzParseConfig(f *testing.F) {
	f.Add(example(f))
	f.Add([]byte("[[feeds]]\nurl=3\n[feeds.headers]\na.b=1\n[[queries]]\nquery='''\n(x'''"))
	f.Add([]byte("feeds=[[{url=1}],{}]\nkeys={a.\"b.c\"=[[1]]}\r\n"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		c, err := Parse(doc, "c.toml", realChecks())
		if err != nil {
			_ = err.Error()
			return
		}
		for _, feed := range c.Feeds {
			if err := realChecks().feedURL(feed.URL); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOnlyAFileIsReadAgain checks that a configuration that was read once is not read
// from anything but a regular file: reading a named pipe would never end.
func TestOnlyAFileIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("width = 80"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &File{Path: path, Checks: realChecks()}
	if _, err := f.Load(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(path), os.Symlink(os.DevNull, path)); err != nil {
		t.Skip(err)
	}
	if _, err := f.Load(); err == nil || !strings.Contains(err.Error(), "cannot be read again") {
		t.Errorf("loading it again returns %v", err)
	}
}
