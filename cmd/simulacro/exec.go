package main

import (
	"github.com/spf13/cobra"

	"simulacro/sim/docker"
)

func newExec(a *app) *cobra.Command {
	var input bool
	cmd := &cobra.Command{
		Use:                   "exec [flags] NODE -- COMMAND [ARG...]",
		DisableFlagsInUseLine: true,
		Short:                 "Run a command in a node",
		Long: `Runs a command in a node as root, shows its output as it comes and ends with its exit
code. Ctrl-C ends the command in the node too. There is no shell unless you name one.`,
		Example: `  simulacro exec cluster1 -- systemctl status -l haproxy
  simulacro exec client -- curl -s http://192.168.1.101/index.php
  simulacro exec cluster1 -- sh -c 'echo "show stat" | socat - /var/lib/haproxy/stats'
  simulacro exec -i cluster2 -- tee /var/www/html/index.html <page.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := oneNode(cmd, args); err != nil {
				return err
			}
			if len(command(args)) == 0 {
				return usagef("which command? (simulacro exec %s -- COMMAND)", args[0])
			}
			return nil
		},
		ValidArgsFunction: completeNode,
	}
	cmd.Flags().SetInterspersed(false) // what follows NODE is the command's
	cmd.Flags().BoolVarP(&input, "interactive", "i", false, "give the command this command's standard input")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withCluster(cmd.Context(), func(c *docker.Cluster) error {
			std := docker.IO{Stdout: a.stdout, Stderr: a.stderr}
			if input {
				std.Stdin = a.stdin
			}
			if a.json() {
				out, err := c.ExecInput(cmd.Context(), args[0], std.Stdin, command(args)...)
				return firstError(err, func() error { return a.printJSON(out) }, ended(out.Code))
			}
			code, err := c.Run(cmd.Context(), args[0], std, command(args)...)
			return firstError(err, nil, ended(code))
		})
	}
	return cmd
}

// command is what follows NODE, without the dashes that may stand between.
func command(args []string) []string {
	if len(args) > 1 && args[1] == "--" {
		return args[2:]
	}
	return args[1:]
}

// ended is how a command's code becomes ours.
func ended(code int) error {
	if code == 0 {
		return nil
	}
	return &codeError{code: code}
}

// firstError gives err, else what print (nil is fine) fails with, else last.
func firstError(err error, print func() error, last error) error {
	if err == nil && print != nil {
		err = print()
	}
	if err == nil {
		err = last
	}
	return err
}
