package fetch

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

// listen opens a port that accepts connections and sends nothing.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// checkMessage checks what every user message must be: one line that says what is
// wrong and, after a colon or "so", what to do.
func checkMessage(t *testing.T, e *Error, words ...string) {
	t.Helper()
	s := e.UserMessage()
	if !strings.HasSuffix(s, ".") || !strings.Contains(s, ": ") || strings.Contains(s, "%!") || strings.ContainsFunc(s, unicode.IsControl) {
		t.Errorf("not a message with advice: %q", s)
	}
	for _, w := range words {
		if !strings.Contains(s, w) {
			t.Errorf("%q lacks %q", s, w)
		}
	}
	if !strings.HasPrefix(e.Error(), "fetch ") {
		t.Errorf("the error does not say what was tried: %q", e.Error())
	}
}

// Every common HTTP status has a message of its own.
func TestStatusMessages(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		status := 0
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
	})
	for status, words := range map[int][]string{
		401: {"password", "401 Unauthorized"},
		403: {"403 Forbidden", "user_agent"},
		404: {"404 Not Found", "new address"},
		410: {"410 Gone", "remove it"},
		418: {"418", "browser"},
		429: {"429", "again later", "interval"},
		500: {"500 Internal Server Error", "again later"},
		503: {"503"},
		599: {"status 599"},
	} {
		e := fail(t, client(t), Request{URL: fmt.Sprintf("%s/%d", s.URL, status)}, KindStatus)
		if e.Status != status {
			t.Errorf("status %d, want %d", e.Status, status)
		}
		checkMessage(t, e, words...)
	}
}

// A port without a server gives KindRefused.
func TestRefused(t *testing.T) {
	l := listen(t)
	address := "http://" + l.Addr().String()
	l.Close()
	checkMessage(t, fail(t, client(t), Request{URL: address}, KindRefused), "refused", l.Addr().String())
}

// A connection that is closed before a response gives KindReset, not
// KindRefused.
func TestReset(t *testing.T) {
	l := listen(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			// Reading the request first makes the close orderly instead of a race.
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			conn.Close()
		}
	}()
	checkMessage(t, fail(t, client(t), Request{URL: "http://" + l.Addr().String()}, KindReset), "closed the connection")
}

// Failures that cannot happen on the loopback interface are classified by the
// errors of package net.
func TestKinds(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, c := range []struct {
		err  error
		kind Kind
		word string
		// local is the expected result of LocalFailure.
		local bool
	}{
		{dial(&net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}), KindDNS, "could not be found", false},
		{dial(&net.DNSError{Err: "i/o timeout", Name: "a.example", IsTimeout: true}), KindDNS, "network", true},
		{dial(syscall.ENETUNREACH), KindUnreachable, "network", true},
		{dial(syscall.EHOSTUNREACH), KindUnreachable, "network", true},
		{dial(syscall.ECONNRESET), KindReset, "again", false},
		{dial(syscall.EMFILE), KindShortage, "too many open files", true},
		{dial(syscall.ENFILE), KindShortage, "This computer", true},
		{dial(syscall.ENOBUFS), KindShortage, "buffer", true},
		{dial(syscall.EADDRNOTAVAIL), KindShortage, "This computer", true},
		{&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv6loopback}, Err: syscall.EADDRNOTAVAIL}, KindUnreachable, "network", true},
		{dial(&net.DNSError{Err: "dial udp: socket: " + syscall.EMFILE.Error(), Name: "a.example"}), KindShortage, "too many open files", true},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(syscall.EMFILE)}, KindShortage, "too many open files", true},
		{dial(timeout{}), KindTimeout, "no connection in time", false},
		{timeout{}, KindTimeout, "raise", false},
		{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(syscall.ECONNREFUSED)}, KindProxy, "HTTPS_PROXY", true},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, KindTLS, "handshake failure", false},
		{errors.New("something \x1b[2J else"), KindOther, "something", false},
	} {
		u, err := parseURL("https://a.example/feed")
		if err != nil {
			t.Fatal(err)
		}
		e := asError(t.Context(), t.Context(), displayURL(u, ""), c.err)
		if e.Kind != c.kind {
			t.Errorf("%v: kind %q, want %q", c.err, e.Kind, c.kind)
		}
		checkMessage(t, e, c.word)
		if e.LocalFailure() != c.local {
			t.Errorf("%v: local is %v", c.err, e.LocalFailure())
		}
	}
	if gone := (&Error{Kind: KindStatus, Status: 410}); !gone.Gone() || gone.LocalFailure() {
		t.Error("410 is gone for good, by a server")
	}
}

type timeout struct{}

func (timeout) Error() string   { return "i/o timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

// Every kind has a message, even if the error has nothing but its kind.
func TestEveryKindHasAMessage(t *testing.T) {
	kinds := []Kind{
		KindScheme, KindBuiltin, KindDNS, KindRefused, KindUnreachable, KindProxy, KindReset, KindTimeout, KindTLS, KindStatus,
		KindTooLarge, KindRedirects, KindLoop, KindDowngrade, KindEncoding, KindTruncated, KindCanceled, KindOther,
		KindLocal, KindUnset, KindFile, KindProgram, KindAuth,
	}
	seen := map[string]Kind{}
	for _, k := range kinds {
		e := &Error{URL: "https://a.example/feed", Kind: k}
		checkMessage(t, e)
		if other, twice := seen[e.UserMessage()]; twice {
			t.Errorf("%q and %q say the same", k, other)
		}
		seen[e.UserMessage()] = k
	}
}

// No error contains control characters that a server sent.
func TestServerTextIsCleaned(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Location"] = []string{"gopher://a.example/%1b[2J\u009b0m"}
		w.WriteHeader(http.StatusFound)
	})
	checkMessage(t, fail(t, client(t), Request{URL: s.URL}, KindScheme), "gopher")
	// A host can contain a C1 control character in percent-encoded UTF-8.
	u, err := parseURL("http://%c2%9b31m.example/")
	if err != nil {
		t.Fatal(err)
	}
	checkMessage(t, asError(t.Context(), t.Context(), displayURL(u, ""), syscall.ECONNREFUSED), "31m.example")
}

// certificate returns a self-signed certificate for 127.0.0.1.
func certificate(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(c)
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// secure serves https with cert and returns a client that trusts the
// certificate's issuer.
func secure(t *testing.T, cert tls.Certificate, h http.HandlerFunc) (*httptest.Server, *Client) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	transport := newTransport(defaultTimeouts(), nil)
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(cert.Leaf)
	return s, client(t, func(o *Options) { o.Transport = transport })
}

// A timeout is not an interruption by the user.
func TestTimeoutIsNoInterruption(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	e := fail(t, client(t, func(*Options) {}), Request{URL: s.URL, Timeout: 50 * time.Millisecond}, KindTimeout)
	if errors.Is(e, context.Canceled) || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("%#v", e)
	}
}
