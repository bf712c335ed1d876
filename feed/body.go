package feed

// Body is an article's text as the publisher sent it. It is kept raw so that a
// better sanitiser can be applied to old items; the only ways out are
// [Body.Safe] and [Body.Text].
type Body struct {
	// Raw is HTML, or plain text already escaped as HTML, untrusted.
	Raw string
	// Base is the absolute URL that relative links in Raw are resolved against.
	Base string
}
