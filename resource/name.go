// Package resource reads the names of cloud resources and the patterns that
// policies use for them.
//
// Huawei Cloud names a resource service:region:account:type:path (a URN); the
// path may hold further colons and slashes. Tencent Cloud writes six segments,
// qcs:project:service:region:account:resource. Agencies of the old IAM are
// named by a path such as /iam/agencies/<id>.
//
//	p, _ := resource.Compile(resource.Identity, "cbr:*:*:vault:prod-*")
//	n, _ := resource.Parse("cbr:eu-de:0f12:vault:prod-7")
//	p.Match(n, nil) // true
package resource

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/writ-policy/writ/internal/wildcard"
)

// Form tells the three ways of naming a resource apart.
type Form uint8

const (
	// None is the form of the zero Name: the request touches no resource.
	None Form = iota
	// URN is Huawei Cloud's service:region:account:type:path.
	URN
	// URI is the old path of an agency, /iam/agencies/<id>.
	URI
	// QCS is Tencent Cloud's six-segment path.
	QCS
)

// Name is one concrete resource. Names are comparable. Service and, in a URN,
// type are folded when a Name is parsed, and old Tencent region names are
// replaced by the current ones; everything else is exact (huawei.md A-4,
// tencent-cam.md R4, R6). The zero Name says that a request touches no
// resource. Names may be shared between goroutines.
type Name struct {
	text string
	cuts uint64 // positions of the colons that part the segments, 16 bits each
	form Form
}

// MaxLength bounds a name in bytes. Object keys, the longest names there are,
// have at most 1,024.
const MaxLength = 4096

// MaxPattern bounds a pattern in bytes (huawei.md P-5: 1,500 characters).
const MaxPattern = 6000

// Error is a text that names no resource. Offset is a byte offset in Input,
// from 0. Fix says what to write instead, if that is known.
type Error struct {
	Input  string
	Offset int
	Reason string
	Fix    string
	// Segment names the segment that is wrong, if it is one: service, region,
	// account, type or path; in a six-segment path also prefix, project and
	// resource.
	Segment string
}

func (e *Error) Error() string {
	in := e.Input
	if len(in) > 200 {
		in = in[:200] + "…"
	}
	s := "resource " + strconv.Quote(in) + ": " + e.Reason
	if e.Fix != "" {
		s += "; " + e.Fix
	}
	return s
}

// fail makes an error. Copies of it at every call would cost programs more than
// the calls do.
//
//go:noinline
func fail(input string, offset int, reason, fix, segment string) *Error {
	return &Error{input, offset, reason, fix, segment}
}

const (
	shapeURN = "write service:region:account:type:path, for example cbr:eu-de:0f12:vault:prod-7"
	shapeQCS = "write qcs::service:region:account:type/id, for example qcs::cvm:ap-guangzhou:uin/100:volume/disk-1"
)

// Parse reads a concrete resource of any form. "*" and "" give the zero Name:
// no resource. In a concrete name * and ? are ordinary characters: a Tencent
// creation call names its type as volume/* (tencent-cam.md R8). It allocates
// only where letters must be folded or a region name replaced. Errors are of
// type *Error.
func Parse(s string) (Name, error) {
	if s == "" || s == "*" {
		return Name{}, nil
	}
	if err := check(s, MaxLength); err != nil {
		return Name{}, err
	}
	if s[0] == '/' {
		return Name{text: s, form: URI}, nil
	}
	if strings.HasPrefix(s, "qcs:") {
		return parseQCS(s)
	}
	if strings.HasPrefix(s, "iam:") && strings.HasSuffix(s, ":root") && wildcard.Colons(s) == 3 {
		// The root user of an account has no path: iam::<account>:root.
		n, err := Parse(s + ":root")
		if err == nil {
			n.text = n.text[:n.cut(3)+1]
		}
		return n, err
	}
	n := Name{text: s, form: URN}
	at := 0
	for i := range 4 {
		k := strings.IndexByte(s[at:], ':')
		if k < 0 {
			return Name{}, fail(s, len(s), "a URN has five segments, this has "+strconv.Itoa(i+1), shapeURN, "")
		}
		n.cuts |= uint64(at+k) << (16 * i)
		at += k + 1
	}
	service, kind := n.Service(), n.Type()
	switch {
	case service == "":
		return Name{}, missing(s, 0, "service", shapeURN)
	case kind == "":
		return Name{}, missing(s, n.cut(2)+1, "type", shapeURN)
	case n.Path() == "":
		return Name{}, missing(s, len(s), "path", shapeURN)
	}
	svc, typ := wildcard.Lower(service), wildcard.Lower(kind)
	if svc == "qcs" {
		return Name{}, fail(s, 0, "a Tencent Cloud path begins with qcs, in lower case", shapeQCS, "service")
	}
	if svc != service || typ != kind {
		n.text = svc + s[n.cut(0):n.cut(2)+1] + typ + s[n.cut(3):]
	}
	return n, nil
}

// parseQCS keeps service:region:account:resource; the project segment is not
// compared (tencent-cam.md R2).
func parseQCS(s string) (Name, error) {
	var seg [6]string
	rest, more := s, true
	for i := range seg {
		if !more {
			return Name{}, fail(s, len(s), "a path has six segments, this has "+strconv.Itoa(i), shapeQCS, "")
		}
		if seg[i] = rest; i < 5 {
			seg[i], rest, more = strings.Cut(rest, ":")
		}
	}
	skip := len(seg[0]) + len(seg[1]) + 2
	if seg[2] == "" {
		return Name{}, missing(s, skip, "service", shapeQCS)
	}
	if seg[5] == "" {
		return Name{}, missing(s, len(s), "resource", shapeQCS)
	}
	svc, region, account := wildcard.Lower(seg[2]), currentRegion(seg[3]), seg[4]
	if account == "uin/" {
		account = ""
	}
	n := Name{form: QCS}
	if svc == seg[2] && region == seg[3] && account == seg[4] {
		n.text = s[skip:]
	} else {
		n.text = svc + ":" + region + ":" + account + ":" + seg[5]
	}
	n.cuts = uint64(len(svc)) | uint64(len(svc)+1+len(region))<<16 | uint64(len(svc)+2+len(region)+len(account))<<32
	return n, nil
}

// missing makes the error about an empty segment. (Not inlined for the size of programs.)
//
//go:noinline
func missing(s string, at int, segment, fix string) *Error {
	return fail(s, at, "the "+segment+" is empty", fix, segment)
}

// MustParse is Parse for constants; it panics on an error.
func MustParse(s string) Name {
	n, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return n
}

// Form returns how n is written; None for the zero Name.
func (n Name) Form() Form { return n.form }

// IsZero reports whether n is the zero Name.
func (n Name) IsZero() bool { return n.form == None }

// String returns the spelling that is compared; "*" for the zero Name.
func (n Name) String() string {
	switch n.form {
	case None:
		return "*"
	case QCS:
		return "qcs::" + n.text
	}
	if n.form == URN && n.Path() == "" {
		return n.text[:len(n.text)-1]
	}
	return n.text
}

// cut returns the position of a colon, 0 if the form has none there.
func (n Name) cut(i int) int { return int(n.cuts >> (16 * i) & 0xffff) }

// between returns the segment between two colons, "" if the form has none there.
func (n Name) between(i, j int) string {
	if n.cut(j) == 0 {
		return ""
	}
	return n.text[n.cut(i)+1 : n.cut(j)]
}

// Service returns the service in lower case; "" where the form has none.
func (n Name) Service() string { return n.text[:n.cut(0)] }

// Region returns the region; it may be empty.
func (n Name) Region() string { return n.between(0, 1) }

// Account returns the account segment: an account id, or in a six-segment path
// uin/<root UIN>, uid/<APPID> or nothing.
func (n Name) Account() string { return n.between(1, 2) }

// Type returns the type of a URN in lower case; "" in the other forms.
func (n Name) Type() string { return n.between(2, 3) }

// Path returns the last segment; of a URI the whole text. The root user of a
// Huawei account, iam::<account>:root, is the only name with an empty path.
func (n Name) Path() string {
	switch n.form {
	case URN:
		return n.text[n.cut(3)+1:]
	case QCS:
		return n.text[n.cut(2)+1:]
	}
	return n.text
}

func check(s string, limit int) *Error {
	if len(s) > limit {
		return fail(s[:limit], limit, "longer than "+strconv.Itoa(limit)+" bytes", "", "")
	}
	for i, r := range s {
		if r < 0x20 || r == 0x7f {
			return fail(s, i, "control character", "remove it", "")
		}
		if r == utf8.RuneError {
			if _, w := utf8.DecodeRuneInString(s[i:]); w == 1 {
				return fail(s, i, "text that is not UTF-8", "", "")
			}
		}
	}
	return nil
}

// regions pairs the old Tencent region names with the current ones
// (tencent-cam.md 2.1).
var regions = [...][2]string{
	{"gz", "ap-guangzhou"}, {"sh", "ap-shanghai"}, {"shjr", "ap-shanghai-fsi"}, {"bj", "ap-beijing"}, {"ca", "na-toronto"},
	{"sg", "ap-singapore"}, {"hk", "ap-hongkong"}, {"cd", "ap-chengdu"}, {"de", "eu-frankfurt"},
}

func currentRegion(s string) string {
	for i := range regions {
		if regions[i][0] == s {
			return regions[i][1]
		}
	}
	return s
}
