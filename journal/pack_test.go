package journal

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	text := []byte(`[{"upsert":{"title":"` + strings.Repeat("关于公布名单的通知", 1000) + `"}}]`)
	for what, batch := range map[string][]byte{"small": []byte("[]"), "large": text} {
		data := pack(batch)
		got, err := unpack(data)
		if err != nil || !bytes.Equal(got, batch) {
			t.Errorf("%s: %d bytes came back as %d, %v", what, len(batch), len(got), err)
		}
	}
	data := pack(text)
	if len(data) > len(text)/10 {
		t.Errorf("%d bytes that repeat were packed into %d", len(text), len(data))
	}
	if _, err := unpack(data[:len(data)/2]); !errors.Is(err, ErrDamaged) {
		t.Errorf("half a batch: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("[]"))
	f.Add(pack([]byte(strings.Repeat("[{}]", 100))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if batch, err := unpack(data); err == nil && len(batch) > 2*MaxValue {
			t.Errorf("%d bytes became %d", len(data), len(batch))
		}
	})
}

// BenchmarkPack packs a batch of pages as they are imported, beside what
// reading it again takes.
func BenchmarkPack(b *testing.B) {
	batch := []byte("[" + strings.Repeat(`{"upsert":{"id":"/a","title":"关于印发《实施办法》的通知","body":"各有关单位：现将办法印发给你们，请认真贯彻执行。"}},`, 3000) + "{}]")
	data := pack(batch)
	b.Run("pack", func(b *testing.B) {
		b.SetBytes(int64(len(batch)))
		for b.Loop() {
			pack(batch)
		}
	})
	b.Run("unpack", func(b *testing.B) {
		b.SetBytes(int64(len(batch)))
		for b.Loop() {
			if _, err := unpack(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
