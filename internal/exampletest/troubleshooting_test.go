// SPDX-License-Identifier: MPL-2.0

package exampletest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTroubleshooting holds the troubleshooting guide and the provider's
// diagnostics together: each summary has a heading, and no heading outlives its
// message. In headings, … stands for what varies.
func TestTroubleshooting(t *testing.T) {
	own, _, found := strings.Cut(read(t, "docs/guides/troubleshooting.md"), "\n## Messages of Terraform itself\n")
	if !found {
		t.Fatal("the guide has no section for Terraform's own messages")
	}
	headings := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(own, -1) {
		headings[heading[1]] = false
	}
	for text, at := range summaries(t) {
		if _, found := headings[text]; !found {
			t.Errorf("%s: no heading for %q in the troubleshooting guide", at, text)
		}
		headings[text] = true
	}
	delete(headings, "Nothing arrives, and Terraform is content") // a symptom, not a message
	for heading, used := range headings {
		if !used {
			t.Errorf("the troubleshooting guide has %q, which no message is called", heading)
		}
	}
}

// code is the parsed source of the provider.
type code struct {
	constants map[string]string
	// at which argument functions take a summary: the framework's, and those of
	// the provider that call a parameter so
	takes map[string]int
}

// summaries are those of the provider's diagnostics, with where they stand. One
// that can't be read fails the test.
func summaries(t *testing.T) map[string]string {
	t.Helper()
	c := code{map[string]string{}, map[string]int{
		"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0, "AddError": 0, "AddWarning": 0,
		"NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1, "AddAttributeError": 1, "AddAttributeWarning": 1,
	}}
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, path := range files(t, "internal/provider", ".go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, filepath.Join(repository, path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
		ast.Inspect(file, c.declare)
	}
	found := map[string]string{}
	for _, file := range parsed {
		ast.Inspect(file, func(node ast.Node) bool {
			call, isCall := node.(*ast.CallExpr)
			if !isCall {
				return true
			}
			argument, takes := c.takes[name(call.Fun)]
			if !takes || argument >= len(call.Args) {
				return true
			}
			at := set.Position(call.Pos()).String()
			switch text, known := c.text(call.Args[argument]); {
			case name(call.Args[argument]) == "summary", name(call.Args[argument]) == "Summary":
				// handed on, and read where it is made
			case !known:
				t.Errorf("%s: can't tell what this summary says", at)
			default:
				found[text] = at
			}
			return true
		})
	}
	if len(found) < 30 {
		t.Fatalf("only %d messages found: does this test still read the source?", len(found))
	}
	return found
}

// declare notes the strings and functions that a file declares.
func (c code) declare(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.ValueSpec:
		for i, value := range node.Values {
			if text, known := c.text(value); known && i < len(node.Names) {
				c.constants[node.Names[i].Name] = text
			}
		}
	case *ast.FuncDecl:
		position := 0
		for _, field := range node.Type.Params.List {
			for _, parameter := range field.Names {
				if parameter.Name == "summary" {
					c.takes[node.Name.Name] = position
				}
				position++
			}
		}
	}
	return true
}

// text is what an expression says, with … for what varies.
func (c code) text(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, known := c.constants[e.Name]
		return text, known
	case *ast.BinaryExpr:
		left, leftKnown := c.text(e.X)
		right, rightKnown := c.text(e.Y)
		return left + right, leftKnown && rightKnown
	case *ast.CallExpr:
		if name(e.Fun) == "Sprintf" {
			format, known := c.text(e.Args[0])
			return regexp.MustCompile(`%[a-z]`).ReplaceAllString(format, "…"), known
		}
		return "…", true
	}
	return "", false
}

// name is that of a function, a variable or a field, without what it is of.
func name(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return name(e.Fun)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
