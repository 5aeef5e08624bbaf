package journal

import (
	"fmt"
	"syscall"
)

// minFree is the room on the disk that is left alone: a log that fills its
// disk to the last byte cannot even be compacted, and a database beside it
// fails in worse ways.
const minFree = 32 << 20

// ErrFull reports a disk without room. It is an ErrUnavailable, too.
var ErrFull = fmt.Errorf("%w: the disk is full", ErrUnavailable)

// Room is ErrFull when the disk has no room for changes.
func (j *Journal) Room() error { return j.room(0) }

// room refuses a write that the disk has no room for. What others do to the
// same disk in the next moment it cannot know; the log then refuses by itself.
func (j *Journal) room(size int) error {
	if j.srv == nil { // somebody else's disk
		return nil
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(j.dir, &fs); err != nil {
		return nil // not all file systems tell
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < minFree+uint64(size) {
		return fmt.Errorf("%w: %s has %d MB left, and %d MB are kept free", ErrFull, j.dir, free>>20, minFree>>20)
	}
	return nil
}
