package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/resource"
)

func TestActionKeySet(t *testing.T) {
	shop := parse(t, `{"service": "shop", "resourceTypes": [{"type": "item"}],
		"conditionKeys": [{"key": "shop:A", "type": "string", "multivalued": false}, {"key": "shop:B", "type": "string", "multivalued": false}],
		"actions": [
			{"name": "shop:item:get", "accessLevel": "read", "resourceTypes": [{"type": "item", "conditionKeys": ["shop:A"]}], "actionLevelConditionKeys": ["shop:B"]},
			{"name": "shop::none", "accessLevel": "read", "conditionKeys": []},
			{"name": "shop::silent", "accessLevel": "read"},
			{"name": "shop::table", "accessLevel": "read", "evidence": "table"},
			{"name": "shop::gap", "accessLevel": "read", "conditionKeys": [], "gaps": [{"cell": "conditionKeys", "reason": "lost"}]},
			{"name": "shop::types", "accessLevel": "read", "conditionKeys": [], "cells": {"resourceTypes": "unknown"}}]}`)
	const f, u, y = condition.False, condition.Unknown, condition.True
	both := with(t, with(t, shop), parse(t, `{"service": "shop", "actions": [{"name": "shop::silent", "accessLevel": "read", "conditionKeys": []}]}`))
	for _, x := range []struct {
		c           *catalog.Catalog
		action, urn string
		a, b        condition.Result
	}{
		{shop, "shop:item:get", "shop:r:a:item:1", y, y},
		{shop, "shop:item:get", "Shop:r:a:ITEM:1", y, y},
		{shop, "shop:item:get", "other:r:a:item:1", f, y},
		{shop, "shop:item:get", "shop:r:a:shelf:1", f, y},
		{shop, "shop:item:get", "", u, y},
		{shop, "shop::none", "", f, f},
		{shop, "shop::silent", "", u, u},
		{shop, "shop:item:get", "/iam/agencies/x", f, y},
		{both, "shop::silent", "", f, f},
		{shop, "shop::table", "", f, f},
		{shop, "shop::gap", "", u, u},
		{shop, "shop::types", "shop:r:a:item:1", u, u},
		{catalog.Default(), "cvm:DescribeDisks", "", y, y},
		{catalog.Default(), "cbr:vaults:delete", "cbr:r:a:vault:1", u, u},
		{catalog.Default(), "cbr:member:create", "cbr:r:a:backup:1", f, f},
	} {
		a, ok := x.c.Action(name(x.action))
		require.True(t, ok, x.action)
		urn, err := resource.Parse(x.urn)
		require.NoError(t, err)
		s := a.KeySet(urn)
		require.Equal(t, x.a, s.Takes(condition.NewKey("shop:a")), "%v", x)
		require.Equal(t, x.b, s.Takes(condition.NewKey("shop:b")), "%v", x)
	}
}

// Of two services each has a host of its own: a path that both may serve would
// be decided by the wrong one.
func TestRoutesOfTwoServices(t *testing.T) {
	one := parse(t, `{"service": "a", "actions": [{"name": "a:x:get", "accessLevel": "read"}], "apis": [{"method": "GET", "path": "/v1/{id}", "actions": ["a:x:get"]}]}`)
	for _, two := range []string{
		`"apis": [{"method": "GET", "path": "/v1/x", "actions": ["b:x:get"]}]`,
		`"unmappedApis": [{"method": "GET", "path": "/v1/x"}]`,
	} {
		b := parse(t, `{"service": "b", "actions": [{"name": "b:x:get", "accessLevel": "read"}], `+two+`}`)
		for i, list := range [][]*catalog.Catalog{{one, b}, {b, one}} {
			all, err := list[0].With(list[1])
			require.Nil(t, all)
			var e *catalog.RouteConflictError
			require.ErrorAs(t, err, &e, i)
			require.Equal(t, "GET /v1/x and /v1/{id} are two APIs, of b and of a, and both serve /v1/x", err.Error())
		}
	}
}

func TestGrantable(t *testing.T) {
	c := parse(t, `{"service": "a", "actions": [{"name": "a:x:get", "accessLevel": "read", "aliases": ["a:x:show"]}, {"name": "a:x:put", "accessLevel": "write"}, {"name": "a:x:del", "accessLevel": "write"}], "apis": [
		{"method": "GET", "path": "/1", "actions": ["a:x:get"], "v11Action": "a:x:show", "iamProject": true, "enterpriseProject": false},
		{"method": "GET", "path": "/2", "actions": ["a:x:get"]},
		{"method": "PUT", "path": "/1", "actions": ["a:x:put"], "iamProject": true, "enterpriseProject": true},
		{"method": "PUT", "path": "/2", "actions": ["a:x:put"], "iamProject": true, "enterpriseProject": false},
		{"method": "PUT", "path": "/3", "actions": ["a:x:put"], "iamProject": true, "enterpriseProject": true}]}`)
	for action, want := range map[string][4]bool{
		"a:x:get": {true, true, false, false}, "a:x:show": {true, true, false, true}, "a:x:put": {true, true, false, false}, "a:x:del": {}, "z:z:z": {},
	} {
		iam, iamKnown := c.IAMProject(name(action))
		ep, epKnown := c.EnterpriseProject(name(action))
		require.Equal(t, want, [4]bool{iam, iamKnown, ep, epKnown}, action)
	}
	_, known := new(catalog.Catalog).EnterpriseProject(name("a:x:get"))
	require.False(t, known)
}

func TestPaths(t *testing.T) {
	for _, x := range []struct {
		action string
		ids    map[string][]string
		want   []string
		fails  string
	}{
		{"cvm:AttachDisks", map[string][]string{"diskId": {"disk-1", "disk-2"}, "instanceId": {"ins-1"}}, []string{"volume/disk-1", "volume/disk-2", "instance/ins-1"}, ""},
		{"cvm:DescribeDisks", nil, []string{"volume/*"}, ""},
		{"cvm:DescribeDisks", map[string][]string{"diskId": {"disk-1"}}, []string{"volume/disk-1"}, ""},
		{"cvm:ApplySnapshot", map[string][]string{"snapshotId": {"snap-1"}}, []string{"snapshot/snap-1", "volume/*"}, ""},
		{"cvm:DescribeDisks", map[string][]string{"diskid": {"disk-1"}}, nil, "cvm:DescribeDisks has no diskid; it has diskId"},
		{"cvm:DescribeDisks", map[string][]string{"diskId": {""}}, nil, "cannot be the diskId"},
		{"cvm:DescribeDisks", map[string][]string{"diskId": {"disk-*"}}, nil, "cannot be the diskId"},
		{"cvm:RenewCbsStorage", map[string][]string{"diskId": {"disk-1"}}, nil, "touches no resource"},
		{"cvm:RenewCbsStorage", nil, nil, ""},
		{"cbr:vaults:get", nil, nil, ""},
	} {
		a, ok := catalog.Default().Action(name(x.action))
		require.True(t, ok, x.action)
		got, err := a.Paths("ap-beijing", "100", x.ids)
		if x.fails != "" {
			require.ErrorContains(t, err, x.fails)
			continue
		}
		require.NoError(t, err)
		var texts []string
		for _, n := range got {
			texts = append(texts, n.String())
		}
		for i := range x.want {
			x.want[i] = "qcs::cvm:ap-beijing:uin/100:" + x.want[i]
		}
		require.ElementsMatch(t, x.want, texts, x.action)
		same, err := a.Paths("ap-beijing", "uin/100", x.ids)
		require.NoError(t, err)
		require.Equal(t, got, same)
	}
	a, _ := catalog.Default().Action(name("cvm:DescribeDisks"))
	for _, bad := range [][2]string{{"", "100"}, {"*", "100"}, {"ap", ""}, {"ap", "uin/*"}, {"a:b", "1"}} {
		_, err := a.Paths(bad[0], bad[1], nil)
		require.ErrorContains(t, err, "give the one that serves the request", "%v", bad)
	}
}
