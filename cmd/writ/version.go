package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is that of the build, or devel.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell which writ this is",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s takes no arguments", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			v := version()
			if a.format.value == "json" {
				return a.out.json(struct {
					Version int    `json:"version"`
					Writ    string `json:"writ"`
					Go      string `json:"go"`
					System  string `json:"system"`
				}{jsonVersion, v, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
			}
			a.out.line("writ ", v, " (", runtime.Version(), " ", runtime.GOOS+"/"+runtime.GOARCH, ")")
			return nil
		},
	}
}
