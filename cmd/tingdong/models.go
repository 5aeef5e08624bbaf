package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/models"
)

func modelsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "models",
		Short: "语音模型：列出、检查、下载、调整、重载 / speech models: list, verify, pull, adapt, reload",
	}
	cmd.AddCommand(modelsListCmd(), modelsVerifyCmd(), modelsPullCmd(), modelsAdaptCmd(), modelsReloadCmd())
	return cmd
}

// modelLine is one model in the list, on this machine or only known of.
type modelLine struct {
	models.Model
	Installed bool   `json:"installed"`
	Note      string `json:"note,omitempty"`
}

func modelsListCmd() *cobra.Command {
	var c common
	cmd := &cobra.Command{
		Use:   "list",
		Short: "本机已有的和可以下载的模型 / models that are here, and that can be pulled",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			here, err := models.List(models.Dirs(c.data)...)
			if err != nil {
				return err
			}
			return printModels(cmd, modelLines(here))
		},
	}
	c.addData(cmd)
	addJSON(cmd)
	return cmd
}

func modelLines(here []models.Model) []modelLine {
	var lines []modelLine
	installed := map[string]bool{}
	for _, m := range here {
		installed[m.Name] = true
		lines = append(lines, modelLine{Model: m, Installed: true})
	}
	for _, m := range models.Catalog() {
		if !installed[m.Name] {
			lines = append(lines, modelLine{Model: models.Model{Name: m.Name, Language: m.Language, Licence: m.Licence}, Note: m.Note})
		}
	}
	return lines
}

func printModels(cmd *cobra.Command, lines []modelLine) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		p := newPrinter(cmd, false)
		for _, l := range lines {
			if err := p.print(l); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "模型 / model\t语言 / language\t许可 / licence\t采样率 / rate\t位置 / where")
	for _, l := range lines {
		where, rate := l.Dir, fmt.Sprintf("%d Hz", l.SampleRate)
		if !l.Installed {
			where, rate = "tingdong models pull "+l.Name, "–"
		}
		fmt.Fprintln(w, strings.Join([]string{l.Name, orDash(l.Language), orDash(l.Licence), rate, where}, "\t"))
	}
	return w.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func modelsPullCmd() *cobra.Command {
	var c common
	var base string
	cmd := &cobra.Command{
		Use:   "pull MODEL…",
		Short: "下载官方 Vosk 模型（可续传，校验）/ fetch official Vosk models (resumable, verified)",
		Long:  "下载官方 Vosk 模型，断了可以接着下，下完校验。\nFetch official Vosk models; a broken fetch goes on where it stopped.\n\n" + catalogText(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{errors.New("which model? One of:\n" + catalogText())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				if err := pullModel(cmd, name, filepath.Join(c.data, "models"), base); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.addData(cmd)
	cmd.Flags().StringVar(&base, "base-url", models.OfficialURL, "a mirror of the models' site")
	return cmd
}

func catalogText() string {
	var b strings.Builder
	for _, m := range models.Catalog() {
		fmt.Fprintf(&b, "  %-28s %-6s %s\n", m.Name, m.Language, m.Note)
	}
	return b.String()
}

func pullModel(cmd *cobra.Command, name, dir, base string) error {
	bar := newBar(cmd.ErrOrStderr(), -1, name)
	defer bar.Close()
	path, err := models.Pull(cmd.Context(), name, models.PullOptions{Dir: dir, BaseURL: base, Progress: func(done, total int64) {
		if bar.GetMax64() != total {
			bar.ChangeMax64(total)
		}
		// A bar that cannot be drawn must not stop the fetch.
		_ = bar.Set64(done)
	}})
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n", path)
	return nil
}
