package fault

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// wrongAddress is the slip of the pen in /etc/sysconfig/network-scripts: after the next restart of the network the node has an
// address that nobody knows.
var wrongAddress = Kind{
	Name:     "wrong-address",
	Does:     "IPADDR of a network card's ifcfg file is wrong, and the network is restarted: the node has another address.",
	Evidence: "The card does not have the node's address, and the node's users are not served; of the director, by the client.",
	Roles:    serviceRoles,
	Touches:  []string{"its address"},
	Save:     mistypeAddress.save,
	Inject:   mistypeAddress.inject,
	Effect: func(ctx context.Context, s *Site) (Seen, error) {
		has, said, err := s.hasAddress(ctx)
		if err != nil || has {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.none, said + "; " + v.evidence}, err
	},
	Recover: mistypeAddress.recover,
	Recovered: func(ctx context.Context, s *Site) (Seen, error) {
		has, said, err := s.hasAddress(ctx)
		if err != nil || !has {
			return Seen{Evidence: said}, err
		}
		v, err := look(ctx, s)
		return Seen{v.all, said + "; " + v.evidence}, err
	},
}

// The director's card outside and the others' only one have the same name.
const ifcfg = "/etc/sysconfig/network-scripts/ifcfg-enp0s3"

// wrongOctet ends the wrong address; nobody has it.
const wrongOctet = "177"

var ipaddrLine = regexp.MustCompile(`(?m)^(IPADDR="?[0-9]+\.[0-9]+\.[0-9]+\.)[0-9]+`)

var mistypeAddress = edit{path: ifcfg, load: []string{"systemctl", "restart", "network"}, change: func(_ *Site, text string) (string, error) {
	if !ipaddrLine.MatchString(text) {
		return "", errors.New("there is no IPADDR")
	}
	return ipaddrLine.ReplaceAllString(text, "${1}"+wrongOctet), nil
}}

// address is the one that the fault takes: that by which the node's users know it.
func (s *Site) address() string {
	if s.Node.Outer.IsValid() {
		return s.Node.Outer.String()
	}
	return s.Node.Inner.String()
}

func (s *Site) hasAddress(ctx context.Context) (bool, string, error) {
	text, err := s.ask(ctx, "ip", "-4", "-o", "addr", "show")
	if strings.Contains(text, " "+s.address()+"/") {
		return true, fmt.Sprintf("%s has the address %s", s.Node.Name, s.address()), err
	}
	return false, fmt.Sprintf("%s does not have the address %s", s.Node.Name, s.address()), err
}
