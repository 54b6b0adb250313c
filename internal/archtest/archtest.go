// Package archtest holds the arrows between the project's packages as a test: who may import whom, which packages do no
// I/O, and that the engine's client library stays behind sim/docker. It reads the source tree; nothing is built.
//
//	go test ./internal/archtest
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

const module = "simulacro"

// pkgFile is one non-test file, with what the rules look at.
type pkgFile struct {
	pkg     string // path below the module, "" for the top
	path    string
	imports []string
	spawns  bool // has a go statement
}

// load parses every Go file below root that is part of the program.
func load(root string) ([]pkgFile, error) {
	var files []pkgFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || d.Name() == "out") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parse(root, path)
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

func parse(root, path string) (pkgFile, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return pkgFile{}, err
	}
	rel, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return pkgFile{}, err
	}
	f := pkgFile{pkg: filepath.ToSlash(rel), path: path}
	if f.pkg == "." {
		f.pkg = ""
	}
	for _, spec := range tree.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return pkgFile{}, fmt.Errorf("%s: import %s: %w", path, spec.Path.Value, err)
		}
		f.imports = append(f.imports, name)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		_, isGo := n.(*ast.GoStmt)
		f.spawns = f.spawns || isGo
		return !f.spawns
	})
	return f, nil
}

// rule refuses some imports to some packages.
type rule struct {
	name    string
	applies func(pkg string) bool
	refuses func(pkg, imported string) bool
}

// check lists every breach of a rule.
func check(files []pkgFile, rules []rule) []string {
	var breaches []string
	for _, f := range files {
		for _, r := range rules {
			if !r.applies(f.pkg) {
				continue
			}
			for _, imp := range f.imports {
				if r.refuses(f.pkg, imp) {
					breaches = append(breaches, fmt.Sprintf("%s imports %s: %s", f.path, imp, r.name))
				}
			}
		}
	}
	return breaches
}

// ours gives an import's path below the module.
func ours(imported string) (string, bool) {
	return strings.CutPrefix(imported, module+"/")
}

// within tells whether pkg is dir or lies below it.
func within(pkg string, dirs ...string) bool {
	for _, d := range dirs {
		if pkg == d || strings.HasPrefix(pkg, d+"/") {
			return true
		}
	}
	return false
}

func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && first != module
}
