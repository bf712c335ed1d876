package cli

import (
	"cmp"
	"context"
	"fmt"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// preview shows what the feed at an address would bring.
func (a *app) preview(ctx context.Context, s *Session, address string) error {
	line := a.progress()
	line.show("asking " + text.Clean(withoutLogin(address)))
	p, err := s.Source.Preview(ctx, address)
	line.clear()
	if err != nil {
		return err
	}
	out := a.printer()
	fmt.Fprintln(out, out.paint(bold(), cmp.Or(text.PlainTitle(p.Title), text.Clean(withoutLogin(p.URL)))))
	for _, text := range []string{text.PlainTitle(p.Description), text.Clean(p.Site)} {
		if text != "" {
			fmt.Fprintln(out, text)
		}
	}
	fmt.Fprintf(out, "%s, %s\n", plural(p.Total, "item"), cmp.Or(schedule.RateText(p.PostInterval), "too few dates to tell how often"))
	now := a.Now()
	for _, item := range p.Items {
		age := "no date"
		if !item.Published.IsZero() {
			age = feed.ShortAge(item.Published, now)
		}
		fmt.Fprintf(out, "%s  %s\n", out.paint(faint(), fit(age, len("11mo 4w"))), item.Title)
	}
	return out.finish(nil)
}
