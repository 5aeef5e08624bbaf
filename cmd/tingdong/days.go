package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// days is a flag for a long time: "90d", or what time.ParseDuration takes.
type days struct{ time.Duration }

var _ pflag.Value = (*days)(nil)

const day = 24 * time.Hour

// Set reads a value; less than an hour, or more than ten years, is a mistake.
func (d *days) Set(s string) error {
	v, err := time.ParseDuration(s)
	if n, ok := strings.CutSuffix(s, "d"); ok {
		var count int
		count, err = strconv.Atoi(n)
		v = time.Duration(min(count, 100000)) * day
	}
	if err != nil || v < time.Hour || v > 3660*day {
		return fmt.Errorf("%q is no such time; write days such as 90d (1h to 3660d)", s)
	}
	d.Duration = v
	return nil
}

func (d *days) String() string {
	if d.Duration%day == 0 {
		return fmt.Sprintf("%dd", d.Duration/day)
	}
	return d.Duration.String()
}

// Type names the flag's kind in the help.
func (d *days) Type() string { return "days" }
