package fetch

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// credentials holds the user and password of one request and answers the
// server's challenges.
type credentials struct {
	client *Client
	user   string
	// knownPassword is the password. Empty until the command has run.
	knownPassword string
	// command prints the password. nil if the password is known from the start.
	command []string
	// unasked reports whether to send the password without a challenge, because it
	// is part of the address.
	unasked bool
	// sent is "basic" or "digest", the scheme of the last request. Empty if it had
	// no credentials.
	sent string
	// basicAsked reports whether the server asked for basic authentication.
	basicAsked bool
	// challenge is the digest challenge that this request received. nil if none.
	challenge *digest.Challenge
	// commandRun reports whether the command was run for this request.
	commandRun bool
	// tries counts the 401 responses.
	tries int
}

// newCredentials returns the credentials for the request's feed, or nil if
// there are none. The configured user takes precedence over the one in the
// address.
func newCredentials(c *Client, r Request, u *url.URL) *credentials {
	l := &credentials{client: c, user: r.Access.User, knownPassword: r.Access.Password, command: r.Access.PasswordCommand}
	if l.user == "" && u.User != nil {
		l.user, l.command, l.unasked = u.User.Username(), nil, true
		l.knownPassword, _ = u.User.Password()
	}
	if l.user == "" && l.knownPassword == "" {
		return nil
	}
	return l
}

// sign adds an Authorization header to a request to the feed's own host. It
// uses digest authentication if the server has asked for that, and basic
// authentication otherwise. If the server has not asked yet, the password is
// sent only over https or if it is part of the address: over http it would
// reveal the password to a server that wants a digest.
func (l *credentials) sign(ctx context.Context, req *http.Request) error {
	l.sent = ""
	challenge, count := l.client.challenges.next(req.URL, l.user)
	if challenge == nil && !l.basicAsked && !l.unasked && req.URL.Scheme != "https" {
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
	signed, err := digest.Digest(challenge, digest.Options{
		Method: req.Method, URI: req.URL.RequestURI(), Count: count, Username: l.user, Password: password,
	})
	if err != nil {
		return &Error{Kind: KindAuth, Err: err}
	}
	req.Header.Set("Authorization", signed.String())
	l.sent = "digest"
	return nil
}

// password returns the password. It runs the command if there is one.
func (l *credentials) password(ctx context.Context) (string, error) {
	if l.command == nil {
		return l.knownPassword, nil
	}
	value, fresh, err := l.client.passwords.get(ctx, l.command)
	l.knownPassword, l.commandRun = value, l.commandRun || fresh
	return value, err
}

// retryAfterRefusal reports whether the request should be sent again after a
// 401 response.
func (l *credentials) retryAfterRefusal(ctx context.Context, res *http.Response) (again bool, err error) {
	// At most: without credentials, with an expired nonce, with an old password,
	// and with the right one.
	const most = 4
	l.tries++
	if l.tries >= most {
		return false, nil
	}
	challenge, basic := parseChallenges(res.Header)
	switch {
	case challenge != nil && (l.sent != "digest" || l.challenge == nil || challenge.Stale):
		l.challenge = challenge
		l.client.challenges.learn(res.Request.URL, l.user, challenge)
		return true, nil
	case challenge == nil && basic && l.sent != "basic":
		l.client.challenges.forget(res.Request.URL, l.user)
		l.basicAsked = true
		return true, nil
	case l.sent == "" || l.command == nil:
		return false, nil
	}
	l.client.passwords.forget(l.command, l.knownPassword)
	if l.commandRun {
		return false, nil
	}
	// The password may have changed since the command was run.
	old := l.knownPassword
	now, err := l.password(ctx)
	return err == nil && now != old, err
}

// parseChallenges returns the first digest challenge that this client supports,
// and reports whether the server accepts basic authentication (RFC 9110 section
// 11.6.1).
func parseChallenges(h http.Header) (found *digest.Challenge, basic bool) {
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

// splitChallenges splits a header into its challenges. A comma starts a new
// challenge if a word and a space follow, and not name=value.
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

// challengeCache remembers the servers' digest challenges, so that the next
// request is not refused first (RFC 7616 section 3.3).
type challengeCache struct {
	mu    sync.Mutex
	known map[string]*usedChallenge
}

// usedChallenge is a challenge and the number of requests signed with it.
type usedChallenge struct {
	challenge *digest.Challenge
	used      int
}

// challengeKey is the cache key of a user on a server.
func challengeKey(u *url.URL, user string) string { return u.Scheme + "://" + u.Host + "\x00" + user }

// next returns the challenge to sign, or nil, and the request count to sign it
// with.
func (n *challengeCache) next(u *url.URL, user string) (*digest.Challenge, int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.known[challengeKey(u, user)]
	if known == nil {
		return nil, 0
	}
	known.used++
	return known.challenge, known.used
}

// learn stores a new challenge.
func (n *challengeCache) learn(u *url.URL, user string, c *digest.Challenge) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[challengeKey(u, user)] = &usedChallenge{challenge: c}
}

// forget removes a challenge.
func (n *challengeCache) forget(u *url.URL, user string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.known, challengeKey(u, user))
}
