package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// rig is the director under test with its servers.
type rig struct {
	dir                 string
	program             string
	httpAddr, httpsAddr string
	servers             []*server
	cmd                 *exec.Cmd
	out                 bytes.Buffer
	outMu               sync.Mutex
	exited              chan error
}

// Write collects what the director says.
func (r *rig) Write(p []byte) (int, error) {
	r.outMu.Lock()
	defer r.outMu.Unlock()
	return r.out.Write(p)
}

func (r *rig) said() string {
	r.outMu.Lock()
	defer r.outMu.Unlock()
	return r.out.String()
}

const configuration = `global
    stats socket %[1]s/stats level admin
    hard-stop-after 60s
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout http-request 30s
    timeout http-keep-alive 30s
    retries 3
    option redispatch
    default-server check inter 200ms fall 2 rise 1
frontend soak
    bind %[2]s
    bind %[3]s ssl crt %[1]s/cert.pem
    option forwardfor
    http-request set-header X-Over %%[ssl_fc]
    default_backend servers
backend servers
    balance roundrobin
`

// newRig starts servers and a director in front of them.
func newRig(program string, servers int) (*rig, error) {
	dir, err := os.MkdirTemp("", "soak")
	if err != nil {
		return nil, err
	}
	r := &rig{dir: dir, program: program, exited: make(chan error, 1)}
	for range servers {
		s, err := newServer()
		if err != nil {
			return r, err
		}
		r.servers = append(r.servers, s)
	}
	if r.httpAddr, err = freeAddr(); err != nil {
		return r, err
	}
	if r.httpsAddr, err = freeAddr(); err != nil {
		return r, err
	}
	if err := writeCert(filepath.Join(dir, "cert.pem")); err != nil {
		return r, err
	}
	text := fmt.Sprintf(configuration, dir, r.httpAddr, r.httpsAddr)
	for i, s := range r.servers {
		text += fmt.Sprintf("    server s%d %s\n", i+1, s.addr)
	}
	if err := os.WriteFile(filepath.Join(dir, "soak.cfg"), []byte(text), 0o600); err != nil {
		return r, err
	}
	return r, r.start()
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// writeCert makes a certificate that nobody has to trust.
func writeCert(name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "soak"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return err
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs})...)
	return os.WriteFile(name, text, 0o600)
}

// start runs the director as a master, and waits until it serves.
func (r *rig) start() error {
	r.cmd = exec.Command(r.program, "-W", "-db", "-f", filepath.Join(r.dir, "soak.cfg"), "-S", filepath.Join(r.dir, "master"))
	r.cmd.Stdout, r.cmd.Stderr = r, r
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := r.cmd.Start(); err != nil {
		return err
	}
	go func() { r.exited <- r.cmd.Wait() }()
	return r.await("it serves", func() bool { return r.worker() > 0 })
}

// await polls until ok, or fails after a while.
func (r *rig) await(what string, ok func() bool) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return nil
		}
	}
	return fmt.Errorf("waited in vain until %s; the director said:\n%s", what, r.said())
}

// ask sends a command to one of the director's sockets.
func (r *rig) ask(socket, command string) string {
	c, err := net.DialTimeout("unix", filepath.Join(r.dir, socket), time.Second)
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.WriteString(c, command+"\n")
	answer, _ := io.ReadAll(c) // what has not come is seen by who reads it
	return string(answer)
}

// worker is the number of the process that serves; 0: not known now.
func (r *rig) worker() int {
	_, rest, _ := strings.Cut(r.ask("master", "show proc"), "# workers\n")
	pid, _ := strconv.Atoi(strings.Fields(rest + " x")[0])
	return pid
}

// reload replaces the worker, and waits until the next one serves.
func (r *rig) reload() error {
	before := r.worker()
	if err := r.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
		return err
	}
	return r.await("the next worker serves", func() bool { now := r.worker(); return now > 0 && now != before })
}

// killed tells whether a server was killed while a request was under way.
func (r *rig) killed(from, to time.Time) bool {
	for _, s := range r.servers {
		if s.killedBetween(from, to) {
			return true
		}
	}
	return false
}

// close ends everything; the director's own end must be orderly.
func (r *rig) close() (err error) {
	if r.cmd != nil && r.cmd.Process != nil {
		_ = r.cmd.Process.Signal(syscall.SIGUSR1)
		select {
		case err = <-r.exited:
		case <-time.After(70 * time.Second):
			_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
			err = fmt.Errorf("the director did not end")
			<-r.exited
		}
	}
	for _, s := range r.servers {
		s.stop()
	}
	_ = os.RemoveAll(r.dir)
	return err
}

// sample is what the worker and its master hold at one moment.
type sample struct {
	rss, fds, goroutines int // KB, descriptors of the worker; goroutines as `show info` counts tasks
	masterRSS, masterFDs int
}

func (r *rig) sample() (s sample, ok bool) {
	pid := r.worker()
	if pid == 0 {
		return s, false
	}
	s.rss, s.fds = memory(pid), descriptors(pid)
	s.masterRSS, s.masterFDs = memory(r.cmd.Process.Pid), descriptors(r.cmd.Process.Pid)
	_, rest, _ := strings.Cut(r.ask("stats", "show info"), "\nTasks: ")
	line, _, _ := strings.Cut(rest, "\n")
	s.goroutines, _ = strconv.Atoi(line)
	return s, s.rss > 0 && s.fds > 0
}

// memory is a process's resident memory, in KB.
func memory(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, _ := strconv.Atoi(strings.Fields(rest + " x")[0])
	return n
}

func descriptors(pid int) int {
	list, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(list)
}
