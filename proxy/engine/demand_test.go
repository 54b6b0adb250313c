package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDemandIsForgottenByHalves(t *testing.T) {
	var d demand
	d.used(8)
	require.Equal(t, []int{8, 8}, []int{d.most, d.need})
	d.settle(4999, 5000, 0)
	require.Equal(t, 8, d.need)
	var seen []int
	for now := int64(5000); now <= 30000; now += 5000 {
		d.settle(now, 5000, 0)
		seen = append(seen, d.need)
	}
	require.Equal(t, []int{8, 4, 2, 1, 0, 0}, seen)
	d.used(3)
	d.settle(1e9, 5000, 0)
	require.Equal(t, []int{0, 0}, []int{d.most, d.need}, "however long nobody has looked")
}
