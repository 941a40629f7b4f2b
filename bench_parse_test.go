package writ_test

import (
	"testing"

	"github.com/writ-policy/writ"
	"github.com/writ-policy/writ/policy"
)

func BenchmarkParse80(b *testing.B) {
	o := newOrganization(80)
	var texts []string
	for i := 0; i < 80; i += 8 {
		st := ""
		for j := range 8 {
			if j > 0 {
				st += ","
			}
			st += o.statement(i + j)
		}
		texts = append(texts, `{"Version": "5.0", "Statement": [`+st+`]}`)
	}
	var docs []*policy.Document
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			docs = docs[:0]
			for _, t := range texts {
				d, err := policy.ParseAs(policy.HuaweiIdentity, "x", []byte(t))
				if err != nil {
					b.Fatal(err)
				}
				docs = append(docs, d)
			}
		}
	})
	b.Run("compile", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			writ.Compile(writ.Layer{Kind: writ.Identity, Documents: docs})
		}
	})
}
