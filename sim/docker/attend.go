package docker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"

	"simulacro/sim/docker/agent"
)

// AgentCommand is the hidden command that runs in a node and starts the commands of a runner; see package agent.
const AgentCommand = "agent"

const (
	// agentStart bounds the wait for an agent's first answer.
	agentStart = 5 * time.Second
	// agentPatience is how long an agent may be silent before the engine is asked for the node's state: one in a node that is
	// frozen says nothing.
	agentPatience = 200 * time.Millisecond
	// agentGivenUp is how long one may be silent in a node that runs before its commands go by the engine.
	agentGivenUp = 5 * time.Second
	// noAgentFor is how long none is started again where none could be had, as in a node of an older image.
	noAgentFor = 10 * time.Second
)

// attendance holds the agents of a cluster's nodes. The zero value has none.
type attendance struct {
	mu    sync.Mutex
	on    bool
	links map[string]*link // by node's container
}

// link is the connection to one node's agent.
type link struct {
	mu     sync.Mutex
	client *agent.Client
	conn   types.HijackedResponse
	out    *io.PipeReader // what the agent says
	copied chan struct{}  // closed when the connection's output has ended
	closed bool
	not    time.Time // before then none is started
}

// Attend has the commands of Exec and its like run by an agent in each node, which is started by the first of them and stays
// until Close or Down: for who runs many, since the engine needs a tenth of a second of a processor for each. A node that was
// off gets another agent. Where none can be had, commands are run by the engine.
func (c *Cluster) Attend() {
	c.agents.mu.Lock()
	defer c.agents.mu.Unlock()
	c.agents.on = true
	if c.agents.links == nil {
		c.agents.links = map[string]*link{}
	}
}

// Close ends the agents of Attend, with what they still run. The cluster lives on.
func (c *Cluster) Close() {
	c.agents.mu.Lock()
	links := c.agents.links
	c.agents.on, c.agents.links = false, nil
	c.agents.mu.Unlock()
	for _, l := range links {
		l.mu.Lock()
		l.close()
		l.closed = true
		l.mu.Unlock()
	}
}

// link is nil where the cluster is not attended.
func (c *Cluster) link(ref string) *link {
	c.agents.mu.Lock()
	defer c.agents.mu.Unlock()
	if !c.agents.on {
		return nil
	}
	l := c.agents.links[ref]
	if l == nil {
		l = &link{}
		c.agents.links[ref] = l
	}
	return l
}

// runAttended runs a command by the node's agent. ran is false where there is none to be had, or the node does not run, and
// nothing has happened.
func (c *Cluster) runAttended(ctx context.Context, ref string, std IO, argv []string) (code int, ran bool, err error) {
	l := c.link(ref)
	if l == nil || std.User != "" {
		return 0, false, nil
	}
	cmd := agent.Command{Argv: argv, Env: std.Env, Dir: std.Dir}
	client := c.heard(ctx, ref, l)
	if client == nil {
		return 0, false, nil
	}
	if std.Stdin != nil {
		in, inMemory := std.Stdin.(interface{ Len() int })
		if !inMemory || in.Len() > maxAgentInput {
			return 0, false, nil
		}
		if cmd.Stdin, err = io.ReadAll(std.Stdin); err != nil {
			return 0, true, err
		}
	}
	giveUp := make(chan struct{})
	cmd.GiveUp = giveUp
	var looked sync.WaitGroup
	looked.Add(1)
	stop := context.AfterFunc(ctx, func() {
		defer looked.Done()
		if c.hear(context.WithoutCancel(ctx), ref, client) != nil {
			close(giveUp)
		}
	})
	code, err = client.Run(ctx, cmd, orDiscard(std.Stdout), orDiscard(std.Stderr))
	if stop() {
		looked.Done()
	}
	looked.Wait()
	if errors.Is(err, agent.ErrLost) && !c.runs(ctx, ref) {
		return codeKilled, true, nil // the node went down, and the command with it
	}
	return code, true, err
}

// maxAgentInput bounds the standard input that is handed to an agent, in bytes; more goes by the engine, which streams it.
const maxAgentInput = 1 << 20

// codeKilled is what the engine gives for a command whose node was killed.
const codeKilled = 137

// heard gives an agent that has just answered: a command that is sent to one in a frozen node would be run when it thaws. It is
// nil where there is none.
func (c *Cluster) heard(ctx context.Context, ref string, l *link) *agent.Client {
	for range 2 { // the second is new: the first may have ended with its node
		client := l.get(ctx, c, ref)
		if client == nil {
			return nil
		}
		switch err := c.hear(ctx, ref, client); {
		case err == nil:
			return client
		case errors.Is(err, errSilent):
			l.drop(client)
			return nil
		case errors.Is(err, agent.ErrGone):
			l.drop(client)
		default:
			return nil
		}
	}
	return nil
}

// errSilent means that an agent does not answer although its node runs; errNotRunning that the node does not.
var (
	errSilent     = errors.New("the node's agent does not answer")
	errNotRunning = errors.New("the node does not run")
)

func (c *Cluster) hear(ctx context.Context, ref string, client *agent.Client) error {
	given := time.Now().Add(agentGivenUp)
	for {
		wait, cancel := context.WithTimeout(ctx, agentPatience)
		err := client.Ping(wait)
		cancel()
		switch {
		case err == nil || errors.Is(err, agent.ErrGone):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !c.runs(ctx, ref):
			return errNotRunning
		case time.Now().After(given):
			return errSilent
		}
	}
}

// runs asks the engine. Where it does not say, the node is taken to run.
func (c *Cluster) runs(ctx context.Context, ref string) bool {
	info, err := c.rt.api.ContainerInspect(ctx, ref)
	return err != nil || stateOf(info.State.Status) == StateRunning
}

// get gives the node's agent and starts it where there is none; nil where it cannot be had.
func (l *link) get(ctx context.Context, c *Cluster, ref string) *agent.Client {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client != nil {
		select {
		case <-l.client.Over():
			l.close()
		default:
			return l.client
		}
	}
	if l.closed || time.Now().Before(l.not) {
		return nil
	}
	// Not cancelled, as any exec.
	_, conn, err := c.attach(uncancelled(ctx), ref, container.ExecOptions{AttachStdin: true, AttachStdout: true, AttachStderr: true,
		Cmd: []string{"simulacro", AgentCommand}})
	if err != nil {
		return nil // the node does not run; the engine will say so of the command
	}
	out, in := io.Pipe()
	l.conn, l.out, l.copied = conn, out, make(chan struct{})
	go func() {
		defer close(l.copied)
		var said bytes.Buffer // what it says besides is only for a debugger's eyes
		_, err := stdcopy.StdCopy(in, &said, conn.Reader)
		_ = in.CloseWithError(err)
	}()
	l.client = agent.NewClient(out, conn.Conn)
	begin, cancel := context.WithTimeout(context.WithoutCancel(ctx), agentStart)
	defer cancel()
	if l.client.Ping(begin) != nil {
		l.close()
		if c.runs(ctx, ref) {
			l.not = time.Now().Add(noAgentFor)
		}
		return nil
	}
	return l.client
}

// drop ends a client unless another has taken its place.
func (l *link) drop(client *agent.Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == client {
		l.close()
	}
}

// close ends the connection, by which the agent ends; l.mu is held.
func (l *link) close() {
	if l.client == nil {
		return
	}
	l.conn.Close()
	l.out.Close() // where what came is no agent's word, nobody reads on
	<-l.copied
	<-l.client.Over()
	l.client = nil
}
