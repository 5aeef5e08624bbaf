package grammar

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed shipped
var shipped embed.FS

// Source is a file that is not yet parsed.
type Source struct {
	Name string
	Data []byte
}

// Shipped lists the grammars of the demo portal.
func Shipped() []Source { return shippedFiles(".yaml") }

// ShippedTests lists the test scripts of the shipped grammars.
func ShippedTests() []Source { return shippedFiles(".test") }

// ShippedColumns is the column table of the demo portal.
func ShippedColumns() Source {
	return Source{columnsFile, readShipped(columnsFile)}
}

const columnsFile = "columns.yaml"

func shippedFiles(ext string) []Source {
	entries, err := fs.ReadDir(shipped, "shipped")
	if err != nil {
		return nil // the folder is compiled in
	}
	var out []Source
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ext) && name != columnsFile {
			out = append(out, Source{name, readShipped(name)})
		}
	}
	return out
}

func readShipped(name string) []byte {
	data, err := shipped.ReadFile(path.Join("shipped", name))
	if err != nil {
		return nil // the file is compiled in
	}
	return data
}
