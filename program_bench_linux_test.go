package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/cache"
)

// headline is in the second line of every row of a list.
const headline = " ago"

// BenchmarkStart is the time to the first frame with headlines, beside a program
// that only links the same libraries and draws one.
func BenchmarkStart(b *testing.B) {
	yardstick := built(b, "./testdata/yardstick")
	b.Run("yardstick", func(b *testing.B) { starts(b, "yardstick", yardstick) })
	dateline := built(b, ".")
	for _, n := range benchSizes(b) {
		config, db := filled(b, n)
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			starts(b, headline, dateline, "--config", config, "--db", db)
		})
	}
}

// starts starts a program on a terminal again and again until it has shown the
// marker.
func starts(b *testing.B, marker, name string, args ...string) {
	var cpu time.Duration
	for b.Loop() {
		p := benchTerminal(b, name, args...)
		p.shows(b, marker)
		cpu += p.cpu(b)
		b.StopTimer()
		p.end()
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms")
}

// BenchmarkTerminal holds j at the top and in the middle of a list, and k at its
// end, and reports, from the key to the first bytes of the frame, the median and
// the 99th of a hundred; and the processor time of a key, the memory, and what
// ten seconds of rest cost.
func BenchmarkTerminal(b *testing.B) {
	dateline := built(b, ".")
	for _, n := range benchSizes(b) {
		config, db := filled(b, n)
		for _, place := range []string{"top", "middle", "end"} {
			b.Run(fmt.Sprintf("items=%d/%s", n, place), func(b *testing.B) {
				for range b.N {
					leaveAt(b, db, place)
					p := benchTerminal(b, dateline, "--config", config, "--db", db)
					p.shows(b, headline)
					time.Sleep(2 * time.Second)
					before := p.cpu(b)
					p.measureKeys(b, place)
					b.ReportMetric(float64((p.cpu(b)-before).Microseconds())/1000/presses, "cpu-ms/key")
					time.Sleep(2 * time.Second)
					before = p.cpu(b)
					time.Sleep(10 * time.Second)
					b.ReportMetric(float64((p.cpu(b)-before).Milliseconds())/10, "idle-ms/s")
					b.ReportMetric(p.memory(b), "MB")
					p.end()
				}
			})
		}
	}
}

// BenchmarkTerminalRefreshing does the same at the top while 1,000 feeds are
// refreshed, whose processor time cannot be told from that of the keys.
func BenchmarkTerminalRefreshing(b *testing.B) {
	dateline := built(b, ".")
	c := serveCorpus(b, 50*time.Millisecond)
	for range b.N {
		dir := b.TempDir()
		config, db := writeFile(b, dir, "config.toml", string(configOf(c))), filepath.Join(dir, "cache.db")
		if out, err := exec.Command(dateline, "--config", config, "--db", db, "refresh", "--all").CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		p := benchTerminal(b, dateline, "--config", config, "--db", db)
		p.shows(b, headline)
		time.Sleep(2 * time.Second)
		p.write("R")
		p.measureKeys(b, "top")
		p.end()
	}
}

// BenchmarkRest counts what wakes a reader that nobody touches in two minutes
// with the focus and in two without it: the switches of its threads, of which
// one wake-up takes some, and the processor time.
func BenchmarkRest(b *testing.B) {
	config, db := filled(b, 1_000)
	p := benchTerminal(b, built(b, "."), "--config", config, "--db", db)
	defer p.end()
	p.shows(b, headline)
	for _, state := range []struct{ name, report string }{{"focused", "\x1b[I"}, {"unfocused", "\x1b[O"}} {
		b.Run(state.name, func(b *testing.B) {
			for range b.N {
				p.write(state.report)
				time.Sleep(5 * time.Second)
				switches, cpu, shown := p.switches(b), p.cpu(b), p.written()
				time.Sleep(2 * time.Minute)
				b.ReportMetric(float64(p.switches(b)-switches)/2, "switches/min")
				b.ReportMetric(float64((p.cpu(b)-cpu).Microseconds())/2000, "cpu-ms/min")
				b.ReportMetric(float64(p.written()-shown)/2, "bytes/min")
			}
		})
	}
}

// leaveAt leaves the reader at a place of the list of everything, for the next
// start to come back to.
func leaveAt(b *testing.B, db, place string) {
	ctx := context.Background()
	store, err := cache.Open(ctx, db, cache.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	everything := cache.View{}
	var row []cache.Row
	switch place {
	case "top":
		row, err = store.After(ctx, everything, cache.Pos{}, 1)
	case "end":
		row, err = store.Before(ctx, everything, cache.Pos{}, 1)
	default:
		var ends [2][]cache.Row
		ends[0], err = store.After(ctx, everything, cache.Pos{}, 1)
		if err == nil {
			ends[1], err = store.Before(ctx, everything, cache.Pos{}, 1)
		}
		if err == nil {
			newest, oldest := ends[0][0].Pos, ends[1][0].Pos
			row, err = store.After(ctx, everything, cache.Pos{At: oldest.At + (newest.At-oldest.At)/2}, 1)
		}
	}
	if err == nil {
		_, err = store.Apply(ctx, cache.SetSetting{Key: "screen", Value: fmt.Sprintf(`{"source":"view:everything","item":%d,"pane":1}`, row[0].ID)})
	}
	if err != nil {
		b.Fatal(err)
	}
}

// presses is how often a key is pressed in a measurement.
const presses = 100

func (p *benchProcess) measureKeys(b *testing.B, place string) {
	key := "j"
	if place == "end" {
		key = "k"
	}
	var waits []time.Duration
	for range presses {
		waits = append(waits, p.key(b, key))
		time.Sleep(30 * time.Millisecond)
	}
	slices.Sort(waits)
	b.ReportMetric(waits[len(waits)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(waits[len(waits)*99/100].Seconds()*1000, "p99-ms")
}

// benchProcess is a program on a terminal of 200 by 60.
type benchProcess struct{ *terminal }

func benchTerminal(b *testing.B, name string, args ...string) *benchProcess {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "HOME="+b.TempDir(), "XDG_STATE_HOME="+b.TempDir(), "TERM=xterm-256color", "COLORTERM=truecolor")
	return &benchProcess{runOnTerminal(b, cmd, 200, 60)}
}

// shows waits for a text.
func (p *benchProcess) shows(b *testing.B, text string) {
	b.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
		shown := p.shown()
		if bytes.Contains(shown, []byte(text)) {
			return
		}
	}
	b.Fatalf("%q never came out: %q", text, p.shown())
}

// key presses a key and waits for the first bytes of what it changes.
func (p *benchProcess) key(b *testing.B, key string) time.Duration {
	b.Helper()
	before := p.written()
	start := time.Now()
	p.write(key)
	for end := start.Add(5 * time.Second); p.written() == before; time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			b.Fatalf("%q changes nothing", key)
		}
	}
	return time.Since(start)
}

// cpu is the processor time of all threads so far.
func (p *benchProcess) cpu(b *testing.B) time.Duration {
	b.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	var sum time.Duration
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if fields := strings.Fields(string(text)); len(fields) > 0 {
			ns, _ := strconv.ParseInt(fields[0], 10, 64)
			sum += time.Duration(ns)
		}
	}
	return sum
}

// switches counts how often a thread has gone to sleep by itself so far.
func (p *benchProcess) switches(b *testing.B) int {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	sum := 0
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if _, line, found := strings.Cut(string(text), "\nvoluntary_ctxt_switches:"); found {
			n, _ := strconv.Atoi(strings.Fields(line)[0])
			sum += n
		}
	}
	return sum
}

// memory is the resident size in MB.
func (p *benchProcess) memory(b *testing.B) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

func (p *benchProcess) end() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.ptmx.Close()
}
