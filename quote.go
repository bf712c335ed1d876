package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// quoteTOML writes s as a TOML basic string. JSON's escapes are all TOML's as
// well; the one character that JSON leaves bare and TOML forbids is DEL.
func quoteTOML(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string into a buffer: can't fail
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

func quoteListTOML(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quoteTOML(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
