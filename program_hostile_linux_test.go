package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/config"
	"dateline/feed/corpus"
)

// hostileHome is a home directory in which everything that dateline reads is hostile.
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

// run runs a command and checks all that it prints. ok reports whether the command
// succeeded. A failure is no error of the test, because most hostile input is refused.
func (h *hostileHome) run(args ...string) (stdout string, ok bool) {
	h.t.Helper()
	h.ran++
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "\x00", "")
	}
	cmd := exec.Command(h.command.Path, append(h.command.Args[1:len(h.command.Args):len(h.command.Args)], args...)...)
	// Some of the arguments are names of files that the command then writes.
	cmd.Env, cmd.Dir = h.command.Env, h.dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) || ended != nil && ended.ExitCode() > 2 {
		h.t.Fatalf("%+q: %v\n%s", args, err, errs.Bytes())
	}
	for what, text := range map[string]string{"stdout": out.String(), "stderr": errs.String()} {
		for line := range strings.Lines(text) {
			if bad := corpus.FindUnsafe(line); bad != "" {
				h.t.Errorf("%.60q…: %s on %s: %.300q", strings.Join(args, " "), bad, what, line)
				break
			}
		}
	}
	return out.String(), err == nil
}

// runJSON runs a command that prints JSON, and also checks the strings in the parsed
// JSON.
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

// unfitJSON returns the path of a string that must not be printed on a terminal, and what
// is bad about the string. bad is empty if there is no such string.
func unfitJSON(v any) (path, bad string) {
	switch v := v.(type) {
	case string:
		return "", corpus.FindUnsafe(v)
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

// TestNothingHostileIsPrinted checks that commands print only text if every document,
// header, certificate, program and file has attacks in it.
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
		t.Errorf("the names of the certificate are not printed: %s", out)
	}
	h.run("refresh", h.server+"/rss")
	for _, args := range []string{"list", "list is:hidden", "feeds", "feeds --verbose", "feeds --problems", "rules", "rules test", "doctor", "doctor --vacuum", "config check", "config path", "config example", "backup", "restore"} {
		if out, ok := h.run(strings.Fields(args)...); !ok || out == "" {
			t.Errorf("%s failed: %s", args, out)
		}
	}
	for _, args := range []string{"list --json", "list --json --content", "list --json is:hidden", "feeds --json", "feeds --json --verbose", "feeds --json --problems", "rules --json", "rules test --json"} {
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

// firstNumbers returns the first number of each line of JSON, which is the ID of an item.
func firstNumbers(lines string) []string {
	var ids []string
	for line := range strings.Lines(lines) {
		ids = append(ids, regexp.MustCompile(`[0-9]+`).FindString(line))
	}
	return ids
}

// hostileLists adds, imports, exports and removes hostile feeds.
func (h *hostileHome) hostileLists() {
	t := h.t
	t.Helper()
	h.run("add", "--preview", h.server+"/rss")
	h.run("add", "--preview", h.server+"/json")
	h.run("add", h.server+"/announces")
	h.run("add", h.server+"/page")
	h.run("add", h.server+"/atom?again", "--name", corpus.HostileTextAll("name"), "--tag", corpus.HostileTextAll("tag"))
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
				if bad := corpus.FindUnsafe(a.Value); bad != "" {
					t.Errorf("%s in %s of the exported list: %q", bad, a.Name.Local, a.Value)
				}
			}
		}
	}
}

// TestNoHostileArgumentIsPrinted checks that commands print only text if their arguments
// have attacks in them.
func TestNoHostileArgumentIsPrinted(t *testing.T) {
	h := newHostileHome(t)
	h.write("config.toml", "[[feeds]]\nurl = \"builtin:guide\"\n")
	bad := corpus.HostileTextAll("argument")
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
		// Files that exist, with long names.
		name := strings.NewReplacer("/", "", "\x00", "").Replace(corpus.HostileText("f", n))
		path := h.write(name[:min(len(name), 200)], "[[feeds]]\n"+corpus.HostileText("key", n)+" = 1\nurl = \""+corpus.HostileText("value", n)+"\"\n")
		h.run("--config", path, "config", "check")
		h.run("import", path)
		h.run("restore", path)
		h.run("--db", path, "list")
		address := strings.ToValidUTF8(corpus.HostileText("https://e.example/", n), "")
		h.write("config.toml", "theme = "+config.Quote(address)+"\n[keys]\n"+config.Quote(address)+" = \"open\"\n[[feeds]]\nurl = "+config.Quote(address)+"\nuser_agent = "+config.Quote(address)+"\n[feeds.headers]\n"+config.Quote(address)+" = \"x\"\n")
		h.run("config", "check")
		h.write("config.toml", "[[feeds]]\nurl = "+config.Quote(address)+"\n")
		if _, ok := h.run("feeds"); ok && corpus.FindUnsafe(address) != "" {
			t.Errorf("the configuration accepts the address %q", address)
		}
	}
}

// ownSequences are the sequences that commands write to a terminal: styles and the
// sequences of the progress line.
var ownSequences = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\[K|\r")

// TestNothingHostileOnATerminal checks commands that print colours and progress on a
// terminal.
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
		for line := range strings.Lines(ownSequences.ReplaceAllString(out, "")) {
			if bad := corpus.FindUnsafe(line); bad != "" {
				t.Errorf("%s: %s in %.300q", args, bad, line)
			}
		}
	}
}

// oneLine returns s without line ends and NUL, so that s can be a header or an argument.
func oneLine(s string) string { return strings.NewReplacer("\n", "", "\r", "", "\x00", "").Replace(s) }

// header returns an attack as the value of a header. net/http refuses ASCII control
// characters in it.
func header(field string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, corpus.HostileTextAll(field))
}

// validInURL has attacks that a URL can contain.
const validInURL = "\u009b2J\u202e\u200b\u2028\u00ad\u3164\U000e0041\x9bOWNED"

// hostileServer serves attacks in documents, web pages and every header.
func hostileServer(t *testing.T) *httptest.Server {
	t.Helper()
	bad := func(field string) string { return oneLine(corpus.HostileTextAll(field)) }
	n := corpus.HostileItems()
	edits := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/rss", func(w http.ResponseWriter, r *http.Request) {
		edits++ // each response has edited items
		fmt.Fprint(w, strings.ReplaceAll(corpus.HostileRSS("http://"+r.Host, n), "</title><dc:creator>", fmt.Sprintf(" %d</title><dc:creator>", edits)))
	})
	mux.HandleFunc("/atom", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, corpus.HostileAtom("http://"+r.Host, n))
	})
	mux.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, corpus.HostileJSON("http://"+r.Host, n))
	})
	mux.HandleFunc("/announces", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := range n {
			attack := strings.ReplaceAll(corpus.HostileText("announced", i), `"`, "")
			fmt.Fprintf(w, `<link rel="alternate" type="application/rss+xml" title="%s" href="/feed/%[1]s">`, attack)
			fmt.Fprintf(w, `<a href="/rss/%s" type="application/atom+xml">%[1]s</a>`, attack)
		}
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<title>"+corpus.HostileTextAll("page")+"</title>")
	})
	// These are responses that net/http would not send.
	for path, response := range map[string]string{
		"/status":    "503 " + bad("status") + "\r\nRetry-After: " + header("retry") + "\r\nContent-Length: 0\r\n\r\n",
		"/odd":       "299 " + bad("status") + "\r\nContent-Type: " + header("type") + "\r\nETag: " + header("etag") + "\r\nCache-Control: " + header("cache") + "\r\nConnection: close\r\n\r\n" + bad("body"),
		"/redirect":  "301 Moved\r\nLocation: /location" + validInURL + "\r\nContent-Length: 0\r\n\r\n",
		"/elsewhere": "302 Found\r\nLocation: http://host" + validInURL + ".invalid/\r\nContent-Length: 0\r\n\r\n",
		"/scheme":    "302 Found\r\nLocation: gopher://x/" + validInURL + "\r\nContent-Length: 0\r\n\r\n",
		"/packed":    "200 OK\r\nContent-Encoding: " + header("packed") + "\r\nContent-Length: 3\r\n\r\nabc",
		"/login":     "401 No\r\nWWW-Authenticate: Basic realm=\"" + header("realm") + "\"\r\nContent-Length: 0\r\n\r\n",
		"/broken":    "200 OK\r\n" + bad("header") + "\r\n\r\n",
		"/number":    bad("number") + "\r\n\r\n",
		"/length":    "200 OK\r\nContent-Length: " + bad("length") + "\r\n\r\n",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = fmt.Fprint(conn, "HTTP/1.1 "+response) // the client may have closed the connection
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// hostileTLS returns a server that has attacks in the names of its certificate.
func hostileTLS(t *testing.T) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	names := pkix.Name{CommonName: strings.ToValidUTF8(corpus.HostileText("cn", 0), ""), Organization: []string{strings.ToValidUTF8(corpus.HostileText("org", 11), "")}}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: names, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"\x1b[2J\x1b]0;OWNED\x07.example", "\x7f\b.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// hostileConfig returns a configuration with every hostile feed, and with attacks in all
// names.
func hostileConfig(t *testing.T, dir, server, tlsServer string) string {
	t.Helper()
	var b strings.Builder
	name := func(field string, n int) string {
		return config.Quote(field + strings.ToValidUTF8(corpus.HostileText(field, n), ""))
	}
	script := filepath.Join(dir, "program")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncat \"$0.txt\" >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script+".txt", []byte(oneLine(corpus.HostileTextAll("stderr"))), 0o600); err != nil {
		t.Fatal(err)
	}
	urls := []string{tlsServer, "exec:" + script, "file:" + dir + "/no such file", "http://nosuch.invalid/"}
	for _, path := range []string{"rss", "atom", "json", "page", "status", "odd", "redirect", "elsewhere", "scheme", "packed", "login", "broken", "number", "length"} {
		urls = append(urls, server+"/"+path)
	}
	for i, rule := range []string{"hide = true", "notify = true", "star = true"} {
		fmt.Fprintf(&b, "[[rules]]\nname = %s\nquery = %s\nlabels = [%s]\n%s\n", name(fmt.Sprint("rule", i), i), config.Quote([]string{"title:31mtitle", "author:author", "is:unread"}[i]), name("label", i+3), rule)
	}
	for i := range 6 {
		fmt.Fprintf(&b, "[[queries]]\nname = %s\nquery = %s\n", name(fmt.Sprint("query", i), i), config.Quote(`"`+strings.NewReplacer(`"`, "", `\`, "").Replace(strings.ToValidUTF8(corpus.HostileText("term", i), ""))+`" or is:unread`))
	}
	for i, url := range urls {
		fmt.Fprintf(&b, "[[feeds]]\nurl = %s\n", config.Quote(url))
		if i%2 == 0 {
			fmt.Fprintf(&b, "name = %s\ntags = [%s, %s]\n", name(fmt.Sprint("name", i), i), name("tag", i), name("second", i+1))
		}
	}
	return "notify_command = [\"false\"]\n" + b.String()
}

// hostileOPML returns an OPML file with attacks. written encodes each attack.
func hostileOPML(server string, written func(string) string) string {
	var b strings.Builder
	b.WriteString("<opml version=\"2.0\"><head><title>" + written(corpus.HostileText("opmltitle", 0)) + "</title></head><body>")
	for i := range corpus.HostileItems() {
		bad := written(corpus.HostileText("opml", i))
		fmt.Fprintf(&b, `<outline text="folder%s"><outline type="rss" text="%[1]s" title="title%[1]s" xmlUrl="%[2]s/opml%[3]d/%[1]s" htmlUrl="%[2]s/%[1]s" category="/a%[1]s/b,c%[1]s"/></outline>`, bad, server, i)
	}
	return b.String() + "</body></opml>"
}

// TestNoLogOnTheTerminal checks that the logs of libraries do not reach the terminal.
// net/http logs the bytes of an unsolicited response.
func TestNoLogOnTheTerminal(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, cmd *exec.Cmd, dropped <-chan struct{}) string{
		"a command": func(t *testing.T, cmd *exec.Cmd, _ <-chan struct{}) string {
			cmd.Args = append(cmd.Args, "refresh", "--all", "--verbose")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			return string(out)
		},
		"a command on a terminal": func(t *testing.T, cmd *exec.Cmd, _ <-chan struct{}) string {
			cmd.Args = append(cmd.Args, "refresh", "--all")
			shell := exec.Command("sh", append([]string{"-c", `"$0" "$@"; echo THAT IS ALL`}, cmd.Args...)...)
			shell.Env = cmd.Env
			p := runOnTerminal(t, shell, 120, 40)
			p.expect("THAT IS ALL")
			return string(p.shown())
		},
		"the screen": func(t *testing.T, cmd *exec.Cmd, dropped <-chan struct{}) string {
			p := runOnTerminal(t, cmd, 120, 40)
			p.expect("Second feed")
			<-dropped
			p.write("Q")
			p.expect("\x1b[?1049l")
			_ = p.cmd.Wait()
			return string(p.shown())
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, dropped := unsolicitedServer(t)
			cmd := datelineCommand(t)
			write(t, cmd.Args[2], "[[feeds]]\nurl = \""+server+"/first\"\n[[feeds]]\nurl = \""+server+"/second\"\n")
			out := run(t, cmd, dropped)
			select {
			case <-dropped:
			default:
				t.Error("the connection with the unsolicited response was not dropped while the program ran")
			}
			for _, bad := range []string{"OWNED", "nsolicited", "idle HTTP"} {
				if strings.Contains(out, bad) {
					t.Errorf("%q is in the output: %q", bad, out)
				}
			}
		})
	}
}

// unsolicitedServer answers at /first with a feed, and sends a second response on the
// same connection. dropped is closed when the client has noticed that and has closed the
// connection. /second answers only then.
func unsolicitedServer(t *testing.T) (url string, dropped <-chan struct{}) {
	t.Helper()
	closed := make(chan struct{})
	rss := func(title string) string {
		return `<rss version="2.0"><channel><title>` + title + `</title><item><guid>1</guid><title>` + title + `</title></item></channel></rss>`
	}
	var once sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("/first", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		body := rss("First feed")
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		fmt.Fprint(conn, "HTTP/1.1 200 OWNED\x1b[2J\x1b]0;OWNED\x07\r\nContent-Length: 5\r\n\r\nOWNED")
		_, _ = io.Copy(io.Discard, conn)
		once.Do(func() { close(closed) })
	})
	mux.HandleFunc("/second", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-closed:
		case <-r.Context().Done():
		}
		fmt.Fprint(w, rss("Second feed"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, closed
}
