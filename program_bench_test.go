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
	"sync/atomic"
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

// BenchmarkRefresh refreshes 1,000 loopback feeds of 20 items on 200 hosts with dateline
// and with the other feed readers that are installed: for the first time, with nothing
// new, and with two new items in a tenth of the feeds. The readers take turns. For
// comparison, gofeed parses the same documents.
func BenchmarkRefresh(b *testing.B) {
	dateline := buildProgram(b, ".")
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		c, publish := serveCorpus(b, latency)
		b.Run(fmt.Sprintf("latency=%v", latency), func(b *testing.B) {
			b.Run("gofeed parses", func(b *testing.B) { parseAlone(b, c) })
			readers := benchReaders(b, dateline, c)
			for _, r := range readers {
				b.Run("first/"+r.name, func(b *testing.B) { r.measure(b, r.reset) })
			}
			for _, r := range readers {
				b.Run("nothing new/"+r.name, func(b *testing.B) {
					r.catchUp(b)
					r.measure(b, func() {})
				})
			}
			for _, r := range readers {
				b.Run("a tenth new/"+r.name, func(b *testing.B) {
					r.catchUp(b)
					r.measure(b, publish)
				})
			}
		})
	}
}

// benchReader is a feed reader with its files in a directory of its own.
type benchReader struct {
	name, dir string
	files     map[string]string
	// args is the command line of a refresh, below dir.
	args func(dir string) []string
	// finish does what the reader left to do after a refresh. It may be nil.
	finish func(b *testing.B, dir string)
}

// benchReaders returns the feed readers that are installed, all with the feeds of c.
func benchReaders(b *testing.B, dateline string, c corpus.Corpus) (installed []*benchReader) {
	urls := strings.Join(addresses(c), "\n")
	var sfeedrc strings.Builder
	sfeedrc.WriteString("sfeedpath=\"$HOME/feeds\"\nmaxjobs=32\nfeeds() {\n")
	for i, address := range addresses(c) {
		fmt.Fprintf(&sfeedrc, "feed \"%d\" %q\n", i, address)
	}
	sfeedrc.WriteString("}\n")
	for _, r := range []*benchReader{
		{name: "dateline", files: map[string]string{"config.toml": string(configOf(c))}, finish: indexAll, args: func(dir string) []string {
			return []string{dateline, "--config", dir + "/config.toml", "--db", dir + "/cache.db", "refresh", "--all", "--json"}
		}},
		{name: "newsraft", files: map[string]string{"feeds": urls, "config": ""}, args: func(dir string) []string {
			return []string{"newsraft", "-f", dir + "/feeds", "-c", dir + "/config", "-d", dir + "/cache.db", "-e", "reload-all"}
		}},
		{name: "newsboat", files: map[string]string{"urls": urls, "config": "reload-threads 32\n"}, args: func(dir string) []string {
			return []string{"newsboat", "-u", dir + "/urls", "-C", dir + "/config", "-c", dir + "/cache.db", "-x", "reload"}
		}},
		{name: "sfeed", files: map[string]string{"sfeedrc": sfeedrc.String()}, args: func(dir string) []string {
			return []string{"sfeed_update", dir + "/sfeedrc"}
		}},
	} {
		if _, err := exec.LookPath(r.args("")[0]); err != nil {
			b.Logf("%s is not installed", r.name)
			continue
		}
		r.dir = b.TempDir()
		r.reset()
		installed = append(installed, r)
	}
	return installed
}

// reset deletes what the reader has fetched.
func (r *benchReader) reset() {
	os.RemoveAll(r.dir)
	os.MkdirAll(r.dir, 0o700)
	for name, text := range r.files {
		os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600) // the reader fails if this does
	}
}

// command returns the command of a refresh.
func (r *benchReader) command() *exec.Cmd {
	args := r.args(r.dir)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+r.dir)
	return cmd
}

// catchUp fetches what the reader has not fetched yet. It is not measured.
func (r *benchReader) catchUp(b *testing.B) {
	b.StopTimer()
	if err := r.command().Run(); err != nil {
		b.Logf("%s: %v", r.name, err)
	}
	if r.finish != nil {
		r.finish(b, r.dir)
	}
}

// measure measures refreshes. prepare, which is called before each of them, and what the
// reader left to do after a refresh are not measured.
func (r *benchReader) measure(b *testing.B, prepare func()) {
	b.StopTimer()
	for range b.N {
		prepare()
		b.StartTimer()
		r.refresh(b)
		b.StopTimer()
		if r.finish != nil {
			r.finish(b, r.dir)
		}
	}
}

// refresh refreshes once.
func (r *benchReader) refresh(b *testing.B) {
	cmd := r.command()
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
		b.Logf("%s: %v", r.name, err)
	}
	if r.name == "dateline" {
		b.ReportMetric(last.Sub(start).Seconds(), "saved-s")
	}
	used := cmd.ProcessState
	b.ReportMetric((used.UserTime() + used.SystemTime()).Seconds(), "cpu-s")
	b.ReportMetric(peak(), "peak-MB")
}

// indexAll indexes what a first refresh left, as the open screen does. So the next
// refreshes are measured as on any later day.
func indexAll(b *testing.B, dir string) {
	store, err := cache.Open(context.Background(), filepath.Join(dir, "cache.db"), cache.Options{})
	for left := 1; left > 0 && err == nil; {
		left, err = store.IndexPending(context.Background(), 5000)
	}
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		b.Fatal(err)
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
// uses one. publish gives every tenth feed two new items.
func serveCorpus(b *testing.B, latency time.Duration) (c corpus.Corpus, publish func()) {
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		b.Skip("cannot listen on all addresses:", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	hosts := 1
	if runtime.GOOS == "linux" { // other systems only have 127.0.0.1
		hosts = 200
	}
	var withheld atomic.Int64
	withheld.Store(1000)
	c = corpus.Corpus{Feeds: benchFeeds, Items: 20, Now: time.Now(),
		Withheld: func(f int) int {
			if f%10 != f/10%10 {
				return 0
			}
			return int(withheld.Load())
		},
		Base: func(f int) string { return fmt.Sprintf("http://127.0.0.%d:%d", 1+f%hosts, port) }}
	server := &http.Server{Handler: c.Handler(latency)}
	go server.Serve(listener)
	b.Cleanup(func() { server.Close() })
	makeDocuments := func() { // so that the measurement does not include it
		for _, address := range addresses(c) {
			res, err := http.Get(address)
			if err != nil {
				b.Skip("this machine does not have all of 127.0.0.0/8:", err)
			}
			res.Body.Close()
		}
	}
	makeDocuments()
	return c, func() {
		withheld.Add(-2)
		makeDocuments()
	}
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
