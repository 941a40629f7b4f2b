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

// parse reads one entry of the member key of a principal object; key is empty
// for a principal that is a bare string.
func (p *Principal) parse(d *Dialect, key, s string) (reason, fix string) {
	p.text = s
	if d.IsCAM() {
		return p.parseCAM(key)
	}
	switch key {
	case "":
		p.kind = Everyone
		return "", ""
	case "Service":
		// T-3
		name, ok := strings.CutPrefix(s, "service.")
		if !ok || len(name) > 56 || !isPlain(name, lowerDigits+"-") {
			return "no service principal", "write service.<name>"
		}
		p.kind, p.id = Service, s
		return "", ""
	case "IAM":
		// Account ids are letters and digits; a name of that form cannot be told
		// from one (huawei.md A-23).
		if isPlain(s, lowerDigits+"-_") {
			p.kind, p.id = Account, s
			return "", ""
		}
		if s == "*" && d.IsGuardrail() {
			return "no account", `write "Principal": "*" for everyone`
		}
		// Only users, agencies and the like are principals, and a name with
		// wildcards in it is nobody's.
		n, err := resource.Parse(s)
		service, account := n.Service(), n.Account()
		switch {
		case err != nil || n.Form() != resource.URN || service != "iam" && service != "sts" || account == "" || strings.ContainsAny(s, "*?$"):
			return "neither an account id nor the URN of a principal", "write the account id or iam::<account>:user:<name>"
		case n.Type() != "root":
			p.kind, p.name = Identity, n
		case n.Path() != "":
			return "the root user has no name", "write iam::<account>:root"
		default:
			p.kind, p.id = Account, account
		}
		return "", ""
	}
	return "no principal", `write {"IAM": ["<account id>"]}`
}

const lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

// isPlain reports whether a text has only such characters, in any letter case.
func isPlain(s, of string) bool { return s != "" && wildcard.Consists(wildcard.Lower(s), of) }

func (p *Principal) parseCAM(key string) (reason, fix string) {
	s := p.text
	special := strings.ContainsAny(s, "*?$")
	switch {
	case key == "service" && s == "":
		return "the service is empty", "write a service such as cvm.qcloud.com"
	case key == "service" && (special || strings.ContainsAny(s, " /:")):
		return "no service", "write a service such as cvm.qcloud.com"
	case key == "service":
		p.kind, p.id = Service, s
		return "", ""
	case s == "*" && key == "federated":
		return "no identity provider", "write qcs::cam::uin/<root>:saml-provider/<name>"
	case s == "*":
		p.kind = Everyone
		return "", ""
	case s == "qcs::cam::anyone:anyone", s == "qcs::cam::anonymous:anonymous":
		p.kind = Unsigned
		return "", ""
	}
	fix = "write qcs::cam::uin/<root>:uin/<user> or qcs::cam::uin/<root>:root"
	if special {
		return "a principal has no wildcards", fix
	}
	n, err := resource.Parse(s)
	account, path := n.Account(), n.Path()
	uin, isUIN := strings.CutPrefix(account, "uin/")
	if err != nil || n.Form() != resource.QCS || n.Service() != "cam" || n.Region() != "" || strings.HasSuffix(path, "/") ||
		!isUIN && !strings.HasPrefix(account, "uid/") || len(account) == len("uin/") {
		return "no principal", fix
	}
	switch provider := strings.HasPrefix(path, "saml-provider/") || strings.HasPrefix(path, "oidc-provider/"); {
	case provider != (key == "federated"):
		return "no principal of this kind", `identity providers stand under "federated", all others under "qcs"`
	case provider:
		p.kind, p.id, p.name = Federated, s, n
	case isUIN && (path == "root" || path == account):
		p.kind, p.id = Account, uin
	default:
		p.kind, p.name = Identity, n
	}
	return "", ""
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
		r.missing(pMissingPrincipal, n, e.name, "add "+phrase.Quote(e.name)+": {"+phrase.Quote(r.dialect.principals[0])+": […]}")
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
			r.kind(pPrincipal, n, "a principal is a string", asString(n))
			return
		}
		p := Principal{pos: r.position(n.Pos)}
		if reason, fix := p.parse(r.dialect, key, n.Text); reason != "" {
			r.error(pPrincipal, n, phrase.Quote(n.Text)+": "+reason, fix)
			return
		}
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
		r.kind(pPrincipal, v, "a principal is an object", "write {"+phrase.Quote(r.dialect.principals[0])+": […]}")
		return []Principal{}
	}
	for i := range v.Members {
		m := &v.Members[i]
		switch {
		case !slices.Contains(r.dialect.principals, m.Name):
			r.name(pPrincipal, m, "unknown kind of principal "+phrase.Quote(m.Name), "the kinds are "+phrase.List(r.dialect.principals))
		case m.Value.Kind == jsonsrc.Array:
			for j := range m.Value.Items {
				add(m.Name, &m.Value.Items[j])
			}
		case m.Value.Kind == jsonsrc.String && r.dialect.IsCAM():
			add(m.Name, &m.Value)
		default:
			r.kind(pPrincipal, &m.Value, m.Name+" is an array", "put it in brackets")
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
