package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dateline/feed/corpus"
)

// hostileHome is a home in which everything is hostile that dateline reads.
type hostileHome struct {
	t       *testing.T
	command *exec.Cmd
	dir     string
	server  string
	tls     string
	ran     int
}

func newHostileHome(t *testing.T) *hostileHome {
	t.Helper()
	cmd := datelineCommand(t)
	h := &hostileHome{t: t, command: cmd, dir: filepath.Dir(cmd.Args[0]), server: hostileServer(t).URL}
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+filepath.Join(h.dir, "state"))
	h.tls = hostileTLS(t).URL
	h.write("config.toml", hostileConfig(t, h.dir, h.server, h.tls))
	return h
}

func (h *hostileHome) write(name, text string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// run runs a command and looks at all that it prints. Whether it succeeds is
// told, not judged: most of what is hostile has to be refused.
func (h *hostileHome) run(args ...string) (stdout string, ok bool) {
	h.t.Helper()
	h.ran++
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "\x00", "")
	}
	cmd := exec.Command(h.command.Path, append(h.command.Args[1:len(h.command.Args):len(h.command.Args)], args...)...)
	// Some of the names are those of files that are then made.
	cmd.Env, cmd.Dir = h.command.Env, h.dir
	var out, told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &told
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) || ended != nil && ended.ExitCode() > 2 {
		h.t.Fatalf("%+q: %v\n%s", args, err, told.Bytes())
	}
	for what, text := range map[string]string{"stdout": out.String(), "stderr": told.String()} {
		for line := range strings.Lines(text) {
			if bad := corpus.Unfit(line); bad != "" {
				h.t.Errorf("%.60q…: %s on %s: %.300q", strings.Join(args, " "), bad, what, line)
				break
			}
		}
	}
	return out.String(), err == nil
}

// runJSON runs a command that prints JSON, and looks at what a program makes of
// it as well.
func (h *hostileHome) runJSON(args ...string) {
	h.t.Helper()
	out, _ := h.run(args...)
	lines := 0
	for line := range strings.Lines(out) {
		lines++
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			h.t.Errorf("%q: %v in %.200q", args, err, line)
		}
		if path, bad := unfitJSON(v); bad != "" {
			h.t.Errorf("%q: %s in %s", args, bad, path)
			return
		}
	}
	if lines == 0 {
		h.t.Errorf("%q printed nothing", args)
	}
}

// unfitJSON finds a string that may not go to a terminal, and where it stands.
func unfitJSON(v any) (path, bad string) {
	switch v := v.(type) {
	case string:
		return "", corpus.Unfit(v)
	case []any:
		for _, e := range v {
			if path, bad := unfitJSON(e); bad != "" {
				return "[]" + path, bad
			}
		}
	case map[string]any:
		for k, e := range v {
			if path, bad := unfitJSON(e); bad != "" {
				return "." + k + path, bad
			}
		}
	}
	return "", ""
}

// TestNothingHostileIsPrinted protects terminals, files and programs from what
// the commands print: with attacks in every document, header, certificate,
// program, file and argument, there is nothing in it but text.
func TestNothingHostileIsPrinted(t *testing.T) {
	h := newHostileHome(t)
	for _, args := range [][]string{{"refresh", "--all"}, {"refresh", "--all", "--verbose"}} {
		if out, _ := h.run(args...); !strings.Contains(out, "failed") {
			t.Errorf("%q: %s", args, out)
		}
	}
	h.runJSON("refresh", "--json", h.server+"/rss", h.server+"/status", h.server+"/redirect")
	for path, reason := range map[string]string{"/status": "503", "/redirect": "404", "/elsewhere": "failed", "/scheme": "failed", "/packed": "packed", "/login": "user name", "/broken": "failed", "/number": "failed", "/length": "failed"} {
		if out, _ := h.run("refresh", h.server+path); !strings.Contains(out, reason) {
			t.Errorf("%s: %s", path, out)
		}
	}
	if out, _ := h.run("refresh", h.tls); !strings.Contains(out, "OWNED") {
		t.Errorf("the names of the certificate are not told: %s", out)
	}
	h.run("refresh", h.server+"/rss")
	for _, args := range []string{"list", "list is:hidden", "feeds", "feeds --verbose", "feeds --ailing", "rules", "rules test", "doctor", "doctor --vacuum", "config check", "config path", "config example", "backup", "restore"} {
		if out, ok := h.run(strings.Fields(args)...); !ok || out == "" {
			t.Errorf("%s failed: %s", args, out)
		}
	}
	for _, args := range []string{"list --json", "list --json --content", "list --json is:hidden", "feeds --json", "feeds --json --verbose", "feeds --json --ailing", "rules --json", "rules test --json"} {
		h.runJSON(strings.Fields(args)...)
	}
	edited, _ := h.run("list", "--json", "is:edited", "--limit", "3")
	for id := range strings.SplitSeq(strings.Join(firstNumbers(edited), " ")+" 1 40 80", " ") {
		for _, format := range []string{"text", "markdown", "html"} {
			h.run("show", id, "--format", format)
		}
		h.runJSON("show", id, "--format", "json")
		if _, ok := h.run("show", id, "--diff"); !ok && strings.Contains(edited, `"id":`+id+",") {
			t.Errorf("item %s has no difference to show", id)
		}
		h.run("show", id, "--fulltext")
	}
	h.hostileLists()
	if h.ran < 50 {
		t.Errorf("only %d commands were run", h.ran)
	}
}

// firstNumbers are the first numbers of lines of JSON, the IDs of items.
func firstNumbers(lines string) []string {
	var ids []string
	for line := range strings.Lines(lines) {
		ids = append(ids, regexp.MustCompile(`[0-9]+`).FindString(line))
	}
	return ids
}

// hostileLists subscribes to, and takes lists from, hostile sources.
func (h *hostileHome) hostileLists() {
	t := h.t
	t.Helper()
	h.run("add", "--preview", h.server+"/rss")
	h.run("add", "--preview", h.server+"/json")
	h.run("add", h.server+"/announces")
	h.run("add", h.server+"/page")
	h.run("add", h.server+"/atom?again", "--name", corpus.HostileWhole("name"), "--tag", corpus.HostileWhole("tag"))
	h.run("import", h.write("raw.opml", hostileOPML(h.server, func(s string) string { return s })))
	escaped := func(s string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
		return b.String()
	}
	if out, ok := h.run("import", h.write("list.opml", hostileOPML(h.server, escaped))); !ok {
		t.Errorf("the list was not imported: %s", out)
	}
	h.run("add", "--all", h.server+"/announces")
	h.run("feeds")
	h.runJSON("feeds", "--json")
	h.run("remove", h.server+"/atom?again")
	h.run("config", "check")
	out, ok := h.run("export", "opml")
	if n := strings.Count(out, "xmlUrl"); !ok || n < corpus.HostileItems() {
		t.Errorf("%d feeds were exported", n)
	}
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the exported list is not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if bad := corpus.Unfit(a.Value); bad != "" {
					t.Errorf("%s in %s of the exported list: %q", bad, a.Name.Local, a.Value)
				}
			}
		}
	}
}

// TestNoHostileArgumentIsPrinted protects the terminal from what is typed,
// pasted or globbed into a command line: names of files, addresses, queries.
func TestNoHostileArgumentIsPrinted(t *testing.T) {
	h := newHostileHome(t)
	h.write("config.toml", "[[feeds]]\nurl = \"builtin:guide\"\n")
	bad := corpus.HostileWhole("argument")
	for _, args := range [][]string{
		{bad}, {"list", bad}, {"list", `title:"` + bad}, {"list", "-" + bad}, {"list", "--" + bad}, {"show", bad}, {"show", "1", "--format", bad}, {"mark", bad, "x"}, {"mark", "label:" + bad, "is:unread"},
		{"mark", "read", "--id", bad}, {"feeds", bad}, {"remove", bad}, {"move", bad}, {"move", "guide", bad}, {"move", "guide", "https://e.example/" + bad}, {"refresh", bad}, {"add", bad}, {"add", "http://" + bad}, {"add", "https://e.example/" + bad},
		{"add", "exec:" + bad}, {"add", "builtin:" + bad}, {"add", "--preview", bad}, {"import", bad}, {"restore", bad}, {"backup", bad}, {"export", bad}, {"rules", bad}, {"rules", "test", bad}, {"rules", "test", "--query", bad},
		{"config", bad}, {"doctor", "--purge", bad}, {"doctor", bad}, {"--config", bad, "config", "path"}, {"--config", bad, "config", "check"}, {"--config", bad, "list"}, {"--db", bad, "list"}, {"help", bad}, {bad, "--help"}, {"completion", bad},
		{"refresh", "--" + bad + "=x"}, {"show", "--width", bad, "1"}, {"list", "feed:" + bad}, {"list", "since:" + bad}, {"list", "is:" + bad},
	} {
		h.run(args...)
	}
	for n := range corpus.HostileItems() {
		if n%2 > 0 || testing.Short() && n%8 > 0 {
			continue
		}
		// Files that are there, with as long a name as there can be.
		name := strings.NewReplacer("/", "", "\x00", "").Replace(corpus.Hostile("f", n))
		path := h.write(name[:min(len(name), 200)], "[[feeds]]\n"+corpus.Hostile("key", n)+" = 1\nurl = \""+corpus.Hostile("value", n)+"\"\n")
		h.run("--config", path, "config", "check")
		h.run("import", path)
		h.run("restore", path)
		h.run("--db", path, "list")
		address := strings.ToValidUTF8(corpus.Hostile("https://e.example/", n), "")
		h.write("config.toml", "theme = "+quoteTOML(address)+"\n[keys]\n"+quoteTOML(address)+" = \"open\"\n[[feeds]]\nurl = "+quoteTOML(address)+"\nuser_agent = "+quoteTOML(address)+"\n[feeds.headers]\n"+quoteTOML(address)+" = \"x\"\n")
		h.run("config", "check")
		h.write("config.toml", "[[feeds]]\nurl = "+quoteTOML(address)+"\n")
		if _, ok := h.run("feeds"); ok && corpus.Unfit(address) != "" {
			t.Errorf("the configuration may have the address %q", address)
		}
	}
}

// own are the sequences that commands write to a terminal: styles, and what
// keeps the progress on one line.
var own = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\[K|\r")

// TestNothingHostileOnATerminal protects the terminal from the commands that
// use colours and show progress on it.
func TestNothingHostileOnATerminal(t *testing.T) {
	h := newHostileHome(t)
	for _, args := range []string{"refresh --all", "list", "feeds", "feeds --verbose", "show 3", "add --preview " + h.server + "/rss", "rules"} {
		words := append([]string{"-c", `"$0" "$@"; echo THAT IS ALL`, h.command.Path}, h.command.Args[1:]...)
		cmd := exec.Command("sh", append(words, strings.Fields(args)...)...)
		cmd.Env = h.command.Env
		p := runOnTerminal(t, cmd, 100, 30)
		p.expect("THAT IS ALL")
		out := string(p.shown())
		if !strings.Contains(out, "\x1b[") {
			t.Errorf("%s wrote no colour: %.300q", args, out)
		}
		for line := range strings.Lines(own.ReplaceAllString(out, "")) {
			if bad := corpus.Unfit(line); bad != "" {
				t.Errorf("%s: %s in %.300q", args, bad, line)
			}
		}
	}
}
