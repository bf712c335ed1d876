package account

import "testing"

// TestTrace protects that the trace of a refused secret is compared by its own salt, and that
// two databases keep different traces of one secret.
func TestTrace(t *testing.T) {
	trace := func(secret, like string) string {
		t.Helper()
		s, err := Trace(secret, like)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := trace("secret", "")
	switch {
	case trace("secret", first) != first:
		t.Error("the same secret has another trace")
	case trace("other", first) == first:
		t.Error("another secret has the same trace")
	case trace("secret", "") == first:
		t.Error("the trace does not depend on the salt")
	}
	for _, damaged := range []string{"abc123", "zz:00", first[:10], ":"} {
		if s := trace("secret", damaged); s == damaged || len(s) != len(first) {
			t.Errorf("like %q: %q", damaged, s)
		}
	}
}
