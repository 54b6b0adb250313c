package proxy

import (
	"simulacro/proxy/config"
	"simulacro/proxy/stats"
)

var _ stats.CaptureSource = (*adapter)(nil)

// Captures implements stats.CaptureSource.
func (a *adapter) Captures() (events uint32, list []stats.Capture) {
	events, captured := a.d.engine.Captures()
	size, _ := a.d.cfg.Global.Buffer()
	for _, x := range captured {
		one := stats.Capture{
			When: x.When, Response: x.Response, Event: x.Event, Proxy: owner(x.Proxy), Other: stats.Nobody, Server: stats.Nobody, Src: "unix",
			Data: x.Data, At: x.Fault.At, State: x.Fault.State.String(), Flags: x.Fault.Flags, Conn: x.Conn, Stream: x.Stream,
			Chunk: x.Fault.Chunk, Body: x.Fault.Body, Buffer: size,
		}
		if x.Other != nil && (x.Response || x.Other.Back()) {
			one.Other = owner(x.Other)
		}
		if x.Server != nil {
			one.Server = stats.Owner{Name: x.Server.Name, ID: x.Server.ID}
		}
		if x.Src.IsValid() {
			one.Src, one.Port = x.Src.Addr().String(), int(x.Src.Port())
		}
		list = append(list, one)
	}
	return events, list
}

// StartupLogs implements stats.StartupSource.
func (a *adapter) StartupLogs() string {
	if a.d.opt.StartupLogs == nil {
		return ""
	}
	return a.d.opt.StartupLogs()
}

func owner(p *config.Proxy) stats.Owner { return stats.Owner{Name: p.Name, ID: p.ID} }
