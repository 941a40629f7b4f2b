package resource_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/writ-policy/writ/resource"
)

var seeds = []string{
	"", "*", "/", "/iam/agencies/x", "cbr", "cbr:eu-de:d1:vault:v", "CBR:eu-de:d1:Vault:V:1/2", "iam::d1:user:alice", "iam::d1:root", "iam:::root", "iam::d1:root:root",
	"obs:*:*:object:b/*", "obs:*:*:object:${g:UserName, 'it''s }:'}/?", "cbr:*:${k, 'x}:y'}:vault:", "iam::${g:DomainId}:agency:x", "a:${b:c:d:e", "${k}:*:*:a:b",
	"obs:*:*:object:${$} ${*}${?}", "::::", ":::::", "qcs:", "qcs::::::", "qcs::cvm:gz:uin/1:volume/*", "qcs:id/0:CVM:gz:uin/:x", "qcs::cos:gz:uid/9:b-1/${uin}",
	"qcs::cam::uin/1:root", "qcs::cvm:gz:ui*:x", "qcs::cvm:gz:uid/:x", "cbr:*:*:vault:*" + strings.Repeat("a?", 11) + "b*", "a:b:c:d:\xff", "a:b:c:d:\uFFFD", "a:b:c:d:\x00", "\u212A:b:c:\u017F:e",
}

func checkError(t *testing.T, s string, err error) {
	if err == nil {
		return
	}
	var e *resource.Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: the error is %T", s, err)
	}
	if e.Offset < 0 || e.Offset > len(e.Input) || e.Reason == "" || !strings.HasPrefix(s, e.Input) {
		t.Fatalf("%q: %+v", s, e)
	}
	if text := err.Error(); !utf8.ValidString(text) || len(text) > 2000 {
		t.Fatalf("%q: error text %q", s, text)
	}
}

// No text makes Parse panic; what it reads is made of the text's own segments,
// and its spelling is read as the same name (H30).
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := resource.Parse(s)
		checkError(t, s, err)
		if err != nil {
			if n != (resource.Name{}) {
				t.Fatalf("%q: a name and an error", s)
			}
			return
		}
		if again, err := resource.Parse(n.String()); err != nil || again != n {
			t.Fatalf("%q is read as %q, and that as %q (%v)", s, n, again, err)
		}
		if n.IsZero() != (s == "" || s == "*") || !utf8.ValidString(s) {
			t.Fatalf("%q is read as %q", s, n)
		}
		got := n.Service() + ":" + n.Region() + ":" + n.Account()
		switch n.Form() {
		case resource.None:
			got = ""
			s = ""
		case resource.URI:
			got = n.Path()
		case resource.URN:
			got += ":" + n.Type()
			if n.Path() != "" {
				got += ":" + n.Path()
			}
		case resource.QCS:
			// Without the project, and with what R4 and 2.1 replace.
			parts := strings.SplitN(s, ":", 6)
			if strings.Contains(parts[0]+parts[1], ":") || !strings.HasSuffix(s, ":"+n.Path()) {
				t.Fatalf("%q is read as %q", s, n)
			}
			if n.Region() == parts[3] {
				s = strings.Join([]string{n.Region(), strings.TrimSuffix(parts[4], "uin/"), parts[5]}, ":")
				if n.Account() != "" {
					s = strings.Join(parts[3:], ":")
				}
				got = n.Region() + ":" + n.Account() + ":" + n.Path()
			} else {
				s, got = "", ""
			}
		}
		if !strings.EqualFold(got, s) || n.Form() == resource.QCS && got != s {
			t.Fatalf("%q is read as %q", s, n)
		}
	})
}

// No text makes Compile panic; an error points into the text; a pattern without
// wildcards and variables covers the name of the same text and no other.
func FuzzCompile(f *testing.F) {
	for g := range grammars {
		for _, s := range seeds {
			f.Add(byte(g), s, "cbr:eu-de:d1:vault:v", "a")
			f.Add(byte(g), s, "qcs::cvm:ap-guangzhou:uin/1:volume/disk", "*")
		}
	}
	f.Fuzz(func(t *testing.T, which byte, s, other, value string) {
		g := grammars[int(which)%len(grammars)]
		p, err := resource.Compile(g, s)
		checkError(t, s, err)
		if err != nil {
			if p != nil {
				t.Fatalf("%q: a pattern and an error", s)
			}
			return
		}
		if p.String() != s || p.Everything() != (s == "*") {
			t.Fatalf("%q: String %q, Everything %v", s, p, p.Everything())
		}
		o, err := resource.Parse(other)
		if err != nil {
			o = resource.MustParse("obs:::object:x")
		}
		vars := make([]string, len(p.Variables()))
		for i := range vars {
			vars[i] = value
		}
		match := p.Match(o, nil, vars...)
		if why := p.Void(); why != nil {
			if match || why.Offset < 0 || why.Offset >= len(s) || s[why.Offset:why.Offset+2] != "${" {
				t.Fatalf("%q: void at %d, and covers %q: %v", s, why.Offset, o, match)
			}
			return
		}
		if match && !p.Everything() && p.Form() != o.Form() {
			t.Fatalf("%q covers %q", s, o)
		}
		if strings.ContainsAny(s, "*$") || g == resource.Identity && strings.Contains(s, "?") || len(s) > resource.MaxLength {
			return
		}
		if strings.HasPrefix(s, "qcs:::") {
			return // no service is every product, in a pattern only
		}
		n, err := resource.Parse(s)
		if err != nil {
			t.Fatalf("%q is a pattern but no name: %v", s, err)
		}
		open := n.Form() == resource.QCS && (n.Account() == "" || n.Account() == "uid/")
		if !open && !p.Match(n, nil) {
			t.Fatalf("%q does not cover itself", s)
		}
		if n.Form() != resource.URI && n.Region() == "" {
			open = true
		}
		if !open && match != (n == o) {
			t.Fatalf("%q covers %q: %v", s, o, match)
		}
	})
}
