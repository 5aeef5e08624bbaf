package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tingdong/tingdong/models"
)

func TestModelsAdapt(t *testing.T) {
	oneShot(t)
	data, text := t.TempDir(), filepath.Join(t.TempDir(), "titles.txt")
	write(t, text, "红树林湿地巡护预约\n\n红树林湿地保护通知\n")
	model := models.Default
	out, errs, code := output(t, "", "models", "adapt", model, text, "--data", data, "--name", "portal")
	if code != 0 || !strings.Contains(out, "2 句") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if _, errs, code := output(t, "", "models", "verify", "portal", "--data", data); code != 0 {
		t.Errorf("the adapted model: exit %d: %s", code, errs)
	}
	if _, errs, code := output(t, "红树林\n", "models", "adapt", model, "-", "--data", data, "--name", "portal"); code == 0 || !strings.Contains(errs, "exists") {
		t.Errorf("over the model before: exit %d: %s", code, errs)
	}
	if _, errs, code := output(t, "", "models", "adapt", model, "--data", data); code != 2 || !strings.Contains(errs, "--columns") {
		t.Errorf("without any text: exit %d: %s", code, errs)
	}
	columns := filepath.Join("grammar", "shipped", "columns.yaml")
	if out, errs, code := output(t, "", "models", "adapt", model, "--columns", columns, "--data", data); code != 0 || !strings.Contains(out, models.Default+"-adapted") {
		t.Errorf("to columns: exit %d: %s%s", code, out, errs)
	}
}
