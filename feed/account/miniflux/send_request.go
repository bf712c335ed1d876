package miniflux

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"

	"dateline/feed/account"
	"dateline/feed/fetch"
	"dateline/feed/text"
)

// callTimeout is the least time for a request. Some of them make the server fetch a feed
// before it answers.
const callTimeout = time.Minute

// maxServerWords is how much of an error message of the server is shown, in bytes.
const maxServerWords = 200

// request is a request to the server.
type request struct {
	// what is what the user would call it, for errors.
	what         string
	method, path string
	query        url.Values
	// body is sent as JSON. If nil, nothing is sent.
	body any
	// maxBody is the limit of the response in bytes. 0 means that of package fetch.
	maxBody int64
	// bytes gets the size of the response. It may be nil.
	bytes *int
	// loose is set if values of a wrong type in the response count as absent. It gets
	// whether there are any.
	loose *bool
}

// errNotFound means that the server does not have what was asked for, and that the server
// is a Miniflux: a proxy before it may answer everything with the same status.
var errNotFound = errors.New("the server does not have it")

// call makes a request and decodes the response into out. If out is nil, a success has to be
// empty: a web page that answers everything with success must not pass for a server that
// took a change.
func (s *Server) call(ctx context.Context, r request, out any) error {
	reply, call, err := s.send(ctx, r)
	if r.bytes != nil {
		*r.bytes = len(reply.Body)
	}
	if err == nil {
		err = s.judge(reply, call)
	}
	switch {
	case err != nil:
	case out == nil && len(bytes.TrimSpace(reply.Body)) > 0:
		err = errNoMiniflux()
	case out != nil:
		err = decode(reply, out, r.loose)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.what, err)
	}
	return nil
}

// send makes a request, and repeats it once if the server refuses the secret of a command
// and the command now prints another one.
func (s *Server) send(ctx context.Context, r request) (fetch.Reply, fetch.Call, error) {
	call := fetch.Call{
		Method: r.method, URL: s.base + r.path, Headers: maps.Clone(s.settings.Headers), Access: s.settings.Access,
		UserAgent: s.settings.Feeds.UserAgent, Timeout: max(s.settings.Feeds.Timeout, callTimeout), MaxBody: r.maxBody,
	}
	if len(r.query) > 0 {
		call.URL += "?" + r.query.Encode()
	}
	if r.body != nil {
		body, err := json.Marshal(r.body)
		if err != nil {
			return fetch.Reply{}, call, err
		}
		call.Body, call.Type = body, "application/json"
	}
	secret, err := s.addSecret(ctx, &call)
	if err != nil {
		return fetch.Reply{}, call, err
	}
	reply, err := s.do(ctx, call)
	if command := s.secretCommand(); err == nil && reply.Status == statusUnauthorized && command != nil {
		s.client.ForgetSecret(command, secret)
		fresh, err := s.addSecret(ctx, &call)
		if err != nil {
			return fetch.Reply{}, call, err
		}
		if fresh != secret {
			reply, err = s.do(ctx, call)
			return reply, call, err
		}
	}
	return reply, call, err
}

// do makes a call and notes the server's clock.
func (s *Server) do(ctx context.Context, call fetch.Call) (fetch.Reply, error) {
	sent := s.now()
	reply, err := s.client.Do(ctx, call)
	if err == nil {
		s.mu.Lock()
		s.clock.add(sent, s.now(), reply.Clock)
		s.mu.Unlock()
	}
	return reply, err
}

// secretCommand returns the command that prints the secret, or nil.
func (s *Server) secretCommand() []string {
	switch {
	case s.settings.Token != "":
		return nil
	case len(s.settings.TokenCommand) > 0:
		return s.settings.TokenCommand
	case s.settings.Access.Password == "" && len(s.settings.Access.PasswordCommand) > 0:
		return s.settings.Access.PasswordCommand
	}
	return nil
}

// addSecret adds the token, or else the user and the password, and returns the secret.
func (s *Server) addSecret(ctx context.Context, call *fetch.Call) (string, error) {
	a := s.settings
	secret := cmp.Or(a.Token, a.Access.Password)
	if command := s.secretCommand(); command != nil {
		var err error
		if secret, err = s.client.Secret(ctx, command); err != nil {
			return "", err
		}
	}
	if !s.hasToken() {
		call.Access.Password = secret
		return secret, nil
	}
	// With both, Miniflux would go by the token; a proxy before it goes by the login.
	if call.Headers == nil {
		call.Headers = map[string]string{}
	}
	call.Headers["X-Auth-Token"] = secret
	return secret, nil
}

// hasToken reports whether the account has a token, and not only a user and a password.
func (s *Server) hasToken() bool {
	return s.settings.Token != "" || len(s.settings.TokenCommand) > 0
}

// The statuses that mean something of their own here.
const (
	statusBadRequest   = 400
	statusUnauthorized = 401
	statusNotFound     = 404
)

// judge returns the error that the status of a reply means, or nil.
func (s *Server) judge(reply fetch.Reply, call fetch.Call) error {
	words, isOurs := serverWords(reply)
	switch {
	case reply.Status == statusUnauthorized:
		if s.hasToken() {
			return fmt.Errorf("%w: check token or token_command of the account", account.ErrRefused)
		}
		return fmt.Errorf("%w: check user and password of the account", account.ErrRefused)
	case reply.Status == statusNotFound && isOurs:
		return fmt.Errorf("%w: %w", errNotFound, reply.Err(call))
	case reply.Status == statusNotFound:
		return errNoMiniflux()
	}
	err := reply.Err(call)
	if err != nil && words != "" {
		return &wordsError{words: call.Hide(words), cause: err}
	}
	return err
}

// serverWords returns the error message of the server, cleaned and shortened, and whether
// the response is one that Miniflux sends for an error.
func serverWords(reply fetch.Reply) (words string, isOurs bool) {
	var failure struct {
		Message *string `json:"error_message"`
	}
	if json.Unmarshal(reply.Body, &failure) != nil || failure.Message == nil {
		return "", false
	}
	return text.Truncate(text.Clean(*failure.Message), maxServerWords), true
}

// wordsError is a failed request that the server explains.
type wordsError struct {
	words string
	// cause is a [*fetch.Error].
	cause error
}

// Error returns the server's words.
func (e *wordsError) Error() string { return "the server says: " + e.words }

// Unwrap returns the failed request.
func (e *wordsError) Unwrap() error { return e.cause }

// AsksForPause is that of the failed request.
func (e *wordsError) AsksForPause() (after time.Duration, asked bool) {
	var failed *fetch.Error
	if !errors.As(e.cause, &failed) {
		return 0, false
	}
	return failed.AsksForPause()
}

// UserMessage returns the server's words as a sentence, unless it asks for a pause: then what
// happens next matters more.
func (e *wordsError) UserMessage() string {
	var failed *fetch.Error
	if _, asked := e.AsksForPause(); asked && errors.As(e.cause, &failed) {
		return failed.UserMessage()
	}
	return "The server says: " + strings.TrimRight(e.words, ".") + "."
}

// errNoMiniflux returns the error for an answer that is not one of Miniflux.
func errNoMiniflux() error {
	return fmt.Errorf("%w: its answer is not one of Miniflux; check that url is the address of Miniflux's own start page", account.ErrUnsuitable)
}

// errTooOld returns the error for a Miniflux without lists of IDs.
func errTooOld() error {
	return fmt.Errorf("%w: use Miniflux 2.3.2 or later, or kind = \"greader\"", account.ErrUnsuitable)
}

// decode decodes a successful response. loose is that of the request.
func decode(reply fetch.Reply, out any, loose *bool) (err error) {
	if !isJSON(reply) {
		return errNoMiniflux()
	}
	if loose != nil {
		*loose, err = reply.LooseJSON(out, maxElements)
		return err
	}
	return reply.JSON(out, maxElements)
}

// maxElements is how many values the arrays of a response may have. A page of entries has
// their tags and enclosures, too; if there are more of them, it is asked for in parts.
const maxElements = 200_000

// isJSON reports whether a response is meant to be JSON. Its beginning counts, too, because
// some proxies change the type.
func isJSON(reply fetch.Reply) bool {
	body := bytes.TrimSpace(reply.Body)
	return strings.Contains(reply.Type, "json") || len(body) > 0 && (body[0] == '{' || body[0] == '[')
}
