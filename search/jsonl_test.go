package search

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadOps(t *testing.T) {
	in := "\ufeff{\"id\":\"a\",\"title\":\"一\",\"date\":\"2024年3月1日\",\"law\":\"x\"}\r\n" +
		"\n" +
		"{\"id\":\"b\"}\n" +
		"{\"title\":\"无号\"}\n" +
		"not json\n" +
		"[1]\n" +
		"{\"id\":3,\"title\":\"x\"}\n" +
		"\xff\xfe\n" +
		"{\"id\":\"c\",\"title\":\"三\\u0000\\u0007\",\"date\":\"soon\"}\n" +
		"{\"id\":\"a\",\"title\":\"又一\"}\n" +
		"{\"delete\":\"z\"}\n" +
		"{\"id\":\"last\",\"title\":\"没有换行\"}"
	var got, bad []string
	err := ReadOps(strings.NewReader(in), func(_ int, op Op) error {
		if op.Upsert == nil {
			got = append(got, "-"+op.Delete)
			return nil
		}
		got = append(got, op.Upsert.ID+"/"+op.Upsert.Title+"/"+op.Upsert.Date)
		return nil
	}, func(e *LineError) { bad = append(bad, e.Error()) })
	if err != nil {
		t.Fatal(err)
	}
	if s := strings.Join(got, " "); s != "a/一/2024-03-01 c/三/ a/又一/ -z last/没有换行/" {
		t.Errorf("read %s", s)
	}
	for i, want := range []string{`line 3 (b): no "title"`, `line 4: no "id"`, "line 5: not JSON", "line 6: a document must be", `line 7: "id" must be`,
		"line 8: not valid UTF-8", `line 9 (c): date "soon"`, "line 10 (a): the id was already on line 1"} {
		if i >= len(bad) || !strings.HasPrefix(bad[i], want) {
			t.Errorf("line error %d: want %q, all: %q", i, want, bad)
		}
	}
}

func TestHugeLine(t *testing.T) {
	body := strings.Repeat("字", 18<<20) // 54 MB
	in := io.MultiReader(strings.NewReader(`{"id":"big","title":"大","body":"`+body+"\"}\n"),
		strings.NewReader(`{"id":"huge","title":"x","body":"`+body+body+"\"}\n"), strings.NewReader(`{"id":"ok","title":"好"}`))
	sizes, refused := map[string]int{}, 0
	err := ReadJSONL(in, func(_ int, d *Document) error { sizes[d.ID] = len(d.Body); return nil },
		func(e *LineError) {
			if !e.Warning {
				refused++
			}
		})
	if err != nil || len(sizes) != 2 || sizes["big"] > MaxBody || sizes["big"] < MaxBody-3 || refused != 1 {
		t.Errorf("%v %v, %d refused", err, sizes, refused)
	}
	stop := errors.New("stop")
	if err := ReadJSONL(strings.NewReader(`{"id":"a","title":"b"}`), func(int, *Document) error { return stop }, func(*LineError) {}); !errors.Is(err, stop) {
		t.Errorf("stopping gives %v", err)
	}
}

func FuzzReadOps(f *testing.F) {
	f.Add("{\"id\":\"a\",\"title\":\"b\",\"date\":\"2024-01-01\"}\n{\"delete\":\"a\"}\r\n[]\n\xff")
	f.Fuzz(func(t *testing.T, in string) {
		err := ReadOps(strings.NewReader(in), func(_ int, op Op) error {
			if d := op.Upsert; d != nil {
				if d.Refuse() != "" || d.Date != "" && len(d.Date) != 10 {
					t.Fatalf("accepted %+v", d)
				}
				if back, err := decodeDocument(encodeDocument(d)); err != nil || *back != *d {
					t.Fatalf("stored %+v as %+v: %v", d, back, err)
				}
			}
			return nil
		}, func(*LineError) {})
		if err != nil {
			t.Fatal(err)
		}
	})
}
