package config

import (
	"dateline/feed/fetch"
	"dateline/ui"
)

// realChecks returns the checks that the program uses, so that the messages in the tests
// are the real ones.
func realChecks() Checks {
	return Checks{
		Key: func(key string, actions []string) error {
			return ui.CheckKeys("", map[string][]string{key: actions})
		},
		Theme:   ui.CheckTheme,
		Color:   ui.CheckColor,
		IsLocal: fetch.IsLocal,
		Local:   fetch.CheckLocal,
		Proxy:   fetch.CheckProxy,
		Builtin: "builtin:guide",
	}
}
