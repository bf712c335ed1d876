package fetch

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// login answers a server's question for user and password during one request.
type login struct {
	client *Client
	user   string
	// secret is the password, once it is known.
	secret string
	// command prints the password; nil when it is known from the start.
	command []string
	// eager logins do not wait to be asked.
	eager bool
	// sent is how the last request was signed; empty when it was not.
	sent string
	// basic says that the server asked for basic authentication.
	basic bool
	// challenge is the nonce that this request was given; nil for none.
	challenge *digest.Challenge
	// fresh says that the command was run for this request.
	fresh bool
	tries int
}

// newLogin is who the request's feed is for; nil for nobody. The configured
// user comes before the one in the address.
func newLogin(c *Client, r Request, u *url.URL) *login {
	l := &login{client: c, user: r.Access.User, secret: r.Access.Password, command: r.Access.PasswordCommand}
	if l.user == "" && u.User != nil {
		l.user, l.command, l.eager = u.User.Username(), nil, true
		l.secret, _ = u.User.Password()
	}
	if l.user == "" && l.secret == "" {
		return nil
	}
	return l
}

// sign puts credentials on a request to the feed's own host, as far as it is
// known which: a digest when the server has asked for one, a password in the
// open when it has asked for that. Unasked, the password is only sent over TLS,
// since a server that wants a digest must not make it public, and where it
// stands in the address, as everybody does then.
func (l *login) sign(ctx context.Context, req *http.Request) error {
	l.sent = ""
	challenge, count := l.client.nonces.next(req.URL, l.user)
	if challenge == nil && !l.basic && !l.eager && req.URL.Scheme != "https" {
		return nil
	}
	password, err := l.password(ctx)
	if err != nil {
		return err
	}
	if challenge == nil {
		req.SetBasicAuth(l.user, password)
		l.sent = "basic"
		return nil
	}
	answer, err := digest.Digest(challenge, digest.Options{
		Method: req.Method, URI: req.URL.RequestURI(), Count: count, Username: l.user, Password: password,
	})
	if err != nil {
		return &Error{Kind: KindAuth, Err: err}
	}
	req.Header.Set("Authorization", answer.String())
	l.sent = "digest"
	return nil
}

func (l *login) password(ctx context.Context) (string, error) {
	if l.command == nil {
		return l.secret, nil
	}
	value, fresh, err := l.client.secrets.get(ctx, l.command)
	l.secret, l.fresh = value, l.fresh || fresh
	return value, err
}

// refused says whether asking again is worth it after a 401.
func (l *login) refused(ctx context.Context, res *http.Response) (again bool, err error) {
	const most = 4 // unasked, with a stale nonce, with an old password, and right
	l.tries++
	if l.tries >= most {
		return false, nil
	}
	challenge, basic := challenges(res.Header)
	switch {
	case challenge != nil && (l.sent != "digest" || l.challenge == nil || challenge.Stale):
		l.challenge = challenge
		l.client.nonces.learn(res.Request.URL, l.user, challenge)
		return true, nil
	case challenge == nil && basic && l.sent != "basic":
		l.client.nonces.forget(res.Request.URL, l.user)
		l.basic = true
		return true, nil
	case l.sent == "" || l.command == nil:
		return false, nil
	}
	l.client.secrets.forget(l.command, l.secret)
	if l.fresh {
		return false, nil
	}
	// The password may have been changed since the command was run.
	old := l.secret
	now, err := l.password(ctx)
	return err == nil && now != old, err
}

// challenges finds the first digest that can be made, and whether the server
// takes a password in the open (RFC 9110 section 11.6.1).
func challenges(h http.Header) (found *digest.Challenge, basic bool) {
	for _, header := range h.Values("WWW-Authenticate") {
		for _, one := range splitChallenges(header) {
			scheme, _, _ := strings.Cut(one, " ")
			basic = basic || strings.EqualFold(scheme, "basic")
			if found != nil || !strings.EqualFold(scheme, "digest") {
				continue
			}
			c, err := digest.ParseChallenge(one)
			if err != nil {
				continue
			}
			for i, qop := range c.QOP {
				c.QOP[i] = strings.ToLower(strings.TrimSpace(qop))
			}
			if digest.CanDigest(c) && (len(c.QOP) == 0 || c.SupportsQOP("auth")) {
				found = c
			}
		}
	}
	return found, basic
}

// splitChallenges parts the challenges of one header: a new one begins where a
// comma is followed by a word and a blank instead of by name=value.
func splitChallenges(header string) []string {
	var list []string
	quoted, begin := false, 0
	for i, r := range header {
		switch {
		case r == '"' && (i == 0 || header[i-1] != '\\'):
			quoted = !quoted
		case r == ',' && !quoted:
			word, _, _ := strings.Cut(strings.TrimSpace(header[i+1:]), " ")
			if !strings.Contains(word, "=") && word != "" {
				list = append(list, strings.TrimSpace(header[begin:i]))
				begin = i + 1
			}
		}
	}
	return append(list, strings.TrimSpace(header[begin:]))
}

// nonces remembers what servers asked to be signed, so that the next request
// need not be refused first (RFC 7616 section 3.3).
type nonces struct {
	mu    sync.Mutex
	known map[string]*nonce
}

type nonce struct {
	challenge *digest.Challenge
	used      int
}

func nonceKey(u *url.URL, user string) string { return u.Scheme + "://" + u.Host + "\x00" + user }

// next is the challenge to sign, and how often it will have been.
func (n *nonces) next(u *url.URL, user string) (*digest.Challenge, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.known[nonceKey(u, user)]
	if known == nil {
		return nil, 0
	}
	known.used++
	return known.challenge, known.used
}

func (n *nonces) learn(u *url.URL, user string, c *digest.Challenge) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[nonceKey(u, user)] = &nonce{challenge: c}
}

func (n *nonces) forget(u *url.URL, user string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.known, nonceKey(u, user))
}
