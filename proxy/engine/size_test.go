package engine

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// An idle connection costs its client above all. The allocator has a class of 896 bytes, needs 8 of them for what has pointers,
// and gives 1,024 to one byte more.
func TestAClientIsNoLargerThanItsClass(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(client{}), uintptr(896-8))
	require.LessOrEqual(t, unsafe.Sizeof(upstream{}), uintptr(256))
}
