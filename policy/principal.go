package policy

import (
	"strings"

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
			return p, "not a service principal", "write service.<name>"
		}
		p.kind, p.id = Service, s
		return p, "", ""
	case "IAM":
		if isAccountID(s) {
			p.kind, p.id = Account, s
			return p, "", ""
		}
		n, err := resource.Parse(s)
		if err != nil || n.Form() != resource.URN {
			return p, "not an account id and not a URN", "write the account id or iam::<account>:user:<name>"
		}
		if n.Type() == "root" {
			p.kind, p.id = Account, n.Account()
			return p, "", ""
		}
		p.kind, p.name = Identity, n
		return p, "", ""
	}
	return p, "not a principal", `write {"IAM": ["<account id>"]}`
}

// isAccountID: account ids are letters and digits; a name of that form cannot
// be told from one (huawei.md A-23).
func isAccountID(s string) bool {
	return s != "" && strings.Trim(wildcard.Lower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func parseCAMPrincipal(p Principal, key string) (Principal, string, string) {
	s := p.text
	const fix = "write qcs::cam::uin/<root>:uin/<user> or qcs::cam::uin/<root>:root"
	switch {
	case key == "service":
		p.kind, p.id = Service, s
		if s == "" {
			return p, "the service is empty", "write a service such as cvm.qcloud.com"
		}
	case key == "federated":
		n, err := resource.Parse(s)
		if err != nil || n.Form() != resource.QCS {
			return p, "not an identity provider", "write qcs::cam::uin/<root>:saml-provider/<name>"
		}
		p.kind, p.id, p.name = Federated, s, n
	case s == "*":
		p.kind = Everyone
	case s == "qcs::cam::anyone:anyone" || s == "qcs::cam::anonymous:anonymous":
		p.kind = Unsigned
	default:
		n, err := resource.Parse(s)
		if err != nil || n.Form() != resource.QCS || n.Service() != "cam" || n.Account() == "" {
			return p, "not a principal", fix
		}
		uin, isUIN := strings.CutPrefix(n.Account(), "uin/")
		if isUIN && (n.Path() == "root" || n.Path() == n.Account()) {
			p.kind, p.id = Account, uin
			return p, "", ""
		}
		if strings.ContainsAny(n.Path(), "*") {
			return p, "a principal has no wildcards", fix
		}
		p.kind, p.name = Identity, n
	}
	return p, "", ""
}
