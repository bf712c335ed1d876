// Dateline reads the news in a terminal.
package main

import (
	"fmt"
	"os"
)

func main() {
	p, err := findPaths("", "")
	if err == nil {
		_, err = loadConfig(p.config)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
