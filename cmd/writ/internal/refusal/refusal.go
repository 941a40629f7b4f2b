// Package refusal finds what a cloud refused in the text of its messages: the
// action, the resources, who asked and why not. It reads messages of Huawei
// Cloud (Open Telekom Cloud) and Tencent Cloud as they are pasted: a sentence, an
// error body, lines of a log.
package refusal

import (
	"errors"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/resource"
)

// Refusal is one request that was refused, as far as a message tells it.
type Refusal struct {
	Action action.Name
	// Asked is the action as the message writes it.
	Asked string
	// Resources are what it was to be done to; none if the message names none,
	// or *. Everywhere: it says *.
	Resources  []resource.Name
	Everywhere bool
	// Principal is who asked, in the words of the message; Who is the same if it
	// is the name of a user, an agency or a role.
	Principal string
	Who       resource.Name
	Kind      Kind
	// Policy is the kind of policy that refuses, in the words of the message, and
	// Source what it is.
	Policy string
	Source Source
	// Request is the id of the request.
	Request string
}

// Account is that of the principal, else the one that owns the resources; "" if
// the message tells neither.
func (r *Refusal) Account() string {
	if id := r.Who.Account(); id != "" {
		return id
	}
	for _, n := range r.Resources {
		if id := n.Account(); id != "" && !strings.Contains(id, "*") {
			return id
		}
	}
	return ""
}

// key is the same for messages that tell the same.
func (r *Refusal) key() string {
	parts := []string{r.Action.String(), r.Principal, r.Kind.String(), r.Policy}
	for _, n := range r.Resources {
		parts = append(parts, n.String())
	}
	return strings.Join(parts, "\n")
}

// Kind is how a request was refused.
type Kind uint8

const (
	// Unsaid: the message does not tell.
	Unsaid Kind = iota
	// NoAllow: no statement allows it.
	NoAllow
	// ExplicitDeny: a Deny statement matches.
	ExplicitDeny
)

// String returns unsaid, no-allow or explicit-deny.
func (k Kind) String() string { return [...]string{"unsaid", "no-allow", "explicit-deny"}[k] }

// Source is the kind of policy that refuses.
type Source uint8

const (
	// Unknown: the message names none, or one that is not known here.
	Unknown Source = iota
	// Identity is a policy of the user, the group, the agency or the role.
	Identity
	// Guardrail is an organization's policy.
	Guardrail
	// Boundary is a permission boundary.
	Boundary
	// Session came with temporary credentials.
	Session
	// Resource is attached to what is accessed.
	Resource
)

// String returns unknown, identity, guardrail, boundary, session or resource.
func (s Source) String() string {
	return [...]string{"unknown", "identity", "guardrail", "boundary", "session", "resource"}[s]
}

// NameError says that a message names something that is no action or resource
// of its cloud.
type NameError struct {
	Element string // action or resource
	Text    string
	Reason  string
	Err     error // of package action or resource; it may be nil
}

func (e *NameError) Error() string {
	if e.Err != nil {
		return "in the message, " + e.Err.Error()
	}
	if e.Text == "" {
		return "the " + e.Element + " of the message " + e.Reason
	}
	return "the " + e.Element + " " + phrase.Quote(e.Text) + " of the message " + e.Reason
}

func (e *NameError) Unwrap() error { return e.Err }

// WordsError says that a message has words that are not understood, and that may
// tell of a Deny or of a policy that no Allow outweighs.
type WordsError struct{ Text string }

func (e *WordsError) Error() string {
	text := strings.TrimSpace(strings.ReplaceAll(e.Text, "\n", " "))
	return "the message says " + phrase.Quote(text) + ", which is not understood, so that nothing is made of it; say with --action and --resource what was refused"
}

// NothingError says that a text tells of no refusal.
type NothingError struct {
	// Encoded: it holds an encoded authorization message, which only the cloud
	// can read.
	Encoded bool
}

func (e *NothingError) Error() string {
	if e.Encoded {
		return "the message is encoded: POST /v5/decode-authorization-message decodes it for whoever may do sts::decodeAuthorizationMessage; give what comes back, or the sentence that names the action"
	}
	return `the text names no action that was refused; give the whole message, such as "User: … is not authorized to perform: … on resource: …", "Policy doesn't allow … to be performed" or "you are not authorized to perform operation (…) resource (…) has no permission"`
}

// MaxText bounds a text in bytes.
const MaxText = 1 << 20

// Find returns the refusals that a text tells of, each once and in the order of
// the text. It returns those that it can read even if there is an error: a
// *NothingError, or *NameError and *WordsError, joined.
func Find(text string) ([]*Refusal, error) {
	if len(text) > MaxText {
		return nil, errors.New("the message is larger than 1 MiB; give the lines that name the action")
	}
	s := plain(text)
	var found []*Refusal
	var errs []error
	known := map[string]bool{}
	first := func(key string) bool {
		was := known[key]
		known[key] = true
		return !was
	}
	sightings := sight(s)
	identify(s, sightings)
	for i := range sightings {
		rs, err := sightings[i].read()
		for _, r := range rs {
			if first(r.key()) {
				found = append(found, r)
			}
		}
		if err != nil && first(err.Error()) {
			errs = append(errs, err)
		}
	}
	if len(sightings) == 0 {
		return nil, &NothingError{Encoded: encoded.MatchString(s)}
	}
	return found, errors.Join(errs...)
}
