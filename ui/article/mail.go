package article

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dateline/feed/markup"
)

// mailStart matches the line that mail programs write before a quote, such as "On Monday Ada
// wrote:".
var mailStart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(On|Am|Le|El|Il) .{5,120}(\n.{1,80})?(wrote|writes|schrieb|écrit|escribió|ha scritto).{0,80}:\s*$`)
})

// mailHeader matches a line of the header of a mail.
var mailHeader = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(From|Date|Subject|To|Cc|Reply-To|Message-ID|In-Reply-To): `)
})

// maxMail is the longest text that is read as a mail, in bytes.
const maxMail = 64 << 10

// asMail returns the blocks of a mail in the archive of a mailing list: its header, its text
// line by line, quotes, and the signature. It returns the blocks unchanged if they certainly
// are no mail: that is one block of preformatted text without a language, with a header, a
// quote that is introduced, or a signature.
func asMail(blocks []*html.Node) []*html.Node {
	if len(blocks) != 1 || blocks[0].DataAtom != atom.Pre || weight(blocks[0]) > maxMail {
		return blocks
	}
	pre := blocks[0]
	if markup.NodeAttribute(markup.CodeOf(pre), "class") != "" || markup.NodeAttribute(pre, "class") != "" {
		return blocks
	}
	s := strings.Trim(textOf(pre), "\n")
	lines := strings.Split(s, "\n")
	head := 0
	for head < len(lines) && mailHeader().MatchString(lines[head]) {
		head++
	}
	quoted := strings.Contains("\n"+s, "\n>") && mailStart().MatchString(s)
	if head < 2 && !quoted && !strings.Contains(s, "\n-- \n") {
		return blocks
	}
	for n := range pre.Descendants() {
		if n.DataAtom == atom.A || n.DataAtom == atom.Img { // Its places in the lines would be lost.
			return blocks
		}
	}
	return mailBlocks(lines[:head], lines[head:], 0)
}

// mailBlocks returns the blocks of a mail with these lines, which are in so many quotes.
func mailBlocks(head, lines []string, quotes int) []*html.Node {
	var blocks []*html.Node
	if len(head) > 0 {
		blocks = append(blocks, captionOf(head))
	}
	for len(lines) > 0 {
		if strings.TrimSpace(lines[0]) == "" {
			lines = lines[1:]
			continue
		}
		isQuote, isSignature := strings.HasPrefix(lines[0], ">") && quotes < maxNesting, startsSignature(lines[0])
		end := 1
		for end < len(lines) && (isSignature || isQuote && strings.HasPrefix(lines[end], ">") || !isQuote && continuesText(lines[end])) {
			end++
		}
		part := lines[:end]
		lines = lines[end:]
		switch {
		case isQuote:
			blocks = append(blocks, quoteOf(part, quotes))
		case isSignature:
			blocks = append(blocks, captionOf(part))
		default:
			blocks = append(blocks, linesOf(part))
		}
	}
	return blocks
}

// startsSignature reports whether a line separates a mail from its signature (RFC 3676,
// section 4.3). Some programs drop the blank at its end.
func startsSignature(line string) bool { return line == "-- " || line == "--" }

// continuesText reports whether a line belongs to the paragraph before it.
func continuesText(line string) bool {
	return strings.TrimSpace(line) != "" && !strings.HasPrefix(line, ">") && !startsSignature(line)
}

// quoteOf returns quoted lines as a quote, without their signs.
func quoteOf(lines []string, quotes int) *html.Node {
	inner := make([]string, len(lines))
	for i, line := range lines {
		inner[i] = strings.TrimPrefix(strings.TrimPrefix(line, ">"), " ")
	}
	return markup.NewElement(atom.Blockquote, mailBlocks(nil, inner, quotes+1)...)
}

// captionOf is [linesOf] for less important text.
func captionOf(lines []string) *html.Node {
	p := linesOf(lines)
	p.Attr = []html.Attribute{{Key: caption}}
	return p
}

// linesOf returns a paragraph that keeps its lines and the blanks before them.
func linesOf(lines []string) *html.Node {
	p := markup.NewElement(atom.P)
	for i, line := range lines {
		if i > 0 {
			p.AppendChild(markup.NewElement(atom.Br))
		}
		line = strings.ReplaceAll(strings.TrimRight(line, " \t\r"), "\t", "        ")
		text := strings.TrimLeft(line, " ")
		p.AppendChild(markup.NewText(strings.Repeat("\u00a0", len(line)-len(text)) + strings.ReplaceAll(text, "  ", "\u00a0 ")))
	}
	return p
}
