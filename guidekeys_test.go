package main

import (
	"testing"

	"dateline/ui"
)

const keysHead = `<!-- published: 2026-11-23 -->
# Keys

Lower case letters act on one item, capitals on the whole list. The last line of
the screen shows the keys of the moment, and ` + "`?`" + ` all of them; type there to find
one. A key that cannot act now says why.

A number before a key that moves repeats it. In an article a digit opens the link of
that number.

The name is what ` + "`[keys]`" + ` in the configuration calls the action, to bind it to another
key. ` + "`keymap = \"newsboat\"`" + ` there starts from newsboat's keys.
`

// TestKeysPageIsFresh keeps the guide's page on keys what the reader's keys are:
// -update writes it.
func TestKeysPageIsFresh(t *testing.T) {
	checkGenerated(t, "docs/guide/03-keys.md", keysHead+ui.KeyTable())
}
