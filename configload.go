package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

//go:generate go test -run TestExampleIsFresh -update .

//go:embed config.example.toml
var exampleConfig []byte

// loadConfig reads the configuration file at path, or the example when there
// is no such file. A file with mistakes gives a *ConfigError with all of them.
func loadConfig(path string) (Config, error) {
	doc, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return parseConfig(exampleConfig, "config.example.toml")
	}
	if err != nil {
		return Config{}, fmt.Errorf("read the configuration: %w; make the file readable, or name another with --config", err)
	}
	return parseConfig(doc, path)
}

// parseConfig reads a whole configuration. path is used in errors only.
func parseConfig(doc []byte, path string) (Config, error) {
	doc = bytes.TrimPrefix(doc, []byte("\ufeff"))
	p := newProblems(doc)
	c := p.decode()
	if len(p.list) > 0 {
		if _, err := p.outline(); err != nil {
			return Config{}, p.err(path)
		}
	}
	p.check(&c)
	return c, p.err(path)
}

// defaultConfig is what holds where the file is silent.
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
	// value is the default in TOML; empty when there is none.
	value string
}

// optionsOf lists a struct's options, those of embedded structs included.
func optionsOf(t reflect.Type) []option {
	var list []option
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		o := option{name: f.Tag.Get("toml"), field: f, value: f.Tag.Get("default")}
		kind := elem(f.Type)
		if o.value != "" && (kind.Kind() == reflect.String || kind.Kind() == reflect.Struct) {
			o.value = quoteTOML(o.value)
		}
		list = append(list, o)
	}
	return list
}

// elem takes pointers off a type.
func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// decode reads the document over the defaults and notes what the decoder objects
// to. The decoder stops at the first value of a wrong type, so such a value is
// blanked out and the rest read again: the reader gets to see every mistake at
// once.
func (p *problems) decode() Config {
	doc := bytes.Clone(p.doc)
	for {
		c := defaultConfig()
		d := toml.NewDecoder(bytes.NewReader(doc)).DisallowUnknownFields()
		err := d.Decode(&c)
		var unknown *toml.StrictMissingError
		if errors.As(err, &unknown) {
			for i := range unknown.Errors {
				p.addUnknown(&unknown.Errors[i])
			}
			return c
		}
		var wrong *toml.DecodeError
		if !errors.As(err, &wrong) {
			if err != nil {
				p.add(span{}, "%v", err)
			}
			return c
		}
		at := p.offset(wrong)
		p.add(p.around(at), "%s", decodeMessage(wrong))
		if !p.blank(doc, at) {
			return c
		}
	}
}

// blank overwrites the pair that stands at an offset of doc with spaces, line
// ends apart; false when there is none.
func (p *problems) blank(doc []byte, at int) bool {
	o, _ := p.outline()
	for _, s := range o.statements {
		if !s.pair || at < s.from || at >= s.to || doc[s.from] == ' ' {
			continue
		}
		for i := s.from; i < s.to; i++ {
			if doc[i] != '\n' && doc[i] != '\r' {
				doc[i] = ' '
			}
		}
		return true
	}
	return false
}

// offset is where a decoding error stands in the document.
func (p *problems) offset(e *toml.DecodeError) int {
	row, column := e.Position()
	at := 0
	for range row - 1 {
		at += bytes.IndexByte(p.doc[at:], '\n') + 1
	}
	return min(at+column-1, len(p.doc))
}

// around is the smallest known place that holds an offset.
func (p *problems) around(at int) span {
	best := span{at, at}
	o, _ := p.outline()
	for _, s := range o.values {
		if s.from <= at && at < s.to && (best.to == at || s.to-s.from < best.to-best.from) {
			best = s
		}
	}
	if best.from < at {
		best.from = at
	}
	return best
}
