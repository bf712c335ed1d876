package main

import (
	"os"
	"runtime/debug"
)

const (
	// requestMemory is how many bytes a request may take until its body needs a slot
	// of package fetch: its connection with TLS, its goroutines, the first bytes of
	// its body, and as much garbage.
	requestMemory = 256 << 10
	// filesPerRequest is how many files a request opens: a connection, and a second
	// one while the first address of a host does not respond.
	filesPerRequest = 2
	// otherFiles is how many files everything else opens, with host names that are
	// being looked up and connections that wait for the next request.
	otherFiles = 384
	// leastRequests and mostRequests are the bounds of maxRequests. More
	// requests would make hardly any refresh faster.
	leastRequests = 32
	mostRequests  = 256
)

// maxRequests returns how many feeds are fetched at the same time if the
// configuration does not say. Most of the time of a refresh is spent waiting, so more
// requests make it faster. How many it can be depends on the memory and on the files
// that the program may open, 0 for unlimited.
func maxRequests(files int) int {
	memory := refreshLimits.limit
	if os.Getenv("GOMEMLIMIT") != "" {
		memory = min(memory, debug.SetMemoryLimit(-1))
	}
	n := min(int(memory/requestMemory), mostRequests)
	if files > 0 {
		n = min(n, (files-otherFiles)/filesPerRequest)
	}
	return max(n, leastRequests)
}
