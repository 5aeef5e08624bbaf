package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tingdong/tingdong/server/web/widget"
)

func widgetCmd() *cobra.Command {
	var url string
	var languages []string
	cmd := &cobra.Command{
		Use:   "widget",
		Short: "语音按钮的 <script> 标签，带完整性校验 / the voice button's tags with their hashes",
		Long: `打印放进网页 <head> 的标签：浏览器只接受与这个版本一致的文件。升级后要重新打印。
Prints the tags for a page's <head>; a browser then takes only the files of this version.
Print them again after an upgrade. A running service has the hashes at /widget/integrity.json.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tags, err := widget.Tags(url, languages...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), tags)
			return err
		},
	}
	cmd.Flags().StringVar(&url, "server", "http://localhost:8080", "address of the service, as pages reach it")
	cmd.Flags().StringSliceVar(&languages, "lang", nil, "languages of the pages: zh-CN, zh-Hant, en; their texts are checked, too (default: all three)")
	return cmd
}
