module dateline

go 1.26.0

require (
	charm.land/bubbles/v2 v2.2.1 // github.com/charmbracelet/bubbles
	charm.land/bubbletea/v2 v2.1.1 // github.com/charmbracelet/bubbletea
	charm.land/fang/v2 v2.0.1 // github.com/charmbracelet/fang
	charm.land/glamour/v2 v2.0.1 // github.com/charmbracelet/glamour
	charm.land/lipgloss/v2 v2.0.6 // github.com/charmbracelet/lipgloss
	codeberg.org/readeck/go-readability/v2 v2.1.3 // codeberg.org/readeck/go-readability
	github.com/JohannesKaufmann/html-to-markdown/v2 v2.5.2 // github.com/JohannesKaufmann/html-to-markdown
	github.com/adrg/xdg v0.5.3 // github.com/adrg/xdg
	github.com/alecthomas/chroma/v2 v2.27.0 // github.com/alecthomas/chroma
	github.com/andybalholm/cascadia v1.3.5 // github.com/andybalholm/cascadia
	github.com/aymanbagabas/go-udiff v0.4.1 // github.com/aymanbagabas/go-udiff
	github.com/charmbracelet/x/ansi v0.11.9 // github.com/charmbracelet/x
	github.com/fsnotify/fsnotify v1.10.1 // github.com/fsnotify/fsnotify
	github.com/icholy/digest v1.2.0 // github.com/icholy/digest
	github.com/klauspost/compress v1.20.3 // github.com/klauspost/compress
	github.com/microcosm-cc/bluemonday v1.0.27 // github.com/microcosm-cc/bluemonday
	github.com/mmcdole/gofeed v1.4.2 // github.com/mmcdole/gofeed
	github.com/pelletier/go-toml/v2 v2.4.3 // github.com/pelletier/go-toml
	github.com/rogpeppe/go-internal v1.16.0 // github.com/rogpeppe/go-internal
	github.com/spf13/cobra v1.10.2 // github.com/spf13/cobra
	github.com/yuin/goldmark v1.8.7 // github.com/yuin/goldmark
	golang.org/x/image v0.48.0 // github.com/golang/image
	golang.org/x/net v0.62.0 // github.com/golang/net
	golang.org/x/sys v0.50.0 // github.com/golang/sys
	golang.org/x/text v0.44.0 // github.com/golang/text
	modernc.org/libc v1.80.1 // gitlab.com/cznic/libc
	modernc.org/sqlite v1.62.0 // gitlab.com/cznic/sqlite
)

require (
	github.com/JohannesKaufmann/dom v0.3.1 // indirect
	github.com/atotto/clipboard v0.1.4 // indirect
	github.com/aymerick/douceur v0.2.0 // indirect
	github.com/bits-and-blooms/bitset v1.24.6 // indirect
	github.com/charmbracelet/colorprofile v0.4.3 // indirect
	github.com/charmbracelet/ultraviolet v0.0.0-20261008173134-6b8d4baf91b4 // indirect
	github.com/charmbracelet/x/exp/charmtone v0.0.0-20250603201427-c31516f43444 // indirect
	github.com/charmbracelet/x/exp/slice v0.0.0-20250327172914-2fdc97757edf // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/charmbracelet/x/termios v0.1.1 // indirect
	github.com/charmbracelet/x/windows v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/dlclark/regexp2/v2 v2.2.1 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/go-shiori/dom v0.0.0-20230515143342-73569d674e1c // indirect
	github.com/gogs/chardet v0.0.0-20211120154057-b7413eaefb8f // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/css v1.0.1 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/itlightning/dateparse v0.2.1 // indirect
	github.com/lucasb-eyer/go-colorful v1.4.1 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mattn/go-runewidth v0.0.30 // indirect
	github.com/mmcdole/goxpp/v2 v2.0.0 // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/muesli/mango v0.1.0 // indirect
	github.com/muesli/mango-cobra v1.2.0 // indirect
	github.com/muesli/mango-pflag v0.1.0 // indirect
	github.com/muesli/roff v0.1.0 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/xo/terminfo v1.0.0 // indirect
	github.com/yuin/goldmark-emoji v1.0.5 // indirect
	golang.org/x/sync v0.25.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
