package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// storeys says which of the house's packages each may import. The arrow runs
// down only; a package that is not listed here has no place in the house.
var storeys = map[string][]string{
	"dateline":              {"dateline/ui", "dateline/ui/cli", "dateline/cache", "dateline/cache/rescue", "dateline/feed", "dateline/feed/fetch", "dateline/feed/poll"},
	"dateline/ui":           {"dateline/ui/list", "dateline/ui/frame", "dateline/ui/article", "dateline/cache", "dateline/cache/rescue", "dateline/feed"},
	"dateline/ui/cli":       {"dateline/ui/article", "dateline/cache", "dateline/cache/rescue", "dateline/feed"},
	"dateline/ui/article":   {"dateline/feed"},
	"dateline/ui/list":      {},
	"dateline/ui/frame":     {},
	"dateline/cache/rescue": {"dateline/cache", "dateline/cache/search", "dateline/cache/db", "dateline/feed"},
	"dateline/cache":        {"dateline/cache/search", "dateline/cache/db", "dateline/feed"},
	"dateline/cache/search": {"dateline/cache/db", "dateline/feed"},
	"dateline/cache/db":     {"dateline/feed"},
	"dateline/feed/poll":    {"dateline/feed/fetch", "dateline/feed"},
	"dateline/feed/fetch":   {"dateline/feed"},
	"dateline/feed":         {},
	// For tests only: see TestCorpusStaysInTests.
	"dateline/feed/corpus":     {"dateline/feed"},
	"dateline/cache/cachetest": {"dateline/cache", "dateline/cache/search", "dateline/cache/db", "dateline/feed"},
}

// owners are the only packages that may import a library, tests apart.
var owners = map[string][]string{
	"database/sql":                 {"dateline/cache", "dateline/cache/db", "dateline/cache/search", "dateline/cache/rescue", "dateline/cache/cachetest"},
	"modernc.org/sqlite":           {"dateline/cache", "dateline/cache/db"},
	"github.com/fsnotify/fsnotify": {"dateline/cache"},
	"net/http":                     {"dateline/feed/fetch", "dateline/feed/corpus"},
	"charm.land/bubbletea/v2":      {"dateline/ui"},
	"charm.land/bubbles/v2":        {"dateline/ui"},
	"charm.land/glamour/v2":        {"dateline/ui/article"},
	"github.com/mmcdole/gofeed":    {"dateline/feed"},
	"github.com/icholy/digest":     {"dateline/feed/fetch"},
	"os/exec":                      {"dateline/feed/fetch", "dateline"},
	"github.com/spf13/cobra":       {"dateline/ui/cli", "dateline"},
	"github.com/pelletier/go-toml": {"dateline"},
}

const (
	maxFileLines  = 600
	maxFuncLines  = 60
	maxDirectDeps = 26
)

// sourceFile is a parsed Go file of the house.
type sourceFile struct {
	path string
	pkg  string
	test bool
	text []byte
	tree *ast.File
	set  *token.FileSet
}

func houseFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		pkg := "dateline"
		if dir := filepath.ToSlash(filepath.Dir(path)); dir != "." {
			pkg += "/" + dir
		}
		files = append(files, sourceFile{path, pkg, strings.HasSuffix(path, "_test.go"), text, tree, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found %d Go files; the walk has lost its way", len(files))
	}
	return files
}

// TestCorpusStaysInTests protects the program from what tests are made of.
func TestCorpusStaysInTests(t *testing.T) {
	for _, f := range houseFiles(t) {
		for _, imp := range f.tree.Imports {
			if slices.Contains([]string{`"dateline/feed/corpus"`, `"dateline/cache/cachetest"`}, imp.Path.Value) && !f.test {
				t.Errorf("%s imports what is for tests only", f.path)
			}
		}
	}
}

// TestImportsRunDown protects the storeys: no package reaches up or sideways,
// and each outside world (SQL, HTTP, the terminal) has one door.
func TestImportsRunDown(t *testing.T) {
	for _, f := range houseFiles(t) {
		allowed, known := storeys[f.pkg]
		if !known {
			t.Errorf("%s: package %s has no storey in house_test.go", f.path, f.pkg)
			continue
		}
		if f.test {
			continue
		}
		for _, imp := range f.tree.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "dateline") && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s, which its storey may not", f.path, name)
			}
			for lib, pkgs := range owners {
				if (name == lib || strings.HasPrefix(name, lib+"/")) && !slices.Contains(pkgs, f.pkg) {
					t.Errorf("%s imports %s; only %v may", f.path, name, pkgs)
				}
			}
		}
	}
}

// TestFilesAndFunctionsStayShort protects the budgets of size; functions that
// are nothing but a table are exempt.
func TestFilesAndFunctionsStayShort(t *testing.T) {
	for _, f := range houseFiles(t) {
		if n := bytes.Count(f.text, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines; split it by what it is about", f.path, n)
		}
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || isTable(fn) {
				continue
			}
			from, to := f.set.Position(fn.Pos()).Line, f.set.Position(fn.End()).Line
			if n := to - from + 1; n > maxFuncLines {
				t.Errorf("%s:%d: %s has %d lines", f.path, from, fn.Name.Name, n)
			}
		}
	}
}

// isTable says whether a function is nothing but a literal or one switch, with a
// statement before it and one behind at most, or a test over a literal.
func isTable(fn *ast.FuncDecl) bool {
	if fn.Body == nil || len(fn.Body.List) == 0 {
		return false
	}
	if len(fn.Body.List) == 3 {
		_, dispatch := fn.Body.List[1].(*ast.TypeSwitchStmt)
		return dispatch
	}
	switch first := fn.Body.List[0].(type) {
	case *ast.ReturnStmt, *ast.SwitchStmt:
		return len(fn.Body.List) <= 2
	case *ast.AssignStmt:
		_, literal := first.Rhs[0].(*ast.CompositeLit)
		return literal && strings.HasPrefix(fn.Name.Name, "Test")
	case *ast.RangeStmt:
		_, literal := first.X.(*ast.CompositeLit)
		return literal && strings.HasPrefix(fn.Name.Name, "Test")
	}
	return false
}

// TestNoInitAndNoGlobalState protects start-up and reasoning: no init, and
// package variables only for errors, embedded files and tables.
func TestNoInitAndNoGlobalState(t *testing.T) {
	for _, f := range houseFiles(t) {
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init", f.path)
			}
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR && !f.test {
				for _, s := range g.Specs {
					checkVariable(t, f, g, s.(*ast.ValueSpec))
				}
			}
		}
	}
}

func checkVariable(t *testing.T, f sourceFile, g *ast.GenDecl, v *ast.ValueSpec) {
	t.Helper()
	where := f.set.Position(v.Pos())
	if g.Doc != nil && strings.Contains(f.comments(g.Doc), "//go:embed") || v.Doc != nil && strings.Contains(f.comments(v.Doc), "//go:embed") {
		return
	}
	for i, name := range v.Names {
		if name.Name == "_" || i >= len(v.Values) {
			if name.Name != "_" {
				t.Errorf("%s: %s is a variable without a value: state", where, name.Name)
			}
			continue
		}
		if !constantLike(v.Values[i]) {
			t.Errorf("%s: %s is neither an error nor a table", where, name.Name)
		}
	}
}

// comments is the text of a comment with its directives.
func (f sourceFile) comments(c *ast.CommentGroup) string {
	var b strings.Builder
	for _, l := range c.List {
		b.WriteString(l.Text)
	}
	return b.String()
}

// constantLike accepts literals, errors, things made on first use, and the
// ready-made replacers and writers of the standard library.
func constantLike(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit, *ast.BasicLit:
		return true
	case *ast.UnaryExpr:
		return constantLike(e.X)
	case *ast.CallExpr:
		if _, conversion := e.Fun.(*ast.ArrayType); conversion {
			return true
		}
		switch fmt.Sprint(callee(e)) {
		case "errors.New", "fmt.Errorf", "sync.OnceValue", "sync.OnceValues", "strings.NewReplacer":
			return true
		}
	}
	return false
}

func callee(c *ast.CallExpr) string {
	fun := c.Fun
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	s, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + s.Sel.Name
}

// TestDirectDependencies protects the number of libraries one has to trust, and
// that each names its repository behind its require.
func TestDirectDependencies(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.Lines(string(mod)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "replace") {
			t.Error("go.mod has a replace; `go install` refuses it")
		}
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "require "), " v")
		if !ok || strings.Contains(rest, "// indirect") || strings.HasPrefix(line, "//") {
			continue
		}
		direct++
		if !strings.Contains(rest, " // ") {
			t.Errorf("%s has no comment that names its repository", name)
		}
	}
	if direct == 0 || direct > maxDirectDeps {
		t.Errorf("%d direct dependencies; at most %d", direct, maxDirectDeps)
	}
}
