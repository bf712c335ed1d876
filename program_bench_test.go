package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/corpus"
)

// benchSizes returns the numbers of items in the measured databases.
// DATELINE_BENCH_ITEMS=1000000 adds a larger database. Filling it takes half an hour. If
// DATELINE_BENCH_DIR is set, the databases are kept in that directory.
func benchSizes(b *testing.B) []int {
	sizes := []int{1_000, 100_000}
	if more := os.Getenv("DATELINE_BENCH_ITEMS"); more != "" {
		n, err := strconv.Atoi(more)
		if err != nil {
			b.Fatal(err)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// benchFeeds is the number of feeds of a refresh and of a database.
const benchFeeds = 1000

func benchCorpus(items int) corpus.Corpus {
	return corpus.Corpus{Feeds: benchFeeds, Items: items / benchFeeds, Now: time.Now().Add(-time.Minute)}
}

// buildProgram builds a main package and returns the path of the program.
func buildProgram(b *testing.B, pkg string) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "program")
	build := exec.Command("go", "build", "-trimpath", "-o", out, pkg)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v\n%s", pkg, err, text)
	}
	return out
}

// filledDatabase returns a configuration and a database with n items. Its feeds are not
// due for a day.
func filledDatabase(b *testing.B, n int) (config, db string) {
	b.Helper()
	dir := os.Getenv("DATELINE_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	config, db = filepath.Join(dir, fmt.Sprintf("%d.toml", n)), filepath.Join(dir, fmt.Sprintf("%d.db", n))
	if _, err := os.Stat(config); err == nil {
		return config, db
	}
	c := benchCorpus(n)
	ctx := context.Background()
	store, err := cache.Open(ctx, db, cache.Options{})
	if err == nil {
		err = store.SetFeeds(ctx, c.Subscriptions())
	}
	start := time.Now()
	for f := 0; f < c.Feeds && err == nil; f++ {
		now := time.Now()
		state := feed.PollState{LastChecked: now, LastOK: now, NextCheck: now.Add(24 * time.Hour), Status: http.StatusOK}
		doc := &feed.Document{Title: fmt.Sprintf("Feed %04d", f)}
		for i := range c.Items {
			doc.Items = append(doc.Items, c.Article(f, i))
		}
		_, err = store.Save(ctx, feed.Fetched{URL: c.URL(f), Document: doc, State: state, RefreshStart: start})
	}
	for left := 1; left > 0 && err == nil; {
		left, err = store.IndexPending(ctx, 5000)
	}
	if err == nil {
		err = store.Close()
	}
	if err == nil {
		err = os.WriteFile(config, configOf(c), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(db); err == nil {
		b.Logf("%d items filled in %v: %d bytes an item", n, time.Since(start).Round(time.Second), info.Size()/int64(n))
	}
	return config, db
}

func configOf(c corpus.Corpus) []byte {
	var out bytes.Buffer
	for f := range c.Feeds {
		fmt.Fprintf(&out, "[[feeds]]\nurl = %q\n\n", c.URL(f))
	}
	return out.Bytes()
}

// BenchmarkRefresh refreshes 1,000 loopback feeds of 20 items on 200 hosts for the first
// time and again, with dateline and with the other feed readers that are installed. For
// comparison, gofeed parses the same documents.
func BenchmarkRefresh(b *testing.B) {
	dateline := buildProgram(b, ".")
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		c := serveCorpus(b, latency)
		b.Run(fmt.Sprintf("latency=%v", latency), func(b *testing.B) {
			b.Run("gofeed parses", func(b *testing.B) { parseAlone(b, c) })
			b.Run("dateline", func(b *testing.B) {
				dir := b.TempDir()
				config := writeFile(b, dir, "config.toml", string(configOf(c)))
				twice(b, dir, func() *exec.Cmd {
					return exec.Command(dateline, "--config", config, "--db", filepath.Join(dir, "cache.db"), "refresh", "--all", "--json")
				})
			})
			b.Run("newsboat", func(b *testing.B) {
				dir := b.TempDir()
				urls := writeFile(b, dir, "urls", strings.Join(addresses(c), "\n"))
				settings := writeFile(b, dir, "config", "reload-threads 32\n")
				twice(b, dir, func() *exec.Cmd {
					return exec.Command("newsboat", "-u", urls, "-C", settings, "-c", filepath.Join(dir, "cache.db"), "-x", "reload")
				})
			})
			b.Run("newsraft", func(b *testing.B) {
				dir := b.TempDir()
				urls := writeFile(b, dir, "feeds", strings.Join(addresses(c), "\n"))
				twice(b, dir, func() *exec.Cmd {
					return exec.Command("newsraft", "-f", urls, "-c", writeFile(b, dir, "config", ""), "-d", filepath.Join(dir, "cache.db"), "-e", "reload-all")
				})
			})
			b.Run("sfeed", func(b *testing.B) {
				dir := b.TempDir()
				var rc strings.Builder
				fmt.Fprintf(&rc, "sfeedpath=%q\nmaxjobs=32\nfeeds() {\n", filepath.Join(dir, "feeds"))
				for i, address := range addresses(c) {
					fmt.Fprintf(&rc, "feed \"%d\" %q\n", i, address)
				}
				rc.WriteString("}\n")
				settings := writeFile(b, dir, "sfeedrc", rc.String())
				twice(b, dir, func() *exec.Cmd { return exec.Command("sfeed_update", settings) })
			})
		})
	}
}

// twice measures the first and the second refresh of a feed reader.
func twice(b *testing.B, dir string, command func() *exec.Cmd) {
	if _, err := exec.LookPath(command().Path); err != nil {
		b.Skip("not installed")
	}
	for _, round := range []string{"first", "again"} {
		b.Run(round, func(b *testing.B) {
			for range b.N {
				cmd := command()
				cmd.Env = append(os.Environ(), "HOME="+dir)
				out, err := cmd.StdoutPipe()
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				last := start
				peak := peakMemory(cmd.Process.Pid)
				for lines := bufio.NewScanner(out); lines.Scan(); {
					last = time.Now()
				}
				if err := cmd.Wait(); err != nil {
					b.Logf("%v: %v", cmd.Path, err)
				}
				if strings.Contains(cmd.String(), "--json") {
					b.ReportMetric(last.Sub(start).Seconds(), "saved-s")
				}
				used := cmd.ProcessState
				b.ReportMetric((used.UserTime() + used.SystemTime()).Seconds(), "cpu-s")
				b.ReportMetric(peak(), "peak-MB")
			}
		})
	}
}

// peakMemory watches a process until it ends. Then peak returns its largest resident size
// in MB, or 0 on systems other than Linux. The value that the system reports after the
// end of a child is not used, because it is at least the size of the parent.
func peakMemory(pid int) (peak func() float64) {
	done := make(chan float64, 1)
	go func() {
		largest := 0.0
		for {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			_, line, found := bytes.Cut(text, []byte("VmHWM:"))
			if err != nil || !found {
				done <- largest
				return
			}
			kilobytes, _ := strconv.ParseFloat(string(bytes.Fields(line)[0]), 64)
			largest = max(largest, kilobytes/1024)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	return func() float64 { return <-done }
}

// parseAlone measures how gofeed parses the documents, on all processors.
func parseAlone(b *testing.B, c corpus.Corpus) {
	docs := make([]string, c.Feeds)
	for f := range docs {
		docs[f], _ = c.Document(f)
	}
	next := make(chan string)
	for b.Loop() {
		done := make(chan struct{})
		for range runtime.GOMAXPROCS(0) {
			go func() {
				for doc := range next {
					if _, err := gofeed.NewParser().ParseString(doc); err != nil {
						b.Error(err)
					}
				}
				done <- struct{}{}
			}()
		}
		for _, doc := range docs {
			next <- doc
		}
		close(next)
		for range runtime.GOMAXPROCS(0) {
			<-done
		}
		next = make(chan string)
	}
}

// serveCorpus serves the feeds of a refresh on 200 loopback addresses. Outside Linux it
// uses one.
func serveCorpus(b *testing.B, latency time.Duration) corpus.Corpus {
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		b.Skip("cannot listen on all addresses:", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	hosts := 1
	if runtime.GOOS == "linux" { // other systems only have 127.0.0.1
		hosts = 200
	}
	c := corpus.Corpus{Feeds: benchFeeds, Items: 20, Now: time.Now(),
		Base: func(f int) string { return fmt.Sprintf("http://127.0.0.%d:%d", 1+f%hosts, port) }}
	server := &http.Server{Handler: c.Handler(latency)}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	for _, address := range addresses(c) { // so that each document is made before the measurement
		res, err := http.Get(address)
		if err != nil {
			b.Skip("this machine does not have all of 127.0.0.0/8:", err)
		}
		res.Body.Close()
	}
	return c
}

func addresses(c corpus.Corpus) []string {
	out := make([]string, c.Feeds)
	for f := range out {
		out[f] = c.URL(f)
	}
	return out
}

func writeFile(b *testing.B, dir, name, text string) string {
	b.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkSearch measures a search on the command line, including the start of the
// program. For comparison, one search finds nothing.
func BenchmarkSearch(b *testing.B) {
	dateline := buildProgram(b, ".")
	for _, n := range benchSizes(b) {
		config, db := filledDatabase(b, n)
		for name, query := range map[string]string{"common": corpus.Word(3), "middling": corpus.Word(2000), "rare": corpus.Needle, "prefix": corpus.Needle[:4], "none": "qqqqqq"} {
			b.Run(fmt.Sprintf("items=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					out, err := exec.Command(dateline, "--config", config, "--db", db, "list", "--json", "--limit", "60", query).Output()
					if err != nil {
						b.Fatal(err, string(out))
					}
					if first, _, _ := bytes.Cut(out, []byte("\n")); len(first) > 0 && !json.Valid(first) {
						b.Fatalf("no JSON: %s", first)
					}
				}
			})
		}
	}
}
