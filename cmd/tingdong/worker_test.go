package main

import (
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr/speechtest"
)

// TestWorkerSentGarbage: a real worker with a real model that is sent what is
// no frame says so on its pipe, ends by itself, and takes nothing for audio.
func TestWorkerSentGarbage(t *testing.T) {
	opening := "\x1c\x00\x00\x00O\x01\x00\x00\x00\x01\x00\x00\x00" + `{"sample_rate":16000}`[:19]
	for name, c := range map[string]struct{ in, says string }{
		"another protocol": {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "bytes: 9 to"},
		"a huge length":    {"\xff\xff\xff\xffA\x01\x00\x00\x00\x01\x00\x00\x00", "bytes: 9 to"},
		"cut off":          {"\x0b\x00\x00\x00O\x01\x00\x00\x00\x01\x00\x00\x00{", "cut off"},
		"never opened":     {"\x09\x00\x00\x00A\x07\x00\x00\x00\x01\x00\x00\x00", "not open"},
		"broken JSON":      {opening + "\x0b\x00\x00\x00A\x01\x00\x00\x00\x02\x00\x00\x00ab" + strings.Repeat("\x00", 16), "bytes: 9 to"},
	} {
		out, errs, code := output(t, c.in, "worker", "--model", speechtest.Model(t))
		if code != 1 || !strings.Contains(errs, c.says) || strings.Contains(errs, "panic") {
			t.Errorf("%s: exit code %d, said %q; want 1 and %q", name, code, errs, c.says)
		}
		// The first frame is ready's, the last one says on stream 0 why it ends.
		if last := strings.LastIndex(out, "a\x00\x00\x00\x00"); last < 0 || !strings.Contains(out[last:], `"code":"protocol"`) {
			t.Errorf("%s: the pool is not told: %q", name, out)
		}
	}
}
