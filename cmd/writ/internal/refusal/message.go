package refusal

import (
	"regexp"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/resource"
)

// The fixed words of the messages; in each a blank stands for any run of blanks.
var (
	// Huawei Cloud, IAM with identity policies.
	notAuthorized = words(`(?:(?:user|principal|agency) ?:? ([^\s"'<>{}]{1,512}) )?is not authorized to perform(?: actions?)? ?:? `)
	onResource    = words(`^["'\x60]? on (?:the )?resources? ?:? ?`)
	because       = words(`^because no ((?:[a-z-]+ ){0,5}?(?:policy|policies|boundary))(?: policy)? allows?\b`)
	explicitly    = words(`^with an explicit deny(?: in (?:an?|the) ((?:[a-z-]+ ){0,5}?(?:policy|policies|boundary)))?`)
	reason        = words(` (?:because no |with an explicit deny)`)
	// Huawei Cloud, services that ask by action.
	doesNotAllow = words(`policy (?:doesn't|does not) allow ([^\s"<>{}]+) to be performed`)
	// Huawei Cloud, billing.
	permissionCode = words(`correct permission code is ([^\s"'<>{}]+)`)
	// Tencent Cloud.
	operation    = words(`not authorized to perform operation ?\(([^()]{1,1000})\)`)
	withResource = words(`^ ?,? ?resource ?\(`)
	noPermission = words(`\) ?has no permission`)

	requestID = words(`(?:x-)?request[-_ ]?id["']? ?[:=] ?["'\[]?([a-z0-9][a-z0-9-]{2,127})`)
	encoded   = words(`encoded[-_ ]?authorization[-_ ]?message`)
)

func words(s string) *regexp.Regexp {
	return regexp.MustCompile("(?i)" + strings.ReplaceAll(s, " ", `[ \n]`))
}

// maxResources bounds the text in which the resources of one message stand.
const maxResources = 16 << 10

// sighting is a place where a text tells of a refusal.
type sighting struct {
	from, to  int
	cam       bool
	action    string
	resources string // "" if it names none
	cut       bool   // the text ends where resources are to come
	principal string
	kind      Kind
	policy    string
	request   string
}

// sight finds the messages of a text, in its order.
func sight(s string) []sighting {
	var out []sighting
	sentences := notAuthorized.FindAllStringSubmatchIndex(s, -1)
	for i, m := range sentences {
		v := sighting{from: m[0]}
		if m[2] >= 0 {
			v.principal = s[m[2]:m[3]]
		}
		v.to = v.rest(s[:start(sentences, i+1, len(s))], m[1])
		out = append(out, v)
	}
	for _, p := range []*regexp.Regexp{doesNotAllow, permissionCode} {
		for _, m := range p.FindAllStringSubmatchIndex(s, -1) {
			out = append(out, sighting{from: m[0], to: m[1], action: strings.TrimRight(s[m[2]:m[3]], ".,;")})
		}
	}
	operations := operation.FindAllStringSubmatchIndex(s, -1)
	for i, m := range operations {
		v := sighting{from: m[0], to: m[1], cam: true, action: s[m[2]:m[3]]}
		if head := withResource.FindStringIndex(s[v.to:]); head != nil {
			text := s[v.to+head[1] : max(v.to+head[1], start(operations, i+1, len(s)))]
			text = text[:min(len(text), maxResources)]
			end := noPermission.FindStringIndex(text)
			if end == nil {
				if i := strings.IndexByte(text, ')'); i >= 0 {
					end = []int{i, i + 1}
				}
			}
			if v.cut = end == nil; !v.cut {
				v.resources = strings.TrimSpace(text[:end[0]])
				v.cut = v.resources == ""
				v.to += head[1] + end[1]
			}
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b sighting) int { return a.from - b.from })
	return out
}

// start is where the i-th match begins; end if there is none.
func start(matches [][]int, i, end int) int {
	if i < len(matches) {
		return matches[i][0]
	}
	return end
}

// rest reads what follows "to perform" in Huawei Cloud's sentence, from i on, and
// returns where it ends.
func (v *sighting) rest(s string, i int) int {
	if i < len(s) && strings.IndexByte("\"'`", s[i]) >= 0 {
		i++
	}
	n := strings.IndexAny(s[i:], " \n\"'`<>{}(),;")
	if n < 0 {
		n = len(s) - i
	}
	v.action = strings.TrimRight(s[i:i+n], ".")
	i += n
	if on := onResource.FindStringIndex(s[i:]); on != nil {
		i += on[1]
		text := s[i:]
		text = text[:min(len(text), maxResources)]
		end := len(text)
		if j := strings.IndexAny(text, `"<>`); j >= 0 {
			end = j
		}
		if m := reason.FindStringIndex(text[:end]); m != nil && sound(text[:m[0]]) {
			end = m[0]
			v.resources = text[:end]
		} else {
			if j := strings.IndexAny(text[:end], " \n"); j >= 0 {
				end = j
			}
			v.resources = strings.TrimRight(text[:end], ".,;'`")
		}
		v.cut = strings.TrimSpace(v.resources) == ""
		i += end
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
		i++
	}
	if m := because.FindStringSubmatchIndex(s[i:]); m != nil {
		v.kind, v.policy = NoAllow, s[i+m[2]:i+m[3]]
		return i + m[1]
	}
	if m := explicitly.FindStringSubmatchIndex(s[i:]); m != nil {
		v.kind = ExplicitDeny
		if m[2] >= 0 {
			v.policy = s[i+m[2] : i+m[3]]
		}
		return i + m[1]
	}
	return i
}

// sound reports whether a text can be a name: one line, or one that was broken
// within a word. Other lines are not part of the message.
func sound(s string) bool { return !strings.Contains(s, "\n") || !strings.Contains(s, " ") }

// identify gives each message the id of its request: one that stands in front of
// it, else one that follows it, before the next message.
func identify(s string, all []sighting) {
	const far = 2000
	used := map[string]bool{}
	end := 0
	for i := range all {
		v := &all[i]
		next := len(s)
		if i+1 < len(all) {
			next = all[i+1].from
		}
		end = min(end, v.from)
		before := requestID.FindAllStringSubmatch(s[max(end, v.from-far):v.from], -1)
		after := requestID.FindAllStringSubmatch(s[min(v.to, next):min(next, v.to+far)], -1)
		slices.Reverse(before)
		for _, m := range append(before, after...) {
			if !used[m[1]] {
				v.request, used[m[1]] = m[1], true
				break
			}
		}
		end = v.to
	}
}

// read makes refusals of a message, one for each action.
func (v *sighting) read() ([]*Refusal, error) {
	names, err := v.names()
	if err != nil {
		return nil, err
	}
	policy := strings.ToLower(strings.ReplaceAll(v.policy, "\n", " "))
	var out []*Refusal
	for _, text := range v.actions() {
		a, err := action.Parse(text)
		switch {
		case err != nil:
			return nil, &NameError{Element: "action", Text: text, Err: err}
		case a.IsCAM() && !v.cam:
			return nil, &NameError{Element: "action", Text: text, Reason: "is none of Huawei Cloud, whose actions are service:type:operation"}
		case !a.IsCAM() && v.cam:
			return nil, &NameError{Element: "action", Text: text, Reason: "is none of Tencent Cloud, whose actions are service:Operation"}
		}
		r := &Refusal{Action: a, Asked: strings.TrimPrefix(text, "name/"), Resources: names, Everywhere: strings.TrimSpace(v.resources) == "*", Principal: v.principal, Kind: v.kind, Policy: policy, Source: sourceOf(policy), Request: v.request}
		if who, err := resource.Parse(v.principal); err == nil && slices.Contains([]string{"iam", "sts", "cam"}, who.Service()) {
			r.Who = who
		}
		out = append(out, r)
	}
	return out, nil
}

// actions are the actions that the message names.
func (v *sighting) actions() []string {
	if !v.cam {
		return []string{v.action}
	}
	all := strings.Split(v.action, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// names reads the resources that the message names.
func (v *sighting) names() (out []resource.Name, err error) {
	if v.cut {
		return nil, &NameError{Element: "resource", Reason: "is cut off; give the whole message"}
	}
	texts := []string{v.resources}
	if parts := strings.Split(v.resources, ","); len(parts) > 1 && !slices.ContainsFunc(parts, func(p string) bool {
		n, err := resource.Parse(strings.TrimSpace(p))
		return err != nil || n.IsZero()
	}) {
		texts = parts
	}
	for _, text := range texts {
		text = strings.TrimSpace(text)
		if strings.Contains(text, "\n") {
			return nil, &NameError{Element: "resource", Text: text, Reason: "is broken by a line end; write it on one line"}
		}
		n, err := resource.Parse(text)
		switch {
		case err != nil:
			return nil, &NameError{Element: "resource", Text: text, Err: err}
		case n.IsZero():
		case (n.Form() == resource.QCS) != v.cam:
			return nil, &NameError{Element: "resource", Text: text, Reason: "belongs to another cloud than the action"}
		default:
			out = append(out, n)
		}
	}
	return out, nil
}

// sourceOf tells what kind of policy a message names.
func sourceOf(policy string) Source {
	for _, k := range []struct {
		word   string
		source Source
	}{
		{"identity", Identity}, {"service control", Guardrail}, {"network control", Guardrail}, {"resource control", Guardrail},
		{"boundary", Boundary}, {"session", Session}, {"resource", Resource}, {"bucket", Resource}, {"trust", Resource},
	} {
		if strings.Contains(policy, k.word) {
			return k.source
		}
	}
	return Unknown
}
