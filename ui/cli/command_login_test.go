package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"dateline/feed"
)

// accountSource is a source whose accounts are given.
type accountSource struct {
	feed.Source
	accounts []feed.Account
	resolved []string
}

func (s *accountSource) Accounts(context.Context) ([]feed.Account, error) { return s.accounts, nil }

func (s *accountSource) Resolve(_ context.Context, name string, accept bool) error {
	s.resolved = append(s.resolved, map[bool]string{true: "accept ", false: "push "}[accept]+name)
	return nil
}

const flux, fresh = "https://flux.example.org", "https://www.fresh.example/api/greader.php"

// TestLogin checks what a dialog writes into the configuration, that a failed trial and a no
// write nothing, and that the secret is in no question, output or error.
func TestLogin(t *testing.T) {
	cases := map[string]struct {
		kind, lines string
		o           loginOptions
		want        NewAccount
		err         string
	}{
		"command":         {"miniflux", "home\ncommand\npass show \"my key\"\n", loginOptions{}, NewAccount{Name: "home", Kind: "miniflux", URL: flux, TokenCommand: []string{"pass", "show", "my key"}}, ""},
		"usual answers":   {"miniflux", "\n\npass flux", loginOptions{}, NewAccount{Name: "flux", Kind: "miniflux", URL: flux, TokenCommand: []string{"pass", "flux"}}, ""},
		"variable":        {"miniflux", "v\n${FLUX_TOKEN}\n", loginOptions{name: "home"}, NewAccount{Name: "home", Kind: "miniflux", URL: flux, Token: "${FLUX_TOKEN}"}, ""},
		"file":            {"greader", "\nann\nfile\ns3cret  ${X}\nyes\n", loginOptions{}, NewAccount{Name: "fresh", Kind: "greader", URL: fresh, User: "ann", Password: "s3cret  $${X}", Private: true}, ""},
		"no":              {"greader", "home\nann\nfile\ns3cret\n\n", loginOptions{}, NewAccount{}, "nothing was written"},
		"unset variable":  {"miniflux", "home\nvariable\nNOT_SET_AT_ALL\n", loginOptions{}, NewAccount{}, "NOT_SET_AT_ALL is not set"},
		"no answer":       {"greader", "home\n", loginOptions{}, NewAccount{}, "before the answer to: User"},
		"empty secret":    {"miniflux", "home\nfile\n\nyes\n", loginOptions{}, NewAccount{}, "the API key is empty"},
		"bad name":        {"miniflux", "at home\n", loginOptions{}, NewAccount{}, "one word"},
		"again":           {"miniflux", "Mine\ncommand\npass\n", loginOptions{}, NewAccount{Name: "mine", Kind: "miniflux", URL: flux, TokenCommand: []string{"pass"}}, ""},
		"known name":      {"miniflux", "Work\n", loginOptions{}, NewAccount{}, "already an account"},
		"neither":         {"miniflux", "home\nmemory\n", loginOptions{}, NewAccount{}, "is not command, variable or file"},
		"bad kind":        {"miniflux", "", loginOptions{kind: "fever"}, NewAccount{}, "--kind is miniflux or greader"},
		"refused":         {"miniflux", "refused\nfile\ns3cret\nyes\n", loginOptions{}, NewAccount{}, "refuses the login"},
		"address, scheme": {"", "command\npass\n", loginOptions{name: "home", kind: "miniflux"}, NewAccount{Name: "home", Kind: "miniflux", URL: flux, TokenCommand: []string{"pass"}}, ""},
	}
	t.Setenv("FLUX_TOKEN", "s3cret")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var written NewAccount
			s := loginSession(c.kind, &written)
			var out, questions strings.Builder
			a := &app{Deps: Deps{Paths: func(Files) (string, string, error) { return "/c.toml", "/d.db", nil }}, out: &out, err: io.Discard}
			d := &dialog{ctx: t.Context(), in: bufio.NewReader(strings.NewReader(c.lines)), out: &questions}
			err := a.login(t.Context(), s, d, "flux.example.org", c.o)
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if !reflect.DeepEqual(written, c.want) {
				t.Errorf("written %+v, want %+v", written, c.want)
			}
			if said := out.String() + questions.String(); strings.Contains(said, "s3cret") || err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the secret is shown:\n%s\n%v", said, err)
			}
			if c.err == "" && !strings.Contains(out.String(), "which has 3 feeds") {
				t.Errorf("output %q", &out)
			}
		})
	}
}

// TestLoginAsksAgain checks that on a terminal a wrong answer is asked for again, at most three
// times, that what was wrong is said, and that ctrl+d writes nothing.
func TestLoginAsksAgain(t *testing.T) {
	home := NewAccount{Name: "home", Kind: "miniflux", URL: flux, Token: "s3cret", Private: true}
	usual := home
	usual.Name = "flux"
	for name, c := range map[string]struct {
		address, lines, typed string
		want                  NewAccount
		said, err             string
	}{
		"address":         {"ftp://flux.example", "flux.example.org\nhome\nfile\nyes\n", "s3cret", home, "\"ftp://flux.example\" is not the address of a server; it begins with https:// or http://, followed by a host. Try again.\nAddress of the server: ", ""},
		"name":            {flux, "at home\nWork\nhome\nfile\nyes\n", "s3cret", home, "there is already an account \"work\", at https://other.example; choose another name. Try again.\n", ""},
		"empty name":      {flux, "at home\n\nfile\nyes\n", "s3cret", usual, "Try again.\nName of the account [flux]: dateline needs", ""},
		"kind of secret":  {flux, "home\nmemory\nvariable\nNOT_SET_AT_ALL\nfile\nyes\n", "s3cret", home, "the environment variable NOT_SET_AT_ALL is not set. Try again.\n", ""},
		"empty secret":    {flux, "home\nfile\nfile\nyes\n", ",s3cret", home, "the API key is empty. Try again.\n", ""},
		"refused":         {flux, "home\nfile\nfile\nyes\n", "wrong,s3cret", home, "the server refuses the login. Try again.\n", ""},
		"always refused":  {flux, "home\nfile\nfile\nfile\nfile\n", "wrong,wrong,wrong,s3cret", NewAccount{}, "Try again", "the server refuses the login; nothing was written"},
		"name, too often": {flux, "a b\nc d\ne f\nhome\n", "", NewAccount{}, "Try again", "use one word"},
		"ctrl+d":          {flux, "home\n", "", NewAccount{}, "", "interrupted; nothing was written"},
	} {
		t.Run(name, func(t *testing.T) {
			var written NewAccount
			var questions strings.Builder
			a := &app{Deps: Deps{Paths: func(Files) (string, string, error) { return "/c.toml", "/d.db", nil }}, out: io.Discard, err: io.Discard}
			typed := strings.Split(c.typed, ",")
			d := &dialog{ctx: t.Context(), in: bufio.NewReader(strings.NewReader(c.lines)), out: &questions}
			d.typed = func(string) (string, error) {
				first := typed[0]
				typed = typed[1:]
				return first, nil
			}
			err := a.login(t.Context(), loginSession("miniflux", &written), d, c.address, loginOptions{})
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if !reflect.DeepEqual(written, c.want) || !strings.Contains(questions.String(), c.said) {
				t.Errorf("written %+v, want %+v; said\n%s\nwant %q", written, c.want, &questions, c.said)
			}
			if n := strings.Count(questions.String(), "Try again"); n >= maxTries {
				t.Errorf("asked again %d times", n)
			}
		})
	}
}

// loginSession returns a session whose server is of a kind, and which keeps the account that
// is written. The server refuses the account refused.
func loginSession(kind string, written *NewAccount) *Session {
	return &Session{
		Source: &accountSource{accounts: []feed.Account{{Name: "work", URL: "https://other.example"}, {Name: "mine", URL: flux + "/v1"}}},
		CheckAccountName: func(name string) error {
			if strings.Contains(name, " ") {
				return errors.New("use one word")
			}
			return nil
		},
		FindServer: func(context.Context, string, bool) (string, string, error) {
			return kind, map[string]string{"miniflux": flux, "greader": fresh}[kind], nil
		},
		TryAccount: func(_ context.Context, n NewAccount) (int, error) {
			if n.Name == "refused" || n.Token == "wrong" {
				return 0, &WrongLogin{"the server refuses the login"}
			}
			return 3, nil
		},
		AddAccount: func(_ context.Context, n NewAccount) error { *written = n; return nil },
	}
}
