package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// Each problem of a certificate has a message of its own.
func TestCertificates(t *testing.T) {
	hello := func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }

	good, trusting := secure(t, certificate(t, func(*x509.Certificate) {}), hello)
	if res := get(t, trusting, Request{URL: good.URL}); string(res.Body) != "hello" {
		t.Errorf("body %q", res.Body)
	}
	checkMessage(t, fail(t, client(t), Request{URL: good.URL}, KindTLS), "trusts")

	expired, trusting := secure(t, certificate(t, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = noon.AddDate(-20, 0, 0), noon.AddDate(-19, 0, 0)
	}), hello)
	checkMessage(t, fail(t, trusting, Request{URL: expired.URL}, KindTLS), "23 November 2007", "clock")

	named, trusting := secure(t, certificate(t, func(c *x509.Certificate) {
		c.IPAddresses, c.DNSNames = []net.IP{net.IPv4(127, 9, 9, 9)}, []string{"other.example"}
	}), hello)
	checkMessage(t, fail(t, trusting, Request{URL: named.URL}, KindTLS), "another host name")
}

// An https address on a server without TLS has a message of its own.
func TestServerWithoutTLS(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {})
	s.Config.ErrorLog = quiet()
	checkMessage(t, fail(t, client(t), Request{URL: "https://" + s.Listener.Addr().String()}, KindTLS), "http://")
}

// Versions before TLS 1.2 are refused.
func TestOldTLS(t *testing.T) {
	cert := certificate(t, func(*x509.Certificate) {})
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	checkMessage(t, fail(t, client(t), Request{URL: s.URL, Timeout: time.Minute}, KindTLS))
}

// A redirect from https to http is not followed.
func TestDowngrade(t *testing.T) {
	requested := false
	plain := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { requested = true })
	s, trusting := secure(t, certificate(t, func(*x509.Certificate) {}), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+"/open", http.StatusMovedPermanently)
	})
	checkMessage(t, fail(t, trusting, Request{URL: s.URL}, KindDowngrade), plain.URL+"/open")
	if requested {
		t.Error("the http address was requested")
	}
}
