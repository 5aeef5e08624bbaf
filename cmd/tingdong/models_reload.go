package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/models"
	"github.com/tingdong/tingdong/server"
)

func modelsReloadCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "reload [MODEL…]",
		Short: "让运行中的服务换上新模型，不停机 / let the running service take new models, without a pause",
		Long: `不写 MODEL：把正在用的模型重新装一遍（文件换过之后）。写了：装上它，替换同名或同语言的模型；下次启动仍由 --model 决定。
正在说的话由旧模型听完，之后的用新模型；装不上则什么都不变。kill -HUP 与不写 MODEL 相同。
Without MODEL the models in use are loaded again, after their files have changed. With it, that model takes the
place of the one of its name or language, or is added; the next start goes by --model again. Turns in progress end
with the old model; when loading fails nothing changes. SIGHUP does the same as no MODEL.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			remote, err := dialLocal(cmd.Context(), c.data)
			if err != nil {
				return fmt.Errorf("no service runs on %s: models are loaded when it starts (%w)", c.data, err)
			}
			var out struct {
				Models []server.LoadedModel
				Detail string // of a refusal, which call passes on for some
			}
			v := url.Values{"name": {strings.Join(names, ",")}}
			if err := remote.call(cmd.Context(), http.MethodPost, "/v1/admin/models/reload?"+v.Encode(), nil, &out); err != nil {
				return err
			}
			if out.Detail != "" {
				return errors.New(out.Detail)
			}
			for _, m := range out.Models {
				fmt.Fprintf(cmd.OutOrStdout(), "%s (%s): 已启用 / serves now, %s\n", m.Name, orDash(m.Language), m.Dir)
			}
			return nil
		},
	}
	c.addData(cmd)
	return cmd
}

// reloadModels loads models while visitors speak: those in use, or names. Each
// is checked as a whole first.
func (a *app) reloadModels(ctx context.Context, names []string) ([]server.LoadedModel, error) {
	a.models.Lock()
	defer a.models.Unlock()
	if len(names) == 0 {
		names = a.vocab.names()
	}
	var found []models.Model
	for _, name := range names {
		m, err := models.Find(name, models.Dirs(a.vocab.data)...)
		if err == nil {
			err = models.Verify(m.Dir)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	var loaded []server.LoadedModel
	for _, m := range found {
		if err := a.pool.Load(ctx, asr.Model{Name: m.Name, Dir: m.Dir, Language: m.Language}); err != nil {
			return nil, err
		}
		a.vocab.use(m)
		loaded = append(loaded, server.LoadedModel{Name: m.Name, Language: m.Language, Dir: m.Dir})
		slog.Info("speech model loaded", "model", m.Name, "language", m.Language)
	}
	a.node.Recompile()
	return loaded, nil
}

// reloadOnHangUp loads the models again on SIGHUP; the function it returns
// ends that and waits for it.
func (a *app) reloadOnHangUp(ctx context.Context) (end func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
			}
			if a.pool == nil {
				continue
			}
			loading, stop := context.WithTimeout(ctx, 5*time.Minute)
			if _, err := a.reloadModels(loading, nil); err != nil {
				slog.Error("SIGHUP: the old models go on", "error", err)
			}
			stop()
		}
	}()
	return func() {
		signal.Stop(hup)
		cancel()
		<-done
	}
}
