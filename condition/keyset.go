package condition

import "strings"

// KeySet tells which condition keys take effect for an action on a resource
// (huawei.md I-28); the others are absent, whatever the request says (I-29). It is immutable; goroutines may share it. For a nil KeySet
// every key does; the zero KeySet lists none, so that only the global keys do.
type KeySet struct {
	listed, doubtful []string // folded; one that ends in a slash is for every tag
	open             bool
}

// NewKeySet makes a KeySet of the keys that are listed, and of those that may
// be. A key such as g:ResourceTag/<tag-key> stands for every tag. The lists of
// an open set have gaps: what is in neither is doubtful, too.
func NewKeySet(listed, doubtful []string, open bool) *KeySet {
	return &KeySet{keyHeads(listed), keyHeads(doubtful), open}
}

func keyHeads(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = NewKey(k).String()
		if slash := strings.IndexByte(out[i], '/'); slash >= 0 && strings.HasPrefix(out[i][slash:], "/<") {
			out[i] = out[i][:slash+1]
		}
	}
	return out
}

// Takes reports whether a key takes effect; Unknown if nobody knows. Global keys
// always do, save those of tags and of the enterprise project, which like the
// keys of services must be listed (huawei.md 6.2). It allocates nothing.
func (s *KeySet) Takes(k Key) Result {
	name := k.String()
	switch {
	case s == nil || isGlobal(name) || lists(s.listed, name):
		return True
	case s.open || lists(s.doubtful, name):
		return Unknown
	}
	return False
}

func isGlobal(name string) bool {
	rest, ok := strings.CutPrefix(name, "g:")
	return ok && rest != "tagkeys" && rest != "enterpriseprojectid" &&
		!strings.HasPrefix(rest, "resourcetag/") && !strings.HasPrefix(rest, "requesttag/")
}

func lists(keys []string, name string) bool {
	for _, k := range keys {
		if tags := strings.HasSuffix(k, "/"); !tags && k == name || tags && len(name) > len(k) && strings.HasPrefix(name, k) {
			return true
		}
	}
	return false
}
