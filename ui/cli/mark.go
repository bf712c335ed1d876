package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dateline/cache"
	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// markName is what the mark command can do. Those that need a label end in a
// colon and are followed by it.
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
	}
}

func (a *app) markCommand() *cobra.Command {
	var ids []string
	cmd := &cobra.Command{
		Use:   "mark FLAG QUERY | mark FLAG --id ID…",
		Short: "Mark the items that a query finds",
		Long: "Mark the items that a query finds, or those with the IDs that list printed. FLAG is read, unread,\n" +
			"starred, unstarred, hidden, unhidden, label:NAME or unlabel:NAME. Undo works in the reader.",
		Example: "dateline mark read tag:world before:1w\ndateline mark starred --id 123 124\ndateline mark label:later title:budget",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("mark needs a flag and a query: dateline mark read tag:world")
			}
			return nil
		},
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			m, err := parseMark(args[0])
			if err != nil {
				return err
			}
			if m.At = a.Now(); len(ids) > 0 {
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

// parseMark reads FLAG into a mark that has no items yet.
func parseMark(s string) (feed.Mark, error) {
	var known []string
	for _, n := range markNames() {
		if n.flag == feed.Label {
			known = append(known, n.name+"NAME")
			if label, ok := strings.CutPrefix(s, n.name); ok {
				if label = text.Clean(label); label == "" {
					return feed.Mark{}, fmt.Errorf("a label needs a name: %sNAME", n.name)
				}
				return feed.Mark{Flag: n.flag, Label: label, On: n.on}, nil
			}
			continue
		}
		known = append(known, n.name)
		if s == n.name {
			return feed.Mark{Flag: n.flag, On: n.on}, nil
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
	if err := s.Store.Mark(ctx, m); err != nil {
		return err
	}
	return a.told(len(m.Items), m)
}

func (a *app) markByQuery(ctx context.Context, s *Session, m feed.Mark, args []string) error {
	if strings.TrimSpace(strings.Join(args, " ")) == "" {
		return errors.New("mark needs a query, or --id and IDs; \"is:unread or is:read\" finds everything")
	}
	q, err := parseQuery(args)
	if err != nil {
		return err
	}
	if m.Flag == feed.Hidden && !m.On {
		hidden, err := query.Parse("is:hidden")
		if err != nil {
			return err
		}
		q = hidden.And(q)
	}
	n, err := s.Store.MarkAll(ctx, cache.View{Query: q}, m.Flag, m.Label, m.On, m.At)
	if err != nil {
		return err
	}
	return a.told(n, m)
}

// told says what was marked.
func (a *app) told(n int, m feed.Mark) error {
	what := "marked " + string(m.Flag)
	switch {
	case m.Flag == feed.Label && m.On:
		what = "labelled " + m.Label
	case m.Flag == feed.Label:
		what = "relieved of the label " + m.Label
	case !m.On:
		what = "marked un" + string(m.Flag)
	}
	out := a.printer()
	fmt.Fprintf(out, "%s %s.\n", text.Plural(n, "item"), what)
	return out.finish(nil)
}
