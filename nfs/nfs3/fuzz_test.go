package nfs3_test

import (
	"bufio"
	"net"
	"testing"
	"time"

	"simulacro/nfs/nfs3"
	"simulacro/nfs/rpc"
	"simulacro/nfs/xdr"
)

// answering is a server that answers every call with the same results.
func answering(t testing.TB, results []byte) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		for {
			rec, err := rpc.ReadRecord(r)
			if err != nil {
				return
			}
			h, _, err := rpc.ParseCall(rec)
			if err != nil {
				return
			}
			conn.Write(rpc.EncodeReply(h.XID, rpc.Success, xdr.NewEncoder(results)))
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String()
}

// FuzzResults feeds arbitrary results to every procedure: each must return, with results or an error, and never panic.
func FuzzResults(f *testing.F) {
	attr := nfs3.Attr{Type: nfs3.TypeReg, Mode: 0644, Fileid: 5, Atime: time.Unix(1, 2), Mtime: time.Unix(3, 4), Ctime: time.Unix(5, 6)}
	var ok, entry xdr.Encoder
	ok.Uint32(0)
	attr.Encode(&ok)
	f.Add(ok.Bytes())
	entry.Uint32(0)
	entry.Bool(false)
	entry.Uint64(1)
	entry.Bool(true)
	entry.Uint64(5)
	entry.String("name")
	entry.Uint64(9)
	entry.Bool(true)
	attr.Encode(&entry)
	entry.Bool(true)
	entry.String("handle")
	entry.Bool(false)
	entry.Bool(true)
	f.Add(entry.Bytes())
	f.Add([]byte{0, 0, 0, 70})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, results []byte) {
		if len(results) >= 4 && results[2] == 0x27 && results[3] == 0x18 {
			t.Skip("JUKEBOX for ever is retried for ever")
		}
		client := rpc.NewClient(rpc.Config{Addr: answering(t, results), Timeo: 5 * time.Second, Recovery: rpc.Soft})
		defer client.Close()
		c, who, h := nfs3.NewClient(client, nil), rpc.Caller{}, nfs3.Handle("h")
		c.GetAttr(who, h)
		c.SetAttr(who, h, nfs3.SetAttr{})
		c.Lookup(who, h, "n")
		c.Access(who, h, 1)
		c.Readlink(who, h)
		if r, err := c.Read(who, h, 0, 10); err == nil && len(r.Data) > 10 {
			t.Fatal("more data than asked for")
		}
		c.Write(who, h, 0, []byte("data"), nfs3.Unstable)
		c.Create(who, h, "n", nfs3.Guarded, nfs3.SetAttr{}, 0)
		c.Rename(who, h, "a", h, "b")
		c.Link(who, h, h, "n")
		c.ReaddirPlus(who, h, 0, 0, 4096)
		c.FSStat(who, h)
		c.FSInfo(who, h)
		c.Commit(who, h)
	})
}
