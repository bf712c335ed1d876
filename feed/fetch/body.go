package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
)

const (
	// largeBody is the size from which a body needs a place among the large
	// ones, largeBodies how many of those are read at one time. Feeds are small;
	// without this, as many bodies of [Options.MaxBody] as there are requests
	// could stand in memory.
	largeBody   = 1 << 20
	largeBodies = 3
)

// errTooLarge stops the reading of a body at the cap.
var errTooLarge = errors.New("the body is too large")

// readBody reads the decoded body up to the cap. Besides an error it returns
// what came before it.
func (c *Client) readBody(ctx context.Context, res *http.Response) ([]byte, error) {
	// A length known beforehand (never for a compressed body) saves the bytes.
	if res.ContentLength > c.maxBody {
		return nil, errTooLarge
	}
	g := &gate{ctx: ctx, from: io.LimitReader(res.Body, c.maxBody+1), free: largeBody, places: c.large}
	defer g.leave()
	body, err := io.ReadAll(g)
	if int64(len(body)) > c.maxBody {
		return nil, errTooLarge
	}
	return body, err
}

// gate lets a body's first bytes pass freely and the rest when there is a place.
type gate struct {
	ctx    context.Context
	from   io.Reader
	free   int
	places chan struct{}
	inside bool
}

// Read waits for a place, but not longer than the request may take.
func (g *gate) Read(p []byte) (int, error) {
	if g.free <= 0 && !g.inside {
		select {
		case g.places <- struct{}{}:
			g.inside = true
		case <-g.ctx.Done():
			return 0, g.ctx.Err()
		}
	}
	n, err := g.from.Read(p)
	g.free -= n
	return n, err
}

// leave gives the place back.
func (g *gate) leave() {
	if g.inside {
		<-g.places
	}
}
