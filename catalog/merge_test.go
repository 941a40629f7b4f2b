package catalog_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
)

func ExampleCatalog_With() {
	src, err := os.ReadFile("../testdata/examples/orders-catalog.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	orders, err := catalog.Parse("orders-catalog.json", src)
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := catalog.Default().With(orders)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range []string{"orders:order:get", "cbr:vaults:delete"} {
		a, _ := all.Action(action.MustParse(s))
		fmt.Println(a, a.Access())
	}
	for api := range all.APIsFor(action.MustParse("orders:order:create")) {
		fmt.Println(api.Method(), api.Path())
	}
	// Output:
	// orders:order:get read
	// cbr:vaults:delete write
	// POST /v1/{project_id}/customers/{customer_id}/orders
}

func with(t testing.TB, list ...*catalog.Catalog) *catalog.Catalog {
	t.Helper()
	c, err := list[0].With(list[1:]...)
	require.NoError(t, err)
	return c
}

func TestWith(t *testing.T) {
	def, orders, own := catalog.Default(), parseFile(t, "../testdata/examples/orders-catalog.json"), parse(t, schema)
	before := dump(def) + dump(orders) + dump(own)
	all := with(t, def, orders, own)
	require.Equal(t, before, dump(def)+dump(orders)+dump(own), "the catalogs are as before")
	requireConsistent(t, all)
	for _, c := range []*catalog.Catalog{def, orders, own} {
		for a := range c.Actions(nil) {
			require.Equal(t, dumpAction(a), dumpAction(find(t, all, a.Name().String())))
		}
		for k := range c.Keys() {
			found, ok := all.Key(condition.NewKey(k.String()))
			require.True(t, ok)
			require.Equal(t, k.Info(), found.Info())
		}
	}
	scp, err := all.SCP("FullAccess")
	require.NoError(t, err)
	require.Equal(t, 1, scp.Len())
	p, ok := all.Permission("CBR FullAccess")
	require.True(t, ok)
	require.Equal(t, "CBR FullAccess", p.Name())
	r, ok := all.Route("GET", "/v1/p1/orders/7")
	require.True(t, ok)
	require.Equal(t, "ShowOrder", r.API().OperationID())
	r, ok = orders.Route("POST", "/v1/p1/customers/7/orders")
	require.True(t, ok)
	require.Equal(t, "7", r.Var("customer_id"))

	// Order and repetition do not matter, nor do empty catalogs.
	zero := new(catalog.Catalog)
	requireSame(t, zero, with(t, zero))
	requireSame(t, zero, with(t, zero, zero, zero))
	requireSame(t, def, with(t, def, def))
	requireSame(t, def, with(t, zero, def))
	requireSame(t, all, with(t, zero, own, orders, def))
	requireSame(t, all, with(t, with(t, own, orders), zero, all, def, orders))
}

const head = `{"service": "shop", "actions": [{"name": "shop:item:get", "accessLevel": "read"`

// pairs are catalogs that are put together: what is wrong is the text of the
// error, or else what the result says of shop:item:get and of the rest.
var pairs = []struct{ what, old, new, want string }{
	{"access", head + `}]}`, `{"service": "shop", "actions": [{"name": "Shop:item:get", "accessLevel": "write"}]}`,
		`action "Shop:item:get": accessLevel is "read", but in argument 0 of With it is "write"; correct one of the two or leave it out`},
	{"types", head + `, "resourceTypes": [{"type": "item"}]}]}`, head + `}]}`,
		`action "shop:item:get": resourceTypes is "item", but in argument 0 of With it is none; correct one of the two or leave it out`},
	{"required", head + `, "resourceTypes": [{"type": "item"}, {"type": "order", "service": "crm", "required": true}]}]}`,
		head + `, "resourceTypes": [{"type": "item", "required": true}, {"type": "order", "service": "crm", "required": true}]}]}`,
		`action "shop:item:get": resourceTypes is "crm:order*, item", but in argument 0 of With it is "crm:order*, item*"`},
	{"types unknown", head + `, "cells": {"resourceTypes": "unknown"}}]}`, head + `, "resourceTypes": [{"type": "item", "conditionKeys": ["shop:A"]}], "evidence": "table"}]}`,
		"keys shop:A, own , aliases , resources  \n\ttype shop:item false shop:A\n\t table\n\tname table\n\taccessLevel table\n\tresourceTypes table\n\tconditionKeys table\n"},
	{"types unknown, the other way round", head + `, "resourceTypes": [{"type": "item"}], "evidence": "doc"}]}`, head + `, "cells": {"resourceTypes": "unknown"}}]}`,
		"\ttype shop:item false \n\t doc\n\tname doc\n\taccessLevel doc\n\tresourceTypes doc\n"},
	{"keys", head + `, "actionLevelConditionKeys": ["shop:A"]}]}`, head + `, "actionLevelConditionKeys": ["shop:a", "shop:B"]}]}`,
		`action "shop:item:get": actionLevelConditionKeys is "shop:a", but in argument 0 of With it is "shop:a shop:b"`},
	{"keys of types", head + `, "resourceTypes": [{"type": "item", "conditionKeys": ["shop:A"]}]}]}`, head + `, "resourceTypes": [{"type": "item"}]}]}`,
		`action "shop:item:get": conditionKeys is "item shop:a", but in argument 0 of With it is none`},
	{"keys of types unknown", head + `, "resourceTypes": [{"type": "item"}], "gaps": [{"cell": "conditionKeys", "reason": "lost", "candidates": ["shop:A"]}]}]}`,
		head + `, "resourceTypes": [{"type": "ITEM", "conditionKeys": ["shop:A"]}], "evidence": "doc"}]}`,
		"\ttype shop:ITEM false shop:A\n\t doc\n\tname doc\n\taccessLevel doc\n\tresourceTypes doc\n\tconditionKeys doc\n"},
	{"own keys unknown", head + `, "cells": {"actionLevelConditionKeys": "unknown"}}]}`, head + `, "actionLevelConditionKeys": ["shop:A"]}]}`,
		"keys shop:A, own shop:A,"},
	{"aliases", head + `, "aliases": ["shop:items:get"]}]}`, head + `, "aliases": ["shop:items:show", "shop:items:get"]}]}`,
		`action "shop:item:get": aliases is "shop:items:get", but in argument 0 of With it is "shop:items:get shop:items:show"`},
	{"aliases unknown", head + `, "gaps": [{"cell": "aliases", "reason": "lost", "candidates": ["shop:items:get"]}]}]}`, head + `, "aliases": ["shop:items:show"], "permissionOnly": true}]}`,
		"permission only true, keys , own , aliases shop:items:show, resources  \n\t unknown\n"},
	{"gaps", head + `, "gaps": [{"cell": "aliases", "reason": "lost", "candidates": ["b"]}]}]}`, head + `, "gaps": [{"cell": "aliases", "reason": "lost", "candidates": ["a", "b"]}]}]}`,
		"\tgap aliases a b\n"},
	{"spellings", head + `, "actionLevelConditionKeys": ["shop:Tag/<a>"]}], "conditionKeys": [{"key": "shop:Tag/<a>", "type": "string", "multivalued": true}]}`,
		head + `, "actionLevelConditionKeys": ["SHOP:tag/<b>"]}], "conditionKeys": [{"key": "Shop:Tag/<b>", "type": "string", "multivalued": true}]}`,
		"key shop:Tag/<a> string true \n"},
	{"key type", head + `}], "conditionKeys": [{"key": "shop:A", "type": "string", "multivalued": true}]}`, head + `}], "conditionKeys": [{"key": "shop:a", "type": "ip_address", "multivalued": true}]}`,
		`condition key "shop:a": type is "string", but in argument 0 of With it is "ip_address"`},
	{"key count", head + `}], "globalConditionKeys": [{"key": "g:T/<a>", "type": "string", "multivalued": true}]}`, head + `}], "globalConditionKeys": [{"key": "g:t/<b>", "type": "string", "multivalued": false}]}`,
		`condition key "g:t/<b>": multivalued is "true", but in argument 0 of With it is "false"`},
	{"URN", head + `}], "resourceTypes": [{"type": "item", "urnTemplate": "shop:::item:<a>"}]}`, head + `}], "resourceTypes": [{"type": "Item", "urnTemplate": "shop:::item:<b>"}]}`,
		`resource type "shop:Item": urnTemplate is "shop:::item:<a>", but in argument 0 of With it is "shop:::item:<b>"`},
	{"no URN", head + `}], "resourceTypes": [{"type": "item", "evidence": "table"}]}`, head + `}], "resourceTypes": [{"type": "Item", "urnTemplate": "shop:::item:<b>", "evidence": "doc"}]}`,
		"type shop item shop:::item:<b> doc\n"},
	{"still no URN", head + `}], "resourceTypes": [{"type": "item", "urnTemplate": "shop:::item:<b>", "evidence": "doc"}]}`, head + `}], "resourceTypes": [{"type": "item", "evidence": "table"}]}`,
		"type shop item shop:::item:<b> table\n"},
	{"API", head + `}], "apis": [{"method": "GET", "path": "/a/{x}", "actions": ["shop:item:get"]}]}`, head + `}], "apis": [{"method": "GET", "path": "/a/{x}", "actions": []}]}`,
		`API "GET /a/{x}": actions is "shop:item:get", but in argument 0 of With it is none`},
	{"API path", head + `}], "apis": [{"method": "GET", "path": "/a/{x}", "actions": []}]}`, head + `}], "apis": [{"method": "GET", "path": "/a/{y}", "actions": []}]}`,
		`API "GET /a/{y}": path is "/a/{x}", but in argument 0 of With it is "/a/{y}"`},
	{"API operation", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "A", "actions": []}]}`, head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "B", "actions": []}]}`,
		`API "GET /a": operationId is "A", but in argument 0 of With it is "B"`},
	{"API dependents", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": []}]}`, head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "dependentActions": ["a:b:c"]}]}`,
		`API "GET /a": dependentActions is none, but in argument 0 of With it is "a:b:c"`},
	{"API needs unknown", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": null, "actions": [], "cells": {"actions": "unknown", "dependentActions": "unknown"}}]}`,
		head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "A", "actions": ["shop:item:get"], "dependentActions": ["a:b:c"], "legacyPaths": ["/b"]}]}`,
		"API GET /a A mapped true, actions shop:item:get, dependent a:b:c, v1.1  , false false false false, old /b\n"},
	{"v1.1 action", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c"}]}`, head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:d"}]}`,
		`API "GET /a": v11Action is "a:b:c", but in argument 0 of With it is "a:b:d"`},
	{"v1.1 dependencies", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c"}]}`,
		head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c", "v11Dependencies": ["a:b:d"]}]}`,
		`API "GET /a": v11Dependencies is none, but in argument 0 of With it is "a:b:d"`},
	{"v1.1 dependencies unknown", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c", "cells": {"v11Dependencies": "unknown"}}]}`,
		head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c", "v11Dependencies": ["a:b:d"]}]}`,
		"v1.1 a:b:c a:b:d, false"},
	{"IAM project", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "iamProject": true}]}`, head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "iamProject": false}]}`,
		`API "GET /a": iamProject is "true", but in argument 0 of With it is "false"`},
	{"enterprise project", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "enterpriseProject": false}]}`, head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "enterpriseProject": true}]}`,
		`API "GET /a": enterpriseProject is "false", but in argument 0 of With it is "true"`},
	{"v1.1 not said", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "A", "actions": [], "enterpriseProject": false, "legacyPaths": ["/b", "/c"]}]}`,
		head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c", "v11Dependencies": ["a:b:d"], "iamProject": true, "legacyPaths": ["/d", "/c"]}]}`,
		"API GET /a A mapped true, actions , dependent , v1.1 a:b:c a:b:d, true true false true, old /b /c /d\n"},
	{"v1.1 not said, the other way round", head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "v11Action": "a:b:c", "iamProject": true, "evidence": "doc"}]}`,
		head + `}], "apis": [{"method": "GET", "path": "/a", "actions": [], "cells": {"iamProject": "unknown"}}]}`,
		"v1.1 a:b:c , true true false false, old \n\t doc\n\tmethod doc\n\tpath doc\n\tactions doc\n\tdependentActions doc\n\tv11Action doc\n\tv11Dependencies doc\n\tiamProject doc\n"},
	{"unmapped", head + `}], "unmappedApis": [{"method": "GET", "path": "/a", "operationId": "A"}]}`, head + `}], "unmappedApis": [{"method": "GET", "path": "/a", "operationId": "B"}]}`,
		`unmapped API "GET /a": operationId is "A", but in argument 0 of With it is "B"`},
	{"unmapped by now mapped", head + `}], "unmappedApis": [{"method": "GET", "path": "/a/{x}"}, {"method": "GET", "path": "/b"}]}`, head + `}], "apis": [{"method": "GET", "path": "/a/{y}", "actions": []}]}`,
		"API GET /a/{y}  mapped true, actions , dependent , v1.1  , false false false false, old \n"},
	{"operation", `{"actions": [{"name": "a:b:c", "access_level": "read", "permission_only": false}], "operations": [{"operation_id": "A", "operation_action": "a:b:c"}]}`,
		`{"actions": [{"name": "a:b:c", "access_level": "read", "permission_only": false}], "operations": [{"operation_id": "A", "operation_action": "a:b:c", "dependent_actions": ["x:y:z"]}]}`,
		`operation "A": dependentActions is none, but in argument 0 of With it is "x:y:z"`},
	{"operation that is an API", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "Get", "actions": ["shop:item:get"], "cells": {"dependentActions": "unknown"}}]}`,
		`{"actions": [{"name": "shop:item:get", "access_level": "read", "permission_only": false}], "operations": [{"operation_id": "Get", "operation_action": "shop:item:get", "dependent_actions": ["x:y:z"]}]}`,
		"API GET /a Get mapped true, actions shop:item:get, dependent x:y:z, v1.1"},
	{"operation that is another API", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "Get", "actions": ["shop:item:get", "crm:item:get"]}]}`,
		`{"actions": [{"name": "shop:item:get", "access_level": "read", "permission_only": false}], "operations": [{"operation_id": "Get", "operation_action": "shop:item:get"}]}`,
		`operation "Get": actions is "crm:item:get shop:item:get", but in argument 0 of With it is "shop:item:get"`},
	{"operation of another service", head + `}], "apis": [{"method": "GET", "path": "/a", "operationId": "Get", "actions": ["shop:item:get"]}]}`,
		`{"actions": [{"name": "a:b:c", "access_level": "read", "permission_only": false}], "operations": [{"operation_id": "Get", "operation_action": "a:b:c"}]}`,
		"API   Get mapped true, actions a:b:c, dependent , v1.1"},
}

func TestWithPairs(t *testing.T) {
	for _, p := range pairs {
		t.Run(p.what, func(t *testing.T) {
			a, b := parse(t, p.old), parse(t, p.new)
			before := dump(a) + dump(b)
			c, err := a.With(b)
			require.Equal(t, before, dump(a)+dump(b))
			if err == nil {
				requireConsistent(t, c)
				require.Contains(t, dump(c), p.want)
				requireSame(t, c, with(t, c, b))
				return
			}
			require.Nil(t, c)
			require.Contains(t, err.Error(), p.want)
			var conflict *catalog.ConflictError
			require.True(t, errors.As(err, &conflict))
			require.NotEqual(t, conflict.Old, conflict.New)
			_, err = new(catalog.Catalog).With(a, catalog.Default(), b, a)
			require.True(t, errors.As(err, &conflict))
			require.Equal(t, 2, conflict.Argument)
			_, err = b.With(a)
			require.Error(t, err, "the other way round")
		})
	}
}

// What is mapped in one catalog is not unmapped in the other.
func TestWithUnmapped(t *testing.T) {
	a := parse(t, head+`}], "unmappedApis": [{"method": "GET", "path": "/a/{x}"}, {"method": "GET", "path": "/b"}]}`)
	b := parse(t, head+`}], "apis": [{"method": "GET", "path": "/a/{y}", "actions": []}]}`)
	for _, c := range []*catalog.Catalog{with(t, a, b), with(t, b, a)} {
		var paths []string
		for api := range c.UnmappedAPIs() {
			paths = append(paths, api.Path())
		}
		require.Equal(t, []string{"/b"}, paths)
		r, ok := c.Route("GET", "/a/1")
		require.True(t, ok && r.API().Mapped())
	}
}

// Cells of the embedded catalog that nobody could read can be filled; the rest
// stands.
func TestWithFillsDefault(t *testing.T) {
	var lost *catalog.Action
	for a := range catalog.Default().Actions(nil) {
		if a.Name().Service() == "cbr" && a.Evidence("aliases") == catalog.Unknown && !a.HasTypes() && texts(a.Keys()) == "" {
			lost = a
		}
	}
	require.NotNil(t, lost)
	own := parse(t, fmt.Sprintf(`{"service": "cbr", "actions": [{"name": %q, "accessLevel": %q, "aliases": ["cbr:old:name"], "evidence": "table"}]}`, lost, lost.Access()))
	a := find(t, with(t, catalog.Default(), own), lost.Name().String())
	require.Equal(t, "cbr:old:name", texts(a.Aliases()))
	require.Equal(t, catalog.Table, a.Evidence("aliases"))
	a = find(t, with(t, own, catalog.Default()), lost.Name().String())
	require.Equal(t, "cbr:old:name", texts(a.Aliases()))
	require.Equal(t, "", texts(lost.Aliases()), "the embedded catalog is as it was")
}

func TestConflictError(t *testing.T) {
	e := &catalog.ConflictError{Argument: 3, Kind: "action", Name: "a" + strings.Repeat("é", 50), Cell: "aliases", New: "a\nb"}
	require.Equal(t, `action "a`+strings.Repeat("é", 39)+`"…: aliases is none, but in argument 3 of With it is "a\nb"; correct one of the two or leave it out`, e.Error())
}

// Whatever two rows of an action say: they contradict each other in both
// orders or in none, say the same together in both, and nothing more together
// with one of them.
func TestWithSmallWorld(t *testing.T) {
	var world []*catalog.Catalog
	for _, types := range []string{`"resourceTypes": []`, `"resourceTypes": [{"type": "item"}]`, `"resourceTypes": [{"type": "item", "conditionKeys": ["shop:A"]}]`, "resourceTypes"} {
		for _, own := range []string{`"actionLevelConditionKeys": []`, `"actionLevelConditionKeys": ["shop:A"]`, "actionLevelConditionKeys"} {
			for _, aliases := range []string{`"aliases": []`, `"aliases": ["shop:old:get"]`, "aliases"} {
				for _, evidence := range []string{"", `, "evidence": "doc"`} {
					row, unknown := head+evidence, []string{}
					for _, part := range []string{types, own, aliases} {
						if strings.HasPrefix(part, `"`) {
							row += ", " + part
						} else {
							unknown = append(unknown, `"`+part+`": "unknown"`)
						}
					}
					world = append(world, parse(t, row+`, "cells": {`+strings.Join(unknown, ", ")+`}}]}`))
				}
			}
		}
	}
	contradictions := 0
	for _, a := range world {
		for _, b := range world {
			ab, err := a.With(b)
			ba, err2 := b.With(a)
			require.Equal(t, err == nil, err2 == nil, "%s%s%v %v", dump(a), dump(b), err, err2)
			if err != nil {
				contradictions++
				continue
			}
			for _, c := range []*catalog.Catalog{ba, with(t, ab, a), with(t, b, ab)} {
				requireSame(t, ab, c)
			}
		}
	}
	require.Len(t, world, 72)
	require.Less(t, contradictions, len(world)*len(world)*9/10)
}
