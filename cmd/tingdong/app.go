package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/grammar"
	"github.com/tingdong/tingdong/node"
	"github.com/tingdong/tingdong/search"
	"github.com/tingdong/tingdong/server"
	"github.com/tingdong/tingdong/server/web/admin"
	"github.com/tingdong/tingdong/server/web/demo"
	"github.com/tingdong/tingdong/server/web/portal"
	"github.com/tingdong/tingdong/server/web/widget"
	"github.com/tingdong/tingdong/session"
)

// app is the running service: a node, its speech workers and its doors.
type app struct {
	node   *node.Node
	pool   *asr.Pool // nil without speech
	backup *backupDoor
	server *server.Server
	vocab  *vocabularies
	models sync.Mutex // held while models are loaded
}

func newApp(ctx context.Context, f *serveFlags) (*app, error) {
	files, err := f.portal()
	if err != nil {
		return nil, err
	}
	vocab := &vocabularies{data: f.data, models: slices.Clone(f.models)}
	cluster, remote, err := f.cluster.options()
	if err != nil {
		return nil, err
	}
	a := &app{vocab: vocab}
	if a.node, err = node.Open(ctx, node.Options{Data: f.data, Cluster: cluster, Remote: remote, Portal: files, Vocabulary: vocab.forPhrases(!f.noSpeech),
		Insights: &node.InsightsOptions{Off: f.noEvents, Retention: f.retention.Duration}}); err != nil {
		return nil, err
	}
	svc := &session.Service{Brain: a.node.Brain, Search: a.node, Dialogues: session.NewDialogues(),
		Segment: vocab.segment}
	if !f.noSpeech {
		if a.pool, err = newPool(f.data, f.models, f.admission); err != nil {
			a.Close()
			return nil, fmt.Errorf("%w\n（--no-speech 可以先不带语音启动 / --no-speech starts without it）", err)
		}
		svc.Speech, svc.Listening.Model = a.pool, modelFor(a.pool)
	}
	if err := a.makeServer(f, svc); err != nil {
		a.Close()
		return nil, err
	}
	if a.backup, err = openBackupDoor(f.data, a.node); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *app) makeServer(f *serveFlags, svc *session.Service) error {
	columns := func() *grammar.Columns { return a.node.Brain().Columns }
	pages, err := portal.New(portal.Deps{Columns: columns, Index: a.node})
	if err != nil {
		return err
	}
	voice, err := widget.Handler()
	if err != nil {
		return err
	}
	provider, err := f.ops.provider()
	if err != nil {
		return err
	}
	o := server.Options{
		Sessions: svc, Columns: columns, Pages: a.node, Journal: a.node, Admin: &administration{node: a.node, oidc: provider}, NotReady: a.notReady,
		Insights: a.node.Insights(), Portal: pages, Widget: voice, Console: admin.Handler(), Workbench: workbench{a.node}, AllowOrigins: f.origins,
	}
	if a.pool != nil {
		o.ReloadModels = a.reloadModels
	}
	if err := f.ops.options(&o); err != nil {
		return err
	}
	a.server = server.New(o)
	return nil
}

func (a *app) notReady() error {
	err := a.node.NotReady()
	if a.pool != nil && !a.pool.Ready() {
		err = errors.Join(errors.New("the speech model is still loading"), err)
	}
	return err
}

// serve starts answering at all doors; failed gets what ends one of them.
func (a *app) serve(d *doors, failed chan<- error) {
	go func() { failed <- a.server.Serve(d.http) }()
	go func() { failed <- a.server.Serve(d.local) }()
	if d.vosk != nil {
		go func() { failed <- a.server.ServeVosk(d.vosk) }()
	}
}

// becomeReady fills a new data directory with the demo portal, waits until
// visitors can be answered, and says so.
func (a *app) becomeReady(ctx context.Context, f *serveFlags, out io.Writer, url string) error {
	start := time.Now()
	if f.demo {
		if err := a.importDemo(ctx); err != nil {
			return err
		}
	}
	if err := errors.Join(a.node.Served(ctx), a.node.Warmed(ctx)); err != nil {
		return err
	}
	if a.pool != nil {
		if err := a.pool.Wait(ctx); err != nil {
			return fmt.Errorf("%w\n（`tingdong doctor` 会说明原因 / tells what is missing）", err)
		}
	}
	slog.Info("ready", "took", time.Since(start).Round(time.Millisecond))
	return announce(out, f, url)
}

func (a *app) importDemo(ctx context.Context) error {
	empty, err := a.node.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	batch, pages := a.node.NewBatch(), 0
	for doc, err := range demo.Documents() {
		if err != nil {
			return err
		}
		if err := batch.Add(ctx, search.Op{Upsert: &doc}); err != nil {
			return err
		}
		pages++
	}
	slog.Info("filling the new data directory with the demo portal", "pages", pages)
	return batch.Wait(ctx)
}

// Close ends workers, views and journal, in this order.
func (a *app) Close() error {
	var errs []error
	a.backup.close()
	if a.pool != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		errs = append(errs, a.pool.Close(ctx))
	}
	return errors.Join(append(errs, a.node.Close())...)
}
