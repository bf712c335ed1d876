package config

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// sampleFeeds and sampleQueries are the subscriptions and saved queries in
// config.example.toml. A new user starts with them.
const sampleFeeds = `
[[feeds]]
url = "builtin:guide"
name = "Guide to dateline"

[[feeds]]
url = "https://www.nato.int/cps/rss/en/natohq/rssFeed.xsl/rssFeed.xml"
name = "NATO News"
tags = ["world"]

[[feeds]]
url = "https://feeds.bbci.co.uk/news/world/rss.xml"
name = "BBC News World"
tags = ["world"]

[[feeds]]
url = "https://www.nasa.gov/feed/"
name = "NASA"
tags = ["science"]

[[feeds]]
url = "https://lwn.net/headlines/rss"
name = "LWN.net"
tags = ["tech"]

[[feeds]]
url = "https://go.dev/blog/feed.atom"
name = "The Go Blog"
tags = ["tech"]

[[feeds]]
url = "https://news.ycombinator.com/rss"
name = "Hacker News"
tags = ["tech"]
interval = "1h"
`

const sampleQueries = `
[[queries]]
name = "World today"
query = "tag:world since:today"

[[queries]]
name = "Unread and starred"
query = "is:unread is:starred"
`

const exampleHead = `# The configuration of dateline, in TOML.
#
# dateline reads $XDG_CONFIG_HOME/dateline/config.toml, usually
# ~/.config/dateline/config.toml, or the file of --config. If there is no file,
# this text is the configuration. "dateline config path" prints the path of the
# file, "dateline config example" prints this text, and "dateline config check"
# checks the file for errors.
#
# An option behind a # shows its default, or a sample if it has no default.

`

var update = flag.Bool("update", false, "write generated files again")

// TestExampleIsFresh checks that config.example.toml agrees with the fields of Config.
// With -update it writes the file.
func TestExampleIsFresh(t *testing.T) {
	docs := fieldDocs(t, "options.go")
	var b bytes.Buffer
	b.WriteString(exampleHead)
	for _, o := range optionsOf(reflect.TypeFor[Config]()) {
		writeExample(&b, docs, o)
	}
	want := strings.TrimRight(b.String(), "\n") + "\n"
	checkGenerated(t, want)
}

// examplePath is the file that is generated. The program embeds it.
const examplePath = "../config.example.toml"

// checkGenerated compares the example with what it should be. With -update it writes
// the example.
func checkGenerated(t *testing.T, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(examplePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := string(example(t)); got != want {
		t.Error("config.example.toml does not agree with the fields of Config; run `make golden` to write it again")
	}
}

// example returns the generated example.
func example(t testing.TB) []byte {
	t.Helper()
	doc, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// writeExample writes one option of the top level. If the option is a table, it writes the
// options in the table.
func writeExample(b *bytes.Buffer, docs map[string]string, o option) {
	b.WriteString(comment(docs["Config."+o.field.Name], o))
	switch o.name {
	case "keys":
		b.WriteString("[keys]\n" + hash(o.field.Tag.Get("sample")) + "\n")
	case "colors":
		b.WriteString("[colors]\n")
		for _, f := range optionsOf(reflect.TypeFor[ColorSet]()) {
			b.WriteString(comment(docs["ColorSet."+f.field.Name], f) + setting(f))
		}
		for _, f := range optionsOf(reflect.TypeFor[Colors]()) {
			if f.field.Type == reflect.TypeFor[ColorSet]() {
				b.WriteString(comment(docs["Colors."+f.field.Name], f) + "#[colors." + f.name + "]\n")
			}
		}
		b.WriteString("\n")
	case "defaults":
		b.WriteString("[defaults]\n")
		for _, f := range optionsOf(reflect.TypeFor[FeedOptions]()) {
			b.WriteString(comment(docs["FeedOptions."+f.field.Name], f) + setting(f))
		}
		b.WriteString("\n")
	case "feeds":
		writeTable(b, docs, o, reflect.TypeFor[Feed]())
		b.WriteString(strings.TrimPrefix(sampleFeeds, "\n") + "\n")
	case "queries":
		b.WriteString(strings.TrimPrefix(sampleQueries, "\n") + "\n")
	case "rules":
		writeTable(b, docs, o, reflect.TypeFor[Rule]())
	case "accounts":
		writeTable(b, docs, o, reflect.TypeFor[Account]())
	case "sync":
		b.WriteString("[sync]\n")
		for _, f := range optionsOf(reflect.TypeFor[Sync]()) {
			b.WriteString(comment(docs["Sync."+f.field.Name], f) + setting(f))
		}
	default:
		b.WriteString(setting(o) + "\n")
	}
}

// writeTable writes a table with each of its own options, all commented out.
func writeTable(b *bytes.Buffer, docs map[string]string, o option, table reflect.Type) {
	b.WriteString("#[[" + o.name + "]]\n")
	for _, f := range optionsOf(table) {
		if len(f.field.Index) == 1 {
			b.WriteString(comment(docs[table.Name()+"."+f.field.Name], f) + setting(f))
		}
	}
	b.WriteString("\n")
}

// setting returns an option with its default or its sample, behind a #.
func setting(o option) string {
	value := o.value
	if value == "" {
		value = o.field.Tag.Get("sample")
	}
	return hash(o.name + " = " + value)
}

func hash(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines + "\n") {
		b.WriteString("#" + line)
	}
	return b.String()
}

// comment returns a field's documentation with the option's name.
func comment(doc string, o option) string {
	doc = o.name + strings.TrimPrefix(doc, o.field.Name)
	var b strings.Builder
	for line := range strings.Lines(doc) {
		b.WriteString("# " + line)
	}
	return b.String()
}

// fieldDocs returns the comment of each field, by "Struct.Field".
func fieldDocs(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				for _, name := range f.Names {
					docs[spec.Name.Name+"."+name.Name] = f.Doc.Text()
				}
			}
		}
		return true
	})
	return docs
}

// TestOptionsAreDocumented checks that every option has a comment, because the example
// shows it.
func TestOptionsAreDocumented(t *testing.T) {
	docs := fieldDocs(t, "options.go")
	for _, typ := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[Colors](), reflect.TypeFor[ColorSet](), reflect.TypeFor[FeedOptions](), reflect.TypeFor[Feed](), reflect.TypeFor[Query](), reflect.TypeFor[Rule](), reflect.TypeFor[Account](), reflect.TypeFor[Sync]()} {
		for _, f := range reflect.VisibleFields(typ) {
			if !f.Anonymous && len(f.Index) == 1 && !strings.HasPrefix(docs[typ.Name()+"."+f.Name], f.Name+" ") {
				t.Errorf("%s.%s has no comment that begins with its name", typ.Name(), f.Name)
			}
		}
	}
}

// TestExampleSaysTheDefaults removes the # before every option of the example. The
// result must be the default configuration, except for the samples.
func TestExampleSaysTheDefaults(t *testing.T) {
	doc := regexp.MustCompile(`(?m)^#([^ \n])`).ReplaceAll(example(t), []byte("$1"))
	// The ways to a password or a token exclude each other.
	doc = regexp.MustCompile(`(?m)^(password|token|token_command) =.*$`).ReplaceAll(doc, nil)
	c, err := Parse(doc, "config.example.toml", realChecks())
	if err != nil {
		t.Fatal(err)
	}
	want := defaultConfig()
	c.Feeds, c.Queries, c.Rules, c.Keys, c.Browser, c.NotifyCommand = nil, nil, nil, nil, nil, nil
	c.AccountTables, c.Sync = nil, Sync{}
	c.Colors = Colors{}
	d := &c.Defaults
	d.UserAgent, d.Headers, d.Proxy, d.FulltextKeep, d.FulltextDrop = nil, nil, nil, nil, nil
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the example, uncommented, gives\n%+v\nwant\n%+v", c, want)
	}
}
