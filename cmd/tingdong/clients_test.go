package main

import (
	"encoding/json"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/asr/speechtest"
)

// TestVoskClients: programs written for vosk-server, in Python and for
// Node.js, work against --vosk-listen (testVosk is the one in Go).
func TestVoskClients(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door := ln.Addr().String()
	ln.Close()
	start(t, t.TempDir(), "--vosk-listen", door, "--workers", "1", "--max-load", "1000", "--max-wait", "1h")
	file := wavFile(t, append(speechtest.Spoken(t, "招标公告", 30), speechtest.Silence(1500)...))
	scripts := filepath.Join(speechtest.Root(t), "test", "e2e", "clients")
	libraries := map[string][]string{ // a run that succeeds when they are there
		"Python": {"-c", "import websockets"},
		"Node":   {"-e", "require.resolve('ws', {paths: [" + strconv.Quote(scripts) + "]})"},
	}
	for client, command := range map[string][]string{
		"Python": {"/usr/bin/python3", filepath.Join(scripts, "vosk.py")},
		"Node":   {"node", filepath.Join(scripts, "vosk.mjs")},
	} {
		t.Run(client, func(t *testing.T) {
			if err := exec.Command(command[0], libraries[client]...).Run(); err != nil {
				speechtest.Missing(t, "%s: %v: scripts/setup-test.sh installs what is needed", client, err)
			}
			for config, check := range map[string]func([]voskAnswer) bool{
				`{}`:              func(a []voskAnswer) bool { return said(a) == "招标公告" },
				`{"words": true}`: func(a []voskAnswer) bool { return said(a) == "招标公告" && timed(a) },
				`{"max_alternatives": 3, "phrase_list": ["招标公告", "打开教育局", "[unk]"]}`: func(a []voskAnswer) bool {
					return said(a) == "招标公告"
				},
			} {
				args := append(command[1:len(command):len(command)], "ws://"+door, file, config)
				out, err := exec.CommandContext(t.Context(), command[0], args...).Output()
				if err != nil {
					t.Fatalf("%s: %v: %s", config, err, err.(*exec.ExitError).Stderr)
				}
				var answers []voskAnswer
				for line := range strings.Lines(string(out)) {
					var a voskAnswer
					if err := json.Unmarshal([]byte(line), &a); err != nil {
						t.Fatalf("%s: %s", config, line)
					}
					answers = append(answers, a)
				}
				if len(answers) < 10 || !check(answers) {
					t.Errorf("%s: %s", config, out)
				}
			}
		})
	}
}

// voskAnswer is any message of vosk-server's protocol.
type voskAnswer struct {
	Partial      string
	Text         string
	Result       []asr.Word
	Alternatives []struct{ Text string }
}

// said joins the final texts, of lists the first.
func said(answers []voskAnswer) string {
	var all strings.Builder
	for _, a := range answers {
		all.WriteString(a.Text)
		if len(a.Alternatives) > 0 {
			all.WriteString(a.Alternatives[0].Text)
		}
	}
	return all.String()
}

// timed says whether some result has words in their order, with times.
func timed(answers []voskAnswer) bool {
	for _, a := range answers {
		last := 0.0
		for _, w := range a.Result {
			if w.Start < last || w.End <= w.Start || w.Confidence <= 0 {
				return false
			}
			last = w.Start
		}
		if len(a.Result) > 0 {
			return true
		}
	}
	return false
}
