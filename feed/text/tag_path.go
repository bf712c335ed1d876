package text

import (
	"slices"
	"strings"
)

// TagPath returns the folders that a tag names, the outermost first: News/World is the
// folder World in the folder News. Blanks around names and empty names are left out. A
// tag without a name in it is a folder itself.
func TagPath(tag string) []string {
	var path []string
	for name := range strings.SplitSeq(tag, "/") {
		if name = strings.TrimSpace(name); name != "" {
			path = append(path, name)
		}
	}
	if path == nil {
		return []string{tag}
	}
	return path
}

// InFolder reports whether one of tags is the folder or is inside it, after [Fold]: a feed
// with the tag News/World is in the folders news and news/world.
func InFolder(tags []string, folder string) bool {
	within := foldedPath(folder)
	return slices.ContainsFunc(tags, func(tag string) bool {
		rest, ok := strings.CutPrefix(foldedPath(tag), within)
		return ok && (rest == "" || rest[0] == '/')
	})
}

// foldedPath returns a tag in the form in which tags of the same folder are equal.
func foldedPath(tag string) string {
	if strings.Contains(tag, "/") {
		tag = strings.Join(TagPath(tag), "/")
	}
	return Fold(tag)
}
