package ui

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dateline/cache"
	"dateline/cache/rescue"
	"dateline/ui/frame"
	"dateline/ui/saver"
)

// TestAFailedWriteIsRetried protects what the user did while the disk is full: the change stays
// first in the queue, is reported, and is written as soon as that works.
func TestAFailedWriteIsRetried(t *testing.T) {
	s := newScreen(t, 120, 40)
	full := true
	var order []int
	s.m.saver = saver.New(func(_ context.Context, c cache.Change) (cache.Result, error) {
		i := c.(cache.SetProgress).Permille
		if full && i == 1 {
			return cache.Result{}, cache.ErrFull
		}
		order = append(order, i)
		return cache.Result{}, nil
	}, nil)
	for i := range 3 {
		s.m.saver.Add(cache.SetProgress{Item: 1, Permille: i})
	}
	s.run(s.m.drain())
	s.expect("not saved: the disk is full", "your changes are kept and dateline retries")
	s.m.status.clear()
	s.run(s.m.drain())
	if s.m.status.text != "" {
		t.Errorf("reported again: %s", s.m.status.text)
	}
	if !s.m.saver.Unsaved() || len(order) != 1 {
		t.Fatalf("written %v", order)
	}
	if err := s.m.Finish(); !errors.Is(err, cache.ErrFull) {
		t.Errorf("quitting with unsaved marks says %v", err)
	}
	full = false
	s.send(retryPassed{})
	if s.m.saver.Unsaved() || len(order) != 3 || order[1] != 1 {
		t.Errorf("written %v", order)
	}
	s.expect("your changes are saved")
}

// TestTheWriteBeginsWithTheKey checks that a mark is written before Bubble Tea runs the
// command of the key, and that the title shows it only after that.
func TestTheWriteBeginsWithTheKey(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.painter = frame.NewPainter(io.Discard, "")
	s.press("t", "type:nato", "enter")
	row, _ := s.m.headlines.List.Current()
	before := s.m.View().WindowTitle
	free := make(chan bool)
	s.m.saver = saver.New(func(ctx context.Context, c cache.Change) (cache.Result, error) {
		<-free
		return s.m.deps.Store.Commit(ctx, c)
	}, nil)
	_, cmd := s.m.Update(keyPress("m"))
	if title := s.m.View().WindowTitle; title != before {
		t.Errorf("the title is %q before the write, it was %q", title, before)
	}
	close(free)
	s.m.saver.Wait(time.Hour)
	a, err := s.m.deps.Store.Article(t.Context(), row.ID)
	if err != nil || a.Read == row.Read {
		t.Errorf("read %v, %v", a.Read, err)
	}
	s.run(cmd)
	if title := s.m.View().WindowTitle; title == before {
		t.Errorf("the title is still %q after the write", title)
	}
}

// TestAFailedSyncIsRetried checks that marks that are written, but could not be synchronized,
// are reported until the disk works again.
func TestAFailedSyncIsRetried(t *testing.T) {
	s := newScreen(t, 120, 40)
	fails := true
	s.m.saver.SyncWith(func(context.Context) error {
		if fails {
			return cache.ErrIO
		}
		return nil
	})
	s.press("t", "type:nato", "enter", "s")
	s.expect("not saved: ", "your changes are kept and dateline retries")
	fails = false
	s.send(retryPassed{})
	s.expect("your changes are saved")
}

// TestQuittingWritesWhatIsPending protects marks made just before quitting. The program does not
// wait for its commands, but Finish writes the marks.
func TestQuittingWritesWhatIsPending(t *testing.T) {
	s := newScreen(t, 120, 40)
	s.m.Update(keyPress("t"))
	s.press("type:nato", "enter")
	row, _ := s.m.headlines.List.Current()
	s.m.Update(keyPress("s")) // the command that would write is never run
	s.restart(120, 40)
	a, err := s.m.deps.Store.Article(t.Context(), row.ID)
	if err != nil || !a.Starred {
		t.Errorf("starred %v, %v", a.Starred, err)
	}
}

// TestASignalIsAWayToQuit checks that the program ends without an error and saves marks if the
// terminal's window is closed.
func TestASignalIsAWayToQuit(t *testing.T) {
	s := newScreen(t, 80, 24)
	row, _ := s.m.headlines.List.Current()
	ctx, signal := context.WithCancel(t.Context())
	defer signal()
	shown := make(chan struct{})
	d := s.m.deps
	d.Open = func(context.Context, string, bool) (Browser, error) { close(shown); return Browser{}, nil }
	keys, typed := io.Pipe()
	var out output
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, d, tea.WithInput(keys), tea.WithOutput(&out), tea.WithWindowSize(80, 24)) }()
	out.waitFor(t, "The Go Blog")
	_, _ = typed.Write([]byte("so"))
	select {
	case <-shown:
	case err := <-ended:
		t.Fatalf("the program ended by itself: %v", err)
	}
	signal()
	if err := <-ended; err != nil {
		t.Errorf("the end of the context returns %v", err)
	}
	a, err := s.m.deps.Store.Article(t.Context(), row.ID)
	if err != nil || !a.Starred {
		t.Errorf("starred %v, %v", a.Starred, err)
	}
}

// TestQuittingWhileAnotherProcessWrites protects marks made while another process keeps the
// database locked: quitting puts them into a file, says so with the name of the item, and the
// next start takes them in.
func TestQuittingWhileAnotherProcessWrites(t *testing.T) {
	s := newScreen(t, 120, 40)
	row, _ := s.m.headlines.List.Current()
	other, err := sql.Open("sqlite", s.m.deps.Store.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	if _, err := other.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	s.m.Update(keyPress("s")) // the command that would write is never run
	err = s.m.Finish()
	var kept *notSaved
	if !errors.Is(err, cache.ErrLocked) || !errors.As(err, &kept) || kept.kept.Path == "" {
		t.Fatalf("quitting returns %v", err)
	}
	if len(kept.kept.Marks) != 1 || kept.kept.Marks[0] != "star on “"+row.Title+"”" {
		t.Errorf("it says %v", kept.kept.Marks)
	}
	if _, err := other.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if taken := rescue.TakeUnsaved(t.Context(), s.m.deps.Store); taken.Marks != 1 {
		t.Errorf("%+v", taken)
	}
	a, err := s.m.deps.Store.Article(t.Context(), row.ID)
	if err != nil || !a.Starred {
		t.Errorf("starred %v, %v", a.Starred, err)
	}
}

// TestAReplacedDatabaseIsToldAtOnce checks that the screen says that the database is gone, before
// a key is pressed, and keeps the marks that follow, also if the program is killed.
func TestAReplacedDatabaseIsToldAtOnce(t *testing.T) {
	s := newScreen(t, 120, 40)
	path := s.m.deps.Store.Path()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	s.send(changedOutside{replaced: s.m.deps.Store.Replaced()})
	s.expect("the file was removed or renamed", "quit and start dateline again")
	s.press("s")
	s.expect("kept for the next start")
	if files := rescue.ListUnsaved(path); len(files) != 1 {
		t.Errorf("the mark is in %v", files)
	}
	if err := s.m.Finish(); !errors.Is(err, cache.ErrReplaced) {
		t.Errorf("quitting returns %v", err)
	}
}
