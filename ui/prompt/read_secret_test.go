package prompt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestSecret checks that the typed or pasted line is returned and never written, and that
// ctrl+c and Esc end the question without an answer.
func TestSecret(t *testing.T) {
	for name, c := range map[string]struct {
		keys, want string
		err        error
	}{
		"typed":     {"s3cret\r", "s3cret", nil},
		"corrected": {"s3crex\x7ft\r", "s3cret", nil},
		"pasted":    {"\x1b[200~s3cret\x1b[201~\r", "s3cret", nil},
		"empty":     {"\r", "", nil},
		"ctrl+c":    {"s3cret\x03", "", context.Canceled},
		"ctrl+d":    {"s3cret\x04", "", context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			in, keys := io.Pipe()
			go func() {
				for _, k := range []byte(c.keys) {
					if _, err := keys.Write([]byte{k}); err != nil {
						return
					}
				}
			}()
			got, err := Secret(t.Context(), in, &out, "API key: ")
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, c.want, c.err)
			}
			if strings.Contains(out.String(), "s3c") {
				t.Errorf("written: %q", out.String())
			}
		})
	}
}
