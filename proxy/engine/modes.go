package engine

import "simulacro/proxy/config"

// The connection modes, by the names the data path uses.
const (
	modeKeepAlive = config.KeepAlive
	modeClose     = config.Close
)

// The ways to reuse connections to servers.
const (
	modeNever      = config.ReuseNever
	modeAggressive = config.ReuseAggressive
	modeAlways     = config.ReuseAlways
)
