package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/tingdong/tingdong/asr"
	"github.com/tingdong/tingdong/models"
)

// admission says how many visitors may speak at once; zero values mean the
// pool's defaults.
type admission struct {
	workers, maxStreams int
	maxLoad             float64
	maxWait             time.Duration
}

func (a *admission) addAdmission(fl *pflag.FlagSet) {
	fl.IntVar(&a.workers, "workers", 0, "speech worker processes; 0: one per core")
	fl.IntVar(&a.maxStreams, "max-streams", 0, "voice streams that a worker holds at most; 0: 128")
	fl.Float64Var(&a.maxLoad, "max-load", 0, "share of a worker's CPU at which further voice streams are refused; 0: 0.6")
	fl.DurationVar(&a.maxWait, "max-wait", 0, "wait for the CPU at which further voice streams are refused; 0: 50ms")
}

// newPool starts the speech workers for the models named.
func newPool(data string, names []string, a admission) (*asr.Pool, error) {
	cfg := asr.Config{Workers: a.workers, MaxStreams: a.maxStreams, MaxLoad: a.maxLoad, MaxWait: a.maxWait,
		Logf: func(f string, args ...any) { slog.Warn(fmt.Sprintf(f, args...)) }}
	for _, name := range names {
		m, err := models.Find(name, models.Dirs(data)...)
		if err != nil {
			return nil, err
		}
		if err := models.Check(m.Dir); err != nil {
			return nil, err
		}
		cfg.Models = append(cfg.Models, asr.Model{Name: m.Name, Dir: m.Dir, Language: m.Language})
	}
	return asr.NewPool(cfg)
}

// modelFor chooses the model of a language; without one the default listens.
func modelFor(p *asr.Pool) func(lang string) string {
	return func(lang string) string {
		name, ok := p.ForLanguage(lang)
		if !ok {
			return ""
		}
		return name
	}
}

// vocabularies reads what the speech models know, each once and only when it
// is asked for.
type vocabularies struct {
	data   string
	models []string

	mu   sync.Mutex
	read map[string]*models.Vocabulary // by main language tag
}

// names are the models that are used now.
func (v *vocabularies) names() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.models)
}

// use takes a model in, in the place of the one of its name or language, and
// forgets what was read.
func (v *vocabularies) use(m models.Model) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.read = nil
	for i, name := range v.models {
		was, err := models.Find(name, models.Dirs(v.data)...)
		if err == nil && (was.Name == m.Name || m.Language != "" && strings.EqualFold(was.Language, m.Language)) {
			v.models[i] = m.Dir
			return
		}
	}
	v.models = append(v.models, m.Dir)
}

// forPhrases is the vocabulary for node.Options; nil when nothing will listen.
func (v *vocabularies) forPhrases(speech bool) func(lang string) *models.Vocabulary {
	if !speech {
		return nil
	}
	return v.of
}

// of returns the vocabulary of the model for a language, nil when no model of
// that language is there or it cannot be read: the service then listens
// without phrases, and doctor tells why.
func (v *vocabularies) of(lang string) *models.Vocabulary {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.read == nil {
		v.load()
	}
	return v.read[mainTag(lang)]
}

func (v *vocabularies) load() {
	v.read = map[string]*models.Vocabulary{}
	for _, name := range v.models {
		m, err := models.Find(name, models.Dirs(v.data)...)
		if err != nil {
			continue
		}
		voc, err := models.ReadVocabulary(m.Dir)
		if err != nil {
			slog.Warn("the speech model's vocabulary cannot be read", "model", m.Name, "error", err)
			continue
		}
		if tag := mainTag(m.Language); v.read[tag] == nil {
			v.read[tag] = voc
		}
	}
}

// segment splits a phrase into words of the model; an unknown language means
// the first model's, Chinese as shipped.
func (v *vocabularies) segment(lang, phrase string) (words, unknown []string) {
	voc := v.of(lang)
	if voc == nil {
		return strings.Fields(phrase), nil
	}
	return voc.Segment(phrase)
}

func mainTag(lang string) string {
	tag, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if tag == "" {
		return "zh"
	}
	return tag
}
