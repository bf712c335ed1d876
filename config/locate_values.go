package config

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"dateline/feed/text"
)

// span is a range of byte offsets in a document. to is the first byte after it.
type span struct{ from, to int }

// statement is a table header, or a key with its value, at the top level of the
// syntax.
type statement struct {
	span
	// feed is the index of the [[feeds]] table, or of the table of its sub-table,
	// that the statement is in. It is -1 if the statement is in no such table.
	feed int
	// query and account report whether the statement is in a [[queries]] or an
	// [[accounts]] table.
	query, account bool
	// pair is true for a key with its value, false for a table header.
	pair bool
}

// outline locates keys and values in a TOML document (https://toml.io/en/v1.0.0).
type outline struct {
	statements []statement
	// values maps a dotted path, such as feeds.2.url, to the span of its value. It
	// maps the path of a table to the span of its header.
	values map[string]span
	// feedURLs maps the index of a [[feeds]] table to its url, which may contain a
	// user and a password.
	feedURLs map[int]string
	// inlineFeeds is true if feeds is written as a value instead of as [[feeds]].
	inlineFeeds bool
	// inlineQueries is true if queries is written as a value instead of as [[queries]].
	inlineQueries bool
	// inlineAccounts is true if accounts is written as a value instead of as [[accounts]].
	inlineAccounts bool
	// counts maps the path of an array of tables to the number of elements so far.
	counts map[string]int
}

// outlineOf returns the outline of doc. If doc is not valid TOML, it returns an error
// and the outline of what comes before it.
func outlineOf(doc []byte) (outline, error) {
	o := outline{values: map[string]span{}, feedURLs: map[int]string{}, counts: map[string]int{}}
	var p unstable.Parser
	p.Reset(doc)
	var table []string
	number := -1
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind == unstable.KeyValue {
			at := spanOf(e.Raw)
			o.statements = append(o.statements, statement{span: at, feed: number, query: isIn(table, "queries"), account: isIn(table, "accounts"), pair: true})
			o.addPair(doc, table, e)
			continue
		}
		name, at := keyOf(e)
		table = o.enter(name, e.Kind == unstable.ArrayTable)
		o.values[strings.Join(table, ".")] = at
		number = -1
		if table[0] == "feeds" && len(table) > 1 {
			number, _ = strconv.Atoi(table[1])
		}
		o.statements = append(o.statements, statement{span: at, feed: number, query: isIn(table, "queries"), account: isIn(table, "accounts")})
	}
	return o, p.Error()
}

// isIn reports whether a table is one of an array of tables.
func isIn(table []string, array string) bool { return len(table) > 1 && table[0] == array }

// enter returns the path of a table header: its name with the indexes of array
// elements.
func (o *outline) enter(name []string, array bool) []string {
	var path []string
	for i, part := range name {
		path = append(path, part)
		key := strings.Join(path, ".")
		if array && i == len(name)-1 {
			o.counts[key]++
		}
		if n := o.counts[key]; n > 0 {
			path = append(path, strconv.Itoa(n-1))
		}
	}
	return path
}

// addPair adds a key with its value. table is the path of the table around it.
func (o *outline) addPair(doc []byte, table []string, pair *unstable.Node) {
	name, at := keyOf(pair)
	path := slices.Concat(table, name)
	start := at.to + bytes.IndexByte(doc[at.to:], '=') + 1
	start += len(doc[start:]) - len(bytes.TrimLeft(doc[start:], " \t"))
	value := pair.Value()
	o.values[strings.Join(path, ".")] = span{start, spanOf(pair.Raw).to}
	if len(path) == 3 && path[0] == "feeds" && path[2] == "url" && value.Kind == unstable.String {
		n, _ := strconv.Atoi(path[1])
		o.feedURLs[n] = strings.TrimSpace(string(value.Data))
	}
	if len(path) == 1 && path[0] == "feeds" {
		o.inlineFeeds = true
	}
	if len(path) == 1 && path[0] == "queries" {
		o.inlineQueries = true
	}
	if len(path) == 1 && path[0] == "accounts" {
		o.inlineAccounts = true
	}
	o.addValue(doc, path, value)
}

// addValue adds the elements of an array or of an inline table.
func (o *outline) addValue(doc []byte, path []string, value *unstable.Node) {
	if value.Kind != unstable.Array && value.Kind != unstable.InlineTable {
		return
	}
	it := value.Children()
	for i := 0; it.Next(); i++ {
		child := it.Node()
		if child.Kind == unstable.KeyValue {
			o.addPair(doc, path, child)
			continue
		}
		element := slices.Concat(path, []string{strconv.Itoa(i)})
		if child.Raw.Length > 0 {
			o.values[strings.Join(element, ".")] = spanOf(child.Raw)
		}
		o.addValue(doc, element, child)
	}
}

// keyOf returns the parts of the name of a header or of a key, and their span.
func keyOf(n *unstable.Node) ([]string, span) {
	var name []string
	var at span
	for it := n.Key(); it.Next(); {
		k := spanOf(it.Node().Raw)
		if len(name) == 0 {
			at = k
		}
		at.to = k.to
		name = append(name, string(it.Node().Data))
	}
	return name, at
}

func spanOf(r unstable.Range) span {
	return span{int(r.Offset), int(r.Offset + r.Length)}
}

// locate returns the span of the value at path, or of the nearest table around it.
func (o outline) locate(path ...any) span {
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = fmt.Sprint(p)
	}
	for n := len(names); n > 0; n-- {
		if at, ok := o.values[strings.Join(names[:n], ".")]; ok {
			return at
		}
	}
	return span{}
}

// feedIndex returns the index of the [[feeds]] table of a feed. address has no user
// and no password, and can be spelled differently.
func (o outline) feedIndex(address string) (n int, ok bool) {
	for n, url := range o.feedURLs {
		if text.SameAddress(url, address) {
			return n, true
		}
	}
	return 0, false
}

// wholeLines returns the lines that a span touches, with their line ends.
func wholeLines(doc []byte, at span) span {
	from := bytes.LastIndexByte(doc[:at.from], '\n') + 1
	end := bytes.IndexByte(doc[at.to:], '\n')
	if end < 0 {
		return span{from, len(doc)}
	}
	return span{from, at.to + end + 1}
}
