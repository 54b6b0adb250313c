package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func flagsOf(t *testing.T, argv ...string) *runFlags {
	t.Helper()
	cmd := &cobra.Command{Use: "run"}
	f := &runFlags{specFlags: addSpecFlags(cmd), parallel: 1}
	require.NoError(t, cmd.ParseFlags(argv))
	return f
}

func TestADrillThatIsNamedAndTaggedIsPlayedOnce(t *testing.T) {
	f := flagsOf(t)
	f.tag = "failover"
	tagged, err := f.scenarios(nil)
	require.NoError(t, err)
	both, err := f.scenarios([]string{"kill-server"})
	require.NoError(t, err)
	assert.Len(t, both, len(tagged), "kill-server has the tag")
	twice, err := flagsOf(t).scenarios([]string{"kill-server", "kill-server"})
	require.NoError(t, err)
	assert.Len(t, twice, 2, "who names it twice wants it twice")
}

func TestRunsAreNarratedInTheirTurn(t *testing.T) {
	f := flagsOf(t, "--director", "simulacro,haproxy")
	f.narrate = true
	isolated, err := f.isolated(2)
	assert.True(t, isolated)
	assert.NoError(t, err)
	f.parallel = 2
	_, err = f.isolated(2)
	assert.ErrorContains(t, err, "--narrate tells of one run at a time: leave out --parallel")
}

func TestWatchRefusesWhatCannotBeWatched(t *testing.T) {
	for _, argv := range [][]string{{"--interval", "0s"}, {"--interval", "-1s"}, {"--interval", "1ns"}, {"--timeout", "-1s"}, {"--timeout", "1000h"}, {"--lines", "-1"}, {"--colour", "blue"}} {
		var errs bytes.Buffer
		a := &app{stdout: &bytes.Buffer{}, stderr: &errs, getenv: func(string) string { return "" }}
		assert.Equal(t, exitUsage, a.execute(context.Background(), append([]string{"watch", "http://127.0.0.1:1/"}, argv...)), "%v", argv)
		assert.Contains(t, errs.String(), argv[0])
	}
}
