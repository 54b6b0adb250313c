package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"

	"simulacro/images"
)

// RemoveImages removes the nodes' images and those of earlier builds, and with base the base too if it was built here; a
// registry's stays. What a container uses stays.
func (r *Runtime) RemoveImages(ctx context.Context, base bool) (removed int, err error) {
	labels := imageLabels[:1]
	if base {
		labels = imageLabels
	}
	for _, label := range labels {
		list, err := r.ourImages(ctx, label)
		if err != nil {
			return removed, err
		}
		for _, i := range list {
			names := i.RepoTags
			if len(names) == 0 || names[0] == "<none>:<none>" {
				names = []string{i.ID}
			}
			gone, err := r.removeImage(ctx, names)
			if err != nil {
				return removed, err
			}
			if gone {
				removed++
			}
		}
	}
	return removed, nil
}

// removeOutdated removes what a build took the place of: names of other versions than the hash's, and images of before that have lost
// theirs. It looks for no others without a name: those may be another build's that goes on.
func (r *Runtime) removeOutdated(ctx context.Context, hash string, before []string) error {
	list, err := r.ourImages(ctx, imageLabels[0])
	if err != nil {
		return err
	}
	var names []string
	for _, i := range list {
		names = append(names, slices.DeleteFunc(i.RepoTags, func(name string) bool { return !outdated(name, hash) })...)
	}
	now := r.imageIDs(ctx)
	names = append(names, slices.DeleteFunc(before, func(id string) bool { return slices.Contains(now, id) })...)
	_, err = r.removeImage(ctx, names)
	return err
}

// outdated tells whether a name is that of another version of a node's image. Snapshots and people's own names are none.
func outdated(name, hash string) bool {
	repository, _, _ := strings.Cut(name, ":")
	for _, i := range images.All() {
		if strings.HasPrefix(i.Tag, repository+":") {
			return name != i.Tag && name != i.Version(hash)
		}
	}
	return false
}

// imageIDs are those of the nodes' images that there are.
func (r *Runtime) imageIDs(ctx context.Context) (ids []string) {
	for _, i := range images.All() {
		if info, err := r.api.ImageInspect(ctx, i.Tag); err == nil {
			ids = append(ids, info.ID)
		}
	}
	return ids
}

func (r *Runtime) ourImages(ctx context.Context, label string) ([]image.Summary, error) {
	list, err := r.api.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("label", LabelCluster+"="+label))})
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	return list, nil
}

// removeImage removes names of images, and with the last one the image. What a container uses and what is gone already is left; gone
// tells whether anything was not.
func (r *Runtime) removeImage(ctx context.Context, names []string) (gone bool, err error) {
	for _, name := range names {
		_, err := r.api.ImageRemove(ctx, name, image.RemoveOptions{PruneChildren: true})
		switch {
		case err == nil:
			gone = true
		case !cerrdefs.IsConflict(err) && !cerrdefs.IsNotFound(err):
			return gone, fmt.Errorf("remove image %s: %w", name, err)
		}
	}
	return gone, nil
}
