package config

import (
	"slices"
	"strings"
)

// interpreters are programs that read a word of their command as a program, and the
// letters of the options before that word. Of some, every word is part of a program.
var interpreters = map[string]string{
	"sh": "c", "bash": "c", "dash": "c", "ash": "c", "zsh": "c", "ksh": "c", "mksh": "c", "yash": "c", "fish": "c", "csh": "c", "tcsh": "c",
	"su": "c", "script": "c", "python": "c", "pypy": "c", "perl": "eE", "ruby": "e", "lua": "e", "node": "ep", "nodejs": "ep", "bun": "ep", "php": "r", "rscript": "e",
	"osascript": "e", "powershell": "cC", "pwsh": "cC", "emacs": "e", "emacsclient": "e", "vi": "c", "vim": "c", "nvim": "c", "gdb": "ex",
	"cmd": everyWord, "ssh": everyWord, "eval": everyWord, "watch": everyWord, "awk": everyWord, "gawk": everyWord, "mawk": everyWord, "sed": everyWord,
	"swaymsg": everyWord, "i3-msg": everyWord, "hyprctl": everyWord,
	// Commands of tmux and screen. A message of tmux may contain #(program).
	"display-message": everyWord, "run-shell": everyWord, "if-shell": everyWord, "send-keys": everyWord, "stuff": everyWord,
}

// partOfCode are characters that no address contains. A word that has them besides an
// address is a program, whoever reads it.
const partOfCode = " \t\r\n'\"`"

// everyWord stands for the options of a program that reads every word as a program.
const everyWord = "*"

// codePlaceholder returns the first placeholder that the command puts into a word that a
// shell or another interpreter reads as a program. There a value from a feed could run
// programs. It returns "" if there is none.
func (c Command) codePlaceholder(placeholders ...string) string {
	inside := func(word string) string {
		i := slices.IndexFunc(placeholders, func(p string) bool { return strings.Contains(word, p) })
		if i < 0 {
			return ""
		}
		return placeholders[i]
	}
	words := c
	if !slices.ContainsFunc(c, func(word string) bool { return inside(word) != "" }) {
		words = slices.Concat(c, placeholders) // as Fill adds the values
	}
	letters, code := "", false
	for _, word := range words {
		if strings.Contains(word, "%u") && strings.ContainsAny(word, partOfCode) && slices.Contains(placeholders, "%u") {
			return "%u"
		}
		option := isCodeOption(word, letters)
		if code || option || letters == everyWord {
			if p := inside(word); p != "" {
				return p
			}
		}
		if flags, found := interpreters[programName(word)]; found && !code {
			letters = flags
			continue
		}
		code = option || code && strings.HasPrefix(word, "-")
	}
	return ""
}

// programName returns the name of a program without its directory and version.
func programName(word string) string {
	name := strings.ToLower(word[strings.LastIndexAny(word, `/\`)+1:])
	return strings.TrimRight(strings.TrimSuffix(name, ".exe"), "0123456789.-")
}

// isCodeOption reports whether a program follows a word, or stands in it.
func isCodeOption(word, letters string) bool {
	switch {
	case letters == "" || letters == everyWord:
		return false
	case strings.HasPrefix(word, "--"):
		long, _, _ := strings.Cut(word[2:], "=")
		return slices.Contains([]string{"command", "eval", "execute", "print", "run"}, long)
	case strings.HasPrefix(word, "-"), strings.HasPrefix(word, "/") && len(word) == 2:
		return strings.ContainsAny(word[1:], letters)
	}
	return false
}

// checkCommands adds the mistakes in the programs that get text from feeds.
func (p *problems) checkCommands(c *Config) {
	for _, option := range []struct {
		name         string
		command      Command
		placeholders []string
	}{{"browser", c.Browser, []string{"%u"}}, {"notify_command", c.NotifyCommand, []string{"%t", "%b"}}} {
		if placeholder := option.command.codePlaceholder(option.placeholders...); placeholder != "" {
			p.add(p.locate(option.name), `%s passes %s to a program that reads it as code, so a feed could run programs; make it a word of its own behind the code, such as ["sh", "-c", "program \"$1\"", "sh", %q]`,
				option.name, placeholder, placeholder)
		}
	}
}
