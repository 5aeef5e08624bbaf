package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/models"
)

// verdict is the answer of "models verify" for one model.
type verdict struct {
	Name     string   `json:"name"`
	Dir      string   `json:"dir,omitempty"`
	OK       bool     `json:"ok"`
	Problems []string `json:"problems,omitempty"`
}

func modelsVerifyCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "verify [MODEL…]",
		Short: "检查模型文件是否齐全、完好（缺省：全部）/ are a model's files whole? (default: all)",
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := namesOr(args, c.data)
			if err != nil {
				return err
			}
			return verifyAll(cmd, names, c.data)
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	return cmd
}

func namesOr(args []string, data string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	here, err := models.List(models.Dirs(data)...)
	if err != nil {
		return nil, err
	}
	if len(here) == 0 {
		return nil, fmt.Errorf("%w: no model lies in %s: run \"tingdong models pull\"", models.ErrNotFound, strings.Join(models.Dirs(data), ", "))
	}
	var names []string
	for _, m := range here {
		names = append(names, m.Name)
	}
	return names, nil
}

func verifyAll(cmd *cobra.Command, names []string, data string) error {
	asJSON, _ := cmd.Flags().GetBool("json")
	p := newPrinter(cmd, false)
	failed := false
	for _, name := range names {
		v := verify(name, data)
		failed = failed || !v.OK
		if asJSON {
			if err := p.print(v); err != nil {
				return err
			}
			continue
		}
		if v.OK {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: 完好 / whole (%s)\n", v.Name, v.Dir)
		}
		for _, problem := range v.Problems {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", v.Name, problem)
		}
	}
	if failed {
		return errReported
	}
	return nil
}

func verify(name, data string) verdict {
	m, err := models.Find(name, models.Dirs(data)...)
	if err == nil {
		err = models.Verify(m.Dir)
	}
	v := verdict{Name: name, Dir: m.Dir, OK: err == nil}
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.Is(err, models.ErrBroken) && errors.As(err, &many):
		for _, problem := range many.Unwrap() {
			v.Problems = append(v.Problems, problem.Error())
		}
	default:
		v.Problems = []string{err.Error()}
	}
	return v
}
