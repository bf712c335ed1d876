package article

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"

	"dateline/feed/text"
)

// links numbers the addresses of one article in reading order.
type links struct {
	list  []Link
	byURL map[string]int
}

// number gives the address its number, the same one each time; zero when the
// address is not one to follow.
func (l *links) number(address, s string) int {
	u, ok := text.SafeURL(strings.TrimSpace(address))
	if !ok {
		return 0
	}
	if n := l.byURL[u]; n > 0 {
		return n
	}
	if l.byURL == nil {
		l.byURL = make(map[string]int)
	}
	n := len(l.list) + 1
	l.byURL[u] = n
	l.list = append(l.list, Link{N: n, URL: u, Text: text.Clean(s)})
	return n
}

// reference is the dim [n] behind a link, tied to the word before it.
func reference(n int) string {
	return string(markDim) + "\u00a0" + disguised("["+strconv.Itoa(n)+"]") + string(markUndim)
}

// fileName is the last part of an image's address.
func fileName(address string) string {
	const none = "image"
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "data" {
		return none
	}
	name := text.Clean(path.Base(u.Path))
	if name == "" || name == "." || name == "/" {
		return none
	}
	return name
}

// bareURL finds the first http address written out in text; start is -1 when
// there is none.
func bareURL(s string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(s[from:], "http")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		rest := s[start:]
		if scheme := schemeLen(rest); scheme > 0 && (start == 0 || !isWordByte(s[start-1])) {
			if n := urlLen(rest); n > scheme {
				return start, start + n
			}
		}
		from = start + len("http")
	}
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func schemeLen(s string) int {
	for _, p := range []string{"http://", "https://"} {
		if strings.HasPrefix(s, p) {
			return len(p)
		}
	}
	return 0
}

// urlLen is how far the address at the start of s goes: punctuation that ends
// the sentence round it, and a closing bracket that was not opened in it, do
// not belong to it.
func urlLen(s string) int {
	end := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r >= 0x2000 && !unicode.IsLetter(r) || r >= 0x2E80 || strings.ContainsRune("<>\"`|\\^{}", r)
	})
	if end < 0 {
		end = len(s)
	}
	end = min(end, 2048)
	for end > 0 {
		last := s[end-1]
		unopened := last == ')' && strings.Count(s[:end], "(") < strings.Count(s[:end], ")")
		if !unopened && !strings.ContainsRune(".,;:!?'*_~]", rune(last)) {
			break
		}
		end--
	}
	return end
}
