package article

import (
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"golang.org/x/net/html"

	"dateline/feed/markup"
)

// chunkSize is how much text, in bytes, one call of [Job.Next] lays out at least. It
// takes a few milliseconds.
const chunkSize = 4 << 10

// Job lays out an article chunk by chunk. The first lines can be shown while the
// others are laid out. Only one goroutine may use a Job at a time. Several jobs may
// run at once.
type Job struct {
	markup    htmlMarkup
	links     links
	prepare   preparer
	converter *converter.Converter
	layout    layouter
	// shown is how many links Next has returned so far.
	shown int
	// started reports whether Next has returned a line.
	started bool
}

// Start returns a job for an article. [Job.Next] does the work.
func Start(h markup.SafeHTML, o Options) *Job {
	j := &Job{markup: newMarkup(h), converter: newConverter(), layout: newLayouter(o)}
	j.prepare = preparer{links: &j.links, ascii: o.ASCII}
	j.layout.links = &j.links
	return j
}

// Next lays out the next chunk. It returns the lines of the chunk and the links that
// did not occur before. All chunks together are what [Render] returns. A chunk may
// have no lines. more reports whether there is another chunk.
func (j *Job) Next() (lines []string, links []Link, more bool) {
	root := &html.Node{Type: html.DocumentNode}
	j.prepare.size = 0
	for j.prepare.size < chunkSize {
		unit := j.markup.next()
		if unit == nil {
			break
		}
		root.AppendChild(unit)
		j.prepare.node(unit, enclosing{})
	}
	md, err := j.converter.ConvertNode(root)
	if err != nil {
		// This fails only if the converter has no plugins. The tree still has the
		// text.
		md = []byte(textOf(root))
	}
	lines = j.layout.layOut(md)
	if j.started && len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	j.started = j.started || len(lines) > 0
	links = j.links.list[j.shown:]
	j.shown = len(j.links.list)
	return lines, links, j.markup.more()
}
