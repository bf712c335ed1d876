package style

import (
	"fmt"
	"slices"
	"strings"

	"dateline/feed/text"
)

// palette is a built-in theme: its colours as hex values. The theme does not paint
// background and text, which are the terminal's. They are the colours for which the
// others were chosen.
type palette struct {
	name             string
	dark             bool
	background, text string
	// accent marks the selection and the focus, selection lies under the selected row.
	accent, dim, failure, selection string
	// hit lies under what a search has found.
	hit string
	// code is the one tint of code. The others are for code whose language is known.
	code, keyword, literal, number string
}

// palettes are the built-in themes. The first two are those of theme = "auto". A test
// measures the contrast of each.
var palettes = []palette{
	{"dark", true, "#1e1e1e", "#d4d4d4", "#79b0ee", "#a0a0a0", "#ff8078", "#263545", "#5f4b00", "#a9c4cc", "#c8b2cf", "#aebf9c", "#d0b793"},
	{"light", false, "#ffffff", "#1c1c1c", "#0a55a5", "#5c5c5c", "#b3261e", "#dfeaf6", "#ffe28a", "#37586a", "#6f4a7a", "#446027", "#76541a"},
	{"solarized-dark", true, "#002b36", "#839496", "#4d9fdd", "#7f9092", "#ee7a72", "#05313d", "#584a00", "#65a39d", "#a28fc4", "#8f9c3f", "#b8922f"},
	{"solarized-light", false, "#fdf6e3", "#586e75", "#1c6ba5", "#60757d", "#bf2420", "#f5eedb", "#f6dd8d", "#1c7069", "#65589f", "#5f6d00", "#8a6500"},
	{"gruvbox", true, "#282828", "#ebdbb2", "#8fb5a4", "#a99b88", "#fc6d58", "#3a3532", "#665413", "#a8bb8f", "#d8a0b0", "#bdbd5e", "#dfae5c"},
	{"nord", true, "#2e3440", "#d8dee9", "#88c0d0", "#a9b2c2", "#ffa0a5", "#384152", "#665a2e", "#9cc4c3", "#9bb6d2", "#a9c292", "#c9a9c3"},
	{"catppuccin-mocha", true, "#1e1e2e", "#cdd6f4", "#89b4fa", "#9da3bd", "#f38ba8", "#2c2d40", "#614f22", "#a6dcd3", "#cbb0f2", "#aedaa9", "#f2bd98"},
	{"catppuccin-latte", false, "#eff1f5", "#4c4f69", "#1a58d6", "#5f6379", "#b5002b", "#e1e5ee", "#f6dc96", "#0e656b", "#7430cf", "#2c691e", "#9a3d09"},
	{"high-contrast", true, "#000000", "#ffffff", "#ffd75f", "#d0d0d0", "#ff9d97", "#16345c", "#6b4f00", "#bfe3ea", "#e3c6ec", "#c7e3ae", "#f0d3a3"},
	{"high-contrast-light", false, "#ffffff", "#000000", "#00409a", "#3a3a3a", "#990000", "#cfe2ff", "#ffd75f", "#123c4a", "#4b1f5c", "#21400b", "#573800"},
}

// Themes returns the names of the built-in themes.
func Themes() []string {
	names := make([]string, len(palettes))
	for i, p := range palettes {
		names[i] = p.name
	}
	return names
}

// IsDark reports whether a built-in theme is for a dark background, and whether there is a
// theme with this name.
func IsDark(name string) (dark, known bool) {
	i := slices.IndexFunc(palettes, func(p palette) bool { return p.name == name })
	return i >= 0 && palettes[i].dark, i >= 0
}

// CheckTheme returns what is wrong with the name of a theme; nil if it is "auto" or a
// built-in theme. The error names the theme that may have been meant.
func CheckTheme(name string) error {
	names := append([]string{"auto"}, Themes()...)
	if slices.Contains(names, name) {
		return nil
	}
	if near := text.Nearest(strings.ToLower(name), names); text.EditDistance(strings.ToLower(name), near) <= max(len(name)/3, 2) {
		return fmt.Errorf("there is no theme %q; did you mean %q? `dateline config themes` shows all", name, near)
	}
	return fmt.Errorf("there is no theme %q; choose one of %s", name, strings.Join(names, ", "))
}

// paletteOf returns the palette of a theme. "auto" and unknown names are the default for
// the background.
func paletteOf(name string, dark bool) palette {
	for _, p := range palettes {
		if p.name == name {
			return p
		}
	}
	if dark {
		return palettes[0]
	}
	return palettes[1]
}
