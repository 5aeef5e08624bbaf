//go:build !linux

package asr

import "os/exec"

// dieWithParent does nothing here: workers end when their input does.
func dieWithParent(*exec.Cmd) {}

// residentBytes is not known on this system.
func residentBytes(int) int64 { return 0 }
