package config

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Quote returns s as a TOML basic string. TOML has all of JSON's escapes. DEL
// is the one character that JSON leaves bare and TOML forbids.
func Quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // cannot fail: a string into a buffer
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

func quoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = Quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
