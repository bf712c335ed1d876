package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// maxArticle is the largest article, in bytes, and maxNesting the deepest nesting of lists
// and quotes that are laid out. The sanitiser has its own limits, but this package does not
// rely on them. Sanitised HTML may be longer than what the publisher sent.
const (
	maxArticle = 4 << 20
	maxNesting = 8
)

// parseSize is how much HTML, in bytes, is parsed at once at least. chunkSize is how much
// of an article, in the measure of [weight], one call of [Job.Next] lays out at least. It
// takes about a millisecond.
const (
	parseSize = 16 << 10
	chunkSize = 4 << 10
)

// Job lays out an article piece by piece. The first lines can be shown while the others
// are laid out. Only one goroutine may use a Job at a time. Several jobs may run at once.
type Job struct {
	// rest is the HTML that is not parsed yet, blocks are those that are not laid out.
	rest   string
	blocks []*html.Node
	layout *layouter
	// head is the head of the article until its text is parsed.
	head Head
	// shown is how many links Next has returned so far.
	shown int
}

// Piece is a part of an article.
type Piece struct {
	// Lines are the lines from At on. At is the number of lines before the piece, or
	// less if the piece colours a block of code: then it replaces as many lines as it
	// has, and their text stays the same.
	At    int
	Lines []Line
	// Links are the links that no earlier piece has.
	Links []Link
	// Whole reports whether this piece or an earlier one has the last line. Later pieces
	// only colour code.
	Whole bool
}

// Start returns a job for an article. [Job.Next] does the work.
func Start(h markup.SafeHTML, o Options) *Job {
	s := h.String()
	if len(s) > maxArticle {
		s = s[:max(strings.LastIndexByte(s[:maxArticle], '<'), maxArticle/2)]
		s = strings.ToValidUTF8(s, "") + markup.TooLong
	}
	l := newLayouter(o)
	if strings.Contains(s, ` href="#`) {
		l.places.above = make(map[string]bool)
	}
	return &Job{rest: s, blocks: o.Head.blocks(), head: o.Head, layout: l}
}

// Next returns the next piece, which may have no lines. All pieces together are what
// [Render] returns. more reports whether there is another piece. The pieces that colour
// code come last, because colouring takes longer than anything else.
func (j *Job) Next() (p Piece, more bool) {
	l := j.layout
	if j.isLaidOut() {
		p = l.colorNext()
		p.Whole = true
		return p, len(l.uncolored) > 0
	}
	p.At = l.count
	l.out = nil
	for size := 0; size < chunkSize; {
		b := j.nextBlock()
		if b == nil {
			break
		}
		size += weight(b)
		l.apart(l.count > 0 && !isAttached(b), func() { l.block(b) })
	}
	p.Lines, p.Links = l.out, l.links.list[j.shown:]
	j.shown = len(l.links.list)
	p.Whole = j.isLaidOut()
	return p, !p.Whole || len(l.uncolored) > 0
}

// all returns the whole article.
func (j *Job) all() (r Rendering) {
	for more := true; more; {
		var p Piece
		p, more = j.Next()
		r.Add(p)
	}
	return r
}

// isLaidOut reports whether there is no further block.
func (j *Job) isLaidOut() bool { return len(j.blocks) == 0 && j.rest == "" }

// nextBlock returns the next block; nil at the end. It parses only as much HTML as needed.
func (j *Job) nextBlock() *html.Node {
	for len(j.blocks) == 0 {
		if j.rest == "" {
			return nil
		}
		end := topLevel(j.rest, parseSize)
		j.blocks, j.rest = parse(j.rest[:end], j.layout.prepare), j.rest[end:]
		j.blocks, j.head = j.head.withoutRepeats(j.blocks, j.rest), Head{}
		if j.rest == "" {
			j.blocks = asMail(j.blocks)
		}
	}
	b := j.blocks[0]
	j.blocks = j.blocks[1:]
	return b
}

// topLevel returns the offset of the first end of a top-level block at size bytes or
// later, or the length of s. It relies on sanitised HTML: every element is closed,
// and no attribute has angle brackets.
func topLevel(s string, size int) int {
	depth := 0
	for at := 0; ; {
		start := strings.IndexByte(s[at:], '<')
		if start < 0 {
			return len(s)
		}
		at += start + 1
		end := strings.IndexByte(s[at:], '>')
		if end < 0 {
			return len(s)
		}
		tag, closing := strings.CutPrefix(s[at:at+end], "/")
		at += end + 1
		name, _, _ := strings.Cut(tag, " ")
		kind := atom.Lookup([]byte(strings.TrimSuffix(name, "/")))
		switch kind {
		case atom.Br, atom.Hr, atom.Img, atom.Source:
			continue
		}
		if !closing {
			depth++
			continue
		}
		if depth--; depth == 0 && at >= size && markup.IsBlock(kind) {
			return at
		}
	}
}
