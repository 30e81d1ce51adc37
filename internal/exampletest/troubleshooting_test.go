// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTroubleshooting holds the troubleshooting guide and the provider's
// source together: each summary of an error or warning has a heading, and no
// heading outlives its message. In headings, … stands for what varies.
func TestTroubleshooting(t *testing.T) {
	guide := read(t, "templates/guides/troubleshooting.md.tmpl")
	own, _, found := strings.Cut(guide, "\n## Messages of Terraform itself\n")
	if !found {
		t.Fatal("the guide has no section for Terraform's own messages")
	}
	headings := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(own, -1) {
		headings[heading[1]] = false
	}

	for _, summary := range summaries(t) {
		if _, found := headings[summary.text]; !found {
			t.Errorf("%s: no heading for %q in the troubleshooting guide", summary.at, summary.text)
		}
		headings[summary.text] = true
	}
	delete(headings, "Nothing arrives, and Terraform is content") // a symptom, not a message
	for heading, used := range headings {
		if !used {
			t.Errorf("the troubleshooting guide has %q, which no message is called", heading)
		}
	}
}

// position of the summary among the arguments of what makes a diagnostic.
var summaryArgument = map[string]int{
	"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0, "AddError": 0, "AddWarning": 0,
	"NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1, "AddAttributeError": 1, "AddAttributeWarning": 1,
}

type summary struct{ text, at string }

// summaries reads the provider's source for the summaries of its diagnostics.
// It fails the test on one that it can't read, rather than pass over it.
func summaries(t *testing.T) []summary {
	t.Helper()
	source := providerSource(t)
	var found []summary
	for _, file := range source.files {
		// Functions that hand a parameter on as the summary, as at() does.
		ast.Inspect(file, func(node ast.Node) bool {
			function, ok := node.(*ast.FuncDecl)
			if !ok {
				return true
			}
			ast.Inspect(function, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok {
					return true
				}
				argument, known := source.summaryOf(call)
				if !known {
					return true
				}
				if _, passedOn := source.parameter(function, argument); passedOn {
					return true // read where the function is called
				}
				text, ok := source.text(argument)
				at := source.set.Position(argument.Pos())
				if !ok {
					t.Errorf("%s: can't tell what this summary says", at)
				} else if text != "" {
					found = append(found, summary{text, fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)})
				}
				return true
			})
			return false
		})
	}
	if len(found) < 30 {
		t.Fatalf("only %d messages found: does this test still read the source?", len(found))
	}
	return found
}

// providerCode is the parsed source of internal/provider, without its tests.
type providerCode struct {
	set       *token.FileSet
	files     []*ast.File
	constants map[string]string
	wrappers  map[string]int // functions that make a diagnostic of a parameter: its position
}

func providerSource(t *testing.T) *providerCode {
	t.Helper()
	source := &providerCode{set: token.NewFileSet(), constants: map[string]string{}, wrappers: map[string]int{}}
	for _, name := range files(t, filepath.Join(repository, "internal/provider"), ".go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(source.set, filepath.Join(repository, "internal/provider", name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		source.files = append(source.files, file)
	}
	for _, file := range source.files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ValueSpec:
				for i, value := range node.Values {
					if text, ok := source.text(value); ok && i < len(node.Names) {
						source.constants[node.Names[i].Name] = text
					}
				}
			case *ast.FuncDecl:
				ast.Inspect(node, func(inner ast.Node) bool {
					if call, ok := inner.(*ast.CallExpr); ok {
						if argument, known := source.summaryOf(call); known {
							if position, ok := source.parameter(node, argument); ok {
								source.wrappers[node.Name.Name] = position
							}
						}
					}
					return true
				})
			}
			return true
		})
	}
	return source
}

// summaryOf is the argument of a call that becomes a diagnostic's summary.
func (s *providerCode) summaryOf(call *ast.CallExpr) (ast.Expr, bool) {
	var name string
	switch callee := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = callee.Sel.Name
	case *ast.Ident:
		name = callee.Name
	}
	position, known := summaryArgument[name]
	if !known {
		position, known = s.wrappers[name]
	}
	if !known || position >= len(call.Args) {
		return nil, false
	}
	return call.Args[position], true
}

// parameter is the position of the function's parameter that the expression is.
func (s *providerCode) parameter(function *ast.FuncDecl, expression ast.Expr) (int, bool) {
	identifier, ok := expression.(*ast.Ident)
	if !ok {
		return 0, false
	}
	var names []string
	for _, field := range function.Type.Params.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	position := slices.Index(names, identifier.Name)
	return position, position >= 0
}

// text is what an expression says, with … for what varies. It is "" for the
// summary of another diagnostic, which is read where that one is made.
func (s *providerCode) text(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, found := s.constants[e.Name]
		return text, found
	case *ast.BinaryExpr:
		left, leftOK := s.text(e.X)
		right, rightOK := s.text(e.Y)
		return left + right, leftOK && rightOK
	case *ast.CallExpr:
		callee, ok := e.Fun.(*ast.SelectorExpr)
		switch {
		case ok && callee.Sel.Name == "Summary":
			return "", true
		case ok && callee.Sel.Name == "Sprintf" && len(e.Args) > 0:
			format, ok := s.text(e.Args[0])
			format = strings.ReplaceAll(format, "%q", `"…"`)
			return regexp.MustCompile(`%[a-z]`).ReplaceAllString(format, "…"), ok
		}
	}
	return "", false
}
