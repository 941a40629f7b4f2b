package policy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/writ-policy/writ/policy"
)

// requireFormat checks what Format promises of a text of a dialect. It reports
// whether the text could be laid out.
func requireFormat(t *testing.T, d *policy.Dialect, src []byte) bool {
	before, bad := policy.ParseAs(d, "f.json", src)
	out, err := policy.Format(d, "f.json", src)
	if err != nil {
		require.IsType(t, policy.Diagnostics{}, err)
		require.Error(t, err.(policy.Diagnostics).Err())
		require.True(t, bad != nil || tooLong(err.(policy.Diagnostics)), "%v", err)
		return false
	}
	require.True(t, json.Valid(out))
	again, err := policy.Format(d, "f.json", out)
	if err != nil {
		require.True(t, bad != nil && tooLong(err.(policy.Diagnostics)), "%v\n%s", err, out)
		return true
	}
	require.Equal(t, string(out), string(again), "laid out twice")
	if bad != nil {
		return true // a text around documents
	}
	after, err := policy.ParseAs(d, "f.json", out)
	require.NoError(t, err)
	require.Equal(t, digest(before), digest(after))
	require.Equal(t, "\n", string(out[len(out)-1:]))
	return true
}

// What is laid out anew says the same, and laying it out again changes nothing.
func TestFormatKeeps(t *testing.T) {
	for _, file := range glob(t, "testdata/good/*.json") {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		name, _, _ := strings.Cut(filepath.Base(file), "_")
		require.True(t, requireFormat(t, dialectNamed(t, name), src), file)
	}
	for _, file := range glob(t, "testdata/bad/*.txt") {
		s := readSample(t, file)
		_, err := policy.Format(s.dialect, "f.json", s.document)
		require.Error(t, err, file)
	}
	for _, d := range policy.Dialects() {
		g := newGarden(d)
		for range 200 {
			requireFormat(t, d, []byte(g.document()))
		}
	}
}

func FuzzFormat(f *testing.F) {
	dialects := append([]*policy.Dialect{nil}, policy.Dialects()...)
	for i, d := range dialects[1:] {
		g := newGarden(d)
		for range 3 {
			doc := g.document()
			text, _ := json.Marshal(map[string]string{"policy_document": doc})
			f.Add(byte(i+1), []byte(doc))
			f.Add(byte(i+1), text)
			f.Add(byte(i+1), []byte("[{\"role\":\n  {\"policy\": "+doc+"}}]"))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, src []byte) { requireFormat(t, dialects[int(which)%len(dialects)], src) })
}

func TestFormat(t *testing.T) {
	for _, x := range []struct{ src, want string }{
		{`{"Statement":[{"Action":["cbr:vaults:get","cbr:vaults:list"],"Effect":"Allow",
			"Condition":{"Bool":{"g:MFAPresent":"true"}},"Resource":[ "*" ],"Sid":"a\/b"}],"Version":"5.0"}`, `{
  "Version": "5.0",
  "Statement": [
    {
      "Sid": "a/b",
      "Effect": "Allow",
      "Action": [
        "cbr:vaults:get",
        "cbr:vaults:list"
      ],
      "Resource": ["*"],
      "Condition": {
        "Bool": {
          "g:MFAPresent": "true"
        }
      }
    }
  ]
}
`},
		{`{"version":"2.0","statement":{"resource":"*","action":"cvm:\u0044*","effect":"allow","condition":{"numeric_equal":{"x:y":[1.50, 2e0]}, "string_equal":{"a:b":"\u65e5\n\u0022\\\u202e"}}}}`, `{
  "version": "2.0",
  "statement": {
    "effect": "allow",
    "action": "cvm:D*",
    "resource": "*",
    "condition": {
      "numeric_equal": {
        "x:y": [
          1.50,
          2e0
        ]
      },
      "string_equal": {
        "a:b": "\u65e5\n\u0022\\\u202e"
      }
    }
  }
}
`},
		// Around a document nothing changes.
		{"{\"role\": {\n    \"name\":  \"x\",\n    \"policy\": {\"Version\":\"1.1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"a:b:c\"]}]} } }", `{"role": {
    "name":  "x",
    "policy": {
      "Version": "1.1",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": ["a:b:c"]
        }
      ]
    } } }`},
		{`[{"policy_document":"{ \"Statement\": [ ], \"Version\" : \"5.0\" }"} , 1.0]`, `[{"policy_document":"{\"Version\":\"5.0\",\"Statement\":[]}"} , 1.0]`},
		{`{"d":"{\"Version\":\"5.0\",\"Statement\":[{\"Sid\":\"\u65e5\ud83d\udd12\\n\",\"Action\":[\"a:b:c\"],\"Effect\":\"Deny\"}]}"}`,
			`{"d":"{\"Version\":\"5.0\",\"Statement\":[{\"Sid\":\"\u65e5\ud83d\udd12\\n\",\"Effect\":\"Deny\",\"Action\":[\"a:b:c\"]}]}"}`},
	} {
		out, err := policy.Format(nil, "f.json", []byte(x.src))
		require.NoError(t, err)
		require.Equal(t, x.want, string(out))
		requireFormat(t, nil, []byte(x.src))
	}
}

// Findings about a document inside a text are where it stands.
func TestFormatPlaces(t *testing.T) {
	for _, src := range []string{
		"{\"é\": 1,\n \"policy\": {\"Version\": \"5.0\", \"Statement\": [{\"Effect\": \"Grant\", \"Action\": [\"a:b:c\"]}]}}",
		"{\"é\": 1,\n \"policy\": \"{\\\"Version\\\": \\\"5.0\\\", \\\"Statement\\\": [{\\\"Effect\\\": \\\"Grant\\\", \\\"Action\\\": [\\\"a:b:c\\\"]}]}\"}",
	} {
		_, err := policy.Format(nil, "f.json", []byte(src))
		ds := err.(policy.Diagnostics)
		require.Len(t, ds, 1)
		require.Equal(t, 2, ds[0].Pos.Line)
		require.Contains(t, src[ds[0].Pos.Offset:ds[0].End.Offset], "Grant")
	}
}
