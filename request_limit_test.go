package main

import (
	"runtime/debug"
	"testing"
)

// TestMaxRequests checks that the requests at the same time need neither more files nor
// more memory than there is.
func TestMaxRequests(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	for _, c := range []struct {
		files  int
		memory int64
		want   int
	}{
		{0, 0, mostRequests},
		{1 << 20, 0, mostRequests},
		{1024, 0, mostRequests},
		{640, 0, mostRequests},
		{256, 0, 128},
		{128, 0, 42},
		{70, 0, fewestFiles * 2 / 3},
		{10, 0, fewestFiles * 2 / 3},
		{0, 32 << 20, 128},
		{0, 1 << 20, leastRequests},
		{0, 1 << 40, mostRequests},
	} {
		t.Setenv("GOMEMLIMIT", "")
		if c.memory > 0 {
			t.Setenv("GOMEMLIMIT", "set")
			debug.SetMemoryLimit(c.memory)
		}
		if got := maxRequests(c.files); got != c.want {
			t.Errorf("with %d files and %d bytes: %d requests, want %d", c.files, c.memory, got, c.want)
		}
	}
}
