package poll

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"dateline/feed"
	"dateline/feed/schedule"
	"dateline/feed/text"
)

// previewed is how many items a preview shows.
const previewed = 5

// Preview reads the feed at an address and keeps nothing of it. The text of an
// error is a sentence for the reader.
func (p *Poller) Preview(ctx context.Context, address string) (feed.Preview, error) {
	u, res, err := p.look(ctx, address)
	if err != nil {
		return feed.Preview{}, err
	}
	defer res.Release()
	doc, err := p.parse(res.Body, origin(res))
	if err == nil && res.Partial && len(doc.Items) == 0 {
		err = errors.New("it broke off")
	}
	if err != nil {
		return feed.Preview{}, &problem{parseSentence(res, err), err}
	}
	newest := slices.Clone(doc.Items)
	slices.SortStableFunc(newest, func(a, b feed.Article) int { return b.Published.Compare(a.Published) })
	return feed.Preview{
		Candidate:    candidate(text.KeepLogin(cmp.Or(res.Permanent, u), u), res, doc),
		Description:  doc.Description,
		Site:         doc.Site,
		Items:        newest[:min(previewed, len(newest))],
		Total:        len(newest),
		PostInterval: schedule.PostInterval(doc.Items, p.now()),
	}, nil
}
