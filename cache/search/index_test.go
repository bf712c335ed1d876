package search_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/cache/db"
	"dateline/cache/search"
	"dateline/feed"
	"dateline/feed/markup"
)

// TestIndexBatchesAreBounded tests that one transaction indexes only a few long
// items, or many short ones, however many were asked for, so that a mark does not
// wait for all of them.
func TestIndexBatchesAreBounded(t *testing.T) {
	for _, c := range []struct{ size, want int }{
		{10, 9},
		{search.BatchBytes / 5, 5},
		{search.BatchBytes / 8, 8},
	} {
		s := open(t)
		s.subscribe("a")
		var items []feed.Article
		for i := range 9 {
			items = append(items, item(fmt.Sprint(i), time.Duration(i)*time.Hour, "title", strings.Repeat("x ", c.size/2)))
		}
		s.save("a", items...)
		write, err := s.Search().ReadPending(s.ctx(), len(items))
		s.must(err)
		s.must(write())
		equal(t, fmt.Sprint(c.size, " bytes: indexed at a time"), len(s.docNumbers()), c.want)
	}
}

// TestIndexInBatches tests that items whose texts fill several batches are all
// found, and that the index is consistent.
func TestIndexInBatches(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	const n = 7
	var items []feed.Article
	var want []string
	for i := range n {
		key := fmt.Sprint(i)
		items = append(items, item(key, time.Duration(i)*time.Hour, "title", "<p>"+strings.Repeat("word"+key+" common ", search.BatchBytes/30)+"</p>"))
		want = append(want, key)
	}
	s.save("a", items...)
	left, err := s.IndexPending(s.ctx(), 2)
	s.must(err)
	equal(t, "left", left, n-2)
	equal(t, "found while some are pending", s.list("common"), want)
	s.index()
	equal(t, "found", s.list("common"), want)
	equal(t, "one of them", s.list("word3"), []string{"3"})
	s.checkIndex()
}

// checkIndex fails the test unless the index is consistent: document numbers are in
// the order of positions, no pending item has one, and every document is in both
// tables.
func (s testStore) checkIndex() {
	s.t.Helper()
	for _, check := range []string{`INSERT INTO items_index (items_index) VALUES ('integrity-check')`, `INSERT INTO items_prefixes (items_prefixes) VALUES ('integrity-check')`} {
		_, err := s.Writer().Exec(check)
		s.must(err)
	}
	wrong, err := db.Strings(s.ctx(), s.Readers(), `SELECT 'item ' || id || ' has number ' || doc_number || ' and indexed ' || indexed FROM
		(SELECT id, doc_number, indexed, lag(doc_number) OVER (ORDER BY pos) AS before FROM items WHERE doc_number IS NOT NULL) WHERE before >= doc_number OR indexed <> 1`)
	s.must(err)
	equal(s.t, "wrong document numbers", len(wrong), 0)
	for _, table := range []string{"items_index", "items_prefixes"} {
		var missing, strange int
		s.must(s.Readers().QueryRowContext(s.ctx(), `SELECT (SELECT count(*) FROM items WHERE doc_number IS NOT NULL AND doc_number NOT IN (SELECT id FROM `+table+`_docsize)),
			(SELECT count(*) FROM `+table+`_docsize WHERE id NOT IN (SELECT doc_number FROM items WHERE doc_number IS NOT NULL))`).Scan(&missing, &strange))
		equal(s.t, table+": documents that are missing, and that belong to no item", [2]int{missing, strange}, [2]int{})
	}
}

// TestPageTextDuringIndexing tests that an item is indexed again if it was read
// before its page text came.
func TestPageTextDuringIndexing(t *testing.T) {
	s := open(t)
	s.subscribe("a")
	s.save("a", item("1", time.Hour, "One", "teaser"))
	write, err := s.Search().ReadPending(s.ctx(), 10)
	s.must(err)
	s.must(s.SetPageText(s.ctx(), s.id("1"), feed.PageText{Body: markup.Body{Raw: "whole"}}))
	s.must(write())
	s.index()
	equal(t, "found", s.list("whole"), []string{"1"})
}
