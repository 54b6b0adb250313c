package mountd_test

import (
	"net"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"simulacro/nfs/mountd"
	"simulacro/nfs/nfs3"
	"simulacro/nfs/nfstest"
	"simulacro/nfs/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(s *nfstest.Server) rpc.Config { return rpc.Config{Addr: s.Addr(), Timeo: 5 * time.Second} }

func TestMount(t *testing.T) {
	s := nfstest.Start(t)
	h, err := mountd.Mount(config(s), rpc.Caller{}, nfstest.Export)
	require.NoError(t, err)
	require.Equal(t, s.Root(), h)
	require.NoError(t, mountd.Unmount(config(s), rpc.Caller{}, nfstest.Export))

	var status mountd.Status
	_, err = mountd.Mount(config(s), rpc.Caller{}, "/private")
	require.ErrorAs(t, err, &status)
	require.Equal(t, syscall.EACCES, status.Errno())
	_, err = mountd.Mount(config(s), rpc.Caller{}, "/missing")
	require.ErrorAs(t, err, &status)
	require.Equal(t, syscall.ENOENT, status.Errno())
}

func TestPort(t *testing.T) {
	s := nfstest.Start(t)
	port, err := mountd.Port(config(s), rpc.Caller{}, nfs3.Program, nfs3.Version)
	require.NoError(t, err)
	require.Equal(t, s.Port(), strconv.Itoa(port))
}

func TestDeadServerFailsAtOnce(t *testing.T) {
	s := nfstest.Start(t)
	s.Stop()
	_, err := mountd.Mount(config(s), rpc.Caller{}, nfstest.Export)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestSilentServerTimesOut(t *testing.T) {
	s := nfstest.Start(t)
	s.Pause()
	cfg := config(s)
	cfg.Timeo = 50 * time.Millisecond
	_, err := mountd.Mount(cfg, rpc.Caller{}, nfstest.Export)
	require.ErrorIs(t, err, syscall.ETIMEDOUT)
}

func TestGarbageIsAnError(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		c.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n"))
		c.Close()
	}()
	_, err = mountd.Mount(rpc.Config{Addr: l.Addr().String(), Timeo: 5 * time.Second}, rpc.Caller{}, "/export")
	require.ErrorIs(t, err, rpc.ErrBadRecord)
	<-done
}
