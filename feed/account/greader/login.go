package greader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// session is a login. Nothing of it may leave the memory.
type session struct {
	// base is the address of the API. It stays if auth is refused.
	base string
	// auth is sent with every request, token with every POST. Empty means that it has to
	// be asked for.
	auth, token string
	// widens is set if the server writes & < > in titles as their fullwidth forms, as
	// FreshRSS does. It is known by its LSID, which is "null".
	widens bool
}

// hasOneSecret reports whether the token is the auth itself. That is how the dialect of
// Miniflux is known.
func (l session) hasOneSecret() bool { return l.token != "" && l.token == l.auth }

// The sentences that say what to do.
const (
	adviceUnsuitable = "no Google Reader API was found at %s; FreshRSS: switch on the API under Administration > Authentication and set an API password in the profile; Miniflux: Settings > Integrations > Google Reader"
	adviceOff        = "its API is switched off; switch it on under Administration > Authentication, and set an API password in the profile"
	adviceRefused    = "check user and password; FreshRSS wants the API password of the profile, Miniflux those of Settings > Integrations > Google Reader"
	adviceAnswer     = "%s did not answer %s as the Google Reader API does; check the url of the account"
)

// loginPath is the path of the login below the API.
const loginPath = "/accounts/ClientLogin"

// maxLogin is the limit of the answer to a login in bytes.
const maxLogin = 64 << 10

// loggedIn returns the session, after a login if there is none. refused is an auth that
// the server does not accept any more.
func (s *Server) loggedIn(ctx context.Context, refused string) (session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session.auth != "" && s.session.auth != refused {
		return s.session, nil
	}
	s.session.auth, s.session.token = "", ""
	password, err := s.password(ctx)
	if err != nil {
		return session{}, err
	}
	found, err := s.login(ctx, password)
	command := s.settings.Access.PasswordCommand
	if errors.Is(err, account.ErrRefused) && len(command) > 0 {
		s.client.ForgetSecret(command, password)
		again, failed := s.password(ctx)
		if failed != nil {
			return session{}, failed
		}
		if again != password {
			found, err = s.login(ctx, again)
		}
	}
	if err != nil {
		return session{}, err
	}
	s.session = found
	return found, nil
}

// password returns the password of the configuration.
func (s *Server) password(ctx context.Context) (string, error) {
	if access := s.settings.Access; access.Unset == "" && access.Password == "" && len(access.PasswordCommand) > 0 {
		return s.client.Secret(ctx, access.PasswordCommand)
	}
	return s.settings.Access.Password, nil
}

// bases returns the addresses at which the API may be, the likeliest first.
func bases(address string) []string {
	address, _, _ = text.SplitLogin(address)
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	for _, end := range []string{"/", "/index.php", "/", "/reader/api/0", loginPath} {
		address = strings.TrimSuffix(address, end)
	}
	if strings.HasSuffix(address, "/greader.php") {
		return []string{address}
	}
	// FreshRSS shows itself at /i and describes its API at /api.
	site := strings.TrimSuffix(strings.TrimSuffix(address, "/i"), "/api")
	return []string{address, site + "/api/greader.php", site + "/p/api/greader.php"}
}

// login logs in at the first address that answers as the API does. An answer of another
// program behind the other addresses is not told, unless none is the API.
func (s *Server) login(ctx context.Context, password string) (session, error) {
	all := bases(s.settings.URL)
	if s.session.base != "" {
		all = []string{s.session.base}
	}
	var doubt error
	for _, base := range all {
		call := s.call("POST", base+loginPath, "")
		call.Body = []byte(url.Values{"Email": {s.settings.Access.User}, "Passwd": {password}}.Encode())
		call.Type, call.MaxBody = formType, maxLogin
		reply, err := s.do(ctx, call)
		if err == nil {
			var found session
			if found, err = readLogin(base, call, reply); err == nil {
				return found, nil
			}
		} else if leadsToPage(err) {
			err = errNotThere
		}
		if !isElsewhere(err) {
			return session{}, err
		}
		if doubt == nil && !errors.Is(err, errNotThere) {
			doubt = err
		}
	}
	if doubt != nil {
		return session{}, doubt
	}
	return session{}, fmt.Errorf("%w: "+adviceUnsuitable, account.ErrUnsuitable, s.host())
}

// isElsewhere reports whether the API may be at another address, although a login failed
// with err.
func isElsewhere(err error) bool {
	var failed *fetch.Error
	if !errors.As(err, &failed) {
		return errors.Is(err, errNotThere)
	}
	switch failed.Kind {
	case fetch.KindRedirects, fetch.KindDowngrade, fetch.KindLoop, fetch.KindTooLarge:
		return true
	case fetch.KindStatus:
		return failed.RetryAfter == 0 && failed.Status != 429 && failed.Status != 503
	}
	return false
}

// leadsToPage reports whether err is a redirect that leads away from a login. Programs
// send people to their first page that way, while one to https keeps the path.
func leadsToPage(err error) bool {
	var failed *fetch.Error
	return errors.As(err, &failed) && failed.Kind == fetch.KindRedirects && failed.Err != nil && !strings.Contains(failed.Err.Error(), loginPath)
}

// readLogin reads the answer to a login. An error that is neither of package account nor a
// [*fetch.Error] means that there is no such API at base.
func readLogin(base string, call fetch.Call, reply fetch.Reply) (session, error) {
	body := strings.TrimSpace(string(reply.Body))
	if isPage(reply) || len(reply.Headers["Www-Authenticate"]) > 0 {
		body = ""
	}
	switch {
	case reply.Status >= 200 && reply.Status <= 299 && body != "":
		found := session{base: base}
		for line := range strings.Lines(body) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch name {
			case "Auth":
				found.auth = value
			case "LSID":
				found.widens = value == "null"
			}
		}
		if found.auth != "" && !strings.ContainsFunc(found.auth, isNoHeaderText) {
			return found, nil
		}
	case (reply.Status == 401 || reply.Status == 403) && body != "", reply.Status == 400 && body == "Bad Request!":
		// FreshRSS answers 400 to a name that no user can have.
		return session{}, fmt.Errorf("%w: %s", account.ErrRefused, adviceRefused)
	case isOff(reply):
		return session{}, errOff()
	case reply.Status >= 500 || reply.Status == 429 || reply.Status == 401 || reply.Status == 403:
		return session{}, reply.Err(call)
	}
	return session{}, errNotThere
}

// isOff reports whether a reply is that of a FreshRSS whose API is switched off.
func isOff(r fetch.Reply) bool {
	return r.Status == 503 && strings.TrimSpace(string(r.Body)) == "Service Unavailable!" && r.RetryAfter == 0
}

func errOff() error { return fmt.Errorf("%w: %s", account.ErrUnsuitable, adviceOff) }

// errNotThere means that another address may be that of the API.
var errNotThere = errors.New("no login at this address")

// isNoHeaderText reports whether r cannot be in the value of a header.
func isNoHeaderText(r rune) bool { return r <= ' ' || r >= 0x7f || r == utf8.RuneError }

// isPage reports whether a reply is a page for people. PHP calls every text HTML, so the
// media type says nothing.
func isPage(r fetch.Reply) bool {
	return strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(string(r.Body[:min(len(r.Body), 64)]), "\ufeff"), " \t\r\n"), "<")
}

// callTimeout is the least time for a request. Some make the server fetch a feed before it
// answers.
const callTimeout = time.Minute

// formType is the media type of forms.
const formType = "application/x-www-form-urlencoded"

// call returns a call without a body. auth may be empty.
func (s *Server) call(method, address, auth string) fetch.Call {
	headers := maps.Clone(s.settings.Headers)
	if auth != "" {
		maps.DeleteFunc(headers, func(name, _ string) bool { return strings.EqualFold(name, "Authorization") })
		if headers == nil {
			headers = map[string]string{}
		}
		headers["Authorization"] = "GoogleLogin auth=" + auth
	}
	access := s.settings.Access
	// They would be sent by basic authentication.
	access.User, access.Password, access.PasswordCommand = "", "", nil
	return fetch.Call{Method: method, URL: address, Headers: headers, Access: access, UserAgent: s.settings.Feeds.UserAgent, Timeout: max(s.settings.Feeds.Timeout, callTimeout)}
}

// get asks for path below the API, and post sends it a form. Every reply is a success and
// no page.
func (s *Server) get(ctx context.Context, path string, query url.Values) (fetch.Reply, error) {
	return s.ask(ctx, "GET", path, query)
}

func (s *Server) post(ctx context.Context, path string, form url.Values) (fetch.Reply, error) {
	return s.ask(ctx, "POST", path, form)
}

// change sends a form that changes something. Miniflux answers "[]" to what it does not
// know.
func (s *Server) change(ctx context.Context, path string, form url.Values) (fetch.Reply, error) {
	reply, err := s.post(ctx, path, form)
	if err == nil && strings.TrimSpace(string(reply.Body)) == "[]" {
		err = s.notTheAPI(path)
	}
	return reply, err
}

// ask sends a request. If the server refuses it, a new token is asked for first, then
// there is one more login.
func (s *Server) ask(ctx context.Context, method, path string, values url.Values) (fetch.Reply, error) {
	refused := ""
	for try := 0; ; try++ {
		l, err := s.loggedIn(ctx, refused)
		if err != nil {
			return fetch.Reply{}, err
		}
		if method == "POST" && l.token == "" {
			if l, err = s.newToken(ctx); err != nil {
				return fetch.Reply{}, err
			}
		}
		call := s.request(method, path, values, l)
		reply, err := s.do(ctx, call)
		if err != nil {
			return fetch.Reply{}, err
		}
		if reply.Status != 401 && !hasBadToken(reply) {
			return l.hide(reply), s.checkReply(call, path, reply)
		}
		switch {
		case method == "POST" && try == 0:
			s.dropToken(l.token)
		case try == 0, method == "POST" && try == 1:
			refused = l.auth
		default:
			return fetch.Reply{}, fmt.Errorf("%w: %s", account.ErrRefused, adviceRefused)
		}
	}
}

// hide returns a reply that is an error without the secrets of the session, which a server
// may repeat in what it says.
func (l session) hide(r fetch.Reply) fetch.Reply {
	if r.Status < 400 {
		return r
	}
	for _, secret := range []string{l.auth, l.token} {
		if secret != "" {
			r.Body = bytes.ReplaceAll(r.Body, []byte(secret), []byte("…"))
		}
	}
	return r
}

// request returns the call for a request of a session.
func (s *Server) request(method, path string, values url.Values, l session) fetch.Call {
	call := s.call(method, l.base+"/reader/api/0/"+path, l.auth)
	all := maps.Clone(values)
	if all == nil {
		all = url.Values{}
	}
	if path != "token" {
		all.Set("output", "json")
	}
	if method == "POST" {
		all.Set("T", l.token)
		call.Body, call.Type = []byte(all.Encode()), formType
	} else if len(all) > 0 {
		call.URL += "?" + all.Encode()
	}
	return call
}

// newToken asks for a token and returns the session with it.
func (s *Server) newToken(ctx context.Context) (session, error) {
	reply, err := s.get(ctx, "token", nil)
	if err != nil {
		return session{}, err
	}
	token := strings.TrimSpace(string(reply.Body))
	if token == "" || len(token) > 1024 || strings.ContainsFunc(token, isNoHeaderText) {
		return session{}, s.notTheAPI("token")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session.token = token
	return s.session, nil
}

// dropToken forgets a token that the server refuses.
func (s *Server) dropToken(old string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session.token == old {
		s.session.token = ""
	}
}

// hasBadToken reports whether a reply says that the token of a POST is not valid.
func hasBadToken(r fetch.Reply) bool {
	return r.Status >= 400 && slices.Contains(r.Headers["X-Reader-Google-Bad-Token"], "true")
}

// checkReply returns an error for a reply that cannot be an answer to path.
func (s *Server) checkReply(call fetch.Call, path string, r fetch.Reply) error {
	switch {
	case r.Status == 404, r.Status == 405, r.Status == 501, r.Status < 300 && isPage(r):
		return s.notTheAPI(path)
	case isOff(r):
		return errOff()
	}
	return r.Err(call)
}

// notTheAPI is the error for an answer that the API does not give.
func (s *Server) notTheAPI(path string) error {
	return fmt.Errorf("%w: "+adviceAnswer, account.ErrUnsuitable, s.host(), path)
}

// host returns the server's name for messages.
func (s *Server) host() string {
	if u, err := url.Parse(s.settings.URL); err == nil && u.Host != "" {
		return text.Truncate(text.Clean(u.Host), 100)
	}
	return "this address"
}

// do makes a call and compares the clocks.
func (s *Server) do(ctx context.Context, call fetch.Call) (fetch.Reply, error) {
	sent := s.now()
	reply, err := s.client.Do(ctx, call)
	if err == nil && !reply.Clock.IsZero() {
		s.ahead.Store(int64(clockAhead(sent, s.now(), reply.Clock)))
	}
	return reply, err
}

// clockAhead returns how far a clock with whole seconds was ahead that showed a time
// between two instants of this computer; 0 if it may have been right.
func clockAhead(sent, received, shown time.Time) time.Duration {
	least, most := shown.Sub(received), shown.Add(time.Second).Sub(sent)
	if least <= 0 && most >= 0 {
		return 0
	}
	return (least + most) / 2
}

// secrets returns the session with its token.
func (s *Server) secrets(ctx context.Context) (session, error) {
	l, err := s.loggedIn(ctx, "")
	if err == nil && l.token == "" {
		l, err = s.newToken(ctx)
	}
	return l, err
}
