package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// compressed returns s as the writer that to makes writes it.
func compressed(s string, to func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := to(&b)
	if _, err := io.WriteString(w, s); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func asGzip(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func asZlib(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func asFlate(s string) string {
	return compressed(s, func(w io.Writer) io.WriteCloser {
		f, err := flate.NewWriter(w, flate.BestCompression)
		if err != nil {
			panic(err)
		}
		return f
	})
}

// packedBody is a body with its labels, and the document or the error that it gives.
type packedBody struct{ body, labels, want, err string }

// longText returns a text of at least n bytes that does not repeat itself.
func longText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprint(&b, i, ", ")
	}
	return "<rss>" + b.String()
}

const (
	unpackLimit = 1 << 20
	tooLarge    = "too large"
	foreign     = "the compression is"
	broken      = "unexpected EOF"

	smallJSON = `{"version": "https://jsonfeed.org/version/1.1", "title": "Käse"}`
	wideXML   = "\xff\xfe<\x00r\x00s\x00s\x00/\x00>\x00"
	latinXML  = "<?xml version='1.0' encoding='iso-8859-1'?><rss>K\xe4se</rss>"
)

// packedBodies has bodies for a client with a limit of unpackLimit bytes.
func packedBodies(small, long, bomb string) map[string]packedBody {
	return map[string]packedBody{
		"plain":                         {body: small, want: small},
		"plain of one byte":             {body: "x", want: "x"},
		"nothing":                       {labels: "gzip"},
		"gzip":                          {body: asGzip(small), labels: "gzip", want: small},
		"x-gzip":                        {body: asGzip(small), labels: "X-GZip", want: small},
		"gzip without a label":          {body: asGzip(small), want: small},
		"gzip labeled br":               {body: asGzip(small), labels: "br", want: small},
		"gzip labeled deflate":          {body: asGzip(small), labels: "deflate", want: small},
		"gzip twice":                    {body: asGzip(asGzip(small)), labels: "gzip, gzip", want: small},
		"gzip twice, labeled once":      {body: asGzip(asGzip(small)), labels: "gzip", want: small},
		"gzip once, labeled twice":      {body: asGzip(small), labels: "gzip, gzip", want: small},
		"gzip in zlib":                  {body: asZlib(asGzip(small)), labels: "gzip,deflate", want: small},
		"gzip four times":               {body: asGzip(asGzip(asGzip(asGzip(small)))), labels: "gzip", want: asGzip(small)},
		"zlib":                          {body: asZlib(small), labels: "deflate", want: small},
		"zlib without a label":          {body: asZlib(small), want: small},
		"zlib labeled gzip":             {body: asZlib(small), labels: "gzip", want: small},
		"deflate":                       {body: asFlate(small), labels: "deflate", want: small},
		"deflate labeled gzip":          {body: asFlate(small), labels: "gzip", want: small},
		"plain XML labeled gzip":        {body: small, labels: "gzip", want: small},
		"plain XML labeled deflate":     {body: small, labels: "deflate", want: small},
		"plain XML labeled br":          {body: small, labels: "br", want: small},
		"plain XML labeled zstd":        {body: small, labels: "zstd", want: small},
		"plain XML labeled compress":    {body: small, labels: "compress", want: small},
		"plain XML labeled gzip, br":    {body: small, labels: "gzip, br", want: small},
		"plain XML labeled nonsense":    {body: small, labels: "utf-8", want: small},
		"plain JSON labeled gzip":       {body: smallJSON, labels: "gzip", want: smallJSON},
		"plain JSON labeled br":         {body: smallJSON, labels: "br", want: smallJSON},
		"a byte order mark labeled br":  {body: "\xef\xbb\xbf" + small, labels: "br", want: "\xef\xbb\xbf" + small},
		"UTF-16 labeled br":             {body: wideXML, labels: "br", want: wideXML},
		"Latin-1 labeled gzip":          {body: latinXML, labels: "gzip", want: latinXML},
		"words labeled br":              {body: "Käse und Brot", labels: "br", want: "Käse und Brot"},
		"words that start like zlib":    {body: "x^2 is a square", want: "x^2 is a square"},
		"br":                            {body: "\x8b\x01\x80x\x03", labels: "br", err: foreign + " br"},
		"zstd":                          {body: "\x28\xb5\x2f\xfd\x04", labels: "zstd", err: foreign + " zstd"},
		"zstd without a label":          {body: "\x28\xb5\x2f\xfd\x04", err: foreign + " zstd"},
		"br in gzip":                    {body: asGzip("\x8b\x01\x80x\x03"), labels: "br, gzip", err: foreign + " br"},
		"a picture labeled gzip":        {body: "\x89PNG\r\n\x1a\n\x00", labels: "gzip", want: "\x89PNG\r\n\x1a\n\x00"},
		"gzip cut short":                {body: asGzip(small)[:14], err: broken},
		"first bytes of gzip":           {body: "\x1f\x8b\x08", err: broken},
		"as long as the limit":          {body: long[:unpackLimit], want: long[:unpackLimit]},
		"a long text":                   {body: long, want: long[:unpackLimit]},
		"a long text in gzip":           {body: asGzip(long), labels: "gzip", want: long[:unpackLimit]},
		"a long text twice in gzip":     {body: asGzip(asGzip(long)), labels: "gzip", want: long[:unpackLimit]},
		"a long text that ends in half": {body: long[:unpackLimit-1] + "ä" + long, want: long[:unpackLimit-1]},
		"a bomb":                        {body: asGzip(bomb), labels: "gzip", err: tooLarge},
		"a bomb without a label":        {body: asGzip(bomb), err: tooLarge},
		"a bomb in zlib":                {body: asZlib(bomb), labels: "gzip", err: tooLarge},
		"a bomb in a bomb":              {body: asGzip(asGzip(bomb)), labels: "gzip, gzip", err: tooLarge},
		"a bomb of zeros":               {body: asGzip(strings.Repeat("\x00", 4*unpackLimit)), labels: "gzip", err: tooLarge},
		"a long file of bytes":          {body: strings.Repeat("\x01\x02", unpackLimit), err: tooLarge},
	}
}

// A body is what its first bytes say, whatever its label. A compression bomb is
// stopped at the limit, and a long text is cut there.
func TestUnpack(t *testing.T) {
	small := "<rss>" + strings.Repeat("<item/>", 100) + "</rss>"
	for name, c := range packedBodies(small, longText(unpackLimit+unpackLimit/2), strings.Repeat("<", 4*unpackLimit)) {
		t.Run(name, func(t *testing.T) {
			client := &Client{maxBody: unpackLimit, memory: newMemory()}
			ctx, deadline, cancel := newDeadline(t.Context(), time.Minute)
			defer cancel()
			res := &http.Response{Body: io.NopCloser(strings.NewReader(c.body)), Header: http.Header{"Content-Encoding": {c.labels}}, ContentLength: int64(len(c.body))}
			body, shortened, claim, err := client.readBody(ctx, deadline, Request{}, res)
			defer claim.release()
			switch {
			case c.err == "" && (err != nil || string(body) != c.want):
				t.Errorf("%d bytes %.40q, %v; want %d bytes", len(body), body, err, len(c.want))
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Errorf("%d bytes, %v; want the error %q", len(body), err, c.err)
			}
			if want := strings.HasPrefix(name, "a long text"); shortened != want {
				t.Errorf("shortened %v", shortened)
			}
		})
	}
}
