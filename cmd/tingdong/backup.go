package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/journal"
	"github.com/tingdong/tingdong/node"
)

func backupCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "备份 / everything that admins made and imports brought, into one file",
		Long: `把语法、栏目、设置（含口令的散列）及其历史、全部页面和审计日志写进一个带校验和的文件。服务可以照常运行。
Writes grammars, columns, settings (token hashes among them) with their history, all pages and the
audit log into one file with checksums. A service that runs on the data directory goes on.`,
		Example: "  tingdong backup tingdong-$(date +%F).backup",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			counts, err := backupTo(cmd.Context(), c.data, args[0])
			if err != nil {
				return err
			}
			return tellCounts(cmd, args[0], counts)
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	return cmd
}

func tellCounts(cmd *cobra.Command, name string, c node.BackupCounts) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		return newPrinter(cmd, false).print(c)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d 个修订、%d 篇页面、%d 条审计记录 / %d revisions, %d pages, %d audit entries\n",
		name, c.Revisions, c.Documents, c.Audit, c.Revisions, c.Documents, c.Audit)
	return err
}

// backupTo writes a backup beside its final place, reads it back, and only
// then gives it its name: a file of that name is whole.
func backupTo(ctx context.Context, data, name string) (node.BackupCounts, error) {
	var counts node.BackupCounts
	f, err := os.OpenFile(name+".part", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return counts, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := writeBackup(ctx, data, f); err != nil {
		return counts, fmt.Errorf("backup: %w", err)
	}
	if err := f.Sync(); err != nil {
		return counts, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return counts, err
	}
	if counts, err = node.VerifyBackup(f); err != nil {
		return counts, err
	}
	return counts, os.Rename(f.Name(), name)
}

// writeBackup opens the journal, or asks the service that has it open.
func writeBackup(ctx context.Context, data string, w io.Writer) error {
	_, err := os.Stat(filepath.Join(data, "journal"))
	if _, none := os.Stat(filepath.Join(data, backupSocket)); err != nil && none != nil {
		return fmt.Errorf("there is nothing to back up in %s: %w (--data names the data directory)", data, err)
	}
	j, err := journal.Open(ctx, journal.Options{Dir: data})
	if errors.Is(err, journal.ErrInUse) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(data, backupSocket))
		if err != nil {
			return fmt.Errorf("the data directory %s is in use by another process, and that does not answer: %w", data, err)
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		_, err = io.Copy(w, conn)
		return err
	}
	if err != nil {
		return err
	}
	_, err = node.Backup(ctx, j, w)
	return errors.Join(err, j.Close())
}

// backupSocket is the door in the data directory at which a running service
// hands out its backup: a Unix socket of its own, because a backup holds what
// no network door gives and takes longer than any request may.
const backupSocket = "backup.sock"

type backupDoor struct {
	ln   net.Listener
	stop context.CancelFunc
	done sync.WaitGroup
}

func openBackupDoor(data string, n *node.Node) (*backupDoor, error) {
	path := filepath.Join(data, backupSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	old := syscall.Umask(0o177)
	ln, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("cannot open the backup door %s: %w (a shorter --data may help: a socket's path has at most 107 bytes)", path, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &backupDoor{ln: ln, stop: stop}
	d.done.Go(func() { d.serve(ctx, n) })
	return d, nil
}

// serve answers one after the other: a backup reads the whole journal.
func (d *backupDoor) serve(ctx context.Context, n *node.Node) {
	for {
		conn, err := d.ln.Accept()
		if err != nil {
			return
		}
		release := context.AfterFunc(ctx, func() { conn.Close() })
		counts, err := node.Backup(ctx, n.Journal(), conn)
		release()
		conn.Close()
		if err != nil {
			slog.Error("a backup failed", "error", err)
			continue
		}
		slog.Info("backup written", "revisions", counts.Revisions, "documents", counts.Documents, "audit", counts.Audit)
	}
}

func (d *backupDoor) close() {
	if d == nil {
		return
	}
	d.stop()
	d.ln.Close()
	d.done.Wait()
}
