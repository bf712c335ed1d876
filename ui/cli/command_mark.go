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

// markName is a FLAG of the command mark. A name that ends in a colon is followed by a
// label or a time.
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

var errNoIDs = errors.New("--id needs at least one ID; `dateline list` prints the IDs")

func (a *app) markCommand() *cobra.Command {
	var ids []string
	var cmd *cobra.Command
	byID := func() bool { return cmd.Flags().Changed("id") }
	cmd = &cobra.Command{
		Use:   "mark FLAG QUERY | mark FLAG --id ID…",
		Short: "Mark the items that match a query",
		Long: "Mark the items that match a query, or the items with the given IDs. `dateline list` prints the IDs. FLAG\n" +
			"is read, unread, starred, unstarred, hidden, unhidden, label:NAME, unlabel:NAME, snooze:TIME or unsnooze.\n" +
			"A snoozed item is in no list until TIME; is:snoozed finds it. TIME is a span from now (3h, 3d, 2w, 1mo),\n" +
			"or tomorrow, a weekday or a date, which mean 6 in the morning. An open dateline can undo the\n" +
			"command.",
		Example: "dateline mark read tag:world before:1w\ndateline mark starred --id 123 124\ndateline mark label:later title:budget\n" +
			"dateline mark snooze:fri tag:longread",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("mark needs a flag and a query, such as `dateline mark read tag:world`")
			}
			if byID() && len(ids) == 0 && len(args) == 1 {
				return errNoIDs
			}
			return nil
		},
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			m, err := parseMark(args[0], a.Now())
			if err != nil {
				return err
			}
			if byID() {
				return a.markByID(ctx, s, m, append(ids, args[1:]...))
			}
			return a.markByQuery(ctx, s, m, args[1:])
		}),
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if err.Error() == "flag needs an argument: --id" {
			return errNoIDs
		}
		return explainFlagError(cmd, err)
	})
	cmd.Flags().StringSliceVar(&ids, "id", nil, "mark the items with these IDs instead of a query; more IDs may follow")
	var complete []string
	for _, n := range markNames() {
		complete = append(complete, n.name)
	}
	cmd.ValidArgs = complete
	return cmd
}

// parseMark parses FLAG and returns a mark without items, made at now.
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
	return feed.Mark{}, fmt.Errorf("unknown flag %q: use %s", s, strings.Join(known, ", "))
}

func (a *app) markByID(ctx context.Context, s *Session, m feed.Mark, args []string) error {
	for _, arg := range args {
		id, err := parseID(arg)
		if err != nil {
			return err
		}
		if _, err := s.Store.Article(ctx, id); errors.Is(err, cache.ErrNotFound) {
			return fmt.Errorf("no item has the ID %d, so nothing was marked; `dateline list` prints the IDs", id)
		} else if err != nil {
			return err
		}
		m.Items = append(m.Items, id)
	}
	r, err := s.Store.Apply(ctx, cache.MarkItems{m})
	if err != nil {
		return err
	}
	return a.printMarked(r.N, m)
}

func (a *app) markByQuery(ctx context.Context, s *Session, m feed.Mark, args []string) error {
	if strings.TrimSpace(strings.Join(args, " ")) == "" {
		return errors.New("mark needs a query, or --id with IDs; for all items use \"is:unread or is:read\"")
	}
	q, err := parseQuery(args)
	if err != nil {
		return err
	}
	if only := map[feed.Flag]string{feed.Hidden: "is:hidden", feed.Snooze: "is:snoozed"}[m.Flag]; only != "" && !m.On {
		// Other queries do not find hidden or snoozed items.
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
	return a.printMarked(r.N, m)
}

// printMarked prints what was done with n items.
func (a *app) printMarked(n int, m feed.Mark) error {
	items := text.Plural(n, "item")
	message := fmt.Sprintf("Marked %s %s.", items, m.Flag)
	switch {
	case m.Flag == feed.Label && m.On:
		message = fmt.Sprintf("Added the label %q to %s.", m.Label, items)
	case m.Flag == feed.Label:
		message = fmt.Sprintf("Removed the label %q from %s.", m.Label, items)
	case m.Flag == feed.Snooze && m.On:
		message = fmt.Sprintf("Snoozed %s until %s.", items, m.Until.Format(minuteFormat))
	case m.Flag == feed.Snooze:
		message = fmt.Sprintf("Unsnoozed %s.", items)
	case !m.On:
		message = fmt.Sprintf("Marked %s un%s.", items, m.Flag)
	}
	return a.print(message + "\n")
}
