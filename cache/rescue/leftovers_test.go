package rescue

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"dateline/cache/cachetest"
	"dateline/cache/db"
)

// TestRemoveLeftovers checks that the temporary files of killed processes are removed,
// wherever they are, and that those of running processes and all other files stay.
func TestRemoveLeftovers(t *testing.T) {
	s := open(t)
	s.Subscribe("a")
	dir, elsewhere := filepath.Dir(s.Path()), t.TempDir()
	backups := filepath.Join(dir, "backups")
	s.Must(os.MkdirAll(backups, 0o700))
	create := func(path string) string {
		s.Must(os.WriteFile(path, []byte("x"), 0o600))
		return path
	}
	var goes, stays []string
	for _, d := range []string{dir, backups, elsewhere} {
		goes = append(goes, create(filepath.Join(d, ".dateline-123456")))
		stays = append(stays, create(filepath.Join(d, ".dateline-mine")), create(filepath.Join(d, "dateline-123")))
	}
	for _, suffix := range []string{freshSuffix, freshSuffix + "-wal", copySuffix, copySuffix + "-shm"} {
		goes = append(goes, create(s.Path()+suffix))
	}
	running, release, err := createTemporary(backups)
	s.Must(err)
	defer release()
	s.Must(running.Close())
	probe, err := os.Open(create(filepath.Join(dir, "probe")))
	s.Must(err)
	defer probe.Close()
	if !db.TryLock(probe) {
		t.Skip("this system has no locks that can be tried")
	}
	stays = append(stays, running.Name())
	s.Must(note(t.Context(), s.Store.Store, elsewhere))

	RemoveLeftovers(t.Context(), s.Store.Store)
	for _, path := range goes {
		if exists(path) {
			t.Errorf("%s is left", path)
		}
	}
	for _, path := range stays {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

// TestLeftoversOfARunningSalvage checks that the files of a running salvage stay.
func TestLeftoversOfARunningSalvage(t *testing.T) {
	s := open(t)
	lock, err := os.Create(s.Path() + lockSuffix)
	s.Must(err)
	defer lock.Close()
	if !db.TryLock(lock) {
		t.Skip("this system has no locks that can be tried")
	}
	s.Must(os.WriteFile(s.Path()+freshSuffix, nil, 0o600))
	RemoveLeftovers(t.Context(), s.Store.Store)
	if !exists(s.Path() + freshSuffix) {
		t.Error("the new file of a running salvage is gone")
	}
}

// TestBackUpToNotesItsDirectory checks that the next start can find the temporary file
// while a backup is written, and looks for nothing afterwards.
func TestBackUpToNotesItsDirectory(t *testing.T) {
	s := open(t)
	dir := t.TempDir()
	noted := func() string {
		text, err := s.Setting(t.Context(), backupDirSetting)
		s.Must(err)
		return text
	}
	s.Must(BackUpTo(t.Context(), s.Store.Store, filepath.Join(dir, "b.zip"), func(io.Writer) error {
		cachetest.Equal(t, "noted during the backup", noted(), dir)
		RemoveLeftovers(t.Context(), s.Store.Store)
		return nil
	}))
	cachetest.Equal(t, "noted afterwards", noted(), "")
	if !exists(filepath.Join(dir, "b.zip")) {
		t.Error("there is no backup")
	}
}
