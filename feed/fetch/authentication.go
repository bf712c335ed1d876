package fetch

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// credentials answers a server's question for user and password during one request.
type credentials struct {
	client *Client
	user   string
	// knownPassword is the password, once it is known.
	knownPassword string
	// command prints the password; nil when it is known from the start.
	command []string
	// unasked logins do not wait to be asked.
	unasked bool
	// sent is how the last request was signed; empty when it was not.
	sent string
	// basicAsked says that the server asked for basic authentication.
	basicAsked bool
	// challenge is the nonce that this request was given; nil for none.
	challenge *digest.Challenge
	// commandRun says that the command was run for this request.
	commandRun bool
	tries      int
}

// newCredentials is who the request's feed is for; nil for nobody. The configured
// user comes before the one in the address.
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

// sign puts credentials on a request to the feed's own host, as far as it is
// known which: a digest when the server has asked for one, a password in the
// open when it has asked for that. Unasked, the password is only sent over TLS,
// since a server that wants a digest must not make it public, and where it
// stands in the address, as everybody does then.
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

func (l *credentials) password(ctx context.Context) (string, error) {
	if l.command == nil {
		return l.knownPassword, nil
	}
	value, fresh, err := l.client.passwords.get(ctx, l.command)
	l.knownPassword, l.commandRun = value, l.commandRun || fresh
	return value, err
}

// retryAfterRefusal says whether asking again is worth it after a 401.
func (l *credentials) retryAfterRefusal(ctx context.Context, res *http.Response) (again bool, err error) {
	const most = 4 // unasked, with a stale nonce, with an old password, and right
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
	// The password may have been changed since the command was run.
	old := l.knownPassword
	now, err := l.password(ctx)
	return err == nil && now != old, err
}

// parseChallenges finds the first digest that can be made, and whether the server
// takes a password in the open (RFC 9110 section 11.6.1).
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

// challengeCache remembers what servers asked to be signed, so that the next request
// need not be refused first (RFC 7616 section 3.3).
type challengeCache struct {
	mu    sync.Mutex
	known map[string]*usedChallenge
}

type usedChallenge struct {
	challenge *digest.Challenge
	used      int
}

func challengeKey(u *url.URL, user string) string { return u.Scheme + "://" + u.Host + "\x00" + user }

// next is the challenge to sign, and how often it will have been.
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

func (n *challengeCache) learn(u *url.URL, user string, c *digest.Challenge) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[challengeKey(u, user)] = &usedChallenge{challenge: c}
}

func (n *challengeCache) forget(u *url.URL, user string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.known, challengeKey(u, user))
}
