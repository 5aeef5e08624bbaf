// Package speechtest makes speech for tests: words of a recorded speaker
// joined into commands, recordings of many speakers, synthetic voices, noise.
// Everything is PCM16LE mono at 16 kHz. What is not on the machine (the shared
// recordings, ffmpeg, espeak-ng) makes the test skip with a message, and fail
// where CI is set.
package speechtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Rate is the sample rate of everything here, in Hz.
const Rate = 16000

// Root is the repository's root directory.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("the test binary does not know its source")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Model is the directory of the model that ships.
func Model(t testing.TB) string {
	t.Helper()
	return filepath.Join(Root(t), "models", "starter-zh")
}

// Shared is a path in the shared data beside the repository (or in
// TINGDONG_SHARED). The test is skipped when it is not there; see Missing.
func Shared(t testing.TB, elements ...string) string {
	t.Helper()
	base := os.Getenv("TINGDONG_SHARED")
	if base == "" {
		base = filepath.Join(Root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{base}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		Missing(t, "no shared data: %v (set TINGDONG_SHARED)", err)
	}
	return path
}

// Spoken joins recordings of one speaker's words into text, the longest words
// there are (spaces in text say where one must end), with pause milliseconds
// of near silence between them and half a second around them. A part that
// was never recorded is the test's mistake, and fails it.
func Spoken(t testing.TB, text string, pause int) []byte {
	t.Helper()
	files := recordings(t, text)
	if files == nil {
		t.Fatalf("no recordings make %s: say something else", text)
	}
	pcm := Silence(500)
	for i, file := range files {
		if i > 0 {
			pcm = append(pcm, Silence(pause)...)
		}
		pcm = append(pcm, trim(File(t, file))...)
	}
	return append(pcm, Silence(500)...)
}

// Recorded says whether Spoken can say text.
func Recorded(t testing.TB, text string) bool {
	t.Helper()
	return recordings(t, text) != nil
}

// recordings are the files that text is made of; nil when some are missing.
func recordings(t testing.TB, text string) []string {
	t.Helper()
	dir := Shared(t, "speech", "cmn", "words")
	var files []string
	for _, part := range strings.Fields(text) {
		for rest := []rune(part); len(rest) > 0; {
			path, n := longestRecording(dir, rest)
			if n == 0 {
				return nil
			}
			files = append(files, path)
			rest = rest[n:]
		}
	}
	return files
}

func longestRecording(dir string, text []rune) (path string, n int) {
	const longest = 4 // longer recordings are proverbs
	for n = min(longest, len(text)); n > 0; n-- {
		path = filepath.Join(dir, "cmn-"+string(text[:n])+".opus")
		if _, err := os.Stat(path); err == nil {
			return path, n
		}
	}
	return "", 0
}

// File decodes any audio file.
func File(t testing.TB, path string) []byte {
	t.Helper()
	Need(t, "ffmpeg")
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", fmt.Sprint(Rate), "-").Output()
	if err != nil {
		t.Fatalf("decode %s: %v", path, err)
	}
	return out
}

// Resample turns pcm into another sample rate.
func Resample(t testing.TB, pcm []byte, rate int) []byte {
	t.Helper()
	Need(t, "ffmpeg")
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "s16le", "-ac", "1", "-ar", fmt.Sprint(Rate), "-i", "-",
		"-f", "s16le", "-ac", "1", "-ar", fmt.Sprint(rate), "-")
	cmd.Stdin = bytes.NewReader(pcm)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("resample to %d Hz: %v", rate, err)
	}
	return out
}

// Synthetic speaks Mandarin, written as toneless syllables with tone numbers
// ("da3 kai1"), in espeak-ng's voice with a variant such as "+f3" or "", with
// half a second of near silence around it.
func Synthetic(t testing.TB, pinyin, variant string) []byte {
	t.Helper()
	Need(t, "espeak-ng")
	wav := filepath.Join(t.TempDir(), "voice.wav")
	cmd := exec.Command("espeak-ng", "-v", "cmn-latn-pinyin"+variant, "-s", "140", "-w", wav, pinyin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("espeak-ng: %v: %s", err, out)
	}
	return append(append(Silence(500), trim(File(t, wav))...), Silence(500)...)
}

// Silence is millis of a quiet room: noise of about −70 dB, always the same.
func Silence(millis int) []byte { return Noise(millis, 10) }

// Noise is millis of white noise of a peak amplitude, always the same.
func Noise(millis, amplitude int) []byte {
	source := rand.New(rand.NewPCG(1, uint64(amplitude)))
	pcm := make([]byte, millis*Rate/1000*2)
	for i := 0; i < len(pcm); i += 2 {
		binary.LittleEndian.PutUint16(pcm[i:], uint16(int16(source.IntN(2*amplitude+1)-amplitude)))
	}
	return pcm
}

// trim cuts the silence around a word: windows of 10 ms with less than 3 % of
// the loudest one's amplitude, but for 20 ms before and after the word.
func trim(pcm []byte) []byte {
	const window = Rate / 100 * 2
	var levels []float64
	for i := 0; i+window <= len(pcm); i += window {
		var sum float64
		for j := i; j < i+window; j += 2 {
			v := float64(int16(binary.LittleEndian.Uint16(pcm[j:])))
			sum += v * v
		}
		levels = append(levels, math.Sqrt(sum))
	}
	if len(levels) == 0 {
		return pcm
	}
	threshold := slices.Max(levels) * 0.03
	loud := func(l float64) bool { return l > threshold }
	first := slices.IndexFunc(levels, loud)
	slices.Reverse(levels)
	last := len(levels) - slices.IndexFunc(levels, loud)
	return pcm[max(first-2, 0)*window : min((last+2)*window, len(pcm))]
}

// Need skips the test when a program is not installed; see Missing.
func Need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		Missing(t, "%s is not installed: scripts/setup-test.sh installs it", program)
	}
}

// Missing leaves a test out on a developer's machine that lacks something. Where
// CI is set nothing may be left out: what is missing fails the test.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}
