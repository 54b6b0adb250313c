package docker

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"

	"simulacro/sim"
)

// LabelSnapshot is a snapshot's name, on the images that it is made of. They carry the labels of their node too; the image of
// the export has no LabelNode.
const LabelSnapshot = "simulacro.snapshot"

// snapshotRepo begins the names of a snapshot's images: the tag is CLUSTER.SNAPSHOT.NODE, which is unique since neither
// of the last two has a dot.
const snapshotRepo = "simulacro/snapshot:"

// exportPart stands in the place of a node in the tag of the export's image.
const exportPart = "export"

// ErrNoSnapshot is what fails where the cluster has no snapshot of that name.
var ErrNoSnapshot = errors.New("no such snapshot")

// Snapshot is what was kept of a cluster: the files of each node, as an image that the engine committed, and the export, as
// an image that it imported. Running processes and what lies in memory (/run, /tmp) are not in it.
type Snapshot struct {
	Name     string           `json:"name"`
	Cluster  string           `json:"cluster"`
	Saved    time.Time        `json:"saved"`
	Director sim.DirectorKind `json:"director,omitempty"`
	Whole    bool             `json:"whole"` // false: a save that was killed left it

	spec   sim.Spec
	images map[string]string // by node, and exportPart
}

var snapshotName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)

func checkSnapshotName(name string) error {
	if !snapshotName.MatchString(name) {
		return fmt.Errorf("snapshot name %q: use letters, digits, and _ - after the first character, 40 at most", name)
	}
	return nil
}

func snapshotRef(cluster, name, part string) string {
	return snapshotRepo + cluster + "." + name + "." + part
}

// Snapshots lists the snapshots of a cluster, those of every cluster where its name is empty, by cluster and name. The
// cluster itself need not be there any more.
func (r *Runtime) Snapshots(ctx context.Context, cluster string) ([]Snapshot, error) {
	list, err := r.snapshotImages(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return gatherSnapshots(list), nil
}

func (r *Runtime) snapshotImages(ctx context.Context, cluster string) ([]image.Summary, error) {
	args := ofCluster(cluster)
	args.Add("label", LabelSnapshot)
	list, err := r.api.ImageList(ctx, image.ListOptions{Filters: args})
	if err != nil {
		return nil, fmt.Errorf("list the images of snapshots: %w", err)
	}
	return list, nil
}

// gatherSnapshots puts images together. One without a snapshot's name is of a snapshot that was removed while nodes ran on it.
func gatherSnapshots(list []image.Summary) []Snapshot {
	found := map[[2]string]*Snapshot{}
	for _, i := range list {
		part := i.Labels[LabelNode]
		if part == "" {
			part = exportPart
		}
		cluster, name := i.Labels[LabelCluster], i.Labels[LabelSnapshot]
		ref := snapshotRef(cluster, name, part)
		if !slices.Contains(i.RepoTags, ref) {
			continue
		}
		s := found[[2]string{cluster, name}]
		if s == nil {
			s = &Snapshot{Name: name, Cluster: cluster, images: map[string]string{}}
			found[[2]string{cluster, name}] = s
		}
		s.images[part] = ref
		if at := time.Unix(i.Created, 0).UTC(); at.After(s.Saved) {
			s.Saved = at
		}
		if spec, ok := specOf(i.Labels); ok {
			s.spec, s.Director = spec, spec.Director
		}
	}
	var all []Snapshot
	for _, s := range found {
		s.Whole = s.whole()
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Snapshot) int {
		return strings.Compare(a.Cluster+"\x00"+a.Name, b.Cluster+"\x00"+b.Name)
	})
	return all
}

// whole tells whether every node and the export are there.
func (s *Snapshot) whole() bool {
	if s.spec.Plan.Validate() != nil || s.images[exportPart] == "" {
		return false
	}
	for _, n := range s.spec.Plan.Nodes() {
		if s.images[n.Name] == "" {
			return false
		}
	}
	return true
}

// Snapshot finds one; ErrNoSnapshot if there is none of that name.
func (r *Runtime) Snapshot(ctx context.Context, cluster, name string) (Snapshot, error) {
	if err := errors.Join(CheckName(cluster), checkSnapshotName(name)); err != nil {
		return Snapshot{}, err
	}
	all, err := r.Snapshots(ctx, cluster)
	if err != nil {
		return Snapshot{}, err
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return Snapshot{}, fmt.Errorf("snapshot %s: %w (cluster %s has none)", name, ErrNoSnapshot, cluster)
	}
	return Snapshot{}, fmt.Errorf("snapshot %s: %w (cluster %s has %s)", name, ErrNoSnapshot, cluster, strings.Join(names, ", "))
}

// SaveSnapshot keeps the files of every node and the export under a name. The nodes stand still meanwhile, so that their
// files fit each other, and go on afterwards; those that do not run are saved too. On an error nothing of it is left; a save
// that was killed leaves a snapshot that is not whole, which the next of that name replaces.
func (r *Runtime) SaveSnapshot(ctx context.Context, cluster, name string) (s Snapshot, err error) {
	if err := checkSnapshotName(name); err != nil {
		return s, err
	}
	c, err := r.Find(ctx, cluster)
	if err != nil {
		return s, err
	}
	l, err := acquire(ctx, cluster, nil)
	if err != nil {
		return s, fmt.Errorf("save cluster %s: %w", cluster, err)
	}
	defer l.release()
	if err := r.savable(ctx, cluster, name); err != nil {
		return s, fmt.Errorf("save cluster %s: %w", cluster, err)
	}
	if err := c.save(ctx, name); err != nil {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
		defer cancel()
		return s, fmt.Errorf("save cluster %s: %w", cluster, errors.Join(err, r.removeSnapshot(after, cluster, name)))
	}
	return r.Snapshot(ctx, cluster, name)
}

// savable says why a cluster cannot be saved under a name, and makes way for it where a killed save left something.
func (r *Runtime) savable(ctx context.Context, cluster, name string) error {
	p, err := r.survey(ctx, cluster)
	if err != nil {
		return err
	}
	if !p.whole() {
		return fmt.Errorf("it is not whole. Type: simulacro heal --cluster %s", cluster)
	}
	if _, ok := p.labelled(); !ok {
		return errors.New("it was not made by simulacro up, and could not be made again as it is")
	}
	s, err := r.Snapshot(ctx, cluster, name)
	switch {
	case errors.Is(err, ErrNoSnapshot):
		return nil
	case err != nil:
		return err
	case s.Whole:
		return fmt.Errorf("there is a snapshot %s of %s. Type: simulacro snapshot rm %s --cluster %s", name, s.Saved.Local().Format(time.DateTime), name, cluster)
	}
	return r.removeSnapshot(ctx, cluster, name)
}

// save commits every node and imports the export, all at once.
func (c *Cluster) save(ctx context.Context, name string) error {
	parts := []string{exportPart}
	for _, n := range c.spec.Plan.Nodes() {
		parts = append(parts, n.Name)
	}
	label := "LABEL " + LabelSnapshot + "=" + name
	return parallel(ctx, parts, func(ctx context.Context, part string) error {
		ref := snapshotRef(c.spec.Name, name, part)
		if part == exportPart {
			return c.saveExport(ctx, ref, []string{label, "LABEL " + LabelCluster + "=" + c.spec.Name})
		}
		return c.act("save", part, func(id string) error {
			_, err := c.rt.api.ContainerCommit(uncancelled(ctx), id, container.CommitOptions{Reference: ref, Pause: true, Changes: []string{label}})
			return err
		})
	})
}

// saveExport makes an image of the export, which is a volume and so in no commit.
func (c *Cluster) saveExport(ctx context.Context, ref string, labels []string) error {
	return c.act("save the export of", string(sim.Storage), func(id string) error {
		archive, _, err := c.rt.api.CopyFromContainer(ctx, id, exportPath)
		if err != nil {
			return err
		}
		defer archive.Close()
		told, err := c.rt.api.ImageImport(ctx, image.ImportSource{Source: archive, SourceName: "-"}, ref, image.ImportOptions{Changes: labels})
		if err != nil {
			return err
		}
		defer told.Close()
		return follow(told, (&reporter{}).phase("", 0))
	})
}

// RemoveSnapshot forgets a snapshot. A cluster that runs on its images goes on; they go with it.
func (r *Runtime) RemoveSnapshot(ctx context.Context, cluster, name string) error {
	if _, err := r.Snapshot(ctx, cluster, name); err != nil {
		return err
	}
	if err := r.removeSnapshot(ctx, cluster, name); err != nil {
		return fmt.Errorf("remove snapshot %s of cluster %s: %w", name, cluster, err)
	}
	return nil
}

func (r *Runtime) removeSnapshot(ctx context.Context, cluster, name string) error {
	s, err := r.Snapshot(ctx, cluster, name)
	if errors.Is(err, ErrNoSnapshot) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, ref := range s.images { // one after the other: they share layers
		// Forced, an image that is in use loses its name only.
		_, err := r.api.ImageRemove(uncancelled(ctx), ref, image.RemoveOptions{Force: true, PruneChildren: true})
		if err != nil && !cerrdefs.IsNotFound(err) {
			return err
		}
	}
	return r.dropNameless(ctx, cluster)
}

// dropNameless removes the images of removed snapshots that no node runs on any more.
func (r *Runtime) dropNameless(ctx context.Context, cluster string) error {
	args := ofCluster(cluster)
	args.Add("label", LabelSnapshot)
	args.Add("dangling", "true")
	list, err := r.api.ImageList(ctx, image.ListOptions{Filters: args})
	if err != nil {
		return fmt.Errorf("list the images of snapshots: %w", err)
	}
	for _, i := range list {
		_, err := r.api.ImageRemove(ctx, i.ID, image.RemoveOptions{PruneChildren: true})
		if err != nil && !cerrdefs.IsConflict(err) && !cerrdefs.IsNotFound(err) {
			return fmt.Errorf("remove an image of a snapshot: %w", err)
		}
	}
	return nil
}
