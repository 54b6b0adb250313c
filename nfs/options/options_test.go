package options

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simulacro/nfs/rpc"
)

func TestDefaults(t *testing.T) {
	o, err := Parse("rw,_netdev,defaults,nofail,x-systemd.automount,x-systemd.mount-timeout=30", false)
	require.NoError(t, err)
	require.Equal(t, defaults(), o)
	require.Equal(t, rpc.Hard, o.Recovery)
	require.Equal(t, time.Minute, o.Timeo)
}

func TestParse(t *testing.T) {
	tests := map[string]func(*Options){
		"soft,timeo=20,retrans=3": func(o *Options) { o.Recovery, o.Timeo, o.Retrans = rpc.Soft, 2*time.Second, 3 },
		"soft,softerr,hard":       func(o *Options) { o.Recovery = rpc.Hard },
		"ro,nosuid,nodev,noexec":  func(o *Options) { o.Flags = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC },
		"ro,noatime,rw":           func(o *Options) { o.Flags = unix.MS_NOATIME },
		"actimeo=5": func(o *Options) {
			o.RegMin, o.RegMax, o.DirMin, o.DirMax = 5*time.Second, 5*time.Second, 5*time.Second, 5*time.Second
		},
		"noac":              noac,
		"acregmin=90":       func(o *Options) { o.RegMin, o.RegMax = 90*time.Second, 90*time.Second },
		"retry=0,bg":        func(o *Options) { o.RetrySet, o.BG = true, true },
		"retry=3":           func(o *Options) { o.Retry, o.RetrySet = 3*time.Minute, true },
		"rsize=5000":        func(o *Options) { o.RSize = 4096 },
		"wsize=1":           func(o *Options) { o.WSize = 1024 },
		"vers=4.2":          func(o *Options) { o.Version = "4.2" },
		"nfsvers=3,tcp":     func(o *Options) { o.Version, o.Proto = "3", "tcp" },
		"mountport=20048":   func(o *Options) { o.MountPort = 20048 },
		"client=fuse":       func(o *Options) { o.Client = ClientFUSE },
		"nolock,noresvport": func(o *Options) { o.ReservedPort = false },
		"bogus,sloppy":      func(*Options) {},
	}
	for list, change := range tests {
		t.Run(list, func(t *testing.T) {
			want := defaults()
			change(&want)
			got, err := Parse(list, list == "bogus,sloppy")
			require.NoError(t, err)
			got.Verbatim = nil
			require.Equal(t, want, got)
		})
	}
}

func TestVerbatimIsForTheKernel(t *testing.T) {
	o, err := Parse("rw,_netdev,soft,timeo=20,nolock,client=kernel", false)
	require.NoError(t, err)
	require.Equal(t, []string{"soft", "timeo=20", "nolock"}, o.Verbatim)
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]string{
		"bogus":         "an incorrect mount option was specified: bogus: unknown option",
		"hard,bogus=1":  "an incorrect mount option was specified: bogus=1: unknown option",
		"timeo=fast":    "an incorrect mount option was specified: timeo=fast: want a number from 1 to 6000",
		"timeo":         "an incorrect mount option was specified: timeo: a value is needed",
		"vers=2":        "an incorrect mount option was specified: vers=2: want one of 3, 4, 4.0, 4.1, 4.2",
		"port=70000":    "an incorrect mount option was specified: port=70000: want a number from 0 to 65535",
		"addr=storage":  "an incorrect mount option was specified: addr=storage: want an IP address",
		"hard=1":        "an incorrect mount option was specified: hard=1: unknown option",
		"lookupcache=x": "an incorrect mount option was specified: lookupcache=x: want one of all, pos, none",
	}
	for list, want := range tests {
		t.Run(list, func(t *testing.T) {
			_, err := Parse(list, false)
			require.EqualError(t, err, want)
		})
	}
	_, err := Parse("bogus,also=unknown", true)
	require.NoError(t, err, "sloppy")
	_, err = Parse("timeo=fast", true)
	require.Error(t, err, "sloppy is about unknown options, not about bad values")
}

func TestParseShare(t *testing.T) {
	for share, want := range map[string][2]string{
		"10.0.100.15:/export":  {"10.0.100.15", "/export"},
		"storage:/export/":     {"storage", "/export"},
		"storage:/":            {"storage", "/"},
		"[fd00::15]:/srv/data": {"fd00::15", "/srv/data"},
	} {
		host, dir, err := ParseShare(share)
		require.NoError(t, err)
		require.Equal(t, want, [2]string{host, dir})
	}
	for _, share := range []string{"", "storage", ":/export", "storage:export", "[nonsense]:/x", "[fd00::1]/x"} {
		_, _, err := ParseShare(share)
		require.ErrorIs(t, err, ErrShare, share)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("rw,hard,timeo=600,retrans=2,x-systemd.automount")
	f.Add("=,==,timeo==,vers=4.9,,")
	f.Fuzz(func(t *testing.T, list string) {
		if o, err := Parse(list, false); err == nil && o.Timeo <= 0 {
			t.Fatal("timeo must be positive")
		}
	})
}
