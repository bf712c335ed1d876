package article

import (
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"

	"dateline/feed/markup"
)

// chunkSize is how much text, in bytes, one call of [Job.Next] sets at least:
// a few milliseconds' work.
const chunkSize = 4 << 10

// Job sets an article piece by piece, so that its beginning can be shown while
// the rest is under way. It belongs to one goroutine at a time; jobs are
// independent of each other.
type Job struct {
	markup    htmlMarkup
	links     links
	prepare   preparer
	converter *converter.Converter
	set       setter
	shown     int
	started   bool
}

// Start begins an article. The work is done by [Job.Next].
func Start(h markup.SafeHTML, o Options) *Job {
	j := &Job{markup: newMarkup(h), converter: newConverter(), set: newSetter(o)}
	j.prepare = preparer{links: &j.links, ascii: o.ASCII}
	j.set.links = &j.links
	return j
}

// Next sets the next piece and gives its lines and the links that are new in
// it. Put behind each other the pieces are what [Render] gives. There may be
// no lines in a piece; more says whether to call again.
func (j *Job) Next() (lines []string, links []Link, more bool) {
	root := &html.Node{Type: html.DocumentNode}
	j.prepare.size = 0
	for j.prepare.size < chunkSize {
		unit := j.markup.next()
		if unit == nil {
			break
		}
		root.AppendChild(unit)
		j.prepare.node(unit, where{})
	}
	md, err := j.converter.ConvertNode(root)
	if err != nil {
		// The one way to fail is a converter without plugins; the words are
		// in the tree all the same.
		md = []byte(textOf(root))
	}
	lines = j.set.markdown(md)
	if j.started && len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	j.started = j.started || len(lines) > 0
	links = j.links.list[j.shown:]
	j.shown = len(j.links.list)
	return lines, links, j.markup.more()
}
