package config

// checkKeys adds the mistakes in [keys].
func (p *problems) checkKeys(c *Config) {
	for key, value := range c.Keys {
		actions, ok := actionsOf(value)
		if !ok {
			p.add(p.locate("keys", key), `%q must be an action, a list of actions, or false`, key)
		} else if err := p.checks.Key(key, actions); err != nil {
			p.add(p.locate("keys", key), "%v", err)
		}
	}
}

// Bindings returns the actions of each key in [keys]. A key without actions does
// nothing.
func (c Config) Bindings() map[string][]string {
	m := make(map[string][]string, len(c.Keys))
	for key, value := range c.Keys {
		m[key], _ = actionsOf(value)
	}
	return m
}

// actionsOf returns the actions of a value in [keys]. It reports false if the value
// is not one of an action, a list of actions, and false.
func actionsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case bool:
		return nil, !v
	case string:
		return []string{v}, v != ""
	case []any:
		var actions []string
		for _, a := range v {
			s, ok := a.(string)
			if !ok || s == "" {
				return nil, false
			}
			actions = append(actions, s)
		}
		return actions, len(actions) > 0
	}
	return nil, false
}
