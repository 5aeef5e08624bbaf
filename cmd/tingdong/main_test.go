package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tingdong/tingdong/asr/speechtest"
	"github.com/tingdong/tingdong/session"
)

// asProgram makes the test binary behave as tingdong itself, so that tests
// start the real program, speech workers included.
const asProgram = "TINGDONG_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Dir = speechtest.Root(t) // where models/ is
	return cmd
}

// oneShot marks a test of commands that answer and end, without a service: it
// runs without the race detector only, under which each start takes ten times
// as long and finds nothing that the tests of the packages do not find.
func oneShot(t *testing.T) {
	t.Helper()
	if raceDetector && testing.Short() {
		t.Skip("a command without a service: tested without the race detector")
	}
}

// output runs the program and returns what it printed; failing is part of the
// result.
func output(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := program(t, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// wavFile writes PCM16LE mono 16 kHz as a WAV file.
func wavFile(t *testing.T, pcm []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "speech.wav")
	var b bytes.Buffer
	b.WriteString("RIFF")
	binary.Write(&b, binary.LittleEndian, uint32(36+len(pcm)))
	b.WriteString("WAVEfmt ")
	binary.Write(&b, binary.LittleEndian, struct {
		Size          uint32
		Format, Chans uint16
		Rate, Bytes   uint32
		Align, Bits   uint16
	}{16, 1, 1, speechtest.Rate, speechtest.Rate * 2, 2, 16})
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, uint32(len(pcm)))
	b.Write(pcm)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// service is a running tingdong.
type service struct {
	t    *testing.T
	url  string
	data string
	cmd  *exec.Cmd
	errs *bytes.Buffer
}

// start runs the service on free ports and waits until it is ready.
func start(t *testing.T, data string, args ...string) *service {
	t.Helper()
	s := &service{t: t, data: data, errs: &bytes.Buffer{}}
	s.cmd = program(t, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data, "--json-ready"}, args...)...)
	s.cmd.Stderr = s.errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop() })
	line, err := bufio.NewReader(out).ReadString('\n')
	var ready struct {
		Ready bool
		URL   string
	}
	if err != nil || json.Unmarshal([]byte(line), &ready) != nil || !ready.Ready {
		s.cmd.Wait()
		t.Fatalf("the service did not become ready: %q, %v\n%s", line, err, s.errs)
	}
	s.url = ready.URL
	return s
}

// stop ends the service as a service manager does and returns how it ended.
func (s *service) stop() error {
	if s.cmd.ProcessState != nil {
		return nil
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	watchdog := time.AfterFunc(30*time.Second, func() { s.cmd.Process.Kill() })
	defer watchdog.Stop()
	return s.cmd.Wait()
}

// get returns the status and the body of a request.
func (s *service) request(method, path, body string, header ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s", method, path, err, s.errs)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func replyOf(t *testing.T, line string) *session.Reply {
	t.Helper()
	r := &session.Reply{}
	if err := json.Unmarshal([]byte(line), r); err != nil {
		t.Fatalf("%q is no Reply: %v", line, err)
	}
	return r
}
