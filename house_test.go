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
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowedImports lists, for each package, the packages of this program that it may
// import. Imports run down only. A package that is not listed here is an error.
var allowedImports = map[string][]string{
	"dateline": {"dateline/config", "dateline/ui", "dateline/ui/cli", "dateline/cache", "dateline/cache/rescue",
		"dateline/cache/folder", "dateline/cache/remotes", "dateline/feed/account", "dateline/feed/account/greader", "dateline/feed/account/miniflux", "dateline/feed/account/probe",
		"dateline/feed", "dateline/feed/text", "dateline/feed/fetch", "dateline/feed/poll"},

	"dateline/config": {"dateline/feed", "dateline/feed/text", "dateline/feed/query", "dateline/feed/find"},

	"dateline/ui": {"dateline/ui/image", "dateline/ui/gallery", "dateline/ui/frameticker", "dateline/ui/info", "dateline/ui/outbox", "dateline/ui/pane", "dateline/ui/mode", "dateline/ui/saver", "dateline/ui/notify", "dateline/ui/suspend", "dateline/cache/rescue", "dateline/ui/style", "dateline/ui/list", "dateline/ui/frame", "dateline/ui/article",
		"dateline/cache", "dateline/feed", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/query", "dateline/feed/schedule"},
	"dateline/ui/cli": {"dateline/ui/prompt", "dateline/ui/style", "dateline/ui/article", "dateline/cache", "dateline/cache/rescue",
		"dateline/feed", "dateline/feed/text", "dateline/feed/markdown", "dateline/feed/markup", "dateline/feed/query", "dateline/feed/schedule", "dateline/feed/opml"},
	"dateline/ui/pane": {"dateline/ui/style", "dateline/ui/list", "dateline/ui/article",
		"dateline/feed", "dateline/feed/text", "dateline/feed/query", "dateline/feed/schedule"},
	"dateline/ui/info":        {"dateline/ui/mode", "dateline/feed", "dateline/feed/schedule", "dateline/feed/text"},
	"dateline/ui/mode":        {"dateline/ui/style", "dateline/feed/text"},
	"dateline/ui/saver":       {"dateline/cache", "dateline/feed"},
	"dateline/ui/notify":      {"dateline/ui/style", "dateline/feed", "dateline/feed/text"},
	"dateline/ui/suspend":     {},
	"dateline/ui/prompt":      {},
	"dateline/ui/outbox":      {},
	"dateline/ui/frameticker": {},
	"dateline/ui/article":     {"dateline/ui/style", "dateline/feed", "dateline/feed/text", "dateline/feed/markup"},
	"dateline/ui/style":       {"dateline/ui/frame", "dateline/feed/text"},
	"dateline/ui/list":        {},
	"dateline/ui/image":       {},
	"dateline/ui/gallery":     {"dateline/ui/image", "dateline/ui/article", "dateline/ui/frame"},
	"dateline/ui/frame":       {},

	"dateline/cache":        {"dateline/cache/search", "dateline/cache/db", "dateline/feed", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/query"},
	"dateline/cache/rescue": {"dateline/cache", "dateline/cache/search", "dateline/cache/db", "dateline/feed", "dateline/feed/text", "dateline/feed/opml", "dateline/feed/query"},
	"dateline/cache/folder": {"dateline/cache", "dateline/cache/rescue", "dateline/cache/db", "dateline/feed", "dateline/feed/text"},
	"dateline/cache/search": {"dateline/cache/db", "dateline/feed", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/query"},

	"dateline/cache/remotes": {"dateline/cache", "dateline/cache/db", "dateline/feed", "dateline/feed/schedule", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/account"},

	"dateline/cache/db": {},

	"dateline/feed/account":          {"dateline/feed", "dateline/feed/text"},
	"dateline/feed/account/greader":  {"dateline/feed", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/account", "dateline/feed/fetch", "dateline/feed/parse"},
	"dateline/feed/account/miniflux": {"dateline/feed", "dateline/feed/text", "dateline/feed/markup", "dateline/feed/account", "dateline/feed/fetch", "dateline/feed/parse"},
	"dateline/feed/account/probe":    {"dateline/feed", "dateline/feed/fetch", "dateline/feed/text"},

	"dateline/feed/poll": {"dateline/feed/fetch", "dateline/feed/find", "dateline/feed/schedule", "dateline/feed/parse",
		"dateline/feed/text", "dateline/feed"},
	"dateline/feed/fetch":    {"dateline/feed", "dateline/feed/text"},
	"dateline/feed/find":     {"dateline/feed", "dateline/feed/markup", "dateline/feed/text"},
	"dateline/feed/opml":     {"dateline/feed", "dateline/feed/text"},
	"dateline/feed/parse":    {"dateline/feed", "dateline/feed/markup", "dateline/feed/text"},
	"dateline/feed/query":    {"dateline/feed", "dateline/feed/text"},
	"dateline/feed/schedule": {"dateline/feed", "dateline/feed/text"},
	"dateline/feed":          {"dateline/feed/markup", "dateline/feed/text"},
	"dateline/feed/markdown": {"dateline/feed/markup", "dateline/feed/text"},
	"dateline/feed/markup":   {"dateline/feed/text"},
	"dateline/feed/text":     {},

	// Only tests import this package: see TestCorpusStaysInTests.
	"dateline/feed/corpus":               {"dateline/feed", "dateline/feed/markup"},
	"dateline/feed/account/minifluxtest": {},
	"dateline/feed/account/greadertest":  {},
	"dateline/cache/sweep":               {},
	"dateline/cache/cachetest":           {"dateline/cache", "dateline/cache/search", "dateline/cache/db", "dateline/feed", "dateline/feed/markup", "dateline/feed/query"},
}

// owners lists the only packages that may import a library. Tests may import any.
var owners = map[string][]string{
	"database/sql":                 {"dateline/cache", "dateline/cache/db", "dateline/cache/search", "dateline/cache/rescue", "dateline/cache/folder", "dateline/cache/remotes", "dateline/cache/cachetest"},
	"modernc.org/sqlite":           {"dateline/cache", "dateline/cache/db"},
	"github.com/fsnotify/fsnotify": {"dateline/cache"},
	"net/http":                     {"dateline/feed/fetch", "dateline/feed/corpus", "dateline/feed/account/minifluxtest", "dateline/feed/account/greadertest"},
	"charm.land/bubbletea/v2":      {"dateline/ui", "dateline/ui/frameticker", "dateline/ui/mode", "dateline/ui/suspend", "dateline/ui/prompt"},
	"charm.land/bubbles/v2":        {"dateline/ui/mode", "dateline/ui/prompt"},
	"charm.land/glamour/v2":        {"dateline/ui/article"},
	"github.com/alecthomas/chroma": {"dateline/ui/article"},
	"github.com/mmcdole/gofeed":    {"dateline/feed", "dateline/feed/parse"},
	"github.com/icholy/digest":     {"dateline/feed/fetch"},
	"os/exec":                      {"dateline/feed/fetch", "dateline"},
	"log":                          {"dateline"},
	"github.com/spf13/cobra":       {"dateline/ui/cli", "dateline"},
	"github.com/pelletier/go-toml": {"dateline/config"},
	"golang.org/x/image":           {"dateline/ui/image"},
}

const (
	maxFileLines  = 600
	maxFuncLines  = 60
	maxFiles      = 25 // of a package, without tests
	maxMethods    = 80 // of a type
	maxDirectDeps = 26
)

// sourceFile is a parsed Go file of this program.
type sourceFile struct {
	path string
	pkg  string
	test bool
	text []byte
	tree *ast.File
	set  *token.FileSet
}

func sourceFiles(t *testing.T) []sourceFile {
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
		t.Fatalf("found %d Go files; the walk is wrong", len(files))
	}
	return files
}

// TestInternalsStayInCache checks that only packages below cache and their tests use
// what is behind a store.
func TestInternalsStayInCache(t *testing.T) {
	for _, f := range sourceFiles(t) {
		if !strings.HasPrefix(f.pkg, "dateline/cache") && bytes.Contains(f.text, []byte(".Internals"+"()")) {
			t.Errorf("%s uses the internals of a store", f.path)
		}
	}
}

// TestCorpusStaysInTests checks that only tests import the corpus.
func TestCorpusStaysInTests(t *testing.T) {
	for _, f := range sourceFiles(t) {
		for _, imp := range f.tree.Imports {
			if slices.Contains([]string{`"dateline/feed/corpus"`, `"dateline/cache/cachetest"`, `"dateline/feed/account/minifluxtest"`, `"dateline/feed/account/greadertest"`}, imp.Path.Value) && !f.test {
				t.Errorf("%s imports what is for tests only", f.path)
			}
		}
	}
}

// TestImportsRunDown checks that packages import only what allowedImports lists, and
// that only the owners import SQL, HTTP and the terminal.
func TestImportsRunDown(t *testing.T) {
	for _, f := range sourceFiles(t) {
		allowed, known := allowedImports[f.pkg]
		if !known {
			t.Errorf("%s: package %s is not in allowedImports", f.path, f.pkg)
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
				t.Errorf("%s imports %s; %s may import %v", f.path, name, f.pkg, allowed)
			}
			for lib, pkgs := range owners {
				if (name == lib || strings.HasPrefix(name, lib+"/")) && !slices.Contains(pkgs, f.pkg) {
					t.Errorf("%s imports %s; only %v may", f.path, name, pkgs)
				}
			}
		}
	}
}

// TestFilesAndFunctionsStayShort checks the budgets of lines. Functions that are only a
// table are exempt.
func TestFilesAndFunctionsStayShort(t *testing.T) {
	for _, f := range sourceFiles(t) {
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

// isTable reports whether a function is only a literal or one switch, with at most one
// statement before and one after it, or a test over a literal.
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

// TestPackagesStaySmall checks the budgets of files in a package and of methods of a
// type.
func TestPackagesStaySmall(t *testing.T) {
	files, methods := map[string]int{}, map[string]int{}
	for _, f := range sourceFiles(t) {
		if f.test {
			continue
		}
		files[f.pkg]++
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				methods[f.pkg+"."+receiverType(fn)]++
			}
		}
	}
	for pkg, n := range files {
		if n > maxFiles {
			t.Errorf("package %s has %d files; at most %d", pkg, n, maxFiles)
		}
	}
	for name, n := range methods {
		if n > maxMethods {
			t.Errorf("type %s has %d methods; at most %d", name, n, maxMethods)
		}
	}
}

// receiverType returns the name of the type that a method belongs to.
func receiverType(fn *ast.FuncDecl) string {
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return fmt.Sprintf("%T", e)
		}
	}
}

// colorsInCode matches what only ui/style may have: colours of lipgloss, hex values, numbers
// of colours in SGR, and names of colours as chroma knows them.
var colorsInCode = regexp.MustCompile(`lipgloss\.(Color|LightDark|ANSIColor|RGBColor)\b|ansi\.(BasicColor|IndexedColor|TrueColor|RGBColor)\b|"#[0-9a-fA-F]{6}"|#ansi[a-z]|\\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]`)

// TestColorsAreInOnePackage checks that no other package than ui/style chooses a colour, so
// that the test there has measured the contrast of each.
func TestColorsAreInOnePackage(t *testing.T) {
	for _, f := range sourceFiles(t) {
		// Options have examples of colours in their comments and tags, and the pictures of
		// an article have the colours that they have.
		if f.test || f.pkg == "dateline/ui/style" || f.pkg == "dateline/ui/image" || f.pkg == "dateline/feed/corpus" || f.path == "config/options.go" {
			continue
		}
		for i, line := range bytes.Split(f.text, []byte("\n")) {
			if m := colorsInCode.Find(line); m != nil {
				t.Errorf("%s:%d: %s; a colour belongs into ui/style", f.path, i+1, m)
			}
		}
	}
}

// TestUpdateCallsOneMethod checks that a message of Bubble Tea leads to one call of a
// method, so that what happens is in a method with a name and not in the switch.
func TestUpdateCallsOneMethod(t *testing.T) {
	found := 0
	for _, f := range sourceFiles(t) {
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || f.test || f.pkg != "dateline/ui" || fn.Recv == nil || fn.Body == nil || !takesMessage(fn) {
				continue
			}
			for _, s := range fn.Body.List {
				dispatch, ok := s.(*ast.TypeSwitchStmt)
				if !ok {
					continue
				}
				found++
				name := f.pkg + "." + receiverType(fn) + "." + fn.Name.Name
				for _, c := range dispatch.Body.List {
					if n := callsOn(fn.Recv.List[0].Names[0].Name, c.(*ast.CaseClause).Body); n > 1 {
						t.Errorf("%s: a case of %s calls %d methods; put them into one", f.set.Position(c.Pos()), name, n)
					}
				}
			}
		}
	}
	if found == 0 {
		t.Error("no switch over messages was found")
	}
}

// takesMessage reports whether a function has a parameter of type tea.Msg.
func takesMessage(fn *ast.FuncDecl) bool {
	return slices.ContainsFunc(fn.Type.Params.List, func(p *ast.Field) bool {
		s, ok := p.Type.(*ast.SelectorExpr)
		return ok && s.Sel.Name == "Msg"
	})
}

// callsOn returns how many calls in a body are calls of a method of receiver or of one
// of its fields.
func callsOn(receiver string, body []ast.Stmt) int {
	n := 0
	for _, s := range body {
		ast.Inspect(s, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && root(call.Fun) == receiver {
				n++
			}
			return true
		})
	}
	return n
}

// root returns the name at the start of a selector, "" for every other expression.
func root(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	for ok {
		if x, name := s.X.(*ast.Ident); name {
			return x.Name
		}
		s, ok = s.X.(*ast.SelectorExpr)
	}
	return ""
}

// TestNoInitAndNoGlobalState checks that there is no init, and that package variables
// are only errors, embedded files and tables.
func TestNoInitAndNoGlobalState(t *testing.T) {
	for _, f := range sourceFiles(t) {
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

// comments returns the text of a comment with its directives.
func (f sourceFile) comments(c *ast.CommentGroup) string {
	var b strings.Builder
	for _, l := range c.List {
		b.WriteString(l.Text)
	}
	return b.String()
}

// constantLike reports whether a value is a literal, an error, a value made on first
// use, or a replacer of the standard library.
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

// importedByProgram reports whether a file that is no test imports a package of a module.
func importedByProgram(t *testing.T, module string) bool {
	return slices.ContainsFunc(sourceFiles(t), func(f sourceFile) bool {
		return !f.test && slices.ContainsFunc(f.tree.Imports, func(imp *ast.ImportSpec) bool {
			return strings.HasPrefix(imp.Path.Value, `"`+module)
		})
	})
}

// TestDirectDependencies checks the number of direct dependencies of the program, and that
// each require has a comment that names the repository. What only tests import does not
// count: it is in no program.
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
		if importedByProgram(t, name) {
			direct++
		}
		if !strings.Contains(rest, " // ") {
			t.Errorf("%s has no comment that names its repository", name)
		}
	}
	if direct == 0 || direct > maxDirectDeps {
		t.Errorf("%d direct dependencies; at most %d", direct, maxDirectDeps)
	}
}
