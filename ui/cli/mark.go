package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// markName is what the mark command can do. Those that need a label or a time end
// in a colon and are followed by it.
type markName struct {
	name string
	flag feed.Flag
	on   bool
}

func markNames() []markName {
	return []markName{
		{"read", feed.Read, true}, {"unread", feed.Read, false},
		{"starred", feed.Starred, true}, {"unstarred", feed.Starred, false},
		{"hidden", feed.Hidden, true}, {"unhidden", feed.Hidden, false},
		{"label:", feed.Label, true}, {"unlabel:", feed.Label, false},
		{"snooze:", feed.Snooze, true}, {"unsnooze", feed.Snooze, false},
	}
}

func (a *app) markCommand() *cobra.Command {
	var ids []string
	cmd := &cobra.Command{
		Use:   "mark FLAG QUERY | mark FLAG --id ID…",
		Short: "Mark the items that a query finds",
		Long: "Mark the items that a query finds, or those with the IDs that list printed. FLAG is read, unread,\n" +
			"starred, unstarred, hidden, unhidden, label:NAME, unlabel:NAME, snooze:TIME or unsnooze. A snoozed item\n" +
			"is in no list until TIME: a span from now (3h, 3d, 2w), or 6 in the morning of a weekday, tomorrow or a\n" +
			"date; is:snoozed finds it. Undo works in the reader.",
		Example: "dateline mark read tag:world before:1w\ndateline mark starred --id 123 124\ndateline mark label:later title:budget\n" +
			"dateline mark snooze:fri tag:longread",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("mark needs a flag and a query: dateline mark read tag:world")
			}
			return nil
		},
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			m, err := parseMark(args[0], a.Now())
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				return a.markByID(ctx, s, m, append(ids, args[1:]...))
			}
			return a.markByQuery(ctx, s, m, args[1:])
		}),
	}
	cmd.Flags().StringSliceVar(&ids, "id", nil, "mark the items with these IDs instead; more may follow")
	var complete []string
	for _, n := range markNames() {
		complete = append(complete, n.name)
	}
	cmd.ValidArgs = complete
	return cmd
}

// parseMark reads FLAG into a mark made now that has no items yet.
func parseMark(s string, now time.Time) (feed.Mark, error) {
	var known []string
	for _, n := range markNames() {
		m := feed.Mark{Flag: n.flag, On: n.on, At: now}
		value, found := strings.CutPrefix(s, n.name)
		switch {
		case n.flag == feed.Label:
			known = append(known, n.name+"NAME")
			if !found {
				continue
			}
			if m.Label = text.Clean(value); m.Label == "" {
				return feed.Mark{}, fmt.Errorf("a label needs a name: %sNAME", n.name)
			}
			return m, nil
		case n.flag == feed.Snooze && n.on:
			known = append(known, n.name+"TIME")
			if !found {
				continue
			}
			var err error
			m.Until, err = query.ParseSnooze(value, now)
			return m, err
		}
		known = append(known, n.name)
		if s == n.name {
			return m, nil
		}
	}
	return feed.Mark{}, fmt.Errorf("there is no flag %q; there are %s", s, strings.Join(known, ", "))
}

func (a *app) markByID(ctx context.Context, s *Session, m feed.Mark, words []string) error {
	for _, word := range words {
		id, err := parseID(word)
		if err != nil {
			return err
		}
		if _, err := s.Store.Article(ctx, id); errors.Is(err, cache.ErrNotFound) {
			return fmt.Errorf("no item has the ID %d, so nothing was marked; dateline list gives the IDs", id)
		} else if err != nil {
			return err
		}
		m.Items = append(m.Items, id)
	}
	r, err := s.Store.Apply(ctx, cache.MarkItems{m})
	if err != nil {
		return err
	}
	return a.told(r.N, m)
}

func (a *app) markByQuery(ctx context.Context, s *Session, m feed.Mark, args []string) error {
	if strings.TrimSpace(strings.Join(args, " ")) == "" {
		return errors.New("mark needs a query, or --id and IDs; \"is:unread or is:read\" finds everything")
	}
	q, err := parseQuery(args)
	if err != nil {
		return err
	}
	if only := map[feed.Flag]string{feed.Hidden: "is:hidden", feed.Snooze: "is:snoozed"}[m.Flag]; only != "" && !m.On {
		// Other queries do not find what is hidden or snoozed.
		marked, err := query.Parse(only)
		if err != nil {
			return err
		}
		q = marked.And(q)
	}
	r, err := s.Store.Apply(ctx, cache.MarkView{View: cache.View{Query: q}, Mark: m})
	if err != nil {
		return err
	}
	return a.told(r.N, m)
}

// told says what was marked.
func (a *app) told(n int, m feed.Mark) error {
	what := "marked " + string(m.Flag)
	switch {
	case m.Flag == feed.Label && m.On:
		what = "labelled " + m.Label
	case m.Flag == feed.Label:
		what = "relieved of the label " + m.Label
	case m.Flag == feed.Snooze && m.On:
		what = "snoozed until " + m.Until.Format("2006-01-02 15:04")
	case m.Flag == feed.Snooze:
		what = "no longer snoozed"
	case !m.On:
		what = "marked un" + string(m.Flag)
	}
	out := a.printer()
	fmt.Fprintf(out, "%s %s.\n", text.Plural(n, "item"), what)
	return out.finish(nil)
}
