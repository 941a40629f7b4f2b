package refusal

import (
	"regexp"
	"slices"
	"strings"

	"github.com/writ-policy/writ/action"
	"github.com/writ-policy/writ/internal/phrase"
	"github.com/writ-policy/writ/resource"
)

// policyKind is a kind of policy in a message.
const policyKind = `((?:[a-z-]+ ){0,5}?(?:polic(?:y|ies)|boundar(?:y|ies)|[srn]cps?|guardrails?))`

// The fixed words of the messages; in each a blank stands for any run of blanks.
var (
	// Huawei Cloud, IAM with identity policies.
	notAuthorized = words(`(?:(?:user|principal|agency) ?:? ([^\s"'<>{}]{1,512}) )?is not authorized to perform(?: actions?)? ?:? `)
	onResource    = words(`^(?: ?, ?| )on (?:the )?resources? ?:? ?`)
	because       = words(`^ ?,? ?because no ` + policyKind + ` allows?\b(?: the ([^\s"'<>]+(?:\n[^\s"'<>]+)?) action)?`)
	refuses       = words(`^ ?,? ?because (?:an?|the) ` + policyKind + ` (explicitly denies|denies|does not allow|doesn't allow)\b(?: the ([^\s"'<>]+) action)?`)
	explicitly    = words(`^ ?,? ?(?:with|due to|because of) an explicit deny(?: in (?:an?|the) ` + policyKind + `)?\b`)
	reason        = words(` ?,? (?:because (?:no|an?|the|of) |(?:with|due to) an explicit)`)
	// Huawei Cloud, services that ask by action.
	doesNotAllow = words(`policy (?:doesn't|does not) allow ([^\s"<>{}]+) to be performed`)
	plainPolicy  = regexp.MustCompile(`(?i)(?:^|[^a-z \n][ \n]?|\n|\b(?:the|your|iam|identity|identity-based)[ \n])$`)
	// Huawei Cloud, billing.
	permissionCode = words(`correct permission code is ([^\s"'<>{}]+)`)
	// Tencent Cloud.
	operation    = words(`not authorized to perform operation ?\(([^()]{1,1000})\)`)
	withResource = words(`^ ?,? ?(?:on )?(?:the )?resources? ?:? ?\(`)
	noPermission = words(`\) ?has no permission`)

	requestID = words(`(?:x-)?request[-_ ]?id["']? ?[:=] ?["'\[]?([a-z0-9][a-z0-9-]{2,127})`)
	encoded   = words(`encoded[-_ ]?authorization[-_ ]?message`)

	// What may stand behind a name that ends: nothing, a bracket or a quote, another
	// sentence, the id of the request, a line of a log.
	ended = regexp.MustCompile(`^(?:\.?[)\]}"'` + "`" + `<>{|,;]*$|\.?["<>{}()\[]|[.,;]?[ \n](?:$|["<>{}()\[│|]|(?i:(?:x-)?request[-_ ]?id)|[0-9]{4}-[0-9]{2}-)|\.[ \n](?:[A-Z]|[^\x00-\x7f])|[.;]\n)`)
	// A line that begins with a word is no rest of a name, unless that is all of it.
	otherLine = regexp.MustCompile(`^\n[A-Za-z]{2,20}:? [^ ]`)
	elements  = regexp.MustCompile(`(?i)\bresources?\b|\bqcs:`)

	// A reason that belongs to no sentence, and words of denying or of policies that
	// no Allow outweighs.
	dangling = words(`because (?:no|an?|the|of) [^.]{0,100}(?:polic|boundar|guardrail|[srn]cp)|explicit deny`)
	denying  = regexp.MustCompile(`(?i)\bden(?:y|ies|ied|ying|ial)|explicit|\b(?:service|network|resource) ?-?control|guardrail|boundar|\b(?:session|endpoint|trust|bucket|resource|resource-based) polic|organi[sz]ation|prohibit|disallow|\bforbids|forbidden by|blocked by|polic(?:y|ies) (?:does|do|did|doesn't|don't|didn't)\b|\b(?:an?|the|no|by|of|in|some|every) [srn]cps?\b|(?-i:\b[SRN]CPs?\b)|拒绝|拒絕|禁止|显式`)
	refused  = regexp.MustCompile(`(?i)\b(?:access|permission|request) ?denied\b`)
	closed   = regexp.MustCompile(`[.!?"'})\]]\n`)
	tags     = regexp.MustCompile(`^<([a-zA-Z]{1,10})>`)
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
	named     bool   // it has a resource, or a place for one
	cut       bool   // the text ends where resources are to come
	principal string
	kind      Kind
	policy    string
	request   string
	problem   error // why nothing is made of it
}

// fail notes the first problem.
func (v *sighting) fail(err error) {
	if v.problem == nil {
		v.problem = err
	}
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
		v.to = v.rest(s[:start(sentences, i+1, len(s))], m[1], i+1 == len(sentences))
		out = append(out, v)
	}
	for _, p := range []*regexp.Regexp{doesNotAllow, permissionCode} {
		for _, m := range p.FindAllStringSubmatchIndex(s, -1) {
			v := sighting{from: m[0], to: m[1], action: strings.TrimRight(s[m[2]:m[3]], ".,;")}
			if p == doesNotAllow && !plainPolicy.MatchString(s[max(0, m[0]-40):m[0]]) {
				v.fail(&WordsError{s[max(0, m[0]-40):m[1]]})
			}
			if p == permissionCode {
				v.to = m[2] + len(v.action)
				v.follow(s[v.to:], "action", v.action, true)
			}
			out = append(out, v)
		}
	}
	operations := operation.FindAllStringSubmatchIndex(s, -1)
	for i, m := range operations {
		v := sighting{from: m[0], to: m[1], cam: true, action: s[m[2]:m[3]]}
		if head := withResource.FindStringIndex(s[v.to:]); head != nil {
			v.named = true
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
				if !balanced(v.resources) {
					v.fail(&WordsError{"(" + v.resources + ")"})
				}
			}
		}
		if !v.named {
			v.follow(s[v.to:], "action", v.action, true)
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b sighting) int { return a.from - b.from })
	surround(s, out)
	return out
}

// balanced reports whether each bracket of a text has its other.
func balanced(s string) bool {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

// far is how many bytes around a message are looked at.
const far = 600

// surround looks at what stands around each message and belongs to it. If it holds
// words of denying that were not understood, nothing is made of the message.
func surround(s string, all []sighting) {
	end := 0
	for i := range all {
		v := &all[i]
		last := i+1 == len(all)
		next := len(s)
		if !last {
			next = all[i+1].from
		}
		gap := s[min(v.to, next):next]
		tail := gap[:min(len(gap), far)]
		if m := closed.FindStringIndex(tail); m != nil {
			tail = tail[:m[0]+1]
		}
		head := s[min(end, v.from):v.from]
		head = head[max(0, len(head)-far):]
		if m := closed.FindAllStringIndex(head, -1); m != nil {
			head = head[m[len(m)-1][1]:]
		}
		if v.principal != "" {
			head = head[strings.LastIndexByte(head, '\n')+1:]
		}
		for _, text := range []string{tail, head} {
			if word := deniesIn(text); word != "" && v.mayGrant() {
				v.fail(&WordsError{text})
			}
		}
		if m := dangling.FindStringIndex(gap[:min(len(gap), maxResources)]); m != nil && v.mayGrant() {
			v.fail(&WordsError{gap[m[0]:m[1]]})
		}
		if !v.named && elements.MatchString(tail) && v.kind == Unsaid && (v.cam || isAction(v.action)) {
			v.fail(&WordsError{tail})
		}
		if !last && v.kind == Unsaid && !v.cam && strings.Trim(gap, " ") == "" && v.action != "" && v.to > v.from && s[v.to-1] != '\n' {
			v.fail(&WordsError{s[v.from:next]})
			all[i+1].fail(&WordsError{s[v.from:all[i+1].to]})
		}
		end = v.to
	}
}

// deniesIn returns a word of denying in a text, "" if it has none.
func deniesIn(text string) string {
	for _, joint := range []string{" ", ""} {
		line := refused.ReplaceAllString(strings.ReplaceAll(text, "\n", joint), "")
		if word := denying.FindString(line); word != "" {
			return word
		}
	}
	return ""
}

// mayGrant reports whether an Allow of the caller may help, by what was understood.
func (v *sighting) mayGrant() bool {
	return v.kind == Unsaid || v.kind == NoAllow && (sourceOf(v.kindOfPolicy()) == Identity || !strings.Contains(v.policy, " "))
}

// kindOfPolicy is the kind of policy that the message names, on one line.
func (v *sighting) kindOfPolicy() string {
	return strings.ToLower(strings.ReplaceAll(v.policy, "\n", " "))
}

// start is where the i-th match begins; end if there is none.
func start(matches [][]int, i, end int) int {
	if i < len(matches) {
		return matches[i][0]
	}
	return end
}

// rest reads what follows "to perform" in Huawei Cloud's sentence, from i on, and
// returns where it ends. last: no other message follows.
func (v *sighting) rest(s string, i int, last bool) int {
	element := "action"
	inside, n, ok := enclosed(s[i:])
	if !ok {
		if n = strings.IndexAny(s[i:], " \n\"'`<>{}(),;"); n < 0 {
			n = len(s) - i
		}
		if text := s[i : i+n]; abridged(text) || text == "" {
			v.fail(cutOff(element, text))
		}
		inside = strings.TrimRight(s[i:i+n], ".")
		n = len(inside)
	}
	v.action = inside
	i += n
	if on := onResource.FindStringIndex(s[i:]); on != nil {
		element, v.named = "resource", true
		i += on[1]
		text := s[i:]
		text = text[:min(len(text), maxResources)]
		end := len(text)
		if inside, n, ok = enclosed(text); ok {
			v.resources = inside
			end = n
		} else {
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
				v.resources = text[:end]
				if !abridged(v.resources) {
					v.resources = strings.TrimRight(v.resources, ".,;'`")
				}
				end = len(v.resources)
			}
		}
		v.cut = strings.TrimSpace(v.resources) == ""
		i += end
	}
	if m := because.FindStringSubmatchIndex(s[i:]); m != nil {
		v.kind, v.policy = NoAllow, s[i+m[2]:i+m[3]]
		v.repeat(s[i:], m[4], m[5])
		return i + m[1]
	}
	if m := refuses.FindStringSubmatchIndex(s[i:]); m != nil {
		v.kind, v.policy = NoAllow, s[i+m[2]:i+m[3]]
		if strings.HasSuffix(strings.ToLower(s[i+m[4]:i+m[5]]), "denies") {
			v.kind = ExplicitDeny
		}
		v.repeat(s[i:], m[6], m[7])
		return i + m[1]
	}
	if m := explicitly.FindStringSubmatchIndex(s[i:]); m != nil {
		v.kind = ExplicitDeny
		if m[2] >= 0 {
			v.policy = s[i+m[2] : i+m[3]]
		}
		return i + m[1]
	}
	text := v.action
	if v.named {
		text = v.resources
	}
	if !v.cut {
		v.follow(s[i:], element, text, last)
	}
	for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
		i++
	}
	return i
}

// follow looks at what stands behind the last name of a sentence that gives no
// reason: the name may go on there.
func (v *sighting) follow(rest, element, text string, last bool) {
	switch {
	case !last && strings.Trim(rest, " ") == "" && rest != "":
		v.fail(&WordsError{text + rest + "…"})
	case ended.MatchString(rest):
		if joint := strings.TrimRight(text, "-_:/=+&"); joint != text && strings.HasPrefix(rest, "\n") {
			v.fail(brokenName(element, text))
		}
	case element == "resource" && otherLine.MatchString(rest) && strings.TrimRight(text, "-_:/=+&") == text:
	case strings.HasPrefix(rest, "\n"):
		v.fail(brokenName(element, text+rest[:min(len(rest), 20)]))
	case element == "action" && !isAction(text): // which is told by and by
	case deniesIn(rest[:min(len(rest), far)]) != "" || element == "action":
		v.fail(&WordsError{text + rest[:min(len(rest), 60)]})
	default:
		v.fail(cutOff(element, text))
	}
}

func isAction(s string) bool {
	_, err := action.Parse(s)
	return err == nil
}

// repeat compares the action at the end of a sentence with that of its beginning.
func (v *sighting) repeat(s string, from, to int) {
	if from < 0 {
		return
	}
	if again := strings.ReplaceAll(s[from:to], "\n", ""); !strings.EqualFold(again, v.action) {
		v.fail(&NameError{Element: "action", Text: v.action, Reason: "is not the one at its end, " + phrase.Quote(again)})
	}
}

// enclosed reads a name between quotes or tags; n is where it ends, with them.
func enclosed(s string) (name string, n int, ok bool) {
	if s == "" {
		return "", 0, false
	}
	begin, end := s[:1], s[:1]
	if m := tags.FindStringSubmatch(s); m != nil {
		begin, end = m[0], "</"+m[1]+">"
	} else if strings.IndexByte("\"'`", s[0]) < 0 {
		return "", 0, false
	}
	name, _, ok = strings.Cut(s[len(begin):], end)
	if name == "" {
		return "", 0, false
	}
	return name, len(begin) + len(name) + len(end), ok
}

// abridged reports whether a text shows that it was longer.
func abridged(s string) bool { return strings.HasSuffix(s, "..") || strings.HasSuffix(s, "…") }

func cutOff(element, text string) error {
	return &NameError{Element: element, Text: text, Reason: "is cut off; give the whole message"}
}

func brokenName(element, text string) error {
	return &NameError{Element: element, Text: text, Reason: "is broken by a line end; write it on one line"}
}

// sound reports whether a text can be a name: one line, or one that was broken
// within a word. Other lines are not part of the message.
func sound(s string) bool { return !strings.Contains(s, "\n") || !strings.Contains(s, " ") }

// identify gives each message the id of its request: one that stands in front of
// it, else one that follows it, before the next message.
func identify(s string, all []sighting) {
	const near = 2000
	used := map[string]bool{}
	end := 0
	for i := range all {
		v := &all[i]
		next := len(s)
		if i+1 < len(all) {
			next = all[i+1].from
		}
		end = min(end, v.from)
		before := requestID.FindAllStringSubmatch(s[max(end, v.from-near):v.from], -1)
		after := requestID.FindAllStringSubmatch(s[min(v.to, next):min(next, v.to+near)], -1)
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
	if v.problem != nil {
		return nil, v.problem
	}
	names, err := v.names()
	if err != nil {
		return nil, err
	}
	policy := v.kindOfPolicy()
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
		if who, err := resource.Parse(v.principal); err == nil && slices.Contains([]string{"iam", "sts", "cam"}, who.Service()) && !strings.Contains(who.Account(), "*") {
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
		switch {
		case strings.Contains(text, "\n"):
			return nil, brokenName("resource", text)
		case abridged(text) || !v.cam && strings.HasSuffix(text, ":"):
			return nil, cutOff("resource", text)
		case !v.cam && several(text):
			return nil, &WordsError{text}
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

// several reports whether a blank stands before something that is a name itself.
func several(text string) bool {
	words := strings.Split(text, " ")
	return slices.ContainsFunc(words[1:], func(w string) bool { return strings.Count(w, ":") > 3 })
}

// identityPolicy is what policies of users, groups and agencies are called.
var identityPolicy = regexp.MustCompile(`^(?:(?:iam|identity|identity-based|user|group|attached|inline|managed) )+polic(?:y|ies)$`)

// sourceOf tells what kind of policy a message names.
func sourceOf(policy string) Source {
	if identityPolicy.MatchString(policy) {
		return Identity
	}
	for _, k := range []struct {
		word   string
		source Source
	}{
		{"service control", Guardrail}, {"network control", Guardrail}, {"resource control", Guardrail},
		{"scp", Guardrail}, {"rcp", Guardrail}, {"ncp", Guardrail}, {"guardrail", Guardrail},
		{"boundar", Boundary}, {"session", Session}, {"resource", Resource}, {"bucket", Resource}, {"trust", Resource},
	} {
		if strings.Contains(policy, k.word) {
			return k.source
		}
	}
	return Unknown
}
