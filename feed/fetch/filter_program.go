package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// filter replaces the body of a response by what the configured filter makes of
// it.
func (c *Client) filter(ctx context.Context, limit *deadline, r Request, res *Response) error {
	argv := r.Access.Filter
	if len(argv) == 0 {
		return nil
	}
	if res.NotModified {
		if res.ETag != "" {
			res.ETag += filterSeparator + filterHash(argv)
		}
		return nil
	}
	if res.claim == nil {
		res.claim = c.claimMemory(ctx, limit, r, nil)
	}
	res.claim.startOutput()
	out := &cappedOutput{max: c.maxBody, claim: res.claim}
	err := run(ctx, program{role: roleFilter, argv: argv, input: res.Body, out: out})
	if err == nil && len(out.body) == 0 {
		err = &programError{roleFilter, "it printed nothing"}
	}
	res.claim.complete()
	if err != nil {
		res.claim.release()
		return err
	}
	res.Body = out.body
	if !res.Partial {
		res.ETag += filterSeparator + filterHash(argv)
	}
	return nil
}

// filterSeparator separates the server's ETag from the hash of the filter.
// Because of the hash, the feed is fetched again after its filter changed.
const filterSeparator = " filter:"

// filterHash returns a hash of the filter's command. It is empty if there is no
// filter.
func filterHash(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(argv, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// withServerValidators returns r with the server's own validators. They are
// dropped if another filter made the stored document.
func (r Request) withServerValidators() Request {
	etag, name, _ := strings.Cut(r.ETag, filterSeparator)
	if name != filterHash(r.Access.Filter) {
		r.ETag, r.LastModified = "", ""
		return r
	}
	r.ETag = etag
	return r
}
