package config

import (
	"strings"
	"testing"
)

// TestCodePlaceholder checks that no text of a feed becomes part of a program.
func TestCodePlaceholder(t *testing.T) {
	for command, want := range map[string]string{
		`firefox --new-tab %u`:                   "",
		`firefox --url=%u`:                       "",
		`notify-send "dateline: %t" %b`:          "",
		`sh -c 'firefox "$1"' sh %u`:             "",
		`sh -c 'notify-send "$1" "$2"' sh %t %b`: "",
		`sh -c 'firefox "$1"' sh`:                "",
		`sh ~/bin/open.sh %u`:                    "",
		`python3 ~/open.py -c %u`:                "%u",
		`sh -c "firefox '%u'"`:                   "%u",
		`sh -c %u`:                               "%u",
		`sh -c`:                                  "%u",
		`/bin/bash -lc "firefox %u"`:             "%u",
		`bash -c -e "firefox %u"`:                "%u",
		`env LANG=C dash -c "firefox %u &"`:      "%u",
		`busybox sh -ec "x %t"`:                  "%t",
		`sh -c "notify-send '%b'"`:               "%b",
		`python3.12 -c "print('%t')"`:            "%t",
		`perl -e'print "%t"'`:                    "%t",
		`node --eval=f('%t')`:                    "%t",
		`osascript -e 'display notification "%b" with title "%t"'`: "%t",
		`cmd.exe /c "start %u"`:         "%u",
		`pwsh -Command "Start %u"`:      "%u",
		`ssh host firefox %u`:           "%u",
		`ssh host firefox`:              "%u",
		`cmd /C start %u`:               "%u",
		`env -S "sh -c 'open %u'"`:      "%u",
		`tmux new-window "w3m %u"`:      "%u",
		`tmux new-window w3m %u`:        "",
		`tmux display-message %t`:       "%t",
		`xterm -e "w3m '%u'"`:           "%u",
		`emacsclient -e '(say "%t")'`:   "%t",
		`vim -c "e %u"`:                 "%u",
		`bun -e f('%t')`:                "%t",
		`i3-msg "exec notify-send %t"`:  "%t",
		`watch notify-send %t`:          "%t",
		`sudo -u ann fish -c "open %u"`: "%u",
		``:                              "",
	} {
		name, placeholders := "browser", []string{"%u"}
		if strings.Contains(command, "%t") || strings.Contains(command, "%b") {
			name, placeholders = "notify_command", []string{"%t", "%b"}
		}
		var c Command
		if err := c.UnmarshalText([]byte(command)); err != nil {
			t.Fatal(err)
		}
		if got := c.codePlaceholder(placeholders...); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
		_, err := Parse([]byte(name+" = '''"+command+"'''\n"), "c.toml", realChecks())
		if refused := err != nil && strings.Contains(err.Error(), "reads it as code"); refused != (want != "") {
			t.Errorf("%s: %v", command, err)
		}
	}
}
