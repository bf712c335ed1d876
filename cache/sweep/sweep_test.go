// Package sweep tests what faults of the disk do to the database. Below SQLite it injects
// an I/O error, a full disk, a short write or a kill, at one I/O after the other of
// everything that the program does with its database. See
// https://www.sqlite.org/testing.html#anomaly_testing.
//
// The package has only tests. Start at [TestSweep].
package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/cache/cachetest"
)

// sweepAll is the environment variable that asks for all points if it is "all".
const sweepAll = "DATELINE_SWEEP"

// patience is how long an operation, or the check after it, may take before it counts as one
// that never ends.
const patience = time.Minute

// TestSweep checks, for a fault at each I/O of each operation, that
//
//   - the operation succeeds or returns an error, and neither panics nor hangs,
//   - success means that all of its effect is there, and an error that all or nothing of
//     it is, or each step of it,
//   - nothing else changes, no count and no search is wrong, and SQLite finds no damage,
//   - when the fault is over, the same store can repeat the operation,
//   - after a kill, the next process can.
//
// It tries some points of each kind. DATELINE_SWEEP=all tries all of them (make sweep).
func TestSweep(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many minutes under the race detector")
	}
	filled := filled(t)
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			s := newSeries(t, filled, op)
			for _, f := range kinds() {
				for _, f.at = range spread(s.lengths[f.kind], pointsEach()) {
					s.try(t, f)
				}
			}
		})
	}
}

// kinds returns each kind of fault, once and lasting.
func kinds() (list []fault) {
	for _, kind := range []faultKind{ioError, full, short} {
		list = append(list, fault{kind: kind}, fault{kind: kind, lasting: true})
	}
	return append(list, fault{kind: kill})
}

// pointsEach returns how many points of each kind are tried; 0 means all.
func pointsEach() int {
	if os.Getenv(sweepAll) == "all" {
		return 0
	}
	return 2
}

// spread returns up to most numbers from 1 to n, evenly spread; all if most is 0.
func spread(n, most int) (points []int) {
	if most == 0 || n < most {
		most = n
	}
	for i := range most {
		points = append(points, 1+(2*i+1)*n/(2*most))
	}
	return points
}

// series are the points of one operation.
type series struct {
	operation
	dir string
	// base is the directory of the prepared database. start is the clock then.
	base  string
	start time.Time
	// lengths are the numbers of I/Os that can have each kind of fault.
	lengths [kill + 1]int
	// before and after are what the user has without a fault.
	before, after []string
}

// filled returns the directory of a database that [world.fill] has filled.
func filled(t *testing.T) string {
	t.Helper()
	registerVFS(t)
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "filled"), clock: cachetest.NewClock(cachetest.Noon())}
	must(t, w.open(t.Context()))
	w.fill()
	w.close()
	return w.dir
}

// newSeries prepares the database of an operation, and runs it without faults.
func newSeries(t *testing.T, filled string, op operation) *series {
	t.Helper()
	dir := real(t, t.TempDir())
	s := &series{operation: op, dir: dir, base: filepath.Join(dir, "base"), start: cachetest.Noon().Add(time.Hour)}
	w := &world{t: t, dir: s.base, clock: cachetest.NewClock(s.start)}
	must(t, copyFiles(filled, w.dir))
	must(t, w.open(t.Context()))
	s.before = w.mustState()
	if op.prepare != nil {
		op.prepare(w)
		w.close()
		s.start = w.clock.Now()
		w = s.world(t)
		defer w.discard()
		must(t, w.open(t.Context()))
		s.before = w.mustState()
	}
	w.close()

	w = s.world(t)
	defer w.discard()
	d := newDisk(t, w.dir)
	defer d.remove()
	must(t, s.begin(t, w))
	d.arm(fault{kind: ioError, at: math.MaxInt})
	must(t, op.run(t.Context(), w))
	d.disarm()
	for k := range s.lengths {
		s.lengths[k] = d.length(faultKind(k))
	}
	if s.lengths[ioError] == 0 {
		t.Fatal("SQLite does not use the VFS")
	}
	w.close()
	must(t, w.open(t.Context()))
	s.after = w.mustState()
	must(t, w.sound(t.Context()))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world copies the prepared database.
func (s *series) world(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp(s.dir, "point")
	must(t, err)
	w := &world{t: t, dir: filepath.Join(dir, "files"), clock: cachetest.NewClock(s.start)}
	must(t, copyFiles(s.base, w.dir))
	return w
}

// begin opens the database, unless the operation does.
func (s *series) begin(t *testing.T, w *world) error {
	if s.closed {
		return nil
	}
	return w.open(t.Context())
}

// try injects a fault.
func (s *series) try(t *testing.T, f fault) {
	t.Helper()
	w := s.world(t)
	defer w.discard()
	d := newDisk(t, w.dir)
	defer d.remove()
	snapshot := filepath.Join(filepath.Dir(w.dir), "killed")
	d.killed = func() {
		if err := copyFiles(w.dir, snapshot); err != nil {
			t.Error(err)
		}
	}
	must(t, s.begin(t, w))
	d.arm(f)
	failed := s.guard(t, func() error { return s.run(t.Context(), w) })
	at := d.disarm()
	problem := func(err error) {
		if err != nil {
			t.Errorf("%s (%s), error of the operation: %v: %v", f, at, failed, err)
		}
	}
	if at == "" && failed != nil {
		problem(errors.New("it failed without a fault"))
		return
	}
	if d.isDead() {
		w.close()
		d.revive()
		must(t, copyFiles(snapshot, w.dir))
		problem(s.guard(t, func() error { return s.restarted(t.Context(), w, failed) }))
		return
	}
	problem(s.guard(t, func() error { return s.goesOn(t.Context(), w, failed) }))
}

// guard runs the operation or what follows it. If f panics, guard returns an error. If f
// does not end, the test fails.
func (s *series) guard(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("panic: %v\n%s", p, debug.Stack())
				done <- errors.New("it panicked")
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		stacks := make([]byte, 1<<20)
		t.Fatalf("it does not end:\n%s", stacks[:runtime.Stack(stacks, true)])
		return nil
	}
}

// goesOn checks the database after a fault that is over: first with the store of another
// process, then with the same store.
func (s *series) goesOn(ctx context.Context, w *world, failed error) error {
	if w.marked != nil {
		if err := w.marked(ctx); err != nil {
			return err
		}
	}
	other := &world{t: w.t, dir: w.dir, clock: w.clock}
	defer other.close()
	if err := other.open(ctx); err != nil {
		return fmt.Errorf("opening it again: %w", err)
	}
	done, err := s.judge(ctx, other, failed)
	if err != nil {
		return err
	}
	other.close()
	if err := s.again(ctx, w, done); err != nil {
		return fmt.Errorf("again, with the same store: %w", err)
	}
	w.close()
	return s.complete(ctx, w)
}

// restarted checks the database after a kill.
func (s *series) restarted(ctx context.Context, w *world, failed error) error {
	if err := w.open(ctx); err != nil {
		return fmt.Errorf("opening it after the kill: %w", err)
	}
	done, err := s.judge(ctx, w, failed)
	if err != nil {
		return err
	}
	if s.closed {
		w.close()
	}
	if err := s.again(ctx, w, done); err != nil {
		return fmt.Errorf("again, after the kill: %w", err)
	}
	w.close()
	return s.complete(ctx, w)
}

// again repeats the operation.
func (s *series) again(ctx context.Context, w *world, done bool) error {
	if done && s.once {
		return nil
	}
	if err := s.run(ctx, w); err != nil {
		return err
	}
	if s.closed {
		return nil
	}
	got, err := w.state(ctx)
	if err != nil {
		return err
	}
	return s.differ(got, s.after)
}

// complete checks the database after the operation was repeated.
func (s *series) complete(ctx context.Context, w *world) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	got, err := w.state(ctx)
	if err == nil {
		err = s.differ(got, s.after)
	}
	if err == nil && s.check != nil {
		err = s.check(ctx, w, nil)
	}
	return errors.Join(err, w.sound(ctx))
}

// judge checks what an operation has left. done reports whether all of its effect is
// there.
func (s *series) judge(ctx context.Context, w *world, failed error) (done bool, err error) {
	got, err := w.state(ctx)
	if err != nil {
		return false, err
	}
	done = slices.Equal(got, s.after)
	switch {
	case done:
	case failed == nil:
		err = fmt.Errorf("it succeeded without its effect: %w", differ(got, s.after))
	case s.steps:
		err = s.mix(got)
	case !slices.Equal(got, s.before):
		err = fmt.Errorf("neither before nor after: %w", differ(got, s.before))
	}
	if err == nil && s.check != nil {
		err = s.check(ctx, w, failed)
	}
	return done, errors.Join(err, w.sound(ctx))
}

// mix returns an error unless each row is one of before or of after, and no row that is
// in both is missing.
func (s *series) mix(got []string) error {
	got, before, after := s.compared(got), s.compared(s.before), s.compared(s.after)
	for _, row := range got {
		if !slices.Contains(before, row) && !slices.Contains(after, row) {
			return fmt.Errorf("neither before nor after: %s", row)
		}
	}
	for _, row := range before {
		if slices.Contains(after, row) && !slices.Contains(got, row) {
			return fmt.Errorf("missing: %s", row)
		}
	}
	return nil
}

// compared returns the rows that mix compares. A feed has the same name before and after a
// move.
func (s *series) compared(rows []string) []string {
	var list []string
	for _, row := range without(s.between, rows) {
		list = append(list, strings.ReplaceAll(row, movedTo, feedA))
	}
	return list
}

// without returns the rows that begin with none of prefixes.
func without(prefixes, rows []string) []string {
	return slices.DeleteFunc(slices.Clone(rows), func(row string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(row, p) })
	})
}

// differ is differ for the state after a repetition.
func (s *series) differ(got, want []string) error {
	return differ(without(s.repeated, got), without(s.repeated, want))
}

// differ returns an error that lists the rows that only one of two states has.
func differ(got, want []string) error {
	var text []string
	for _, row := range got {
		if !slices.Contains(want, row) {
			text = append(text, "+ "+row)
		}
	}
	for _, row := range want {
		if !slices.Contains(got, row) {
			text = append(text, "- "+row)
		}
	}
	if len(text) == 0 && len(got) != len(want) {
		return fmt.Errorf("%d rows, want %d", len(got), len(want))
	}
	if len(text) == 0 {
		return nil
	}
	return errors.New(strings.Join(text[:min(8, len(text))], "\n"))
}
