package rescue

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"dateline/cache"
)

var errOwnFile = errors.New("is used by dateline itself; name another file for the backup")

// backupTarget returns the file that a backup to path replaces or creates. It is path, or
// what a symbolic link at path leads to. Only a regular file is replaced: renaming a backup
// to the name of a device or a named pipe would remove it for everybody. Nor are the
// database, its log and the files in also.
func backupTarget(s *cache.Store, path string, also []string) (string, error) {
	if strings.HasSuffix(path, string(filepath.Separator)) {
		return "", fmt.Errorf("%s names a directory; add the name of a file, such as %s", path, filepath.Join(path, "marks.zip"))
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s is a symbolic link to a file that does not exist; name another file", path)
		}
		return path, nil
	}
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory; add the name of a file, such as %s", path, filepath.Join(path, "marks.zip"))
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file and stays as it is; name another file, or - for the standard output", path)
	}
	for _, own := range append([]string{s.Path(), s.Path() + "-wal", s.Path() + "-shm"}, also...) {
		if at, err := os.Stat(own); err == nil && os.SameFile(at, info) {
			return "", fmt.Errorf("%s %w", path, errOwnFile)
		}
	}
	return filepath.EvalSymlinks(path)
}
