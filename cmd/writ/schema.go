package main

import (
	_ "embed"

	"github.com/spf13/cobra"
)

// schema describes every answer in JSON.
//
//go:embed schema.json
var schema string

func (a *app) schema() *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "What do answers in JSON look like?",
		Long:    "Print the JSON Schema (draft 2020-12) of what the verbs answer with --format json.\nIts $defs have one for each verb: can, call (can --api), needs (can --needs),\nwhy, check, test, explain, version, and one for each list of catalog.",
		Example: "  writ schema > writ.schema.json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s takes no arguments", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out.w.WriteString(schema)
			return err
		},
	}
}
