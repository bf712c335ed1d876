package rescue

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/cache"
	"dateline/cache/db"
	"dateline/feed"
	"dateline/feed/markup"
	"dateline/feed/query"
)

// victimPath is the environment variable with which the test binary runs victim.
const victimPath = "DATELINE_VICTIM"

func TestMain(m *testing.M) {
	if path := os.Getenv(victimPath); path != "" {
		if err := victim(context.Background(), path); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// victim works on a database until it is killed. It opens it, which converts an old
// one, saves, marks, undoes, indexes, removes and vacuums. It prints a line after each
// mark that is saved.
func victim(ctx context.Context, path string) error {
	start := time.Now()
	fmt.Println(opening)
	s, _, err := Open(ctx, path, cache.Options{}, func(string) {})
	if err != nil {
		return err
	}
	if err := s.SetFeeds(ctx, []feed.Subscription{{URL: "a", Settings: feed.Settings{KeepItems: 60}}, {URL: "b", Settings: feed.Settings{KeepUnread: true}}}); err != nil {
		return err
	}
	for round := start.UnixMicro(); ; round++ {
		for _, url := range []string{"a", "b"} {
			d := &feed.Document{Title: url}
			for i := range 10 {
				key := fmt.Sprint(url, round, "-", i)
				d.Items = append(d.Items, feed.Article{Item: feed.Item{Key: key, GUID: key, Title: key, Published: time.UnixMicro(round)},
					Body: markup.Body{Raw: strings.Repeat("word"+key+" ", 200)}})
			}
			if _, err := s.Save(ctx, feed.Fetched{URL: url, RefreshStart: time.Now(), Document: d}); err != nil {
				return err
			}
		}
		if err := changes(ctx, s); err != nil {
			return err
		}
	}
}

// changes makes the changes between two checks of the feeds.
func changes(ctx context.Context, s *cache.Store) error {
	q, err := query.Parse("feed:b")
	if err != nil {
		return err
	}
	rows, err := s.After(ctx, cache.View{Query: q}, cache.Pos{}, 10)
	if err != nil {
		return err
	}
	for i, r := range rows {
		m := feed.Mark{Items: []int64{r.ID}, Flag: feed.Starred, On: true}
		if i%2 == 0 {
			m.Flag, m.Label = feed.Label, "kept"
		}
		if _, err := s.Apply(ctx, cache.MarkItems{m}); err != nil {
			return err
		}
		fmt.Println(m.Flag, r.ID)
	}
	if _, err := s.Apply(ctx, cache.MarkView{Mark: feed.Mark{Flag: feed.Read, On: true, At: time.Now()}}); err != nil {
		return err
	}
	if _, err := s.Apply(ctx, cache.UndoLast{At: time.Now()}); err != nil {
		return err
	}
	if _, err := s.IndexPending(ctx, 30); err != nil {
		return err
	}
	if _, err := BackUpNow(ctx, s); err != nil {
		return err
	}
	if err := s.Maintain(ctx); err != nil {
		return err
	}
	return s.Vacuum(ctx)
}

// TestKilledAtAnyInstant checks that a process that is killed while it converts, saves,
// marks, indexes, backs up or vacuums leaves an undamaged file with every mark that it
// has acknowledged, and a complete backup.
func TestKilledAtAnyInstant(t *testing.T) {
	kills, seed := number(t, "DATELINE_KILLS", 64), number(t, "DATELINE_SEED", uint64(time.Now().UnixNano()))
	if testing.Short() {
		kills = min(kills, 10)
	}
	t.Logf("DATELINE_SEED=%d repeats the instants, DATELINE_KILLS asks for more than %d of them", seed, kills)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	path := filepath.Join(dir, "cache.db")
	acknowledged, marks := map[string]bool{}, 0
	for n := range kills {
		if n%8 == 0 {
			// Half of the files are of an older version, so that a conversion is killed, too.
			discard(path)
			clear(acknowledged)
			if v := int(n/8) % (len(oldSchemas(t)) + 1); v > 0 {
				makeOld(t, path, v)
				acknowledged["starred 2"], acknowledged["label 4"] = true, true
			}
		}
		// Kill one early, some later, and some after they have certainly written, however
		// slow the machine is.
		since, most := opening, 40*time.Millisecond
		if n%4 != 0 {
			most = 200 * time.Millisecond
		}
		if n%4 == 3 {
			since = ""
		}
		for _, line := range kill(t, path, since, time.Duration(random.Int64N(int64(most)))) {
			acknowledged[line] = true
			marks++
		}
		if err := survived(t.Context(), path, acknowledged); err != nil {
			t.Fatalf("after kill %d: %v", n, err)
		}
	}
	if marks == 0 {
		t.Error("nothing was marked: the processes are killed too early")
	}
}

// number returns the value of an environment variable.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// opening is the line that victim prints before it opens the database, because
// starting a process takes long on some machines.
const opening = "opening"

// kill runs a victim and kills it some time after it has printed the line since, or
// its first mark if since is empty. It returns the marks that were acknowledged.
func kill(t *testing.T, path, since string, after time.Duration) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimPath+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	var end *time.Timer
	for in := bufio.NewScanner(out); in.Scan(); {
		line := in.Text()
		if strings.HasPrefix(line, "failed") {
			t.Fatal(line)
		}
		if end == nil && (line == since || since == "" && line != opening) {
			end = time.AfterFunc(after, func() { cmd.Process.Kill() })
			defer end.Stop()
		}
		if line != opening {
			lines = append(lines, line)
		}
	}
	_ = cmd.Wait() // it was killed
	return lines
}

// survived checks a database after its process was killed.
func survived(ctx context.Context, path string, acknowledged map[string]bool) error {
	s, _, err := Open(ctx, path, cache.Options{}, func(string) {})
	if err != nil {
		return err
	}
	defer s.Close()
	h, err := Check(ctx, s)
	if err != nil {
		return err
	}
	if len(h.Problems) > 0 {
		return fmt.Errorf("problems: %v", h.Problems)
	}
	there := map[string]bool{}
	for flag, query := range map[feed.Flag]string{
		feed.Starred: `SELECT id FROM items WHERE starred = 1`,
		feed.Label:   `SELECT i.id FROM labels l JOIN items i ON i.pos = l.pos WHERE l.held = 1`,
	} {
		ids, err := db.Integers(ctx, s.Internals().Readers(), db.SQL(query))
		if err != nil {
			return err
		}
		for _, id := range ids {
			there[fmt.Sprint(flag, " ", id)] = true
		}
	}
	for line := range acknowledged {
		if !there[line] {
			return fmt.Errorf("the mark %q was acknowledged and is lost", line)
		}
	}
	for _, b := range ListBackups(path)[:min(1, len(ListBackups(path)))] {
		return restoreFile(ctx, s, b)
	}
	return nil
}
