package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// filter has the configured program make another body of a good answer's.
func (c *Client) filter(ctx context.Context, limit *deadline, argv []string, res *Response) error {
	if len(argv) == 0 || res.NotModified {
		return nil
	}
	if res.slot == nil {
		res.slot = &bodySlot{ctx: ctx, limit: limit, slots: c.largeSlots}
	}
	// A body that has a place keeps it for what the filter makes of it: waiting
	// for a second one, two filters could wait for each other.
	res.slot.free = largeBody
	out := &cappedOutput{max: c.maxBody, slot: res.slot}
	err := run(ctx, program{role: roleFilter, argv: argv, input: res.Body, out: out})
	if err == nil && len(out.body) == 0 {
		err = &programError{roleFilter, "it printed nothing"}
	}
	if err != nil {
		res.slot.release()
		return err
	}
	res.Body = out.body
	if !res.Partial {
		res.ETag += filterSeparator + filterHash(argv)
	}
	return nil
}

// filterSeparator parts the server's ETag from what tells the filter. Were they
// not kept together, a feed would not be read again when its filter changes.
const filterSeparator = " filter:"

func filterHash(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(argv, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// withServerValidators is r with the server's own validators, or without any when they
// belong to what another filter made.
func (r Request) withServerValidators() Request {
	etag, name, _ := strings.Cut(r.ETag, filterSeparator)
	if name != filterHash(r.Access.Filter) {
		r.ETag, r.LastModified = "", ""
		return r
	}
	r.ETag = etag
	return r
}
