// SPDX-License-Identifier: MPL-2.0

// Command docschema prints the provider's schemas as terraform providers schema
// -json does, for tfplugindocs. It reads them from the provider itself: a CLI
// leaves out what it does not know (actions and lists before Terraform 1.14,
// identities before 1.12), and the pages must not depend on the CLI.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octoeverywhere/terraform-provider-octoeverywhere/internal/provider"
)

const (
	formatVersion = "1.0"                                            // of Terraform's own output
	providerName  = "registry.terraform.io/hashicorp/octoeverywhere" // where tfplugindocs looks
)

func main() {
	schema, err := providerSchema(context.Background(), provider.NewServer(provider.New("docs"))())
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas:       map[string]*tfjson.ProviderSchema{providerName: schema},
	}); err != nil {
		log.Fatal(err)
	}
}

// providerSchema returns all that tfplugindocs renders.
func providerSchema(ctx context.Context, server tfprotov6.ProviderServer) (*tfjson.ProviderSchema, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Concat(schemas.Diagnostics, identities.Diagnostics) {
		return nil, fmt.Errorf("%s: %s", d.Summary, d.Detail)
	}
	return &tfjson.ProviderSchema{
		ConfigSchema:        ofSchema(schemas.Provider),
		ResourceSchemas:     each(schemas.ResourceSchemas, ofSchema),
		DataSourceSchemas:   each(schemas.DataSourceSchemas, ofSchema),
		ListResourceSchemas: each(schemas.ListResourceSchemas, ofSchema),
		ActionSchemas: each(schemas.ActionSchemas, func(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
			return &tfjson.ActionSchema{Block: ofSchema(a.Schema).Block}
		}),
		Functions:               each(schemas.Functions, ofFunction),
		ResourceIdentitySchemas: each(identities.IdentitySchemas, ofIdentity),
	}, nil
}

func each[From, To any](schemas map[string]From, convert func(From) To) map[string]To {
	converted := map[string]To{}
	for name, schema := range schemas {
		converted[name] = convert(schema)
	}
	return converted
}

func ofSchema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{
		Version: uint64(s.Version), //nolint:gosec // never negative
		Block: &tfjson.SchemaBlock{
			Attributes:  ofAttributes(s.Block.Attributes),
			Description: s.Block.Description, DescriptionKind: ofKind(s.Block.DescriptionKind), Deprecated: s.Block.Deprecated,
		},
	}
}

func ofAttributes(attributes []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	converted := map[string]*tfjson.SchemaAttribute{}
	for _, a := range attributes {
		to := &tfjson.SchemaAttribute{
			Description: a.Description, DescriptionKind: ofKind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if a.NestedType != nil {
			to.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  ofAttributes(a.NestedType.Attributes),
				NestingMode: tfjson.SchemaNestingMode(strings.ToLower(a.NestedType.Nesting.String())),
			}
		} else {
			setType(&to.AttributeType, a.Type)
		}
		converted[a.Name] = to
	}
	return converted
}

func ofKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(kind.String()))
}

func ofFunction(f *tfprotov6.Function) *tfjson.FunctionSignature {
	to := &tfjson.FunctionSignature{Description: f.Description, Summary: f.Summary, DeprecationMessage: f.DeprecationMessage}
	setType(&to.ReturnType, f.Return.Type)
	for _, p := range f.Parameters {
		to.Parameters = append(to.Parameters, ofParameter(p))
	}
	if f.VariadicParameter != nil {
		to.VariadicParameter = ofParameter(f.VariadicParameter)
	}
	return to
}

func ofParameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	to := &tfjson.FunctionParameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue}
	setType(&to.Type, p.Type)
	return to
}

func ofIdentity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	to := &tfjson.IdentitySchema{Version: uint64(s.Version), Attributes: map[string]*tfjson.IdentityAttribute{}} //nolint:gosec // never negative
	for _, a := range s.IdentityAttributes {
		attribute := &tfjson.IdentityAttribute{Description: a.Description, RequiredForImport: a.RequiredForImport, OptionalForImport: a.OptionalForImport}
		setType(&attribute.IdentityType, a.Type)
		to.Attributes[a.Name] = attribute
	}
	return to
}

// setType converts a type by way of JSON, which both sides write alike.
func setType(into json.Unmarshaler, from tftypes.Type) {
	text, err := json.Marshal(from)
	if err == nil {
		err = into.UnmarshalJSON(text)
	}
	if err != nil {
		panic(fmt.Sprintf("the type %s can't be written: %v", from, err))
	}
}
