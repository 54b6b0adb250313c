package engine

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// An idle connection costs its client and nothing more; one that is served has an exchange beside it.
func TestAClientIsNoLargerThanItsClass(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(client{}), uintptr(448))
	require.LessOrEqual(t, unsafe.Sizeof(exchange{}), uintptr(512), "beyond this the allocator's classes are coarse")
	require.LessOrEqual(t, unsafe.Sizeof(upstream{}), uintptr(256))
}
