package search

import "sync"

// cache is a bounded map for values that can be made again. When it is full,
// half of it goes, chosen by Go's random map order: nearly as good as least
// recently used here, where a few entries are used all the time and come
// back at once, and without a lock on a list for each read.
type cache[K comparable, V any] struct {
	mu    sync.RWMutex
	items map[K]cached[V]
	bytes int
	limit int
}

type cached[V any] struct {
	value V
	bytes int
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{items: map[K]cached[V]{}, limit: limit}
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	it, ok := c.items[k]
	return it.value, ok
}

func (c *cache[K, V]) put(k K, v V, bytes int) {
	if bytes > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.items[k]; ok {
		c.bytes -= old.bytes
	}
	c.items[k] = cached[V]{v, bytes}
	c.bytes += bytes
	if c.bytes <= c.limit {
		return
	}
	for key, it := range c.items {
		if c.bytes <= c.limit/2 {
			break
		}
		delete(c.items, key)
		c.bytes -= it.bytes
	}
}
