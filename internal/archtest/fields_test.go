package archtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const configPackage = module + "/proxy/config"

// forTheParser are the fields of proxy/config's exported types that nobody outside of it reads, with why they have an effect all the
// same. A type with a star stands for all of its fields.
var forTheParser = map[string]string{
	"Options.*":        "what the parser is given",
	"Keyword.*":        "the reference's",
	"TLS.*":            "made into TLS.Conf, or asked by TLS's methods while handshakes are made",
	"Cert.*":           "TLS's",
	"VerifyError.Err":  "told by Error",
	"LogSample.*":      "asked by its method",
	"Global.BindTLS":   "goes into each bind's TLS",
	"Global.ServerTLS": "goes into each server's TLS",
	"Global.NoVerify":  "goes into each server's TLS",
	"Global.CrtBase":   "files are found while parsing",
	"Global.CABase":    "files are found while parsing",
	"Global.UnixBind":  "goes into each bind",
	"UnixBind.*":       "goes into each bind",
	"Address.IsUDP":    "tells which addresses are refused where they stand",
	"LogTarget.Global": "marks what the global section gave",
	"Bind.ExposeFD":    "of `stats socket`: goes into StatsSocket",
	"Bind.Arg":         "of messages",
	"Bind.Proto":       "checked against the mode",
	"Server.Proto":     "checked against the mode",
	"Server.Pos":       "of messages",
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

// director gives the packages of the director, and the export data of all that they import.
func director(t *testing.T) (packages []listed, export map[string]string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", "./proxy/...", "./cmd/proxy")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	export = map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		require.NoError(t, d.Decode(&p))
		export[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, module+"/") {
			packages = append(packages, p)
		}
	}
	return packages, export
}

// What a configuration says has an effect only where somebody reads it: a field of the parser's model that nobody does is a keyword
// that is accepted in vain.
func TestTheConfigurationIsRead(t *testing.T) {
	packages, export := director(t)
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	model, err := imports.Import(configPackage)
	require.NoError(t, err)
	fields := exportedFields(model)
	require.Greater(t, len(fields), 150)
	read := map[*types.Var]bool{}
	for _, p := range packages {
		if p.ImportPath == configPackage {
			continue
		}
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, f)
		}
		info := &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}}
		_, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, info)
		require.NoError(t, err)
		for _, s := range info.Selections {
			if v, ok := s.Obj().(*types.Var); ok {
				read[v] = true
			}
		}
	}
	used := map[string]bool{}
	var unread []string
	for f, name := range fields {
		if why := parsersOwn(name); why != "" && !read[f] {
			used[why] = true
		} else if !read[f] {
			unread = append(unread, name)
		}
	}
	sort.Strings(unread)
	require.Empty(t, unread, "fields that nobody reads")
	for name := range forTheParser {
		require.True(t, used[name], "%s is read: it need not stand in the list", name)
	}
}

// exportedFields gives the exported fields of a package's exported structs, with their names.
func exportedFields(p *types.Package) map[*types.Var]string {
	fields := map[*types.Var]string{}
	for _, name := range p.Scope().Names() {
		n, ok := p.Scope().Lookup(name).(*types.TypeName)
		if !ok || !n.Exported() {
			continue
		}
		s, ok := n.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range s.Fields() {
			if f.Exported() {
				fields[f] = fmt.Sprintf("%s.%s", name, f.Name())
			}
		}
	}
	return fields
}

// parsersOwn gives the entry of forTheParser that a field has; "": none.
func parsersOwn(field string) string {
	of, _, _ := strings.Cut(field, ".")
	for _, name := range []string{field, of + ".*"} {
		if forTheParser[name] != "" {
			return name
		}
	}
	return ""
}
