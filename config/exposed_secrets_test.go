package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExposed checks that secrets in a file that other users can read are told of, and that
// nothing is said of files without secrets and of private ones.
func TestExposed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	const address = "url = \"https://a.test/feed\"\n"
	const miniflux = "[[accounts]]\nname = \"home\"\nkind = \"miniflux\"\nurl = \"https://a.test/\"\n"
	for doc, want := range map[string]string{
		"":                      "",
		"width = 80\n":          "",
		"[[feeds]]\n" + address: "",
		"[[feeds]]\n" + address + "user = \"ann\"\npassword = \"x\"\n":                       "passwords",
		"[[feeds]]\n" + address + "user = \"ann\"\npassword = \"${X}\"\n":                    "",
		"[[feeds]]\n" + address + "user = \"ann\"\npassword = \"$${X}\"\n":                   "passwords",
		"[[feeds]]\n" + address + "user = \"ann\"\npassword_command = [\"pass\"]\n":          "",
		"[[feeds]]\n" + address + "cookies = \"session=1\"\n":                                "cookies",
		"[[feeds]]\n" + address + "headers = { Authorization = \"Bearer 1\" }\n":             "headers",
		"[[feeds]]\n" + address + "headers = { Authorization = \"Bearer ${T}\" }\n":          "",
		"[[feeds]]\n" + address + "headers = { Accept-Language = \"en\" }\n":                 "",
		"[defaults]\nheaders = { X-Api-Key = \"1\" }\n":                                      "headers",
		"[defaults]\nproxy = \"socks5://ann:x@localhost:9050\"\n":                            "passwords in addresses",
		"[[feeds]]\nurl = \"https://ann:x@a.test/feed\"\n":                                   "passwords in addresses",
		"[[feeds]]\nurl = \"https://a.test/feed?token=1\"\n":                                 "tokens in addresses",
		"[[feeds]]\nurl = \"https://a.test/feed?page=1\"\n":                                  "",
		"[[feeds]]\n" + address + "user = \"ann\"\npassword = \"x\"\ncookies = \"a=1\"\n":    "cookies and passwords",
		"[[feeds]]\nurl = \"https://1a2b3c@a.test/feed\"\n":                                  "passwords in addresses",
		"[[feeds]]\nurl = \"https://a.test/private.php?key=1a2b\"\nname = \"password\"\n":    "tokens in addresses",
		miniflux + "token = \"1a2b\"\n":                                                      "tokens",
		miniflux + "token = \"${T}\"\n":                                                      "",
		miniflux + "token_command = [\"pass\"]\n":                                            "",
		miniflux + "user = \"ann\"\npassword = \"x\"\n":                                      "passwords",
		miniflux + "token = \"${T}\"\nheaders = { X-Gate = \"1\" }\ncookies = \"gate=1\"\n":  "cookies and headers",
		miniflux + "token = \"${T}\"\nproxy = \"socks5://ann:x@localhost:9050\"\n":           "passwords in addresses",
		"[[queries]]\nname = \"password\"\nquery = \"password\"\n[[feeds]]\n" + address + "": "",
	} {
		if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		f := &File{Path: path, Checks: realChecks()}
		c, err := f.Load()
		if err != nil {
			t.Fatal(err)
		}
		for mode, exposed := range map[os.FileMode]bool{0o600: false, 0o640: true, 0o644: true, 0o604: true} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			said := f.Exposed(c)
			if exposed && want != "" && !strings.Contains(said, ", which has "+want+":") || (said != "") != (exposed && want != "") {
				t.Errorf("%s, %v: said %q, want %q", doc, mode, said, want)
			}
		}
	}
}

// TestHardLinkedFile checks that an edit does not part the names of a file, and that a
// symbolic link stays one.
func TestHardLinkedFile(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "config.toml"), filepath.Join(dir, "dotfiles.toml")
	const doc = "[[feeds]]\nurl = \"https://a.test/feed\"\n"
	if err := os.WriteFile(other, []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &File{Path: path, Lock: filepath.Join(dir, "lock"), Checks: realChecks()}
	if err := os.Link(other, path); err != nil {
		t.Skip("no hard links here: ", err)
	}
	if _, err := f.Remove("https://a.test/feed"); err == nil || !strings.Contains(err.Error(), "hard link") {
		t.Errorf("the edit returns %v", err)
	}
	for _, name := range []string{path, other} {
		if now, err := os.ReadFile(name); string(now) != doc || err != nil {
			t.Errorf("%s is %q, %v", name, now, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("dotfiles.toml", path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Remove("https://a.test/feed"); err != nil {
		t.Error(err)
	}
	target, err := os.Readlink(path)
	now, err2 := os.ReadFile(other)
	if target != "dotfiles.toml" || err != nil || err2 != nil || strings.Contains(string(now), "a.test") {
		t.Errorf("the link leads to %q with %q, %v %v", target, now, err, err2)
	}
}
