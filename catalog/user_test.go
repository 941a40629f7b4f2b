package catalog_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/catalog"
	"github.com/writ-policy/writ/condition"
	"github.com/writ-policy/writ/policy"
)

var update = flag.Bool("update", false, "rewrite what is expected in testdata")

// sample is a file of testdata/user/bad: what it shows (lines with #), a
// catalog, and the findings that are expected.
//
//	# A catalog has a service.
//	-- catalog --
//	{"actions": […]}
//	-- want --
//	1:1-1:2 INVALID_CATALOG a catalog has no service; add "service"
type sample struct{ file, head, text, want string }

func readSample(t testing.TB, file string) *sample {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(src), "-- catalog --\n")
	require.True(t, ok, file)
	text, want, ok := strings.Cut(rest, "-- want --\n")
	require.True(t, ok, file)
	require.True(t, strings.HasPrefix(head, "# "), file)
	return &sample{file, head, text, want}
}

func samples(t testing.TB) (all []*sample) {
	files, err := filepath.Glob("testdata/user/bad/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		all = append(all, readSample(t, file))
	}
	return all
}

// findings prints diagnostics the way the archives hold them.
func findings(ds policy.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s-%s %s %s", d.Pos, d.End, d.Code, d.Message)
		if d.Fix != "" {
			b.WriteString("; " + d.Fix)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Every catalog of testdata/user/bad is refused with exactly the findings in
// its file.
func TestBadCatalogs(t *testing.T) {
	all := samples(t)
	require.GreaterOrEqual(t, len(all), 25)
	for _, s := range all {
		t.Run(filepath.Base(s.file), func(t *testing.T) {
			c, err := catalog.Parse("", []byte(s.text))
			require.Nil(t, c)
			ds, ok := err.(policy.Diagnostics)
			require.True(t, ok, "the error is %T", err)
			require.Equal(t, err, ds.Err())
			requireSound(t, []byte(s.text), ds)
			got := findings(ds)
			if *update {
				require.NoError(t, os.WriteFile(s.file, []byte(s.head+"-- catalog --\n"+s.text+"-- want --\n"+got), 0o644))
				return
			}
			require.Equal(t, s.want, got)
		})
	}
}

// requireSound checks what holds for the findings about any text.
func requireSound(t testing.TB, src []byte, ds policy.Diagnostics) {
	place := func(p policy.Position) {
		require.True(t, 0 <= p.Offset && p.Offset <= len(src), "offset %d of %d bytes", p.Offset, len(src))
		before := src[:p.Offset]
		require.Equal(t, 1+bytes.Count(before, []byte("\n")), p.Line, "line of byte %d", p.Offset)
		require.Equal(t, p.Offset-bytes.LastIndexByte(before, '\n'), p.Column, "column of byte %d", p.Offset)
	}
	require.NotEmpty(t, ds)
	require.LessOrEqual(t, len(ds), 100)
	last := 0
	for i := range ds {
		d := &ds[i]
		place(d.Pos)
		place(d.End)
		require.LessOrEqual(t, d.Pos.Offset, d.End.Offset, "%v", d)
		require.LessOrEqual(t, last, d.Pos.Offset, "%v is out of order", d)
		last = d.Pos.Offset
		require.Equal(t, policy.Error, d.Severity)
		require.NotEmpty(t, d.Message)
		for _, text := range []string{string(d.Code), d.Message, d.Fix} {
			require.True(t, utf8.ValidString(text), "%q", text)
			require.Less(t, strings.IndexFunc(text, unicode.IsControl), 0, "%q", text)
		}
	}
}

// The findings carry the file, and there are at most a hundred.
func TestFindingsAreBounded(t *testing.T) {
	src := []byte(`{"service": "a", "actions": [` + strings.Repeat("7, ", 200) + "7]}")
	_, err := catalog.Parse("dir/own.json", src)
	ds := err.(policy.Diagnostics)
	require.Len(t, ds, 100)
	requireSound(t, src, ds)
	require.Equal(t, `dir/own.json:1:30: error INVALID_CATALOG: an action is an object, not a number; write {…}`, ds[0].Error())
}

// Text that is not UTF-8 is shown in messages, however long it is.
func TestLongInvalidText(t *testing.T) {
	for _, text := range []string{strings.Repeat("\x80", 100), strings.Repeat("é", 100), strings.Repeat("x", 100)} {
		_, err := catalog.Parse("x.json", []byte(`{"service": "`+text+`", "actions": []}`))
		var found policy.Diagnostics
		require.ErrorAs(t, err, &found)
	}
}

func FuzzParseCatalog(f *testing.F) {
	f.Add([]byte(`{"service": "` + strings.Repeat("\x80", 100) + `", "actions": []}`))
	for _, file := range []string{"../testdata/examples/orders-catalog.json", "../testdata/examples/orders-policy.json"} {
		src, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Add([]byte(schema))
	for _, s := range samples(f) {
		f.Add([]byte(s.text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := catalog.Parse("", src)
		if err != nil {
			require.Nil(t, c)
			requireSound(t, src, err.(policy.Diagnostics))
			return
		}
		requireConsistent(t, c)
		again, err := catalog.Parse("", src)
		require.NoError(t, err)
		want := dump(c)
		require.Equal(t, want, dump(again))
		for _, list := range [][]*catalog.Catalog{{new(catalog.Catalog), c}, {c, again}, {c, new(catalog.Catalog), c}} {
			merged, err := list[0].With(list[1:]...)
			require.NoError(t, err)
			require.Equal(t, want, dump(merged))
			requireConsistent(t, merged)
		}
		require.Equal(t, want, dump(c))
	})
}

// requireConsistent checks that a catalog finds what it lists, and lists it in
// order.
func requireConsistent(t testing.TB, c *catalog.Catalog) {
	last := ""
	for a := range c.Actions(nil) {
		require.Less(t, last, a.Name().String())
		last = a.Name().String()
		spelling := a.String()
		if !a.Name().IsCAM() {
			spelling = strings.ToUpper(spelling)
		}
		found, ok := c.Action(name(spelling))
		require.True(t, ok && found == a, a)
		require.Contains(t, []string{"list", "read", "write", "permission_management", "tagging"}, a.Access())
		keys := slices.Collect(a.Keys())
		require.True(t, slices.IsSorted(keys))
		for typ := range a.Types() {
			require.True(t, a.HasType(strings.ToUpper(typ.Service()), strings.ToUpper(typ.Type())))
			require.True(t, a.HasTypes())
		}
		for api := range c.APIsFor(a.Name()) {
			v11, _ := api.V11Action()
			needs := slices.Concat(slices.Collect(api.Actions()), slices.Collect(api.DependentActions()), slices.Collect(api.V11Dependencies()))
			require.Contains(t, append(needs, v11), a.Name())
		}
	}
	for k := range c.Keys() {
		found, ok := c.Key(condition.NewKey(k.String()))
		require.True(t, ok && found == k, k)
		require.NotEqual(t, condition.AnyType, k.Type())
	}
	last = ""
	for a := range c.APIs() {
		require.True(t, a.Mapped())
		require.Less(t, last, a.Path()+"\x00"+a.Method())
		last = a.Path() + "\x00" + a.Method()
	}
}

// Paths that cross each other without end are refused, not compared.
func TestCrossingPathsAreBounded(t *testing.T) {
	var apis, unmapped []string
	for i := range 500 {
		n := strconv.Itoa(i)
		apis = append(apis, `{"method": "GET", "path": "/{v}/M`+n+`", "actions": ["shop:a:b"]}`)
		unmapped = append(unmapped, `{"method": "GET", "path": "/L`+n+`/{v}"}`)
	}
	_, err := catalog.Parse("x.json", []byte(`{"service": "shop", "actions": [{"name": "shop:a:b", "accessLevel": "read"}],
		"apis": [`+strings.Join(apis, ",")+`], "unmappedApis": [`+strings.Join(unmapped, ",")+`]}`))
	require.ErrorContains(t, err, "cross each other too often")
}
