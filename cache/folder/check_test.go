package folder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dateline/cache/cachetest"
)

// TestMisspelledFolder checks that the first sync makes the folder, but not the folders around
// it: a misspelled path, or that of a disk that is away, is said.
func TestMisspelledFolder(t *testing.T) {
	outer := filepath.Join(t.TempDir(), "Snyc")
	c := newComputer(t, filepath.Join(outer, "dateline"), cachetest.NewClock(cachetest.Noon()), 1)
	const why = "is not there: mount or create it, or correct its path in [sync]; your marks wait"
	if r := c.sync(); !r.Away || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], why) {
		t.Errorf("the first sync says %+v, want %q", r, why)
	}
	state, err := Check(c.Ctx(), c.Store.Store, c.dir, true)
	c.Must(err)
	if len(state.Problems) != 1 || !strings.Contains(state.Problems[0], why) {
		t.Errorf("the state is %+v, want %q", state, why)
	}
	if _, err := os.Stat(outer); err == nil {
		t.Errorf("%s was made", outer)
	}
	c.Must(os.Mkdir(outer, 0o700))
	if r := c.sync(); r.Away || len(r.Problems) > 0 {
		t.Errorf("with the folder around it: %+v", r)
	}
}
