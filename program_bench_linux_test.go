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

// headline is a text in the second line of every row of a list.
const headline = " ago"

// BenchmarkStart measures the time to the first frame with headlines. For comparison, it
// measures a program that links the same libraries and only draws a frame.
func BenchmarkStart(b *testing.B) {
	yardstick := buildProgram(b, "./testdata/yardstick")
	b.Run("yardstick", func(b *testing.B) { measureStarts(b, "yardstick", yardstick) })
	dateline := buildProgram(b, ".")
	for _, n := range benchSizes(b) {
		config, db := filledDatabase(b, n)
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			measureStarts(b, headline, dateline, "--config", config, "--db", db)
		})
	}
}

// measureStarts starts a program on a terminal again and again, until the terminal shows
// marker.
func measureStarts(b *testing.B, marker, name string, args ...string) {
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

// BenchmarkTerminal presses j at the top and in the middle of a list, and k at its end. It
// reports the median and the 99th percentile of the time from a key to the first bytes of
// the frame, the processor time of a key, the memory, and the processor time of ten idle
// seconds.
func BenchmarkTerminal(b *testing.B) {
	dateline := buildProgram(b, ".")
	for _, n := range benchSizes(b) {
		config, db := filledDatabase(b, n)
		for _, place := range []string{"top", "middle", "end"} {
			b.Run(fmt.Sprintf("items=%d/%s", n, place), func(b *testing.B) {
				for range b.N {
					setBookmark(b, db, place)
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

// BenchmarkTerminalRefreshing measures keys at the top of a list during a refresh of
// 1,000 feeds. It reports no processor time, because the refresh uses it too.
func BenchmarkTerminalRefreshing(b *testing.B) {
	dateline := buildProgram(b, ".")
	c, _ := serveCorpus(b, 50*time.Millisecond)
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

// BenchmarkIdle measures an idle dateline for two minutes with the focus and two minutes
// without: the context switches of its threads, of which a wake-up takes several, and the
// processor time.
func BenchmarkIdle(b *testing.B) {
	config, db := filledDatabase(b, 1_000)
	p := benchTerminal(b, buildProgram(b, "."), "--config", config, "--db", db)
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

// setBookmark stores a bookmark in the list of all items, so that the next start opens
// there. place is "top", "middle" or "end".
func setBookmark(b *testing.B, db, place string) {
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

// presses is the number of key presses in a measurement.
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

// benchProcess is a program on a terminal of 200 columns and 60 rows.
type benchProcess struct{ *terminal }

func benchTerminal(b *testing.B, name string, args ...string) *benchProcess {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "HOME="+b.TempDir(), "XDG_STATE_HOME="+b.TempDir(), "TERM=xterm-256color", "COLORTERM=truecolor")
	return &benchProcess{runOnTerminal(b, cmd, 200, 60)}
}

// shows waits until the terminal shows a text.
func (p *benchProcess) shows(b *testing.B, text string) {
	b.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
		shown := p.shown()
		if bytes.Contains(shown, []byte(text)) {
			return
		}
	}
	b.Fatalf("%q was not written: %q", text, p.shown())
}

// key presses a key and returns the time to the first bytes that the program writes.
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

// cpu returns the processor time of all threads so far.
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

// switches returns the number of voluntary context switches of all threads so far.
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

// memory returns the resident size in MB.
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
