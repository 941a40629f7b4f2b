package catalog

import (
	"iter"
	"slices"
	"strconv"

	"github.com/writ-policy/writ/policy"
)

// Permission is a row of the vendor's list of system-defined roles and
// policies. It is immutable; goroutines may share it. The zero Permission has
// no name and no content.
type Permission struct {
	name, service, scope, level, typ string
	former                           []string
	dependsOn                        []Dependency
	content                          string
	published                        string
}

// Name returns the name that people see, such as "CBR FullAccess".
func (p *Permission) Name() string { return p.name }

// Service returns the service that the vendor lists the permission under, in
// lower case; base for those of all services.
func (p *Permission) Service() string { return p.service }

// Scope returns where the permission is granted: global-services,
// region-specific-projects, all-resources (both), or "" if the vendor does not
// say it or, as for v5.0, there are no scopes (huawei.md 7.1).
func (p *Permission) Scope() string { return p.scope }

// Level returns how the service is deployed: project or global; "" if the
// vendor does not say it.
func (p *Permission) Level() string { return p.level }

// Type returns what the vendor calls the permission: role or policy. It does
// not tell the dialect of the content (huawei.md R-2).
func (p *Permission) Type() string { return p.typ }

// FormerNames yields the names that the permission had before, in the vendor's
// order.
func (p *Permission) FormerNames() iter.Seq[string] { return slices.Values(p.former) }

// DependsOn yields the permissions that must, or may have to, be granted too,
// in the vendor's order. Where the content of a role names its dependencies
// itself, those decide (huawei.md R-5).
func (p *Permission) DependsOn() iter.Seq[Dependency] { return slices.Values(p.dependsOn) }

// HasContent reports whether Document returns a document.
func (p *Permission) HasContent() bool { return p.content != "" }

// Content returns the text of the document as the vendor publishes it; "" if
// HasContent is false.
func (p *Permission) Content() string { return p.content }

// PublishedAs returns the name under which the content was published: a former
// name, if it was not found under the present one. Without content it is empty.
func (p *Permission) PublishedAs() string {
	if p.content != "" && p.published == "" {
		return p.name
	}
	return p.published
}

// Document reads the content, under the permission's title. The error is a
// *NoContentError if the vendor has not published it.
func (p *Permission) Document() (*policy.Document, error) {
	if p.content == "" {
		return nil, &NoContentError{p.name}
	}
	d, err := policy.Parse("system:"+p.name, []byte(p.content))
	if err != nil {
		return nil, err
	}
	return d.Titled(p.title()), nil
}

// Stub returns a document without statements under the permission's title. It
// grants nothing; roles that depend on the permission find it.
func (p *Permission) Stub() *policy.Document { return (*policy.Document)(nil).Titled(p.title()) }

// title names the permission and, for a role, what it needs: the rows of the
// vendor's list, not what single pages of services add.
func (p *Permission) title() policy.Title {
	t := policy.Title{Name: p.name, Global: p.scope == "global-services"}
	if p.typ != "role" {
		return t
	}
	for _, d := range p.dependsOn {
		if d.required && d.evidence == Table {
			t.Depends = append(t.Depends, policy.Dependency{DisplayName: d.name})
		}
	}
	return t
}

// NoContentError says that a system-defined permission exists, but that its
// content is not known.
type NoContentError struct{ Name string }

func (e *NoContentError) Error() string {
	return "system-defined permission " + strconv.Quote(e.Name) + ": the vendor has not published its content; export it from the account and give the document itself"
}

// Dependency is a permission that another one needs. It is immutable;
// goroutines may share it. The zero Dependency has no name.
type Dependency struct {
	name, scope, when string
	required          bool
	evidence          Evidence
}

// Name returns the present name of the permission that is needed.
func (d Dependency) Name() string { return d.name }

// Scope returns where it must be granted: region-specific-projects, that is in
// the same project, or global-services; "" if the vendor does not say it.
func (d Dependency) Scope() string { return d.scope }

// Required reports whether it is always needed; When says what it is needed
// for if not.
func (d Dependency) Required() bool { return d.required }

// When returns the operations that need it, "" for all.
func (d Dependency) When() string { return d.when }

// Evidence says what the row rests on: Table for the list of permissions,
// Document for a page of the service.
func (d Dependency) Evidence() Evidence { return d.evidence }

// SCP reads an organization policy that the vendor defines, and that bounds
// nothing: FullAccess, and RCPFullAccess and NCPFullAccess for resource and
// network control policies (huawei.md S-17, 4.3); in Tencent Cloud
// FullQcloudAccess (tencent-cam.md O1). The error is an *UnknownSCPError if
// there is none of that name.
func (c *Catalog) SCP(name string) (*policy.Document, error) {
	content, ok := c.scpDocuments[name]
	if !ok {
		return nil, &UnknownSCPError{name}
	}
	d := policy.HuaweiSCP
	if policy.Guess([]byte(content)).IsCAM() {
		d = policy.TencentCAM
	}
	doc, err := policy.ParseAs(d, "system:"+name, []byte(content))
	if err != nil {
		return nil, err
	}
	return doc.Titled(policy.Title{Name: name}), nil
}

// UnknownSCPError says that the catalog has no service control policy of a
// name.
type UnknownSCPError struct{ Name string }

func (e *UnknownSCPError) Error() string {
	return "no system-defined service control policy is named " + strconv.Quote(e.Name)
}
