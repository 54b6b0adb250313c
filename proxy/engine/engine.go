package engine

import (
	"errors"
	"sync"

	"simulacro/proxy/config"
)

// Engine serves the frontends of one configuration.
type Engine struct {
	cfg *config.Config
	opt Options
	wg  sync.WaitGroup
}

// New prepares the data path; it opens nothing yet. It fails on what the configuration asks for and the engine lacks.
func New(cfg *config.Config, opt Options) (*Engine, error) {
	return &Engine{cfg: cfg, opt: opt}, nil
}

// SetStats gives the engine who answers the statistics pages, before Run: that one usually needs the engine first.
func (e *Engine) SetStats(r Responder) { e.opt.Stats = r }

// Run serves until the engine has been stopped and its last session has ended.
func (e *Engine) Run() error { return errors.New("engine: not built yet") }

// SoftStop closes the listeners and idle connections; Run returns when the last session has ended.
func (e *Engine) SoftStop() {}

// HardStop ends every session at once; Run returns soon after.
func (e *Engine) HardStop() {}

// Snapshot reads all counters and states. It waits for each loop, so it must not be called from a Logger's methods.
func (e *Engine) Snapshot() *Snapshot { return &Snapshot{} }
