package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/session"
)

func askCmd() *cobra.Command {
	var c common
	var ask session.Ask
	cmd := &cobra.Command{
		Use:   "ask TEXT|-",
		Short: "文字 → 应答 / what the portal should do for a text",
		Example: `  tingdong ask 找一下教育局
  printf '我要投诉\n{"q":"放大字体","role":"resident"}\n' | tingdong ask -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := openDesk(cmd.Context(), &c, false)
			if err != nil {
				return err
			}
			defer d.Close()
			if !isStdin(args) {
				ask.Text = strings.Join(args, " ")
				r, err := d.ask(cmd.Context(), ask)
				if err != nil {
					return err
				}
				return newPrinter(cmd, true).print(r)
			}
			return answerLines(cmd, func(line []byte) (any, error) {
				a, err := parseAsk(line, ask)
				if err != nil {
					return nil, err
				}
				return d.ask(cmd.Context(), a)
			})
		},
	}
	c.add(cmd)
	addJSON(cmd)
	cmd.Flags().StringVar(&ask.Role, "role", "", "resident, enterprise or tourist")
	cmd.Flags().StringVar(&ask.Lang, "lang", "", "language of the page, such as zh-CN or en")
	cmd.Flags().StringVar(&ask.Page, "page", "", "path of the page that the visitor is on")
	cmd.Flags().StringVar(&ask.Session, "session", "", "a name that ties turns of one dialogue together (with a running service)")
	return cmd
}

// parseAsk reads a line: a text, or a JSON object with q, alternatives, lang,
// role, page, session. What the object leaves out comes from the flags.
func parseAsk(line []byte, base session.Ask) (session.Ask, error) {
	a := base
	if trimmed := bytes.TrimSpace(line); len(trimmed) == 0 || trimmed[0] != '{' {
		a.Text = string(line)
		return a, nil
	}
	if !utf8.Valid(line) {
		return a, fmt.Errorf("the line is not valid UTF-8")
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf(`the line is not the JSON of a question, such as {"q":"找一下教育局"}: %w`, err)
	}
	return a, nil
}
