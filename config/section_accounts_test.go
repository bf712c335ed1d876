package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// account is the start of a table whose login is still missing.
const account = "[[accounts]]\nname = \"home\"\nkind = \"miniflux\"\nurl = \"https://flux.example/\"\n"

// TestAccountErrors checks the messages for mistakes in accounts and in [sync] with their
// lines and columns, and that none shows a token or a password.
func TestAccountErrors(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"nothing": {"[[accounts]]\n", "1:3: an account needs a name; add name = \"home\""},
		"no kind": {"[[accounts]]\nname = \"home\"\nurl = \"https://a.example/\"\ntoken = \"${T}\"\n",
			"1:3: kind must be \"miniflux\" or \"greader\""},
		"kind":               {strings.Replace(account, "miniflux", "minflux", 1) + "token = \"${T}\"\n", "3:8: kind must be \"miniflux\" or \"greader\"; did you mean \"miniflux\"?"},
		"two words":          {strings.Replace(account, "home", "at home", 1) + "token = \"${T}\"\n", "2:8: \"at home\" cannot be the name of an account"},
		"an address":         {strings.Replace(account, "home", "flux.example", 1) + "token = \"${T}\"\n", "2:8: \"flux.example\" cannot be the name"},
		"a group":            {strings.Replace(account, "home", "(x)", 1) + "token = \"${T}\"\n", "2:8: \"(x)\" cannot be the name"},
		"an exclusion":       {strings.Replace(account, "home", "-x", 1) + "token = \"${T}\"\n", "2:8: \"-x\" cannot be the name"},
		"a long name":        {strings.Replace(account, "home", strings.Repeat("h", 33), 1) + "token = \"${T}\"\n", "2:8: the name of an account can have at most 32 letters"},
		"twice":              {account + "token = \"${T}\"\n" + strings.Replace(account, "home", "Home", 1) + "token = \"${T}\"\n", "7:8: there is already an account \"Home\", in line 2, column 8; use another name"},
		"no address":         {"[[accounts]]\nname = \"home\"\nkind = \"miniflux\"\ntoken = \"${T}\"\n", "1:3: an account needs the address of its server"},
		"another scheme":     {strings.Replace(account, "https", "ftp", 1) + "token = \"${T}\"\n", "4:7: \"ftp://flux.example/\" is not the address of a server"},
		"login in address":   {strings.Replace(account, "//flux", "//ann:s3cret@flux", 1) + "token = \"${T}\"\n", "1:3: the address of an account must not contain a user or a password"},
		"no login":           {account, "1:3: a miniflux account needs an API key"},
		"two tokens":         {account + "token = \"s3cret\"\ntoken_command = \"pass\"\n", "6:17: an account can have token or token_command, not both"},
		"token and user":     {account + "token = \"s3cret\"\nuser = \"ann\"\npassword = \"s3cret\"\n", "1:3: an account has either a token, or a user and a password"},
		"password alone":     {account + "password = \"s3cret\"\n", "1:3: a password needs a user"},
		"user alone":         {account + "user = \"ann\"\n", "5:8: a user needs a password"},
		"greader token":      {strings.Replace(account, "miniflux", "greader", 1) + "token = \"s3cret\"\n", "1:3: a greader account has no token"},
		"greader no login":   {strings.Replace(account, "miniflux", "greader", 1), "1:3: a greader account needs a user and a password"},
		"two passwords":      {account + "user = \"ann\"\npassword = \"s3cret\"\npassword_command = \"pass\"\n", "7:20: an account can have password or password_command, not both"},
		"no program":         {account + "token_command = []\n", "5:17: token_command is empty"},
		"token of two lines": {account + "token = \"s3cret\\nX\"\n", "1:3: token must be one line"},
		"token no text":      {account + "token = 5333\n", "5:9: token must be a string"},
		"interval":           {account + "token = \"${T}\"\ninterval = \"soon\"\n", "6:12: interval: \"soon\" is not a time span"},
		"short interval":     {account + "token = \"${T}\"\ninterval = \"0s\"\n", "6:12: interval must be at least \"1s\""},
		"header":             {account + "token = \"${T}\"\nheaders = { \"X Y\" = \"1\" }\n", "6:21: \"X Y\" is not a valid header"},
		"proxy":              {account + "token = \"${T}\"\nproxy = \"ftp://x/\"\n", "6:9: proxy must be"},
		"unknown":            {account + "token = \"${T}\"\ntokn = \"\"\n", "6:1: unknown option \"tokn\"; did you mean \"token\"?"},
		"folder":             {"[sync]\nfolder = \"Sync/dateline\"\n", "2:10: folder must be a whole path; begin it with / or ~/"},
	} {
		_, err := Parse([]byte(c.doc), "c.toml", realChecks())
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if got := err.Error(); !strings.Contains(got, "c.toml:"+c.want) {
			t.Errorf("%s: got\n%s\nwant %s", name, got, c.want)
		}
		for _, secret := range []string{"s3cret", "5333"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows a secret:\n%v", name, err)
			}
		}
	}
}

// TestAccounts checks what the tables of accounts mean: variables are replaced, the proxy
// and the headers of [defaults] apply, and the account's feeds have the options of
// [defaults].
func TestAccounts(t *testing.T) {
	t.Setenv("T", "t0ken")
	t.Setenv("P", "pa$$")
	c, err := Parse([]byte(`[defaults]
keep_days = 30
proxy = "socks5://tor:9050"
headers = { Accept-Language = "en" }
`+account+`token = "${T}"
[[accounts]]
name = "web-2"
kind = "greader"
url = "http://127.0.0.1:8080/api/greader.php"
user = "ann"
password = "${P}"
interval = "1h"
insecure = true
proxy = "none"
headers = { X-Gate = "${T}" }
[[accounts]]
name = "café"
kind = "miniflux"
url = "https://c.example"
token = "${NOT_SET_AT_ALL}"
`), "c.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	got := c.Accounts()
	home, web, unset := got[0], got[1], got[2]
	if home.Name != "home" || home.Kind != "miniflux" || home.URL != "https://flux.example/" || home.Token != "t0ken" || home.Interval != 15*time.Minute ||
		home.Access.Proxy != "socks5://tor:9050" || home.Feeds.KeepDays != 30 || home.Feeds.Timeout != 30*time.Second || home.Access.Unset != "" {
		t.Errorf("home is %+v", home)
	}
	if web.Access.User != "ann" || web.Access.Password != "pa$$" || web.Interval != time.Hour || !web.Access.Insecure || web.Access.Proxy != "none" ||
		!reflect.DeepEqual(web.Headers, map[string]string{"Accept-Language": "en", "X-Gate": "t0ken"}) {
		t.Errorf("web is %+v", web)
	}
	if unset.Access.Unset != "NOT_SET_AT_ALL" || unset.Token != "" {
		t.Errorf("an account whose variable is not set is %+v", unset)
	}
}

// TestSyncFolder checks that the path of the folder is expanded, and that a folder that
// cannot be known is an error that says so.
func TestSyncFolder(t *testing.T) {
	t.Setenv("HOME", "/home/ann")
	t.Setenv("SHARE", "/mnt/share")
	for folder, want := range map[string]string{
		"":                    "",
		"~/Sync/dateline":     "/home/ann/Sync/dateline",
		"~":                   "/home/ann",
		"/srv/sync/":          "/srv/sync",
		"${SHARE}/dateline":   "/mnt/share/dateline",
		"${NOT_SET_AT_ALL}/x": "the variable NOT_SET_AT_ALL, which is not set",
	} {
		c, err := Parse([]byte("[sync]\nfolder = "+Quote(folder)+"\n"), "c.toml", realChecks())
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.SyncFolder()
		if got != want && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q is %q, %v; want %q", folder, got, err, want)
		}
	}
}

// TestAddAccount checks that an account is inserted after the last one, or at the end, that
// no other byte changes, and that the file is private only if it was asked for.
func TestAddAccount(t *testing.T) {
	a := Account{Name: "home", Kind: "miniflux", URL: "https://flux.example/", TokenCommand: Command{"pass", "show", "my key"}}
	const table = account + "token_command = [\"pass\", \"show\", \"my key\"]\n"
	other := strings.Replace(account, "home", "work", 1) + "user = 'ann' # me\npassword = 'x${Y}'\n[accounts.headers]\nA = \"1\"\n"
	for name, c := range map[string]struct{ doc, want string }{
		"no account":       {"width = 80 # wide\n[[feeds]]\nurl = 'https://a.example/'\n# end\n", "width = 80 # wide\n[[feeds]]\nurl = 'https://a.example/'\n# end\n\n" + table},
		"after an account": {other + "# own\n\n[sync]\nfolder = '/x'\n", other + "\n" + table + "# own\n\n[sync]\nfolder = '/x'\n"},
		"line ends":        {"width = 80\r\n", "width = 80\r\n\r\n" + strings.ReplaceAll(table, "\n", "\r\n")},
	} {
		for private, mode := range map[bool]os.FileMode{false: 0o640, true: 0o600} {
			e := newFile(t, c.doc)
			conf, err := e.AddAccount(a, private)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := contents(t, e.Path); got != c.want {
				t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
			}
			if n := len(conf.AccountTables); n == 0 || !reflect.DeepEqual(conf.AccountTables[n-1], a) {
				t.Errorf("%s: accounts %v", name, conf.AccountTables)
			}
			info, err := os.Stat(e.Path)
			if err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: mode %v, %v; want %v", name, info.Mode(), err, mode)
			}
		}
	}
}

// TestLogInAgain checks that a further login of an account replaces its lines for that, and
// keeps all others with their comments.
func TestLogInAgain(t *testing.T) {
	const after = "\n[accounts.headers]\nA = \"1\"\n\n[[accounts]]\nname = \"work\"\nkind = \"miniflux\"\nurl = \"https://w.example/\"\ntoken = \"w\""
	for name, c := range map[string]struct {
		a         Account
		doc, want string
	}{
		"new token": {
			Account{Name: "home", Kind: "miniflux", URL: "https://flux.example/", Token: "new"},
			account + "token = 'old'\ninterval = \"1h\" # often\n" + after,
			account + "token = \"new\"\ninterval = \"1h\" # often\n" + after,
		},
		"command instead": {
			Account{Name: "Home", Kind: "miniflux", URL: "https://flux.example/", TokenCommand: Command{"pass", "flux"}},
			account + "token = 'old' # mine\n# end" + after,
			strings.Replace(account, "name = \"home\"\n", "name = \"home\"\ntoken_command = [\"pass\", \"flux\"]\n", 1) + "# end" + after,
		},
		"other kind, at the end": {
			Account{Name: "home", Kind: "greader", URL: "https://flux.example/", User: "ann", Password: "${P}"},
			"[[accounts]]\nkind = 'miniflux'\nurl = 'https://flux.example'\ntoken = 'old'\nname = 'home'",
			"[[accounts]]\nkind = \"greader\"\nurl = \"https://flux.example/\"\nname = 'home'\nuser = \"ann\"\npassword = \"${P}\"",
		},
	} {
		e := newFile(t, c.doc)
		if _, err := e.AddAccount(c.a, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := contents(t, e.Path); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestFirstAccount checks that the account is all that a new file has: the sample feeds are
// not what the reader asked for.
func TestFirstAccount(t *testing.T) {
	e := newFile(t, "")
	conf, err := e.AddAccount(Account{Name: "home", Kind: "miniflux", URL: "https://flux.example/", Token: "${T}"}, false)
	if err != nil || len(conf.Feeds) > 0 || len(conf.Queries) > 0 || len(conf.AccountTables) != 1 {
		t.Errorf("got %+v, %v", conf, err)
	}
	if got, want := contents(t, e.Path), account+"token = \"${T}\"\n"; got != want {
		t.Errorf("the file is\n%s\nwant\n%s", got, want)
	}
}

// TestAddAccountRefuses checks that a refused account leaves the file as it is, and that the
// error shows the lines to add without a secret.
func TestAddAccountRefuses(t *testing.T) {
	home := Account{Name: "home", Kind: "miniflux", URL: "https://flux.example/", Token: "s3cret"}
	for name, c := range map[string]struct {
		doc  string
		mode os.FileMode
		want string
	}{
		"one value": {"accounts = []\n", 0o600, "written as one value"},
		"read-only": {"width = 80\n", 0o400, "token = \"…\""},
	} {
		e := newFile(t, c.doc)
		if err := os.Chmod(e.Path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := e.AddAccount(home, true)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
		if got := contents(t, e.Path); got != c.doc {
			t.Errorf("%s: the file is\n%s", name, got)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(e.Path), ".dateline*")); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}
