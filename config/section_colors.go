package config

import "reflect"

// Color is a colour: a name, a number or a hex value. In the file a number may be without
// quotation marks. It is empty if it is not set.
type Color string

// UnmarshalText reads a colour for the TOML decoder, which passes numbers, too.
func (c *Color) UnmarshalText(text []byte) error {
	*c = Color(text)
	return nil
}

// checkTheme adds an unknown name of a theme.
func (p *problems) checkTheme(c *Config) {
	if err := p.checks.Theme(c.Theme); err != nil {
		p.add(p.locate("theme"), "%v", err)
	}
}

// checkColors adds the mistakes in [colors] and its two tables.
func (p *problems) checkColors(c *Config) {
	for path, set := range map[string]ColorSet{"": c.Colors.ColorSet, "dark": c.Colors.Dark, "light": c.Colors.Light} {
		v := reflect.ValueOf(set)
		for _, o := range optionsOf(v.Type()) {
			value := v.FieldByIndex(o.field.Index).String()
			if err := p.checks.Color(value); err != nil {
				at := []any{"colors", o.name}
				if path != "" {
					at = []any{"colors", path, o.name}
				}
				p.add(p.locate(at...), "%s: %v", o.name, err)
			}
		}
	}
}
