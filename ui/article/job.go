package article

import "dateline/feed/markup"

// chunkSize is how much of an article, in the measure of [weight], one call of [Job.Next]
// lays out at least. It takes about a millisecond.
const chunkSize = 4 << 10

// Job lays out an article piece by piece. The first lines can be shown while the others
// are laid out. Only one goroutine may use a Job at a time. Several jobs may run at once.
type Job struct {
	markup htmlMarkup
	layout *layouter
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
	return &Job{markup: newMarkup(h), layout: newLayouter(o)}
}

// Next returns the next piece, which may have no lines. All pieces together are what
// [Render] returns. more reports whether there is another piece. The pieces that colour
// code come last, because colouring takes longer than anything else.
func (j *Job) Next() (p Piece, more bool) {
	l := j.layout
	if !j.markup.more() {
		p = l.colorNext()
		p.Whole = true
		return p, len(l.uncolored) > 0
	}
	p.At = l.count
	l.out = nil
	for size := 0; size < chunkSize; {
		unit := j.markup.next()
		if unit == nil {
			break
		}
		size += weight(unit)
		l.apart(l.count > 0, func() { l.block(unit) })
	}
	p.Lines, p.Links = l.out, l.links.list[j.shown:]
	j.shown = len(l.links.list)
	p.Whole = !j.markup.more()
	return p, !p.Whole || len(l.uncolored) > 0
}
