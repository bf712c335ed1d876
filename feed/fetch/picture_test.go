package fetch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/feed"
)

// picture fetches a picture of a feed and returns its error.
func picture(t *testing.T, c *Client, subscription, address string, s feed.Settings) (Response, *Error) {
	t.Helper()
	res, err := c.Picture(context.Background(), subscription, s, address)
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%v is not an *Error", err)
	}
	return res, e
}

// TestPictureTellsLittle protects privacy: the server learns no cookie, no Referer, no login
// and none of the feed's headers, also after a redirect that sets a cookie.
func TestPictureTellsLittle(t *testing.T) {
	var seen []http.Header
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header)
		if r.URL.Path == "/set" {
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "42"})
			http.Redirect(w, r, "/picture", http.StatusFound)
			return
		}
		w.Write([]byte("\x89PNG"))
	})
	settings := feed.Settings{
		UserAgent: "own/1", Headers: map[string]string{"X-Secret": "s"},
		Access: feed.Access{User: "me", Password: "s3cret", Cookies: "session=1"},
	}
	res, err := picture(t, client(t), s.URL+"/feed", s.URL+"/set", settings)
	if err != nil || string(res.Body) != "\x89PNG" {
		t.Fatal(err)
	}
	res.Release()
	if len(seen) != 2 {
		t.Fatalf("%d requests", len(seen))
	}
	for _, h := range seen {
		for _, name := range []string{"Cookie", "Referer", "Authorization", "X-Secret", "If-None-Match"} {
			if v := h.Get(name); v != "" {
				t.Errorf("the server gets %s: %s", name, v)
			}
		}
		if h.Get("User-Agent") != "own/1" || !strings.HasPrefix(h.Get("Accept"), "image/") || strings.Contains(h.Get("Accept"), "avif") {
			t.Errorf("the server gets %v", h)
		}
	}
}

// TestPictureLimits checks that what has no end becomes a word, and so do answers that are
// no success.
func TestPictureLimits(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		if status, err := strconv.Atoi(r.URL.Path[1:]); err == nil {
			w.WriteHeader(status)
			return
		}
		if r.URL.Path == "/loop" {
			http.Redirect(w, r, "/loop", http.StatusFound)
			return
		}
		// An endless body.
		w.Write([]byte("\x89PNG\r\n\x1a\n"))
		for chunk := make([]byte, 64<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	c := client(t, func(o *Options) { o.MaxBody = 0 })
	for path, want := range map[string]string{
		"/endless": "too large", "/404": "the server answers 404", "/500": "the server answers 500", "/loop": "the server redirects wrongly",
	} {
		if _, err := picture(t, c, s.URL+"/feed", s.URL+path, feed.Settings{}); err == nil || err.PictureWord() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	for _, address := range []string{"file:/etc/passwd", "exec:id", "ftp://a.example/x.png", "", "http://["} {
		if _, err := picture(t, c, s.URL+"/feed", address, feed.Settings{}); err == nil || err.PictureWord() != "an address that dateline does not fetch" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestPictureStops checks that a slow server does not hold up who leaves the article.
func TestPictureStops(t *testing.T) {
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("\x89PNG"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := client(t).Picture(ctx, s.URL, feed.Settings{}, s.URL)
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindCanceled || e.PictureWord() != "stopped" {
		t.Errorf("%v", err)
	}
}

// TestPictureOfTheInternet protects the user's network: a feed of the internet shows no
// pictures of it.
func TestPictureOfTheInternet(t *testing.T) {
	asked := false
	s := serve(t, "127.0.0.1", func(w http.ResponseWriter, r *http.Request) { asked = true })
	_, err := picture(t, client(t), "https://feed.example/rss", s.URL, feed.Settings{})
	if err == nil || err.Kind != KindPrivate || asked {
		t.Errorf("%v", err)
	}
	if _, err := picture(t, client(t), "https://feed.example/rss", s.URL, feed.Settings{Access: feed.Access{AllowPrivate: true}}); err != nil {
		t.Errorf("with allow_private: %v", err)
	}
}
