package docker

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/images"
)

// A build takes the place of what was there: names of other versions go, the image that they share with it stays.
func TestNamesOfOtherVersionsGo(t *testing.T) {
	rt := engine(t)
	client := images.All()[0]
	info, err := rt.api.ImageInspect(t.Context(), client.Tag)
	require.NoError(t, err)
	now := slices.IndexFunc(info.RepoTags, func(s string) bool {
		return s != client.Tag && strings.HasPrefix(s, strings.TrimSuffix(client.Tag, "latest"))
	})
	version := "fedcba987654" // Compose gives images no version
	if now < 0 {
		require.NoError(t, rt.api.ImageTag(t.Context(), client.Tag, client.Version(version)))
		t.Cleanup(func() { _, _ = rt.removeImage(context.WithoutCancel(t.Context()), []string{client.Version(version)}) })
	} else {
		_, version, _ = strings.Cut(info.RepoTags[now], ":")
	}
	old, other := client.Version("0123456789abcdef"), snapshotRepo+"rtdev-versions"
	for _, name := range []string{old, other} {
		require.NoError(t, rt.api.ImageTag(t.Context(), client.Tag, name))
	}
	t.Cleanup(func() { _, _ = rt.removeImage(context.WithoutCancel(t.Context()), []string{old, other}) })
	require.NoError(t, rt.removeOutdated(t.Context(), version, []string{info.ID}))
	after, err := rt.api.ImageInspect(t.Context(), client.Tag)
	require.NoError(t, err)
	assert.NotContains(t, after.RepoTags, old)
	assert.Contains(t, after.RepoTags, other, "no image of a node's")
	assert.Contains(t, after.RepoTags, client.Version(version))
	assert.Equal(t, info.ID, after.ID)
}
