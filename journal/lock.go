package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Lock takes a data directory for this process, making it when there is none.
// The error is ErrInUse when another process has it.
func Lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("cannot create the data directory %s: %w (choose another one with --data)", dir, err)
	}
	return lockDir(dir)
}

// lockDir takes the data directory for this process. The kernel drops the
// lock when the process ends, however it ends, so a stale file never blocks a
// start.
func lockDir(dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "LOCK")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("the data directory %s is not writable: %w (choose another one with --data, or mend its permissions)", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
	}
	return func() { f.Close() }, nil
}
