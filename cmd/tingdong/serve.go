package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/tingdong/tingdong/node"
)

// serveFlags are the settings of the service.
type serveFlags struct {
	common
	listen     string
	voskListen string
	origins    []string
	admission
	demo        bool
	noSpeech    bool
	jsonReady   bool
	printConfig bool
	ops         operation
	cluster     clusterFlags
	noEvents    bool
	retention   days
}

func serveCmd() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "启动服务和示范门户 / run the service with the demo portal",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.printConfig {
				return printConfig(cmd)
			}
			return serve(cmd.Context(), &f, cmd.OutOrStdout())
		},
	}
	f.add(cmd)
	f.addModel(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.listen, "listen", ":8080", "address of the HTTP and websocket doors")
	fl.StringVar(&f.voskListen, "vosk-listen", "", "address of a door that speaks vosk-server's protocol, such as :2700")
	fl.StringArrayVar(&f.origins, "allow-origin", nil, "origin of another site whose pages may use the voice button (repeatable)")
	f.addAdmission(fl)
	fl.BoolVar(&f.demo, "demo", true, "fill a new data directory with the demo portal's pages")
	fl.BoolVar(&f.noSpeech, "no-speech", false, "text and search only")
	f.retention.Duration = node.DefaultRetention
	fl.BoolVar(&f.noEvents, "no-events", false, "keep nothing of what visitors ask, not even masked")
	fl.Var(&f.retention, "events-retention", "how long what visitors ask is kept, masked: days such as 90d, or hours")
	fl.BoolVar(&f.jsonReady, "json-ready", false, `print {"ready":true,"url":…} on one line when ready, and nothing else`)
	f.ops.add(fl)
	f.cluster.add(fl)
	fl.BoolVar(&f.printConfig, "print-config", false, "print the settings in force as YAML, and exit")
	return cmd
}

// printConfig shows every setting as flags, environment and file make it.
func printConfig(cmd *cobra.Command) error {
	settings := map[string]any{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch f.Name {
		case "help", "config", "print-config":
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			settings[f.Name] = list.GetSlice()
			return
		}
		var v any
		if yaml.Unmarshal([]byte(f.Value.String()), &v) != nil || f.Value.Type() == "string" {
			v = f.Value.String()
		}
		settings[f.Name] = v
	})
	data, err := yaml.Marshal(settings)
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(data)
	return err
}

// serve runs the service until ctx ends, then lets every turn in progress
// come to its reply.
func serve(ctx context.Context, f *serveFlags, out io.Writer) error {
	if err := f.ops.setLog(os.Stderr); err != nil {
		return err
	}
	doors, err := openDoors(f)
	if err != nil {
		return err
	}
	defer doors.close()
	stopDebug, err := openDebug(f.ops.debug)
	if err != nil {
		return err
	}
	defer stopDebug()
	traces, stopTraces, err := openTraces(ctx, f.ops.otlp)
	if err != nil {
		return err
	}
	defer stopTraces()
	f.ops.traces = traces
	a, err := newApp(ctx, f)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := doors.openLocal(f.data); err != nil {
		return err
	}
	failed := make(chan error, 3)
	a.serve(doors, failed)
	if err := a.becomeReady(ctx, f, out, doors.url()); err == nil {
		defer a.reloadOnHangUp(ctx)()
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
		if err != nil {
			return errors.Join(err, a.server.Shutdown(context.Background()))
		}
	} else if !errors.Is(err, context.Canceled) {
		return errors.Join(err, a.server.Shutdown(context.Background()))
	}
	slog.Info("stopping: turns in progress get their reply")
	return a.server.Shutdown(context.Background())
}

func announce(out io.Writer, f *serveFlags, url string) error {
	if f.jsonReady {
		return json.NewEncoder(out).Encode(map[string]any{"ready": true, "url": url})
	}
	_, err := fmt.Fprintf(out, `
听懂已就绪 / Tingdong is ready

  打开 / open   %[1]s            示范门户 / demo portal
                %[1]s/en/        English
  试试 / try    按话筒说「教育局」「我要投诉」「放大字体」，或 / press the microphone and say so, or
                curl '%[1]s/v1/ask?q=找一下教育局'
                curl '%[1]s/v1/search?q=公积金'
  停止 / stop   Ctrl-C

`, url)
	return err
}

// doors are the listening sockets, opened before anything else so that a port
// in use is known at once.
type doors struct {
	http, vosk, local net.Listener
	scheme            string // http, or https
}

func openDoors(f *serveFlags) (*doors, error) {
	d := &doors{scheme: "http"}
	if f.ops.tlsCert != "" {
		d.scheme = "https"
	}
	var err error
	if d.http, err = listenOn(f.listen, "--listen"); err != nil {
		return nil, err
	}
	if f.voskListen != "" {
		if d.vosk, err = listenOn(f.voskListen, "--vosk-listen"); err != nil {
			d.close()
			return nil, err
		}
	}
	return d, nil
}

func listenOn(addr, flag string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("端口已被占用，请用 %s 换一个 / the address %s is in use; choose another one with %s", flag, addr, flag)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (%s): %w", addr, flag, err)
	}
	return ln, nil
}

// openLocal opens the administrator's own door. The data directory's lock is
// held, so a socket file that is there is a left-over.
func (d *doors) openLocal(data string) error {
	path := filepath.Join(data, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	old := syscall.Umask(0o177)
	defer syscall.Umask(old)
	ln, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("cannot open the local door %s: %w (a shorter --data may help: a socket's path has at most 107 bytes)", path, err)
	}
	d.local = ln
	return nil
}

func (d *doors) close() {
	for _, ln := range []net.Listener{d.http, d.vosk, d.local} {
		if ln != nil {
			ln.Close()
		}
	}
}

// url is where a browser on this machine finds the service.
func (d *doors) url() string {
	host, port, _ := net.SplitHostPort(d.http.Addr().String())
	if ip := net.ParseIP(strings.Trim(host, "[]")); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return d.scheme + "://" + net.JoinHostPort(host, port)
}
