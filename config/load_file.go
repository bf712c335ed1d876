package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/pelletier/go-toml/v2"
)

// File is the configuration file. Several programs, and several goroutines of
// one, can read and edit one file.
type File struct {
	// Path is where the file is. It need not exist.
	Path string
	// Lock is the path of an empty file that is locked during an edit. It is outside
	// the directory of the configuration, because people keep that directory under
	// version control.
	Lock string
	// Example is the configuration that applies if there is no file, and the text
	// that the first edit writes.
	Example []byte
	// Required is set if the file must exist. Then the example never applies.
	Required bool
	Checks   Checks
	// seen is set after the file was read or written. From then on the file must
	// exist: a file that vanishes is not replaced by the example.
	seen atomic.Bool
}

// Checks holds the checks of values that other packages define. Every field must
// be set.
type Checks struct {
	// Key checks a key and its actions.
	Key func(key string, actions []string) error
	// Theme checks the name of a theme, Color a colour, which may be empty.
	Theme, Color func(string) error
	// IsLocal reports whether an address names a file or a program instead of a
	// server.
	IsLocal func(address string) bool
	// Local checks an address for which IsLocal is true.
	Local func(address string) error
	// Proxy checks the address of a proxy.
	Proxy func(address string) error
	// Builtin is the address of the one built-in feed.
	Builtin string
}

// Load reads the file, or the example if there is no file and the example may apply. If
// the file has mistakes, the error is an [*Error] with all of them.
func (f *File) Load() (Config, error) {
	doc, exists, err := f.read()
	if err != nil {
		return Config{}, err
	}
	if !exists {
		return Parse(doc, "config.example.toml", f.Checks)
	}
	return Parse(doc, f.Path, f.Checks)
}

// read returns the text of the file. If there is no file, it returns the example, and an
// error if the example must not apply.
//
// A named pipe or a device is read once, when dateline starts. Later it would be empty, or
// never end.
func (f *File) read() (doc []byte, exists bool, err error) {
	if info, err := os.Stat(f.Path); err == nil && f.seen.Load() && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, false, fmt.Errorf("the configuration cannot be read again: %s is not a regular file; put a regular file there", f.Path)
	}
	doc, err = os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return f.Example, false, f.whyMissing()
	}
	if info, statErr := os.Stat(f.Path); err != nil && statErr == nil && info.IsDir() {
		return nil, false, fmt.Errorf("cannot read the configuration: %s is a directory; name a file with --config", f.Path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("cannot read the configuration: %w; make it readable, or choose another file with --config", err)
	}
	f.seen.Store(true)
	return doc, true, nil
}

// whyMissing returns why a file that does not exist is an error, nil if the example
// applies. A symbolic link without a target is always an error: its target is on a disk
// that is not mounted, or was moved.
func (f *File) whyMissing() error {
	link, target := danglingLink(f.Path)
	switch {
	case link != "":
		return fmt.Errorf("cannot read the configuration: %s is a symbolic link to %s, which does not exist; restore it, or remove the link", link, target)
	case f.seen.Load():
		return fmt.Errorf("the configuration %s is gone; put it back", f.Path)
	case f.Required:
		return fmt.Errorf("there is no configuration %s; check the name, or begin the file: dateline --config %s add URL", f.Path, f.Path)
	}
	return nil
}

// danglingLink returns the symbolic link in a path that leads to nothing, and its target.
// Both are empty if there is none.
func danglingLink(path string) (link, target string) {
	for ; ; path = filepath.Dir(path) {
		if target, err := os.Readlink(path); err == nil {
			return path, target
		}
		if _, err := os.Lstat(path); err == nil || path == filepath.Dir(path) {
			return "", ""
		}
	}
}

var byteOrderMark = []byte("\ufeff")

// Parse reads the text of a configuration. Errors name path as the file.
func Parse(doc []byte, path string, checks Checks) (Config, error) {
	p := newProblems(bytes.TrimPrefix(doc, byteOrderMark), checks)
	c := p.decode()
	if len(p.list) > 0 {
		if _, err := p.outline(); err != nil {
			return Config{}, p.err(path)
		}
	}
	if !p.checkNames() {
		return Config{}, p.err(path) // check would not find the places of what is misspelled
	}
	p.check(&c)
	return c, p.err(path)
}

// defaultConfig returns the configuration of an empty file.
func defaultConfig() Config {
	var c Config
	top := optionsOf(reflect.TypeFor[Config]())
	feeds := optionsOf(reflect.TypeFor[FeedOptions]())
	doc := defaultLines(top) + "[defaults]\n" + defaultLines(feeds)
	if err := toml.Unmarshal([]byte(doc), &c); err != nil {
		panic("the defaults in Config's tags are not TOML: " + err.Error())
	}
	return c
}

func defaultLines(options []option) string {
	var b strings.Builder
	for _, o := range options {
		if o.value != "" {
			b.WriteString(o.name + " = " + o.value + "\n")
		}
	}
	return b.String()
}

// option is one field of a configuration struct.
type option struct {
	name  string
	field reflect.StructField
	// value is the default in TOML, empty if there is none.
	value string
}

// optionsOf returns the options of a struct, with those of embedded structs.
func optionsOf(t reflect.Type) []option {
	var list []option
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		o := option{name: f.Tag.Get("toml"), field: f, value: f.Tag.Get("default")}
		kind := withoutPointers(f.Type)
		if o.value != "" && (kind.Kind() == reflect.String || kind.Kind() == reflect.Struct) {
			o.value = Quote(o.value)
		}
		list = append(list, o)
	}
	return list
}

// withoutPointers returns a type without its pointers.
func withoutPointers(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
