package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListed(t *testing.T) {
	require.True(t, listed("nodev\tsysfs\nnodev\tnfs\n\text4\n"))
	require.True(t, listed("nodev\tnfs4\n"))
	require.False(t, listed("nodev\tnfsd\nnodev\tfuse\n\text4\n"))
	require.False(t, listed(""))
}

func TestData(t *testing.T) {
	tests := map[string]struct {
		r    Request
		want string
	}{
		"version 3": {Request{Addr: "10.0.100.15", Port: 2049, MountPort: 20048, Options: []string{"soft", "timeo=20", "retry=1", "vers=3", "bg"}},
			"vers=3,addr=10.0.100.15,proto=tcp,port=2049,mountaddr=10.0.100.15,mountvers=3,mountproto=tcp,mountport=20048,nolock,soft,timeo=20"},
		"IPv6": {Request{Addr: "fd00::15", MountPort: 20048},
			"vers=3,addr=fd00::15,proto=tcp6,mountaddr=fd00::15,mountvers=3,mountproto=tcp6,mountport=20048,nolock"},
		"version 4": {Request{Addr: "127.0.0.1", Version: "4.2", Options: []string{"hard"}},
			"vers=4.2,addr=127.0.0.1,proto=tcp,clientaddr=127.0.0.1,hard"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, tc.want, tc.r.Data()) })
	}
}
