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
	// otherFiles is how many files everything but connections opens: the database, the
	// terminal, the configuration.
	otherFiles = 64
	// leastRequests and mostRequests are the bounds of maxRequests. More
	// requests would make hardly any refresh faster.
	leastRequests = 32
	mostRequests  = 256
	// fewestFiles is how many files connections may open at least.
	fewestFiles = 12
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
	n := max(min(int(memory/requestMemory), mostRequests), leastRequests)
	return limitRequests(n, files)
}

// limitRequests returns n, or fewer requests if their connections would open too many
// files. A request needs a second file while it connects, and a quarter more run while
// some wait for memory.
func limitRequests(n, files int) int {
	if files > 0 {
		n = min(n, connectionFiles(files)*2/3)
	}
	return n
}

// connectionFiles returns how many files all connections may have open if the program
// may open so many; 0 for unlimited.
func connectionFiles(files int) int {
	if files <= 0 {
		return 0
	}
	return max(files-otherFiles, fewestFiles)
}
