package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// TestFeedErrors checks the messages for mistakes in feeds and rules, with their lines
// and columns, and that no message contains a secret.
func TestFeedErrors(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"a secret for every server": {"[defaults]\npassword = \"x\"\n", `
c.toml:2:1: "password" is not an option here; move it to the [[feeds]] table of the feed that it is for
    2 | password = "x"
      | ^~~~~~~~`},
		"two ways to a password": {"[[feeds]]\nurl = \"https://a.example/\"\nuser = \"ann\"\npassword = \"x\"\npassword_command = \"pass\"\n", `
c.toml:5:20: a feed can have password or password_command, not both; remove one
    5 | password_command = "pass"
      |                    ^~~~~~`},
		"a password of nobody": {"[[feeds]]\nurl = \"https://a.example/\"\npassword = \"x\"\n", `
c.toml:3:12: a password needs a user; add user = "…"
    3 | password = "x"
      |            ^~~`},
		"no program": {"[[feeds]]\nurl = \"https://a.example/\"\nfilter = []\n[[feeds]]\nurl = \"exec: \"\n[[feeds]]\nurl = \"file:feed.xml\"\n", `
c.toml:3:10: filter is empty; write the program to run, or remove the option
    3 | filter = []
      |          ^~
c.toml:5:7: "exec:" names no program; write exec: and a command, such as exec:~/bin/feed
    5 | url = "exec: "
      |       ^~~~~~~~
c.toml:7:7: "file:feed.xml" names no file; write its whole path, such as file:///home/ann/feed.xml or file:~/feed.xml
    7 | url = "file:feed.xml"
      |       ^~~~~~~~~~~~~~~`},
		"an address with what cannot be seen": {"[[feeds]]\nurl = \"https://a.example/x\\u202ey\"\n[[feeds]]\nurl = \"https://b.example/\\u3000z\"\n", `
c.toml:2:7: "https://a.example/x\u202ey" is not a valid address; copy it again from the feed's page
    2 | url = "https://a.example/x\u202ey"
      |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
c.toml:4:7: "https://b.example/\u3000z" is not a valid address; copy it again from the feed's page
    4 | url = "https://b.example/\u3000z"
      |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~`},
		"numbers instead of programs and lists": {"notify_command = 3\n[defaults]\nfulltext_keep = 1\n", `
c.toml:1:18: notify_command must be a list of strings such as ["firefox", "%u"], or one string
    1 | notify_command = 3
      |                  ^
c.toml:3:17: fulltext_keep must be a list of strings such as ["one", "two"], or one string
    3 | fulltext_keep = 1
      |                 ^`},
		"a selector that is none": {"[defaults]\nfulltext_drop = [\"aside\", \"p[\"]\n", `
c.toml:2:27: fulltext_drop: "p[" is not a CSS selector: expected identifier, found EOF instead
    2 | fulltext_drop = ["aside", "p["]
      |                           ^~~~`},
		"a proxy that is none": {"[defaults]\nproxy = \"ftp://proxy/\"\n", `
c.toml:2:9: proxy must be "http://…", "https://…" or "socks5://…" with a host, or "none"
    2 | proxy = "ftp://proxy/"
      |         ^~~~~~~~~~~~~~`},
		"words": {"notify_with = \"osc8\"\n[defaults]\non_update = \"kep\"\n", `
c.toml:1:15: notify_with must be "auto" or "osc9" or "osc777" or "osc99" or "off"; did you mean "osc9"?
    1 | notify_with = "osc8"
      |               ^~~~~~
c.toml:3:13: on_update must be "keep" or "unread"; did you mean "keep"?
    3 | on_update = "kep"
      |             ^~~~~`},
		"rules": {"[[rules]]\nquery = \"x\"\nhide = true\n[[rules]]\nname = \"r\"\nquery = \"title:(\"\nread = true\nuntil = \"soon\"\n[[rules]]\nname = \"r\"\nquery = \"x\"\n[[rules]]\nname = \"q\"\nqueri = \"x\"\nlabels = \"later\"\n", `
c.toml:1:3: a rule needs a name; items that it hides show it; add name = "…"
    1 | [[rules]]
      |   ^~~~~
c.toml:6:10: in the query: title: needs a value right after the colon; put quotes round it to search for the word
    6 | query = "title:("
      |          ^~~~~~~
c.toml:8:9: until must be a date such as 2026-12-31
    8 | until = "soon"
      |         ^~~~~~
c.toml:9:3: the rule does nothing; add hide, read, star or notify = true, or labels
    9 | [[rules]]
      |   ^~~~~
c.toml:10:8: there is already a rule "r"; use another name
   10 | name = "r"
      |        ^~~
c.toml:12:3: the rule "q" has no query: say which items it is for, such as "title:advertisement"
   12 | [[rules]]
      |   ^~~~~
c.toml:14:1: unknown option "queri"; did you mean "query"?
   14 | queri = "x"
      | ^~~~~`},
		"a rule that can never match": {"[[rules]]\nname = \"r\"\nquery = \"is:starred\"\nhide = true\n", `
c.toml:3:9: the rule "r" asks for is:starred, but no new item has that: remove it
    3 | query = "is:starred"
      |         ^~~~~~~~~~~~`},
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

// TestSettings checks that every option of a feed is in its settings, with variables
// replaced, and that options that are not set come from [defaults].
func TestSettings(t *testing.T) {
	t.Setenv("DATELINE_TEST_SECRET", "s3${x")
	c, err := Parse([]byte(`
[defaults]
paused = true
notify = true
fulltext_drop = ["aside", ".ad"]
proxy = "http://proxy.example:3128"
[[feeds]]
url = "exec:~/bin/feed 'a b'"
[[feeds]]
url = "https://b.example/"
interval = "auto"
paused = false
on_update = "unread"
fulltext = true
fulltext_keep = "article"
fulltext_drop = []
separate = true
user = "ann"
password = "$${${DATELINE_TEST_SECRET}}"
cookies = "a=$1; b=${DATELINE_TEST_SECRET}"
headers = { X = "${DATELINE_TEST_UNSET}" }
proxy = "none"
insecure = true
filter = "mend --all"
images = "always"
[[feeds]]
url = "file:~/feed.xml"
interval = "2h"
user = "bob"
password_command = ["pass", "b c"]
`), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	subs := c.Subscriptions()
	a, b, f := subs[0].Settings, subs[1].Settings, subs[2].Settings
	if a.Interval != 0 || !a.Paused || !a.Notify || a.RenewEdited || len(a.DropSelectors) != 2 || a.Images != "ask" || a.Access.Proxy != "http://proxy.example:3128" {
		t.Errorf("a is %+v", a)
	}
	want := feed.Settings{
		Timeout: 30 * time.Second, KeepUnread: true, RenewEdited: true, Fulltext: true, Images: "always", Notify: true, Separate: true,
		KeepSelectors: []string{"article"}, DropSelectors: []string{}, Headers: map[string]string{"X": ""},
		Access: feed.Access{
			User: "ann", Password: "${s3${x}", Cookies: "a=$1; b=s3${x", Proxy: "none", Insecure: true,
			Filter: []string{"mend", "--all"}, Unset: "DATELINE_TEST_UNSET",
		},
	}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("b is  %+v\nwant %+v", b, want)
	}
	if f.Interval != 2*time.Hour || !reflect.DeepEqual(f.Access.PasswordCommand, []string{"pass", "b c"}) {
		t.Errorf("f is %+v", f)
	}
}

// TestLoginInAddress checks that a user and a password in the address become options if
// the options are not set, and that the feed's address does not contain them.
func TestLoginInAddress(t *testing.T) {
	c, err := Parse([]byte(`
[[feeds]]
url = "https://ann:p%40w$%7BX%7D@a.example/feed"
[[feeds]]
url = "https://ann:pw@b.example/feed"
user = "bob"
password = "own"
[[feeds]]
url = "https://ann:pw@c.example/feed"
password_command = "pass c"
`), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	want := []feed.Access{
		{User: "ann", Password: "p@w${X}"},
		{User: "bob", Password: "own"},
		{User: "ann", PasswordCommand: []string{"pass", "c"}},
	}
	for i, sub := range c.Subscriptions() {
		if a := sub.Settings.Access; !reflect.DeepEqual(a, want[i]) {
			t.Errorf("%s has %+v, want %+v", sub.URL, a, want[i])
		}
		if address := "https://" + string(rune('a'+i)) + ".example/feed"; sub.URL != address {
			t.Errorf("the address is %s, want %s", sub.URL, address)
		}
	}
	_, err = Parse([]byte("[[feeds]]\nurl = 'https://ann:pw@a.example/'\n[[feeds]]\nurl = 'https://a.example/'\n"), "c.toml", realChecks())
	if err == nil || !strings.Contains(err.Error(), "the feed https://a.example/ is listed twice") {
		t.Errorf("the same feed twice: %v", err)
	}
}

// TestRules checks the parsed rules, and that a rule ends after its last day.
func TestRules(t *testing.T) {
	c, err := Parse([]byte(`
[[rules]]
name = "one"
query = "title:x"
hide = true
until = 2026-12-31
[[rules]]
name = "two"
query = "title:y"
labels = "later"
until = "2026-12-31"
[[rules]]
name = "three"
query = "title:z"
read = true
star = true
notify = true
`), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	rules := c.ParsedRules()
	newYear := time.Date(2027, 1, 1, 0, 0, 0, 0, time.Local)
	for _, r := range rules[:2] {
		if !r.Active(newYear.Add(-time.Second)) || r.Active(newYear) {
			t.Errorf("the rule %s ends %v", r.Name, r.Until)
		}
	}
	if r := rules[1]; !reflect.DeepEqual(r.Labels, []string{"later"}) || r.Hide || r.Query.String() != "title:y" {
		t.Errorf("the second rule is %+v", r)
	}
	if r := rules[2]; !r.Read || !r.Star || !r.Notify || r.Hide || !r.Until.IsZero() {
		t.Errorf("the third rule is %+v", r)
	}
}

// TestLocalFeedsAreConfigured checks that feeds from files and programs are accepted in
// the configuration, but not as new subscriptions.
func TestLocalFeedsAreConfigured(t *testing.T) {
	for _, url := range []string{"exec:touch /tmp/x", "EXEC:touch /tmp/x", "file:///etc/passwd", "File:/etc/passwd", "file:~/feed.xml"} {
		if err := realChecks().Subscription(url); err == nil || !strings.Contains(err.Error(), "configuration") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"exec:~/bin/feed", "file:///a%20b", "file:/a", "file://localhost/a", "file:~/feed.xml"} {
		if err := realChecks().feedURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"EXEC:feed", "file://host/a", "file:a", "exec:", "exec:''", "exec:a\u202eb", "file:///a%00"} {
		if err := realChecks().feedURL(url); err == nil {
			t.Errorf("%q was accepted", url)
		}
	}
}
