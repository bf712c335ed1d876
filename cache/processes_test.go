package cache_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/cachetest"
	"dateline/feed"
)

// manySeconds is the environment variable with the duration of TestTenProcesses in
// seconds. It was written for a minute.
const manySeconds = "DATELINE_TEST_SECONDS"

// manyRounds is what every process of TestTenProcesses does at least, however slow the
// machine is: enough saves for each feed to list new items, and ten marks.
const manyRounds = 12

// TestTenProcesses checks that ten processes that refresh, mark and read one database
// report no lock, lose no mark and store no item twice.
func TestTenProcesses(t *testing.T) {
	seconds := 3
	if n, err := strconv.Atoi(os.Getenv(manySeconds)); err == nil {
		seconds = n
	}
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	path := filepath.Join(t.TempDir(), "cache.db")
	s := openAt(t, path, cachetest.NewClock(time.Now()))
	s.Subscribe("a", "b", "c", "d")
	for f, url := range []string{"a", "b", "c", "d"} {
		s.SaveItems(url, listedItems(f, 0)...)
	}
	var children []*exec.Cmd
	var outputs []io.Reader
	for n, role := range []string{"save", "save", "save", "save", "mark", "mark", "mark", "read", "read", "read"} {
		child := exec.Command(os.Args[0], "-test.run=^TestOneOfTen$", "-test.count=1")
		child.Env = append(os.Environ(), "DATELINE_TEST_ROLE="+role, "DATELINE_TEST_PATH="+path, fmt.Sprintf("DATELINE_TEST_NUMBER=%d", n), fmt.Sprintf("%s=%d", manySeconds, seconds))
		out, err := child.StdoutPipe()
		s.Must(err)
		s.Must(child.Start())
		children, outputs = append(children, child), append(outputs, out)
	}
	acknowledged := map[int64]bool{}
	for n, child := range children {
		for lines := bufio.NewScanner(outputs[n]); lines.Scan(); {
			what, rest, _ := strings.Cut(lines.Text(), " ")
			switch what {
			case "marked":
				id, err := strconv.ParseInt(rest, 10, 64)
				s.Must(err)
				acknowledged[id] = true
			case "failed":
				t.Errorf("process %d: %s", n, rest)
			}
		}
		if err := child.Wait(); err != nil {
			t.Errorf("process %d: %v", n, err)
		}
	}
	checkMany(t, s, acknowledged)
}

func checkMany(t *testing.T, s testStore, acknowledged map[int64]bool) {
	t.Helper()
	if len(acknowledged) < 10 {
		t.Errorf("only %d marks", len(acknowledged))
	}
	for id := range acknowledged {
		var read, starred bool
		s.Must(s.Readers().QueryRow(`SELECT read, starred FROM items WHERE id = ?`, id).Scan(&read, &starred))
		if !read || !starred {
			t.Errorf("a mark of item %d is lost: read %v, starred %v", id, read, starred)
		}
	}
	var items, different int
	s.Must(s.Readers().QueryRow(`SELECT count(*), count(DISTINCT i.feed || d.key) FROM items i JOIN details d ON d.id = i.id`).Scan(&items, &different))
	if items != different || items <= 200 {
		t.Errorf("%d items, %d of them different", items, different)
	}
	s.CheckCounts()
}

// listedItems returns what feed f lists in a refresh: 50 items, most of them known.
func listedItems(f, round int) []feed.Article {
	var items []feed.Article
	for i := range 50 {
		key := fmt.Sprintf("https://%d.test/%d", f, round*5+i)
		items = append(items, cachetest.Item(key, time.Duration(f*1000+round*5+i)*time.Minute, "Title of "+key, "<p>text "+key+"</p>"))
	}
	return items
}

// TestOneOfTen is one process of TestTenProcesses. By itself it does nothing.
func TestOneOfTen(t *testing.T) {
	role := os.Getenv("DATELINE_TEST_ROLE")
	if role == "" {
		t.Skip("a part of TestTenProcesses")
	}
	ctx := context.Background()
	seconds, _ := strconv.Atoi(os.Getenv(manySeconds))
	number, _ := strconv.Atoi(os.Getenv("DATELINE_TEST_NUMBER"))
	s, err := cache.Open(ctx, os.Getenv("DATELINE_TEST_PATH"), cache.Options{})
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	for round := 0; err == nil && (round < manyRounds || time.Now().Before(end)); round++ {
		switch role {
		case "save":
			f := (round + number) % 4
			_, err = s.Save(ctx, feed.Fetched{URL: string(rune('a' + f)), Document: &feed.Document{Items: listedItems(f, round/4)}, RefreshStart: time.Now()})
			if err == nil && round%10 == 9 {
				_, err = s.IndexPending(ctx, 100)
			}
			if err == nil && round%50 == 49 {
				err = s.Maintain(ctx)
			}
		case "mark":
			id := int64(1 + (round*3+number)%200)
			_, err = s.Apply(ctx, cache.MarkItems{{Items: []int64{id}, Flag: feed.Read, On: true}, {Items: []int64{id}, Flag: feed.Starred, On: true}})
			if err == nil {
				fmt.Println("marked", id)
			}
		case "read":
			_, err = s.After(ctx, cachetest.View(t, "text"), cache.Pos{}, 50)
			if err == nil {
				_, err = s.Counts(ctx, time.Now())
			}
		}
	}
	if err != nil {
		fmt.Println("failed", role, err)
	}
	if s != nil {
		s.Close()
	}
}
