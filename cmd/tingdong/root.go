package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// rootCmd is the whole command line. Cobra v1.10 (Apache-2.0) parses it,
// viper v1.21 (MIT) adds the environment and a YAML file.
func rootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:   "tingdong",
		Short: "听懂 – 政府门户网站的语音导航与搜索服务 / voice navigation and search for portals",
		Long: `听懂：访客说出栏目名、「找一下教育局」或「我要投诉」，门户就打开那一栏；没有栏目回答的，就去搜索。
Tingdong understands what a portal's visitors say: it opens the column that was named,
and searches for what no column answers. Everything runs on this machine.

每个选项也可以写成环境变量 TINGDONG_<选项>，或写进 --config 指定的 YAML 文件。
Every flag may also be given as TINGDONG_<FLAG>, or in the YAML file that --config names.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return configure(cmd)
		},
	}
	root.PersistentFlags().String("config", "", "YAML file with settings")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(serveCmd(), askCmd(), listenCmd(), searchCmd(), importCmd(), grammarCmd(),
		modelsCmd(), benchCmd(), doctorCmd(), tokenCmd(), widgetCmd(), auditCmd(), workerCmd(), crawlCmd(), searchEvalCmd(), insightsCmd(), backupCmd(), restoreCmd())
	return root
}

// configure fills the flags that were not given: from TINGDONG_*, then from
// the YAML file.
func configure(cmd *cobra.Command) error {
	v := viper.New()
	v.SetEnvPrefix("TINGDONG")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	file, _ := cmd.Flags().GetString("config")
	if file == "" {
		file = v.GetString("config")
	}
	if file != "" {
		v.SetConfigFile(file)
		v.SetConfigType("yaml")
		if err := v.ReadInConfig(); err != nil {
			return fmt.Errorf("reading the settings: %w", err)
		}
	}
	var first error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "config" || f.Name == "help" || !v.IsSet(f.Name) || first != nil {
			return
		}
		if err := setFlag(f, v); err != nil {
			first = &usageError{fmt.Errorf("setting %s: %w", f.Name, err)}
		}
	})
	return first
}

func setFlag(f *pflag.Flag, v *viper.Viper) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values := v.GetStringSlice(f.Name)
		if s, ok := v.Get(f.Name).(string); ok {
			values = strings.Split(s, ",")
		}
		return list.Replace(values)
	}
	return f.Value.Set(v.GetString(f.Name))
}

// common are the flags of the commands that answer questions.
type common struct {
	data     string
	columns  string
	grammars []string
	models   []string
}

func (c *common) addData(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.data, "data", "./data", "directory of all state")
}

func (c *common) add(cmd *cobra.Command) {
	c.addData(cmd)
	cmd.Flags().StringVar(&c.columns, "columns", "", "use this column table instead of the saved one")
	cmd.Flags().StringArrayVar(&c.grammars, "grammar", nil, "use this grammar instead of the saved ones (repeatable)")
}

func (c *common) addModel(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&c.models, "model", []string{"starter-zh"}, "speech model, by name or directory (repeatable: one for each language)")
}
