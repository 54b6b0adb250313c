package run

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a fault would refuse when it is injected is told before anything is played.
func TestLintAsksTheFaultsOfTheirParameters(t *testing.T) {
	text := `title: x
load: {rate: 5, count: 5}
timeline:
  - {fault: packet-loss, target: cluster2, at: 1s, for: 1s, params: {percent: 200}}
  - {fault: partition, target: cluster3, at: 1s, for: 1s, params: {peer: nobody}}
  - {fault: cpu-starved, target: any of servers, at: 9s, for: 1s, params: {cpu: lots}}
expect: [{availability: 9 %}]
`
	found := Lint("x.yaml", []byte(text))
	if assert.Len(t, found, 3) {
		assert.Equal(t, Mistake{4, 61, `packet-loss on cluster2: percent "200": must be a number from 1 to 99`}, found[0])
		assert.Contains(t, found[1].Message, `partition on cluster3: peer: no node "nobody"`)
		assert.Contains(t, found[2].Message, `cpu-starved on cluster2: cpu "lots"`)
	}
}
