package resource

import (
	"strconv"
	"strings"

	"github.com/writ-policy/writ/internal/wildcard"
)

// Grammar says how resource patterns are written.
type Grammar uint8

const (
	// Policy is Huawei v1.0 and v1.1: five segments, none empty, * in any of
	// them, variables in the fifth (huawei.md P-15 to P-25).
	Policy Grammar = iota + 1
	// Agency is the {"uri": […]} form of v1.0 and v1.1: exact paths
	// (huawei.md P-9).
	Agency
	// Identity is Huawei v5.0: five segments with * and ?, variables
	// anywhere, or a lone * (huawei.md I-19 to I-23).
	Identity
	// CAM is Tencent Cloud 2.0: six segments with *, or a lone *
	// (tencent-cam.md R1 to R8).
	CAM
)

// Variable is a policy variable in a pattern; see Pattern.Variables.
type Variable = wildcard.Variable

// Pattern is a compiled entry of a Resource or NotResource element. It is
// immutable; goroutines may share it. The zero Pattern matches nothing.
type Pattern struct {
	form    Form // form of the names it can match; None for *
	all     bool
	account account
	use     [5]uint8 // the variables of each segment, bit i for vars[i]
	whole   string   // of a URN, if it is a literal

	// URN: service, region, account, type, path. QCS: service, region,
	// account, resource. URI: the path.
	// (In a QCS account uin/… or uid/… the matcher is for the number.)
	seg [5]wildcard.Matcher

	vars []Variable
	void *Error    // why no request can match: a malformed variable
	raw  [5]string // as compared; with wildcards and variables as written
	text string
}

// account says how the account of a six-segment pattern is written.
type account uint8

const (
	byText  account = iota // *, or an opaque text
	ofOwner                // empty: the account that owns the policy
	byUIN                  // uin/…
	byAppID                // uid/…
)

// Facts is what matching may need beyond the name itself, about accounts in
// Tencent Cloud. A nil *Facts knows nothing.
type Facts struct {
	// UIN and AppID number the account that owns a named Tencent resource, as
	// far as they are known; uin/<UIN> and uid/<APPID> are two spellings of it.
	UIN, AppID string
	// Owner is the UIN of the root account that owns the policy: where an
	// empty account segment points (tencent-cam.md R2).
	Owner string
	// Lenient lets a pattern match although the number that it names, or one
	// of the two accounts, is not known. A Deny sets it: not knowing must not
	// switch it off.
	Lenient bool
}

// Compile reads an entry of a Resource element. Errors are of type *Error.
func Compile(g Grammar, s string) (*Pattern, error) {
	p := &Pattern{text: s}
	if s == "" {
		return nil, fail(s, 0, "the text is empty", "write * or a resource name", "")
	}
	if err := check(s, MaxPattern); err != nil {
		return nil, err
	}
	var bad *Error
	switch g {
	case Agency:
		bad = p.agency()
	case CAM:
		bad = p.qcs()
	default:
		bad = p.urn(g)
	}
	if bad != nil {
		return nil, bad
	}
	return p, nil
}

func (p *Pattern) agency() *Error {
	s := p.text
	if i := strings.IndexAny(s, "*?"); i >= 0 {
		return fail(s, i, "a uri names one agency, without wildcards", "write /iam/agencies/<agency id>", "")
	}
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return fail(s, i, "blank in a uri", "remove it", "")
	}
	if s[0] != '/' {
		return fail(s, 0, "a uri begins with a slash", "write /iam/agencies/<agency id>", "")
	}
	p.form, p.raw[0] = URI, s
	return nil
}

func (p *Pattern) urn(g Grammar) *Error {
	s := p.text
	syn := wildcard.Syntax{Star: true, Any: g == Identity, Variables: wildcard.Policy11}
	if g == Identity {
		syn.Variables = wildcard.Identity50
	}
	if s == "*" {
		if g == Policy {
			return fail(s, 0, "a v1.1 resource has five segments", "leave Resource out to cover every resource", "")
		}
		p.all = true
		return nil
	}
	if s[0] == '/' {
		return fail(s, 0, "a path is not a resource here", `in v1.1, write "Resource": {"uri": ["/iam/agencies/<id>"]}`, "")
	}
	if strings.HasPrefix(wildcard.Lower(s), "qcs:") {
		return fail(s, 0, "a Tencent Cloud path in a Huawei Cloud policy", shapeURN, "")
	}
	p.form = URN
	if p.simple(g) {
		return nil
	}
	t, err := p.template(s, syn)
	if err != nil {
		return err
	}
	if t.Void {
		return nil
	}
	seg, ok := t.Split(':', 5)
	if !ok {
		return fail(s, len(s), "a resource has five segments, this has "+strconv.Itoa(len(seg)), shapeURN, "")
	}
	if t.Blank >= 0 && g == Policy {
		return fail(s, t.Blank, "blank in a resource", "remove it", "")
	}
	for i, q := range seg {
		name := urnSegments[i]
		reason, fix := "", "write the service, or a lone * for every resource"
		switch text, ok := q.Literal(); {
		case ok && text == "" && (g == Policy || i == 0 || i >= 3):
			if reason = "the " + name + " is empty"; i > 0 || g == Policy {
				fix = "write * for any"
			}
		case g == Policy && i < 4 && q.HasVariables():
			reason, fix = "a variable stands in the "+name+"; v1.1 allows it in the fifth segment only", "write the value or *"
		case g == Identity && i == 0 && (q.HasWildcards() || q.HasVariables()):
			reason = "the service of a URN is a name"
		}
		if reason != "" {
			return fail(s, q.Start, reason, fix, name)
		}
		if i == 0 || i == 3 {
			q = q.Map(wildcard.Lower)
		}
		if err := p.segment(i, q); err != nil {
			return err
		}
	}
	return nil
}

// simple compiles a URN in which only * is special, and stands once at most in a
// segment. It leaves all others, and those with an error, to the long way.
func (p *Pattern) simple(g Grammar) bool {
	q, rest := *p, p.text
	if strings.IndexByte(rest, ' ') >= 0 {
		return false
	}
	for i := range q.seg {
		text, ok := rest, i == 4
		if i < 4 {
			text, rest, ok = strings.Cut(rest, ":")
		}
		if i == 0 || i == 3 {
			text = wildcard.Lower(text)
		}
		if !ok || text == "" && (g == Policy || i == 0 || i >= 3) || i == 0 && g == Identity && strings.IndexByte(text, '*') >= 0 {
			return false
		}
		if q.seg[i], ok = wildcard.Simple(text); !ok {
			return false
		}
		q.raw[i] = text
	}
	if strings.IndexByte(p.text, '*') < 0 {
		r := &q.raw
		q.whole = r[0] + ":" + r[1] + ":" + r[2] + ":" + r[3] + ":" + r[4]
	}
	*p = q
	return true
}

// The segments by their names.
var (
	urnSegments = [5]string{"service", "region", "account", "type", "path"}
	qcsSegments = [6]string{"prefix", "project", "service", "region", "account", "resource"}
)

func (p *Pattern) qcs() *Error {
	s := p.text
	if s == "*" {
		p.all = true
		return nil
	}
	if !strings.HasPrefix(s, "qcs:") {
		return fail(s, 0, "a resource begins with qcs", shapeQCS, "")
	}
	t, err := p.template(s, wildcard.Syntax{Star: true, Variables: wildcard.CAM20})
	if err != nil {
		return err
	}
	seg, ok := t.Split(':', 6)
	if !ok {
		return fail(s, len(s), "a path has six segments, this has "+strconv.Itoa(len(seg)), shapeQCS, "")
	}
	p.form = QCS
	for i, q := range seg {
		reason, fix, at := "", "", q.Start
		text, isLit := q.Literal()
		blank := isLit && text == ""
		switch {
		case i < 5 && q.HasVariables():
			reason, fix = "a variable stands in the "+qcsSegments[i]+"; it may only stand in the last segment", "write the value or *"
		case i == 1 && !blank:
			reason, fix = "the project segment is not used any more", "leave it empty"
		case (i == 2 || i == 3) && blank:
			q = star // R2: empty is all
		case i == 2:
			q = q.Map(wildcard.Lower)
		case i == 3 && isLit:
			q = q.Map(currentRegion)
		case i == 4:
			text = q.String()
			uin, uid := strings.HasPrefix(text, "uin/"), strings.HasPrefix(text, "uid/")
			switch {
			case q.HasWildcards() && !q.Everything() && !uin && !uid:
				reason, fix = "the account is a part of a name", "write uin/<UIN>, uid/<APPID>, * or nothing"
			case text == "" || text == "uin/":
				p.account = ofOwner
			case uin:
				p.account = byUIN
			case uid:
				p.account = byAppID
			}
		case i == 5 && blank:
			reason, fix = "the resource is empty", "write type/id, type/* or *"
		case i == 5 && p.raw[0] == "cos":
			if off := q.VariableFrom(at + objectKey(s[at:])); off >= 0 { // V2
				reason, fix, at = "a variable stands in the key of an object", "use it in the bucket, or write the key or *", off
			}
		}
		if reason != "" {
			return fail(s, at, reason, fix, qcsSegments[i])
		}
		if i < 2 {
			continue
		}
		if err := p.segment(i-2, q); err != nil {
			return err
		}
		if i == 4 && (p.account == byUIN || p.account == byAppID) {
			q, _ = wildcard.Parse(text[len("uin/"):], wildcard.Syntax{Star: true})
			m, err := q.Compile(false)
			if err != nil {
				return p.error(err)
			}
			p.seg[2] = *m
		}
	}
	return nil
}

// star is a lone *.
var star, _ = wildcard.Parse("*", wildcard.Syntax{Star: true})

func (p *Pattern) template(s string, syn wildcard.Syntax) (*wildcard.Template, *Error) {
	t, err := wildcard.Parse(s, syn)
	if err != nil {
		return nil, p.error(err)
	}
	p.vars = t.Variables
	if t.Void {
		p.void = fail(s, t.VoidAt, t.VoidReason, t.VoidFix, "")
	}
	return t, nil
}

func (p *Pattern) segment(i int, t *wildcard.Template) *Error {
	// What a variable puts into the type folds as the type does (I-23).
	m, err := t.Compile(p.form == URN && i == 3 && t.HasVariables())
	if err != nil {
		return p.error(err)
	}
	p.seg[i], p.raw[i], p.use[i] = *m, t.String(), t.Uses()
	return nil
}

// error makes an error of one about a part. (Not inlined for the size of programs.)
//
//go:noinline
func (p *Pattern) error(err error) *Error {
	e := err.(*wildcard.Error)
	return fail(p.text, e.Offset, e.Reason, e.Fix, "")
}

// objectKey returns where the key of an object begins in the last segment of a
// COS path: <bucket>-<appid>/<key>, or prefix//<appid>/<bucket>/<key>.
func objectKey(s string) int {
	slashes := 1
	if strings.HasPrefix(s, "prefix//") {
		slashes = 4
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '/' {
			if slashes--; slashes == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// Match reports whether the pattern covers n. A lone * covers everything, also
// the zero Name; any other pattern covers only names of its own form. vars are
// the expanded variables, in the order of Variables; a pattern that lacks one
// matches nothing. It allocates nothing.
func (p *Pattern) Match(n Name, f *Facts, vars ...string) bool { return p.May(n, f, 0, vars...) }

// May is Match for variables of which the texts of some are not known: bit i of
// unknown stands for vars[i]. A segment with such a variable may be anything.
func (p *Pattern) May(n Name, f *Facts, unknown uint8, vars ...string) bool {
	if p.all {
		return true
	}
	if p.form != n.form || n.form == None || p.void != nil || len(vars) < len(p.vars) {
		return false
	}
	switch n.form {
	case URI:
		return p.raw[0] == n.text
	case URN:
		s, a, b, c, d := n.text, n.cut(0), n.cut(1), n.cut(2), n.cut(3)
		if p.whole != "" && s[a+1:b] != "*" {
			return s == p.whole
		}
		// Those that differ most come first.
		return p.fits(4, s[d+1:], vars, unknown) && p.fits(3, s[c+1:d], vars, unknown) && p.fits(0, s[:a], vars, unknown) &&
			p.fits(2, s[b+1:c], vars, unknown) && p.inRegion(s[a+1:b], vars, unknown)
	}
	return p.fits(0, n.Service(), vars, unknown) && p.fits(1, n.Region(), vars, unknown) && p.fits(3, n.Path(), vars, unknown) && p.matchAccount(n, f)
}

// fits compares a segment.
func (p *Pattern) fits(i int, s string, vars []string, unknown uint8) bool {
	return p.use[i]&unknown != 0 || p.seg[i].Match(s, vars)
}

// inRegion compares the region of a URN: one that is * in the request is also
// covered by a pattern for no region (huawei.md I-21).
func (p *Pattern) inRegion(s string, vars []string, unknown uint8) bool {
	return p.fits(1, s, vars, unknown) || s == "*" && p.fits(1, "", vars, unknown)
}

// Differs names the segments in which the pattern does not cover n: service,
// region, account, type and path of a URN; service, region, account and
// resource of a six-segment path; form if n is of another form. There are none
// where Match holds. It allocates.
func (p *Pattern) Differs(n Name, f *Facts, vars ...string) (segments []string) {
	switch {
	case p.Match(n, f, vars...):
		return nil
	case p.form != n.form || p.void != nil || len(vars) < len(p.vars):
		return []string{"form"}
	case p.form == URI:
		return []string{"path"}
	}
	for i, name := range urnSegments {
		fits := true
		switch {
		case i == 4 && p.form == QCS:
			name, fits = "resource", p.fits(3, n.Path(), vars, 0)
		case i == 0:
			fits = p.fits(0, n.Service(), vars, 0)
		case i == 1 && p.form == URN:
			fits = p.inRegion(n.Region(), vars, 0)
		case i == 1:
			fits = p.fits(1, n.Region(), vars, 0)
		case i == 2 && p.form == QCS:
			fits = p.matchAccount(n, f)
		case i == 2:
			fits = p.fits(2, n.Account(), vars, 0)
		case i == 3 && p.form == URN:
			fits = p.fits(3, n.Type(), vars, 0)
		case i == 4:
			fits = p.fits(4, n.Path(), vars, 0)
		}
		if !fits {
			segments = append(segments, name)
		}
	}
	return segments
}

// matchAccount compares the account of a six-segment path (tencent-cam.md R2,
// R7 and ambiguity 15).
func (p *Pattern) matchAccount(n Name, f *Facts) bool {
	account, uin, appID := n.Account(), "", ""
	if f != nil {
		uin, appID = f.UIN, f.AppID
	}
	if s, ok := strings.CutPrefix(account, "uin/"); ok {
		uin = s
	} else if s, ok := strings.CutPrefix(account, "uid/"); ok {
		appID = s
	}
	switch p.account {
	case ofOwner:
		if f == nil || f.Owner == "" || uin == "" {
			return f != nil && f.Lenient
		}
		return uin == f.Owner
	case byUIN:
		if uin == "" {
			return f != nil && f.Lenient && (account == "" || appID != "")
		}
		return p.seg[2].Match(uin, nil)
	case byAppID:
		if appID == "" {
			return f != nil && f.Lenient && (account == "" || uin != "")
		}
		return p.seg[2].Match(appID, nil)
	}
	return p.seg[2].Match(account, nil)
}

// String returns the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// Everything reports whether the pattern is a lone *.
func (p *Pattern) Everything() bool { return p.all }

// AnyPath reports whether the pattern covers every path: its last segment is *.
func (p *Pattern) AnyPath() bool {
	return p.all || p.form == URN && p.raw[4] == "*" || p.form == QCS && p.raw[3] == "*"
}

// Form returns the form of the names that the pattern can cover; None for a
// lone *, which covers all.
func (p *Pattern) Form() Form { return p.form }

// Variables returns the policy variables of the pattern in order of
// appearance. The caller must not change them.
func (p *Pattern) Variables() []Variable { return p.vars }

// Void returns why no request can match, nil for a sound pattern. A malformed
// variable makes the whole statement match nothing (huawei.md P-28).
func (p *Pattern) Void() *Error { return p.void }

// Faces tells of service, region, account, type and path what an index can use.
// A segment with a variable may be anything, as for May. A six-segment path has
// no type, and of its account only the request tells what it stands for.
func (p *Pattern) Faces() (f [5]wildcard.Face) {
	if p.void != nil {
		return f
	}
	for i := range f {
		f[i].Exact = true
	}
	switch p.form {
	case URN:
		for i := range f {
			f[i] = p.face(i)
		}
	case QCS:
		f[0], f[1], f[4] = p.face(0), p.face(1), p.face(3)
		f[2].Exact = p.account == byText && p.seg[2].Face().Kind == wildcard.FaceAny
	case URI:
		f[4] = wildcard.Face{Kind: wildcard.FaceEqual, Text: p.raw[0], Exact: true}
	}
	return f
}

func (p *Pattern) face(i int) wildcard.Face {
	if p.use[i] != 0 {
		return wildcard.Face{}
	}
	return p.seg[i].Face()
}

// OwnerAccount reports whether the account segment stands for the account that
// owns the policy (tencent-cam.md R2).
func (p *Pattern) OwnerAccount() bool { return p.account == ofOwner }

// Segments returns the segments as they are compared: service, region,
// account, type, path of a URN; service, region, account, resource of a
// six-segment path. Wildcards and variables stand as in the policy.
func (p *Pattern) Segments() []string {
	switch p.form {
	case URN:
		return append([]string(nil), p.raw[:5]...)
	case QCS:
		return append([]string(nil), p.raw[:4]...)
	case URI:
		return []string{p.text}
	}
	return nil
}
