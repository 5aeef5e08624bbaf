package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/models"
)

// finding is one thing that doctor has looked at.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // what to do about it
}

func doctorCmd() *cobra.Command {
	var c common
	var listen string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "检查这台机器缺什么，怎么补 / what is missing on this machine and how to mend it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			found := []finding{checkSystem(), checkData(c.data), checkPort(listen), checkFiles()}
			for _, m := range c.models {
				found = append(found, checkModel(c.data, m))
			}
			return tell(cmd, append(found, checkSpeech(cmd, c.data, c.models)))
		},
	}
	c.addData(cmd)
	c.addModel(cmd)
	addJSON(cmd)
	cmd.Flags().StringVar(&listen, "listen", ":8080", "address that the service will use")
	return cmd
}

func tell(cmd *cobra.Command, found []finding) error {
	asJSON, _ := cmd.Flags().GetBool("json")
	out, bad := newPrinter(cmd, false), false
	for _, f := range found {
		bad = bad || !f.OK
		if asJSON {
			if err := out.print(f); err != nil {
				return err
			}
			continue
		}
		mark := "✓"
		if !f.OK {
			mark = "✗"
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %-8s %s\n", mark, f.Check, f.Detail)
		if f.Mend != "" {
			fmt.Fprintf(cmd.OutOrStdout(), "  → %s\n", f.Mend)
		}
	}
	if bad {
		return errReported
	}
	return nil
}

func checkSystem() finding {
	return finding{Check: "system", OK: runtime.GOOS == "linux" && runtime.GOARCH == "amd64",
		Detail: fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())}
}

func checkData(dir string) finding {
	f := finding{Check: "data", Detail: dir, OK: true}
	probe := dir
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		f.Detail += " (will be made)"
		probe = filepath.Dir(filepath.Clean(dir))
	}
	file, err := os.CreateTemp(probe, ".doctor-*")
	if err != nil {
		return finding{Check: "data", Detail: err.Error(), Mend: "make the directory writable, or choose another one with --data"}
	}
	file.Close()
	os.Remove(file.Name())
	var st syscall.Statfs_t
	if syscall.Statfs(probe, &st) == nil {
		free := st.Bavail * uint64(st.Bsize) >> 20
		f.Detail += fmt.Sprintf(", %d MB free", free)
		if free < 512 {
			f.OK, f.Mend = false, "make room: journal and index of 100,000 pages take about 500 MB"
		}
	}
	return f
}

func checkPort(addr string) finding {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return finding{Check: "port", Detail: err.Error(), Mend: "stop what uses it, or choose another one with --listen"}
	}
	ln.Close()
	return finding{Check: "port", OK: true, Detail: addr + " is free"}
}

// checkFiles looks at the limit of open files: every visitor's socket is one.
func checkFiles() finding {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return finding{Check: "files", Detail: err.Error()}
	}
	f := finding{Check: "files", OK: l.Max >= 4096, Detail: fmt.Sprintf("%d open files allowed", l.Max)}
	if !f.OK {
		f.Mend = "raise the limit: ulimit -n 65536, or LimitNOFILE= in the systemd unit"
	}
	return f
}

func checkModel(data, name string) finding {
	m, err := models.Find(name, models.Dirs(data)...)
	if err == nil {
		err = models.Verify(m.Dir)
	}
	if err != nil {
		return finding{Check: "model", Detail: err.Error(), Mend: "tingdong models list / tingdong models pull NAME"}
	}
	return finding{Check: "model", OK: true, Detail: fmt.Sprintf("%s (%s, %d Hz, %.1f MB)", m.Name, m.Language, m.SampleRate, float64(m.Bytes)/1e6)}
}

// checkSpeech starts a worker and waits until it has loaded the model: that
// is libvosk, the model and the process in one.
func checkSpeech(cmd *cobra.Command, data string, names []string) finding {
	pool, err := newPool(data, names, admission{workers: 1})
	if err == nil {
		err = pool.Wait(cmd.Context())
		err = errors.Join(err, pool.Close(cmd.Context()))
	}
	if err != nil {
		return finding{Check: "speech", Detail: err.Error(), Mend: "make build puts libvosk beside the program; without speech: serve --no-speech"}
	}
	return finding{Check: "speech", OK: true, Detail: "a recogniser started"}
}
