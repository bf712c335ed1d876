package fetch

import (
	"context"
	"fmt"
	"time"

	"dateline/feed"
)

// The limits of a picture: its bytes after decompression, and the time of the whole
// request.
const (
	maxPicture     int64 = 8 << 20
	pictureTimeout       = 30 * time.Second
)

// acceptPicture asks for the formats that the screen shows. Servers that choose the format
// send no other then.
const acceptPicture = "image/webp, image/png, image/jpeg, image/gif, */*;q=0.1"

// Picture fetches a picture of an item of a feed. subscription is the feed's address, and
// settings are its own. The request tells the server as little as possible: no cookie, no
// Referer, no login, none of the feed's headers. If the feed is on the internet, so must
// the picture be, unless the settings allow other addresses. The caller must release the
// response.
func (c *Client) Picture(ctx context.Context, subscription string, settings feed.Settings, address string) (Response, error) {
	return c.Get(ctx, Request{
		URL:        address,
		Accept:     acceptPicture,
		UserAgent:  settings.UserAgent,
		Access:     feed.Access{Proxy: settings.Access.Proxy, AllowPrivate: settings.Access.AllowPrivate},
		Timeout:    pictureTimeout,
		PublicOnly: !InPrivateNetwork(subscription),
		NoCookies:  true,
		MaxBody:    maxPicture,
	})
}

// PictureWord says in a few words why there is no picture, for its place in an article.
func (e *Error) PictureWord() string {
	switch e.Kind {
	case KindStatus, KindAuth:
		return fmt.Sprintf("the server answers %d", e.Status)
	case KindTooLarge:
		return "too large"
	case KindTimeout, KindSlow:
		return "the server takes too long"
	case KindPrivate:
		return "in a private network, see allow_private"
	case KindDNS:
		return "its server was not found"
	case KindTLS:
		return "its server's certificate is not trusted"
	case KindRedirects, KindLoop, KindDowngrade:
		return "the server redirects wrongly"
	case KindScheme, KindBuiltin, KindLocal:
		return "an address that dateline does not fetch"
	case KindUnreachable, KindRefused, KindReset, KindProxy, KindTruncated:
		return "its server cannot be reached"
	case KindCanceled:
		return "stopped"
	}
	return "could not be fetched"
}
