package main

import (
	"cmp"
	"context"

	"dateline/feed"
	"dateline/feed/fetch"
)

// pictures fetches the pictures of items. It implements [ui.Pictures].
type pictures struct {
	source *accountSource
	client *fetch.Client
}

// Mode returns the option images of a feed, "ask" if the feed is not subscribed.
func (p pictures) Mode(url string) string {
	return cmp.Or(p.settings(url).Images, "ask")
}

// settings returns the settings of a feed. A feed that is not in the configuration has those
// of the feeds of accounts, none if there are no accounts.
func (p pictures) settings(url string) feed.Settings {
	for _, sub := range p.source.subscriptions() {
		if sub.URL == url {
			return sub.Settings
		}
	}
	for _, a := range p.source.settingsOfAccounts() {
		return a.Feeds
	}
	return feed.Settings{}
}

// Fetch fetches a picture of an item of a feed. The caller must call release when the data
// is no longer needed.
func (p pictures) Fetch(ctx context.Context, url, address string) (data []byte, release func(), err error) {
	res, err := p.client.Picture(ctx, url, p.settings(url), address)
	if err != nil {
		return nil, nil, err
	}
	return res.Body, res.Release, nil
}
