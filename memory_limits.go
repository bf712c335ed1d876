package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// gcLimits are the limits of the heap. The garbage collector runs more often to keep
// the heap below limit bytes if that is possible. percent is by how much the heap may
// grow from one collection to the next.
type gcLimits struct {
	limit   int64
	percent int
}

var (
	// commandLimits are for a command, which ends soon. Most commands end before the
	// heap has the 16 MB at which these limits first collect.
	commandLimits = gcLimits{64 << 20, 400}
	// screenLimits are for the open screen, which makes little garbage. They keep the
	// memory small, so that one huge document does not double it.
	screenLimits = gcLimits{64 << 20, 50}
	// refreshLimits are for a refresh, which makes much garbage. With screenLimits
	// it would spend a quarter of its time on collecting. A first refresh of many
	// feeds needs about 40 MB at the same time.
	refreshLimits = gcLimits{88 << 20, 130}
	// startLimits are for the start of the screen. They collect nothing up to the
	// limit, because collecting what the libraries and the configuration leave
	// behind would take a fifth of the start.
	startLimits = gcLimits{48 << 20, -1}
)

// use applies the limits. What GOMEMLIMIT and GOGC set is left alone.
func (l gcLimits) use() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(l.limit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(l.percent)
	}
}

// fastStart makes the screen start faster until shown is called, when the first rows
// are on the screen. It turns the garbage collector off and lets one more goroutine
// run than there are processors. The goroutine that reads keys blocks in a system call
// and can hold its processor for 10 ms, which would delay the first frame. What
// GOMEMLIMIT, GOGC and GOMAXPROCS set is left alone.
func fastStart() (shown func()) {
	collect := func() {}
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		startLimits.use()
		collect = screenLimits.use
	}
	if os.Getenv("GOMAXPROCS") != "" {
		return collect
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return func() {
		runtime.SetDefaultGOMAXPROCS()
		collect()
	}
}

// spareMemory is how many bytes the heap may take in addition to what is in use.
const spareMemory = 16 << 20

// freeSpareMemory gives memory back to the system if the heap takes much more than is
// in use, as after a refresh. That takes some milliseconds. Go itself would keep the
// memory for minutes.
func freeSpareMemory() {
	if hasSpareMemory() {
		debug.FreeOSMemory()
	}
}

// hasSpareMemory reports whether the heap takes more than spareMemory in addition to
// what is in use.
func hasSpareMemory() bool {
	taken := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	used := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(taken)
	metrics.Read(used)
	sum := uint64(0)
	for _, t := range taken {
		sum += t.Value.Uint64()
	}
	return sum > used[0].Value.Uint64()+spareMemory
}
