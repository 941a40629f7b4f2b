package catalog_test

import (
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
)

func parse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Parse("test.json", []byte(text))
	require.NoError(t, err)
	return c
}

func parseFile(t testing.TB, file string) *catalog.Catalog {
	t.Helper()
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	return parse(t, string(src))
}

func name(s string) action.Name { return action.MustParse(s) }

func find(t testing.TB, c *catalog.Catalog, s string) *catalog.Action {
	t.Helper()
	a, ok := c.Action(name(s))
	require.True(t, ok, s)
	return a
}

func texts[T any](seq iter.Seq[T]) string {
	var words []string
	for v := range seq {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, " ")
}

var (
	actionCells = []string{"", "name", "accessLevel", "resourceTypes", "conditionKeys", "actionLevelConditionKeys", "aliases"}
	apiCells    = []string{"", "method", "path", "actions", "dependentActions", "v11Action", "v11Dependencies", "iamProject", "enterpriseProject"}
)

// The following write out everything that a catalog says.

func dumpAction(a *catalog.Action) string {
	var b strings.Builder
	fmt.Fprintf(&b, "action %s %s %s permission only %v, keys %s, own %s, aliases %s, resources %s %s\n", a.Name(), a, a.Access(), a.PermissionOnly(),
		texts(a.Keys()), texts(a.ActionKeys()), texts(a.Aliases()), texts(a.Resources()), a.Basis())
	for typ := range a.Types() {
		fmt.Fprintf(&b, "\ttype %s:%s %v %s\n", typ.Service(), typ.Type(), typ.Required(), texts(typ.Keys()))
	}
	for g := range a.Gaps() {
		fmt.Fprintf(&b, "\tgap %s %s\n", g.Cell(), texts(g.Candidates()))
	}
	for _, cell := range actionCells {
		fmt.Fprintf(&b, "\t%s %s\n", cell, a.Evidence(cell))
	}
	return b.String()
}

func dumpAPI(a *catalog.API) string {
	var b strings.Builder
	v11, _ := a.V11Action()
	iam, iamKnown := a.IAMProject()
	eps, epsKnown := a.EnterpriseProject()
	fmt.Fprintf(&b, "API %s %s %s mapped %v, actions %s, dependent %s, v1.1 %s %s, %v %v %v %v, old %s\n", a.Method(), a.Path(), a.OperationID(), a.Mapped(),
		texts(a.Actions()), texts(a.DependentActions()), v11, texts(a.V11Dependencies()), iam, iamKnown, eps, epsKnown, texts(a.LegacyPaths()))
	for _, cell := range apiCells {
		fmt.Fprintf(&b, "\t%s %s\n", cell, a.Evidence(cell))
	}
	return b.String()
}

func dump(c *catalog.Catalog) string {
	var b strings.Builder
	for a := range c.Actions(nil) {
		b.WriteString(dumpAction(a))
	}
	for k := range c.Keys() {
		fmt.Fprintf(&b, "key %s %s %v %s\n", k, k.Type(), k.Multi(), k.Grade())
	}
	for r := range c.ResourceTypes() {
		fmt.Fprintf(&b, "type %s %s %s %s\n", r.Service(), r.Type(), r.URN(), r.Evidence())
	}
	for a := range c.APIs() {
		b.WriteString(dumpAPI(a))
	}
	for a := range c.UnmappedAPIs() {
		b.WriteString(dumpAPI(a))
	}
	for a := range c.Operations() {
		b.WriteString(dumpAPI(a))
	}
	for p := range c.Permissions() {
		q, _ := c.Permission(p.Name())
		fmt.Fprintf(&b, "permission %s %s %p\n", p.Name(), p.Service(), q)
	}
	return b.String()
}

// requireSame checks that two catalogs say the same, and shows the first line
// in which they do not.
func requireSame(t testing.TB, want, got *catalog.Catalog) {
	t.Helper()
	one, other := dump(want), dump(got)
	if one == other {
		return
	}
	w, g := strings.Split(one, "\n"), strings.Split(other, "\n")
	for i := range min(len(w), len(g)) {
		require.Equal(t, w[i], g[i])
	}
	require.Len(t, g, len(w))
}

// The raw data of CBR answer as the embedded catalog does.
func TestParseCBR(t *testing.T) {
	c, def := parseFile(t, "data/cbr.json"), catalog.Default()
	of := func(c *catalog.Catalog) (out []string) {
		for a := range c.Actions(nil) {
			if a.Name().Service() == "cbr" {
				out = append(out, dumpAction(a))
			}
		}
		for _, apis := range []iter.Seq[*catalog.API]{c.APIs(), c.UnmappedAPIs()} {
			for a := range apis {
				out = append(out, dumpAPI(a))
			}
		}
		for r := range c.ResourceTypes() {
			out = append(out, fmt.Sprintln(r.Service(), r.Type(), r.URN(), r.Evidence()))
		}
		for k := range c.Keys() {
			if strings.HasPrefix(k.String(), "cbr:") {
				out = append(out, fmt.Sprintln(k, k.Type(), k.Multi(), k.Grade()))
			}
		}
		return out
	}
	require.Equal(t, of(def), of(c))
	require.Len(t, of(c), 90+69+6+6+4)
	keys := 0
	for k := range c.Keys() {
		same, ok := def.Key(condition.NewKey(k.String()))
		require.True(t, ok, k)
		require.Equal(t, same.Info(), k.Info(), k)
		require.Equal(t, same.String(), k.String())
		keys++
	}
	require.Equal(t, 8, keys)
	_, ok := c.Key(condition.NewKey("g:ResourceTag/Team"))
	require.True(t, ok)
	merged, err := def.With(c)
	require.NoError(t, err)
	requireSame(t, def, merged)
}

// Names are found however they are written, and order is that of the names.
func TestParseFindsNames(t *testing.T) {
	c := parse(t, `{"service": "Shop", "x-own": [1, {}],
		"actions": [
			{"name": "Shop:Item:Get", "accessLevel": "read", "resourceTypes": [{"type": "Item", "conditionKeys": ["shop:tag/<any>"]}, {"service": "Crm", "type": "Customer"}]},
			{"name": "shop::A", "accessLevel": "list", "x-y": null}],
		"conditionKeys": [{"key": "shop:Tag/<any>", "type": "string", "multivalued": true}, {"key": "Shop:Age", "type": "numeric", "multivalued": false}],
		"resourceTypes": [{"type": "shelf"}, {"type": "item"}]}`)
	require.Equal(t, "shop::A Shop:Item:Get", texts(c.Actions(nil)))
	a := find(t, c, "shop:item:get")
	require.True(t, a.HasType("", "ITEM") && a.HasType("crm", "customer") && !a.HasType("", "customer"))
	require.Equal(t, "Shop:Age shop:Tag/<any>", texts(func(yield func(string) bool) {
		for k := range c.Keys() {
			yield(k.String())
		}
	}))
	k, ok := c.Key(condition.NewKey("SHOP:tag/Team"))
	require.True(t, ok && k.Multi() && k.String() == "shop:Tag/<any>")
	require.Equal(t, "", k.Grade())
	require.Equal(t, catalog.Unknown, a.Evidence("name"))
	require.Empty(t, texts(a.Gaps()), "a catalog that says nothing of evidence has no gaps")
	var types []string
	for r := range c.ResourceTypes() {
		types = append(types, r.Service()+":"+r.Type()+r.URN())
	}
	require.Equal(t, []string{"shop:item", "shop:shelf"}, types)
}

// Rows of one action are one action.
func TestParseUnitesRows(t *testing.T) {
	c := parse(t, `{"service": "shop", "completeness": {"actions": 2, "sourceRows": 4}, "actions": [
		{"name": "shop:item:get", "accessLevel": "read", "resourceTypes": [{"type": "item", "required": true, "conditionKeys": ["shop:B"]}],
			"aliases": ["shop:items:show"], "evidence": "table"},
		{"name": "shop:item:get", "accessLevel": "read", "resourceTypes": [{"type": "shelf"}, {"type": "ITEM", "required": true, "conditionKeys": ["shop:A", "shop:b"]}],
			"aliases": ["shop:items:get", "shop:items:show"], "actionLevelConditionKeys": ["g:TagKeys"], "permissionOnly": true, "evidence": "doc"},
		{"name": "shop:item:get", "accessLevel": "read", "cells": {"aliases": "unknown"}, "gaps": [{"cell": "aliases", "reason": "", "candidates": ["z", "b"]}]},
		{"name": "shop:item:list", "accessLevel": "list", "gaps": [{"cell": "aliases", "reason": "lost", "candidates": ["b"]}, {"cell": "name", "reason": "lower case"}]},
		{"name": "SHOP:item:list", "accessLevel": "list", "gaps": [{"cell": "aliases", "reason": "lost", "candidates": ["b", "a"]}]}]}`)
	require.Equal(t, `action shop:item:get shop:item:get read permission only true, keys g:TagKeys shop:A shop:B, own g:TagKeys, aliases shop:items:get shop:items:show, resources  
	type shop:item true shop:A shop:B
	type shop:shelf false 
	gap aliases b z
	 doc
	name doc
	accessLevel doc
	resourceTypes doc
	conditionKeys doc
	actionLevelConditionKeys doc
	aliases inferred
action shop:item:list shop:item:list list permission only false, keys , own , aliases , resources  
	gap name 
	gap aliases a b
	 unknown
	name inferred
	accessLevel unknown
	resourceTypes unknown
	conditionKeys unknown
	actionLevelConditionKeys unknown
	aliases unknown
`, dump(c))
}

const schema = `{
	"version": "1.0.0",
	"actions": [
		{"name": "shop:item:get", "access_level": "read", "permission_only": false, "description": {"en_US": "Show an item", "zh_CN": "查看"},
			"aliases": ["shop:items:get"], "condition_keys": ["g:TagKeys"],
			"resources": [
				{"urn_template": "shop:<region>:<account-id>:item:<item-id>", "required": true, "condition_keys": ["shop:Colour", "g:ResourceTag/<tag-key>"]},
				{"urn_template": "crm:<region>:<account-id>:customer:<name>", "required": false}]},
		{"name": "shop::pass", "access_level": "permission_management", "permission_only": true, "description": null, "aliases": null, "resources": null, "condition_keys": null}
	],
	"resources": [{"type_name": "item", "urn_template": "shop:<region>:<account-id>:item:<item-id>"}],
	"conditions": [{"key": "shop:Colour", "value_type": "string", "multi_valued": true, "description": {"en_US": "", "zh_CN": null}}],
	"operations": [
		{"operation_id": "ShowItem", "operation_action": "shop:item:get", "dependent_actions": ["smn:topic:publish"]},
		{"operation_id": "ListItems", "operation_action": "shop:item:get"}
	]
}`

// Huawei Cloud's own description of a service is read as well.
func TestParseAuthorizationSchema(t *testing.T) {
	c := parse(t, schema)
	require.Equal(t, `action shop::pass shop::pass permission_management permission only true, keys , own , aliases , resources  
	 table
	name table
	accessLevel table
	resourceTypes table
	conditionKeys table
	actionLevelConditionKeys table
	aliases table
action shop:item:get shop:item:get read permission only false, keys g:ResourceTag/<tag-key> g:TagKeys shop:Colour, own g:TagKeys, aliases shop:items:get, resources  
	type crm:customer false 
	type shop:item true g:ResourceTag/<tag-key> shop:Colour
	 table
	name table
	accessLevel table
	resourceTypes table
	conditionKeys table
	actionLevelConditionKeys table
	aliases table
key shop:Colour string true table
type shop item shop:<region>:<account-id>:item:<item-id> table
API   ListItems mapped true, actions shop:item:get, dependent , v1.1  , false false false false, old 
	 table
	method unknown
	path unknown
	actions table
	dependentActions table
	v11Action unknown
	v11Dependencies unknown
	iamProject unknown
	enterpriseProject unknown
API   ShowItem mapped true, actions shop:item:get, dependent smn:topic:publish, v1.1  , false false false false, old 
	 table
	method unknown
	path unknown
	actions table
	dependentActions table
	v11Action unknown
	v11Dependencies unknown
	iamProject unknown
	enterpriseProject unknown
`, dump(c))
	require.Equal(t, dump(parse(t, `{"actions": [{"name": "a:b:c", "access_level": "list", "permission_only": false}]}`)),
		dump(parse(t, `{"version": null, "operations": null, "actions": [{"name": "a:b:c", "access_level": "list", "permission_only": false}]}`)))
}

func TestNeeded(t *testing.T) {
	c := parseFile(t, "../testdata/examples/orders-catalog.json")
	paths := func(n string) (out []string) {
		for a := range c.APIsFor(name(n)) {
			out = append(out, a.Method()+" "+a.Path()+a.OperationID())
		}
		return out
	}
	require.Equal(t, []string{"GET /v1/{project_id}/orders/{order_id}ShowOrder"}, paths("Orders:order:get"))
	require.Equal(t, []string{"POST /v1/{project_id}/customers/{customer_id}/ordersCreateOrder"}, paths("smn:topic:publish"))
	require.Empty(t, paths("orders:order:tag"))
	require.Equal(t, "orders::getQuota", find(t, c, "orders::getquota").String())
	all := "orders::getquota orders:order:create orders:order:get orders:order:list orders:order:refund orders:order:update"
	require.Equal(t, all, texts(catalog.Needed(c.APIs(), false)))
	require.Equal(t, all+" smn:topic:publish", texts(catalog.Needed(c.APIs(), true)))
	for range catalog.Needed(c.APIs(), true) {
		break
	}
	for a := range parse(t, schema).APIsFor(name("shop:item:get")) {
		require.Equal(t, "ListItems", a.OperationID(), "in the order of names")
		break
	}
	require.Empty(t, texts(catalog.Needed(new(catalog.Catalog).APIs(), true)))
}
