package ui

import "container/list"

// pageCache keeps the renderings last used, up to pageCacheMax bytes.
type pageCache struct {
	byKey map[pageKey]*list.Element
	order *list.List
	bytes int
}

type keptPage struct {
	key   pageKey
	page  page
	bytes int
}

const pageCacheMax = 16 << 20

func newPageCache() *pageCache {
	return &pageCache{byKey: map[pageKey]*list.Element{}, order: list.New()}
}

func (c *pageCache) get(k pageKey) (page, bool) {
	e, ok := c.byKey[k]
	if !ok {
		return page{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(keptPage).page, true
}

func (c *pageCache) put(k pageKey, p page) {
	if e, ok := c.byKey[k]; ok {
		c.drop(e)
	}
	size := 256
	for _, l := range p.lines {
		size += len(l) + 16
	}
	c.byKey[k] = c.order.PushFront(keptPage{k, p, size})
	c.bytes += size
	for c.bytes > pageCacheMax && c.order.Len() > 1 {
		c.drop(c.order.Back())
	}
}

// forget drops everything: the cache's articles may have changed.
func (c *pageCache) forget() {
	clear(c.byKey)
	c.order.Init()
	c.bytes = 0
}

func (c *pageCache) drop(e *list.Element) {
	k := e.Value.(keptPage)
	delete(c.byKey, k.key)
	c.order.Remove(e)
	c.bytes -= k.bytes
}
