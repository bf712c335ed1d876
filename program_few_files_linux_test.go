package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFewOpenFiles refreshes a thousand feeds of a thousand hosts with a program that may
// open few files. None fails.
func TestFewOpenFiles(t *testing.T) {
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	defer listener.Close()
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>One</title></item></channel></rss>`)
	}))
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&config, "[[feeds]]\nurl = \"http://127.3.%d.%d:%s/\"\n", i/250, i%250+1, port)
	}
	for _, files := range []int{256, 64} {
		cmd := datelineCommand(t)
		if err := os.WriteFile(filepath.Join(filepath.Dir(cmd.Args[0]), "config.toml"), []byte(config.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		limited := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, files)}, append(cmd.Args, "refresh")...)...)
		limited.Env = cmd.Env
		if out, err := limited.CombinedOutput(); err != nil || !strings.Contains(string(out), "1000 feeds") && !strings.Contains(string(out), "1,000 feeds") {
			t.Errorf("%d files: %v\n%.500s", files, err, out)
		}
	}
}
