package policy

import (
	"slices"
	"strings"

	"github.com/writ-policy/writ/internal/jsonsrc"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/internal/wildcard"
	"github.com/writ-policy/writ/resource"
)

// PrincipalKind tells the forms of a principal apart.
type PrincipalKind uint8

const (
	// Everyone is "*".
	Everyone PrincipalKind = iota + 1
	// Account is a whole account: a Huawei account id, or
	// qcs::cam::uin/<root>:root, which is also written :uin/<root>.
	Account
	// Identity is one user, agency, group or role, by its URN or path.
	Identity
	// Service is a cloud service.
	Service
	// Federated is an identity provider.
	Federated
	// Unsigned is qcs::cam::anyone:anyone or qcs::cam::anonymous:anonymous:
	// everyone in an Allow, requests without a signature in a Deny
	// (tencent-cam.md P3).
	Unsigned
)

// Principal is one entry of a Principal or NotPrincipal element.
type Principal struct {
	kind PrincipalKind
	text string
	id   string        // account, service or provider
	name resource.Name // of an Identity
	pos  Position
}

// Kind returns the form of the entry.
func (p *Principal) Kind() PrincipalKind { return p.kind }

// String returns the entry as written.
func (p *Principal) String() string { return p.text }

// ID returns the account id or root UIN (Account), the service (Service) or
// the provider (Federated).
func (p *Principal) ID() string { return p.id }

// Name returns the name of an Identity or Federated provider, the zero Name of
// the other kinds.
func (p *Principal) Name() resource.Name { return p.name }

// Position returns where the entry stands.
func (p *Principal) Position() Position { return p.pos }

// parsePrincipal reads one entry of the member key of a principal object; key
// is empty for a principal that is a bare string.
func parsePrincipal(d *Dialect, key, s string) (p Principal, reason, fix string) {
	p = Principal{text: s}
	if d.IsCAM() {
		return parseCAMPrincipal(p, key)
	}
	switch key {
	case "":
		p.kind = Everyone
		return p, "", ""
	case "Service":
		// T-3
		name, ok := strings.CutPrefix(s, "service.")
		if !ok || name == "" || len(name) > 56 || strings.Trim(wildcard.Lower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return p, "no service principal", "write service.<name>"
		}
		p.kind, p.id = Service, s
		return p, "", ""
	case "IAM":
		if isAccountID(s) {
			p.kind, p.id = Account, s
			return p, "", ""
		}
		if s == "*" && d.IsGuardrail() {
			return p, "no account", `write "Principal": "*" for everyone`
		}
		// Only users, agencies and the like are principals, and a name with
		// wildcards in it is nobody's.
		n, err := resource.Parse(s)
		if err != nil || n.Form() != resource.URN || n.Service() != "iam" && n.Service() != "sts" || n.Account() == "" || strings.ContainsAny(s, "*?$") {
			return p, "neither an account id nor the URN of a principal", "write the account id or iam::<account>:user:<name>"
		}
		if n.Type() == "root" {
			if n.Path() != "" {
				return p, "the root user has no name", "write iam::<account>:root"
			}
			p.kind, p.id = Account, n.Account()
			return p, "", ""
		}
		p.kind, p.name = Identity, n
		return p, "", ""
	}
	return p, "no principal", `write {"IAM": ["<account id>"]}`
}

// isAccountID: account ids are letters and digits; a name of that form cannot
// be told from one (huawei.md A-23).
func isAccountID(s string) bool {
	return s != "" && strings.Trim(wildcard.Lower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func parseCAMPrincipal(p Principal, key string) (Principal, string, string) {
	s := p.text
	const fix = "write qcs::cam::uin/<root>:uin/<user> or qcs::cam::uin/<root>:root"
	if key == "service" {
		if s == "" || strings.ContainsAny(s, "*?$ /:") {
			reason := "no service"
			if s == "" {
				reason = "the service is empty"
			}
			return p, reason, "write a service such as cvm.qcloud.com"
		}
		p.kind, p.id = Service, s
		return p, "", ""
	}
	switch s {
	case "*":
		if key == "federated" {
			return p, "no identity provider", "write qcs::cam::uin/<root>:saml-provider/<name>"
		}
		p.kind = Everyone
		return p, "", ""
	case "qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous":
		p.kind = Unsigned
		return p, "", ""
	}
	n, err := resource.Parse(s)
	uin, isUIN := strings.CutPrefix(n.Account(), "uin/")
	if strings.ContainsAny(s, "*?$") {
		return p, "a principal has no wildcards", fix
	}
	if err != nil || n.Form() != resource.QCS || n.Service() != "cam" || n.Region() != "" || strings.HasSuffix(n.Path(), "/") ||
		!isUIN && !strings.HasPrefix(n.Account(), "uid/") || len(n.Account()) == len("uin/") {
		return p, "no principal", fix
	}
	switch provider := strings.HasPrefix(n.Path(), "saml-provider/") || strings.HasPrefix(n.Path(), "oidc-provider/"); {
	case provider != (key == "federated"):
		return p, "no principal of this kind", `identity providers stand under "federated", all others under "qcs"`
	case provider:
		p.kind, p.id, p.name = Federated, s, n
	case isUIN && (n.Path() == "root" || n.Path() == n.Account()):
		p.kind, p.id = Account, uin
	default:
		p.kind, p.name = Identity, n
	}
	return p, "", ""
}

// whose reads the principals of a statement.
func (r *reader) whose(s *Statement, n, yes, not *jsonsrc.Node) {
	if len(r.dialect.principals) == 0 {
		return
	}
	v, e := yes, elementOf(r.dialect.statement, kPrincipal)
	switch {
	case yes != nil && not != nil:
		r.error(pPrincipal, not, "Principal and NotPrincipal in one statement", "keep one of the two")
		return
	case not != nil:
		v, s.notPrincipal = not, true
		e = elementOf(r.dialect.statement, kNotPrincipal)
	case yes == nil && r.shared != nil:
		s.principals = r.shared
		return
	case yes == nil && (r.meant[kPrincipal] || r.meant[kNotPrincipal]):
		return
	case yes == nil:
		r.report(Error, pMissingPrincipal, n.Pos, n.Pos+1, "the statement has no "+e.name, "add "+phrase.Quote(e.name)+": {"+phrase.Quote(r.dialect.principals[0])+": […]}")
		return
	case r.shared != nil:
		r.error(pPrincipal, yes, "a principal here and one for the whole document", "keep one of the two")
		return
	}
	s.principals = r.principals(v, e)
}

func (r *reader) principals(v *jsonsrc.Node, e *element) (out []Principal) {
	before := len(r.found)
	add := func(key string, n *jsonsrc.Node) {
		if n.Kind != jsonsrc.String {
			r.error(pPrincipal, n, "a principal is a string, not "+n.Kind.String(), asString(n))
			return
		}
		p, reason, fix := parsePrincipal(r.dialect, key, n.Text)
		if reason != "" {
			r.error(pPrincipal, n, phrase.Quote(n.Text)+": "+reason, fix)
			return
		}
		p.pos = r.position(n.Pos)
		out = append(out, p)
	}
	if v.Kind == jsonsrc.String && e.shapes&str != 0 {
		if v.Text != "*" {
			r.error(pPrincipal, v, "a principal is \"*\" or an object", "write {"+phrase.Quote(r.dialect.principals[0])+": ["+phrase.Quote(v.Text)+"]}")
			return []Principal{}
		}
		add("", v)
		return out
	}
	if v.Kind != jsonsrc.Object {
		r.error(pPrincipal, v, "a principal is an object, not "+v.Kind.String(), "write {"+phrase.Quote(r.dialect.principals[0])+": […]}")
		return []Principal{}
	}
	for i := range v.Members {
		m := &v.Members[i]
		switch {
		case !slices.Contains(r.dialect.principals, m.Name):
			r.report(Error, pPrincipal, m.NamePos, m.NameEnd, "unknown kind of principal "+phrase.Quote(m.Name), "the kinds are "+strings.Join(r.dialect.principals, ", "))
		case m.Value.Kind == jsonsrc.Array:
			for j := range m.Value.Items {
				add(m.Name, &m.Value.Items[j])
			}
		case m.Value.Kind == jsonsrc.String && r.dialect.IsCAM():
			add(m.Name, &m.Value)
		default:
			r.error(pPrincipal, &m.Value, m.Name+" is an array, not "+m.Value.Kind.String(), "put it in brackets")
		}
	}
	if len(out) == 0 && len(r.found) == before {
		r.error(pPrincipal, v, "the principal names nobody", "name one")
	}
	if out == nil {
		out = []Principal{}
	}
	return out
}
