package server

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestEveryBodyIsBounded: at each operation of the document a body that is
// too large is refused by its length alone, and one that does not come is
// waited for only so long, even from a publisher.
func TestEveryBodyIsBounded(t *testing.T) {
	d := open(t, func(o *Options) { o.ReadTimeout = 200 * time.Millisecond })
	tokens := d.tokens(t)
	var slow sync.WaitGroup
	for _, o := range describedDoors(t).operations {
		if o.method == "GET" {
			continue
		}
		path := strings.NewReplacer("{key}", "nowhere", "{id}", "nowhere").Replace(o.path)
		head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: ", o.method, path, tokens["publisher"])
		what := o.method + " " + path
		d.raw(t, head+"999999999\r\n\r\n").isProblem(t, what+" with a gigabyte", "too_big")
		slow.Go(func() { d.raw(t, head+"1000\r\n\r\nhalf").isProblem(t, what+" with half a body", "timeout") })
	}
	slow.Wait()
	d.alive(t)
}
