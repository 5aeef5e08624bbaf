// Package train runs the training tool's own tests, which are Python.
package train

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// python is Debian's: another one on the PATH has no torch.
const python = "/usr/bin/python3"

// TestPython runs every unit test of the pipeline: features against a slow
// reference, alignment, the net's export, graph composition, resuming, and a
// model written and read back through libvosk.
func TestPython(t *testing.T) {
	modules := "import torch, numpy, scipy, soundfile, yaml"
	if out, err := exec.Command(python, "-c", modules).CombinedOutput(); err != nil {
		t.Skipf("the training tool's Debian packages are not installed (models/train/setup.sh installs them): %v %s", err, out)
	}
	cmd := exec.Command(python, "-W", "error::ResourceWarning", "-m", "unittest")
	library, err := filepath.Abs("../../build/vosk/lib/libvosk.so")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OMP_WAIT_POLICY=PASSIVE", "PYTHONDONTWRITEBYTECODE=1")
	if os.Getenv("LIBVOSK") == "" {
		cmd.Env = append(cmd.Env, "LIBVOSK="+library)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
