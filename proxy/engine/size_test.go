package engine

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// An idle connection costs its client above all, and the allocator gives the next larger class, 1,024 bytes, to one byte more.
func TestAClientIsNoLargerThanItsClass(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(client{}), uintptr(896))
}
