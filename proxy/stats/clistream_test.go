package stats

import (
	"testing"
	"time"
)

// What the sessions of the fake look like.
const (
	passingLine = "0x1: proto=tcpv4 src=192.168.1.50:40764 fe=http_front be=http_back srv=cluster2 ts=00 epoch=0 age=2s calls=0 rate=0 cpu=0 lat=0 " +
		"rq[f=00h,i=0,an=00h,rx=,wx=,ax=] rp[f=00h,i=0,an=00h,rx=1h1m,wx=,ax=] scf=[8,0h,fd=11] scb=[8,0h,fd=12] exp=58s rc=1 c_exp=\n"
	queuedLine = "0x2: proto=unix_stream src=unix:1 fe=http_front be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=0 rate=0 cpu=0 lat=0 " +
		"rq[f=00h,i=0,an=00h,rx=,wx=,ax=3s] rp[f=00h,i=0,an=00h,rx=,wx=,ax=] scf=[8,0h,fd=9] scb=[0,0h,fd=-1] exp=3s rc=0 c_exp=\n"
	passingText = `0x1: [01/Jan/0001:00:00:00.000000] id=7 proto=tcpv4 source=192.168.1.50:40764
  flags=0x0, conn_retries=1, conn_exp=<NEVER> conn_et=0x000 srv_conn=0x1, pend_pos=(nil) waiting=0 epoch=0
  frontend=http_front (id=2 mode=http), listener=vip (id=1) addr=192.168.1.101:80
  backend=http_back (id=3 mode=http) addr=10.0.100.1:4444
  server=cluster2 (id=1) addr=10.0.100.12:80
  task=0x1 (state=0x00 nice=0 calls=0 rate=0 exp=58s tmask=0x1 age=2s)
  txn=0x1 flags=0x0 meth=3 status=200 req.st=MSG_DONE rsp.st=MSG_DATA req.f=0x00 rsp.f=0x00
  scf=0x1 flags=0x00000000 state=EST endp=CONN,0x1,0x00000000 sub=0
      co0=0x1 ctrl=tcpv4 xprt=RAW mux=H1 data=STRM target=LISTENER:0x1
      flags=0x00000000 fd=11 fd.state=00 updt=0 fd.tmask=0x1
  scb=0x1 flags=0x00000000 state=EST endp=CONN,0x1,0x00000000 sub=0
      co1=0x1 ctrl=tcpv4 xprt=SSL mux=H1 data=STRM target=SERVER:0x1
      flags=0x00000000 fd=12 fd.state=00 updt=0 fd.tmask=0x1
  req=0x1 (f=0x00 an=0x0 pipe=0 tofwd=0 total=12)
      an_exp=<NEVER> rex=<NEVER> wex=<NEVER>
      buf=0x1 data=(nil) o=0 p=0 i=0 size=0
      htx=0x1 flags=0x0 size=0 data=0 used=0 wrap=NO extra=0
  res=0x1 (f=0x00 an=0x0 pipe=0 tofwd=0 total=345)
      an_exp=<NEVER> rex=1h1m wex=<NEVER>
      buf=0x1 data=(nil) o=0 p=0 i=0 size=0
      htx=0x1 flags=0x0 size=0 data=0 used=0 wrap=NO extra=0
`
	queuedText = `0x2: [01/Jan/0001:00:00:00.000000] id=8 proto=unix_stream source=unix:1
  flags=0x0, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=(nil), pend_pos=(nil) waiting=0 epoch=0
  frontend=http_front (id=2 mode=http), listener=? (id=1) addr=unix:1
  backend=<NONE> (id=-1 mode=-)
  server=<NONE> (id=-1)
  task=0x2 (state=0x00 nice=0 calls=0 rate=0 exp=3s tmask=0x1 age=0s)
  txn=0x2 flags=0x0 meth=8 status=-1 req.st=MSG_BODY rsp.st=MSG_RPBEFORE req.f=0x00 rsp.f=0x00
  scf=0x2 flags=0x00000000 state=EST endp=CONN,0x2,0x00000000 sub=0
      co0=0x2 ctrl=unix_stream xprt=RAW mux=H1 data=STRM target=LISTENER:0x2
      flags=0x00000000 fd=9 fd.state=00 updt=0 fd.tmask=0x1
  scb=0x2 flags=0x00000000 state=INI endp=NONE,(nil),0x00000000 sub=0
  req=0x2 (f=0x00 an=0x0 pipe=0 tofwd=0 total=0)
      an_exp=3s rex=<NEVER> wex=<NEVER>
      buf=0x2 data=(nil) o=0 p=0 i=0 size=0
      htx=0x2 flags=0x0 size=0 data=0 used=0 wrap=NO extra=0
  res=0x2 (f=0x00 an=0x0 pipe=0 tofwd=0 total=0)
      an_exp=<NEVER> rex=<NEVER> wex=<NEVER>
      buf=0x2 data=(nil) o=0 p=0 i=0 size=0
      htx=0x2 flags=0x0 size=0 data=0 used=0 wrap=NO extra=0
`
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{-1: "0s", 900 * time.Millisecond: "0s", 59 * time.Second: "59s", 60 * time.Second: "1m0s",
		3600*time.Second - 1: "59m59s", 25 * time.Hour: "1d1h"} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, not %s", d, got, want)
		}
	}
}
