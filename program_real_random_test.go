package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// playRandom lets three computers and the web mark at random, while requests and answers get
// lost. Two of the computers have a folder, too. After some quiet rounds all are equal, and no
// mark about which nobody said something else is lost.
func playRandom(w *world) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, 1))
	n := 20
	w.web.subscribe(w.site.publish("a", n), "")
	folder := fmt.Sprintf("[sync]\nfolder = %q\n", w.TempDir())
	computers := []*computer{w.computer(folder), w.computer(folder), w.computer()}
	for _, c := range computers {
		c.refresh()
	}
	said := map[string][]string{} // by title, and read or starred
	note := func(mark string, titles ...string) {
		for _, title := range titles {
			key := title + " " + mark[len(mark)-4:]
			if !slices.Contains(said[key], mark) {
				said[key] = append(said[key], mark)
			}
		}
	}
	marksToMake := []string{"read", "read", "read", "unread", "starred", "unstarred"}
	for range 20 {
		c, mark := computers[r.IntN(3)], marksToMake[r.IntN(6)]
		title := "a-" + strconv.Itoa(r.IntN(20))
		switch r.IntN(6) {
		case 0, 1:
			c.mark(mark, title)
			note(mark, title)
		case 2:
			w.web.mark(mark, title)
			note(mark, title)
		case 3:
			w.site.publish("a", 1)
			w.web.fetch()
		default:
			w.proxy.reset(randomFaults(r.Uint64()))
			c.run("refresh", "--all")
			w.proxy.reset(nil)
		}
	}
	for range 3 {
		for _, c := range computers {
			c.refresh("--all")
		}
	}
	w.equal(computers...)
	states := w.web.states()
	for key, marks := range said {
		title, mark := key[:len(key)-5], marks[0]
		got := states[title]
		is := map[string]bool{"read": got[0] == 'r', "unread": got[0] == 'u', "starred": len(got) > len("unread"), "unstarred": len(got) <= len("unread")}[mark]
		if len(marks) == 1 && !is {
			w.Errorf("%s was only marked %s, and is %s", title, mark, got)
		}
	}
	for i, c := range computers {
		if sent := c.refresh("--all"); sent != 0 {
			w.Errorf("computer %d sends %d marks without end", i, sent)
		}
	}
}

// randomFaults returns faults of about every third request.
func randomFaults(seed uint64) func(int, *http.Request) string {
	r, mu := rand.New(rand.NewPCG(seed, 2)), sync.Mutex{}
	return func(int, *http.Request) string {
		mu.Lock()
		defer mu.Unlock()
		faults := []string{lostRequest, lostAnswer, lostAnswer, cutAnswer, halfAnswer, emptyAnswer, "500"}
		if i := r.IntN(3 * len(faults)); i < len(faults) {
			return faults[i]
		}
		time.Sleep(time.Duration(r.IntN(5)) * time.Millisecond)
		return ""
	}
}
