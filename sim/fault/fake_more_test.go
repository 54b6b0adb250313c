package fault

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"simulacro/sim"
)

// details is what the world knows of files and of single things that are done to a node.
type details struct {
	files, atFirst map[string]string // "node path" -> text
	loaded         string            // ganesha.conf as the daemon has read it
	done           map[string]bool   // "node thing": tbf, loss, unmounted, copy, moved, log
	kills          int               // for want of memory
	permanent      bool              // port 80 in zone external, in the permanent configuration
}

const (
	fakeForward = "client forward"
	fakeRule    = "http:tcp:[]:5080:[192.168.1.101]:80"
	fakeGanesha = "NFSv4 {\n}\nEXPORT {\n\tFSAL {\n\t\tName = VFS;\n\t}\n}\n"
	fakeCfg     = "frontend f\n    bind 192.168.1.101:80\nbackend b\n    balance roundrobin\n"
	fakePage    = "<?php\necho 1;\n"
	fakePHPConf = "LoadModule php_module modules/libphp8.2.so\n"
)

func newDetails(plan sim.Plan) details {
	d := details{files: map[string]string{}, done: map[string]bool{}, loaded: fakeGanesha, permanent: true}
	for _, n := range plan.Nodes() {
		switch n.Role {
		case sim.Director:
			d.files[n.Name+" "+haproxyCfg] = fakeCfg
		case sim.Storage:
			d.files[n.Name+" "+ganeshaConf] = fakeGanesha
			d.files[n.Name+" /export/index.php"] = fakePage
			d.files[n.Name+" /export/index.html"] = "a page\n"
		case sim.Server:
			d.files[n.Name+" "+fstab] = "10.0.100.15:/export /mnt/web nfs _netdev,defaults 0 0\n"
			d.files[n.Name+" "+httpdConf] = "Listen 80\nDocumentRoot \"/mnt/web\"\n"
			d.files[n.Name+" "+unloadPHP.path] = fakePHPConf
		}
		d.files[n.Name+" "+ifcfg] = fmt.Sprintf("DEVICE=enp0s3\nIPADDR=%s\n", (&Site{Node: n}).address())
	}
	d.files[fakeForward] = fakeRule
	d.atFirst = maps.Clone(d.files)
	return d
}

// more answers the commands of the faults that change files, mounts and queues; false: it is not one of them.
func (w *world) more(node string, argv []string) (sim.Output, bool) {
	last := argv[len(argv)-1]
	switch argv[0] {
	case "cat":
		return w.cat(node, last), true
	case "sh":
		return w.script(node, argv)
	case "curl":
		if argv[1] == "-s" {
			return w.fetch(argv[len(argv)-1]), true
		}
	case "ip":
		if argv[1] == "-4" {
			n, _ := w.plan.Node(node)
			if w.misnamed(node) {
				return sim.Output{Stdout: "2: enp0s3 inet 10.0.100.177/24\n"}, true
			}
			return sim.Output{Stdout: "2: enp0s3 inet " + (&Site{Node: n}).address() + "/24\n"}, true
		}
	case "bash":
		return w.count(node), true
	case "ping":
		if argv[2] == "-q" {
			return w.pings(w.byAddr(last)), true
		}
	case "tc":
		if w.done[node+" tbf"] {
			return sim.Output{Stdout: "qdisc noqueue 0: dev lo root\nqdisc tbf 8001: dev enp0s3 root rate 256Kbit\n"}, true
		}
		return sim.Output{Stdout: "qdisc noqueue 0: dev lo root\n"}, true
	case "nft":
		return w.lossRules(node, last)
	case "vboxmanage":
		return w.natnetwork(argv[2:]), true
	case "haproxy":
		if w.typo() {
			return sim.Output{Code: 1, Stderr: "[ALERT] parsing [haproxy.cfg:5] : unknown keyword 'balanse'\n"}, true
		}
		return sim.Output{}, true
	case "systemctl":
		return w.unitOfFile(node, argv[1:])
	}
	return sim.Output{}, false
}

// natnetwork answers vboxmanage, whose rule is as if in a file.
func (w *world) natnetwork(argv []string) sim.Output {
	last := argv[len(argv)-1]
	switch rule := w.files[fakeForward]; {
	case argv[0] == "list":
		return sim.Output{Stdout: "Name:         red-nat-1\n        " + rule + "\n"}
	case last == forwardName && rule != "":
		w.files[fakeForward] = ""
	case last != forwardName && rule == "":
		w.files[fakeForward] = last
	default:
		return sim.Output{Code: 1, Stderr: "vboxmanage: error: there is no such rule, or there is already\n"}
	}
	return sim.Output{}
}

func (w *world) typo() bool { return strings.Contains(w.files["cluster1 "+haproxyCfg], "balanse") }

func (w *world) strayBind() bool {
	return strings.Contains(w.files["cluster1 "+haproxyCfg], strayAddress)
}

func (w *world) cat(node, path string) sim.Output {
	if path == "/proc/mounts" {
		if w.done[node+" unmounted"] {
			return sim.Output{Stdout: "tmpfs /run tmpfs rw 0 0\n"}
		}
		return sim.Output{Stdout: "10.0.100.15:/export /mnt/web nfs rw 0 0\n"}
	}
	text, ok := w.files[node+" "+path]
	if !ok {
		return sim.Output{Code: 1, Stderr: "cat: " + path + ": No such file or directory\n"}
	}
	return sim.Output{Stdout: text}
}

func (w *world) script(node string, argv []string) (sim.Output, bool) {
	change := func(thing string, now bool) (sim.Output, bool) {
		w.done[node+" "+thing] = now
		return sim.Output{}, true
	}
	switch script := argv[2]; {
	case script == holdPackets:
		return change("delay", true)
	case script == letPackets:
		return change("delay", false)
	case script == delayProbe && w.done[node+" delay"]:
		return sim.Output{Stdout: "rule active\n"}, true
	case script == delayProbe:
		return sim.Output{Code: 3, Stdout: "inactive\n"}, true
	case script == burn:
		return change("burn", true)
	case script == cool:
		return change("burn", false)
	case script == usedMemory:
		return sim.Output{Stdout: "33554432\n"}, true
	case script == eatMemory:
		w.state[node] = Exited
		return sim.Output{Code: 137}, true
	case script == giveBackMemory:
		return change("hog", false)
	case script == countKills:
		return sim.Output{Stdout: fmt.Sprintf("%d\n", w.kills)}, true
	case script == addHungryPage:
		return change("hungry", true)
	case script == dropHungryPage:
		return change("hungry", false)
	case script == gather:
		return change("crowd", true)
	case script == disperse:
		return change("crowd", false)
	case script == countCrowd && w.done[node+" crowd"]:
		return sim.Output{Stdout: "500\n"}, true
	case script == countCrowd:
		return sim.Output{Stdout: "0\n"}, true
	case script == fillExport:
		w.done["storage full"] = true
		return change("moved", true)
	case script == mountAnew:
		return sim.Output{}, true
	case script == bigWrite && w.done["storage full"]:
		return sim.Output{Stdout: "dd: error writing '/mnt/web/.x': No space left on device\n"}, true
	case script == bigWrite:
		return sim.Output{Stdout: "written\n"}, true
	case script == overwrite:
		w.files[node+" "+argv[5]] = argv[4]
		return sim.Output{}, true
	case script == fmt.Sprintf(limitLinks, 256):
		return change("tbf", true)
	case script == freeLinks:
		return change("tbf", false)
	case script == unmount:
		return change("unmounted", true)
	case script == mountAgain:
		return change("unmounted", !strings.HasPrefix(w.files[node+" "+fstab], "10.0.100.15:"))
	case script == serveCopy:
		return change("copy", true)
	case script == dropCopy:
		return change("copy", false)
	case script == moveExport:
		return change("moved", true)
	case script == bareExport:
		w.done["storage full"] = false
		return change("moved", false)
	case script == fillLog:
		return change("log", true)
	case script == freeLog:
		return change("log", false)
	case script == ourMounts && w.done[node+" moved"]:
		return sim.Output{Stdout: "simulacro /export tmpfs rw 0 0\n"}, true
	case script == ourMounts:
		return sim.Output{}, true
	case script == logProbe && w.done[node+" log"]:
		return sim.Output{Code: 1, Stdout: "dd: error writing '/var/log/simulacro.probe': No space left on device\n"}, true
	case script == logProbe:
		return sim.Output{}, true
	case script == writeProbe && strings.Contains(w.loaded, "Access_Type = RO;"):
		return sim.Output{Code: 1, Stderr: "sh: cannot create: Read-only file system\n"}, true
	case script == writeProbe:
		return sim.Output{}, true
	case strings.HasPrefix(script, "d=/mnt/web") && w.serves("storage") && (w.done["storage moved"] && !w.done["storage full"] || !strings.Contains(w.loaded, "EXPORT {")):
		return sim.Output{Code: 1, Stdout: "stat: cannot statx '/mnt/web/.x': Stale file handle\n"}, true
	}
	return sim.Output{}, false
}

// fetch is a page with its code, as curl prints it with -w.
func (w *world) fetch(url string) sim.Output {
	addr, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	node := w.byAddr(addr)
	text := w.files["storage /export/"+path]
	switch {
	case !w.serves(node):
		return sim.Output{Code: 7, Stdout: "\n000"}
	case path == "hungry.php" && w.done[node+" hungry"] && w.limits[node].Memory > 0:
		w.kills++
		return sim.Output{Code: 52, Stdout: "\n000"}
	case path == "hungry.php":
		return sim.Output{Stdout: "not found\n404"}
	case w.done[node+" unmounted"], !strings.Contains(w.files[node+" "+httpdConf], `DocumentRoot "/mnt/web"`):
		return sim.Output{Stdout: "not found\n404"}
	case w.done[node+" copy"]:
		return sim.Output{Stdout: text + "<!-- a copy -->\n\n200"}
	case path == "index.html", strings.HasPrefix(w.files[node+" "+unloadPHP.path], "#"):
		return sim.Output{Stdout: text + "\n200"}
	case text != fakePage:
		return sim.Output{Stdout: "\n500"}
	}
	return sim.Output{Stdout: "1\n200"}
}

func (w *world) pings(node string) sim.Output {
	received, ms := 40, "0.233"
	if w.done[node+" loss"] {
		received = 28
	}
	if w.done[node+" tbf"] {
		ms = "353.440"
	}
	if w.done[node+" delay"] {
		ms = "200.440"
	}
	return sim.Output{Stdout: fmt.Sprintf("40 packets transmitted, %d received, 0%% packet loss, time 9ms\nrtt min/avg/max/mdev = %s/600/700/9 ms\n", received, ms)}
}

// misnamed tells whether the node's network was set up with a wrong address.
func (w *world) misnamed(node string) bool {
	return w.files[node+" "+ifcfg] != w.atFirst[node+" "+ifcfg]
}

// count is bash's time of a loop: the node gets its part of a processor, half of one where it is not limited.
func (w *world) count(node string) sim.Output {
	part := 0.5
	if l := w.limits[node].CPU; l > 0 {
		part = l
	}
	return sim.Output{Stderr: fmt.Sprintf("1.000 %.3f 0.000\n", part)}
}

func (w *world) lossRules(node, last string) (sim.Output, bool) {
	switch {
	case last == "tables" && w.done[node+" loss"]:
		return sim.Output{Stdout: "table inet " + lossTable + "\n"}, true
	case !strings.Contains(last, lossTable):
		return sim.Output{}, false
	}
	w.done[node+" loss"] = !strings.HasPrefix(last, "delete")
	return sim.Output{}, true
}

// unitOfFile is systemd as far as it has to do with files that services read.
func (w *world) unitOfFile(node string, argv []string) (sim.Output, bool) {
	last := argv[len(argv)-1]
	switch argv[0] {
	case "reload-or-restart":
		if last == "nfs-ganesha" {
			w.loaded = w.files[node+" "+ganeshaConf]
		}
		return sim.Output{}, true
	case "reload", "daemon-reload":
		return code(!w.typo()), true
	case "start":
		return sim.Output{}, last == "mnt-web.mount"
	case "status":
		if w.strayBind() {
			return sim.Output{Stdout: "[ALERT] cannot bind socket (Cannot assign requested address) for [192.0.2.101:80]\n"}, true
		}
	case "restart":
		if last == "haproxy" && w.strayBind() {
			w.unit[node+"/haproxy"] = "failed"
			return sim.Output{Code: 1}, true
		}
	}
	return sim.Output{}, false
}

// changed lists what of the details is not as it was at first.
func (w *world) changed() (sick []string) {
	for name, text := range w.files {
		if text != w.atFirst[name] {
			sick = append(sick, name)
		}
	}
	for name, is := range w.done {
		if is {
			sick = append(sick, name)
		}
	}
	if w.loaded != fakeGanesha {
		sick = append(sick, "exports")
	}
	if !w.permanent {
		sick = append(sick, "permanent firewall")
	}
	slices.Sort(sick)
	return sick
}
