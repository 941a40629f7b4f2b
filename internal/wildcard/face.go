package wildcard

// Face is what an index can tell of a pattern without its variables: every text
// that it matches is Text, begins or ends with it.
type Face struct {
	Kind FaceKind
	Text string
	// Exact: every such text is matched.
	Exact bool
}

// FaceKind says what Text is to the texts that match.
type FaceKind uint8

const (
	// FaceAny: any text may match.
	FaceAny FaceKind = iota
	// FaceEqual: Text alone may match.
	FaceEqual
	// FacePrefix: what matches begins with Text.
	FacePrefix
	// FaceSuffix: what matches ends with Text.
	FaceSuffix
)

// Face returns the face of the pattern.
func (m *Matcher) Face() Face {
	head, tail := "", ""
	switch {
	case m.shape == shapeAll:
		return Face{Exact: true}
	case m.fold:
		return Face{}
	case m.shape == shapeEqual:
		return Face{FaceEqual, m.lit, true}
	case m.shape == shapePrefix, m.shape == shapeBoth, m.shape == shapeGlob:
		head = m.lit
	case m.shape == shapeSuffix:
		tail = m.lit
	case m.shape == shapeGeneral:
		if len(m.rest.head) > 0 {
			head = m.rest.head[0].text // none for ? and variables
		}
		if len(m.rest.last) > 0 {
			tail = m.rest.last[len(m.rest.last)-1].text
		}
	}
	switch {
	case head != "":
		return Face{FacePrefix, head, m.shape == shapePrefix}
	case tail != "":
		return Face{FaceSuffix, tail, m.shape == shapeSuffix}
	}
	return Face{}
}

// FaceOf returns the face of a text in which * and ? are the wildcards.
func FaceOf(text string) Face {
	head, tail := 0, len(text)
	for head < tail && !wild(text[head]) {
		head++
	}
	for tail > head && !wild(text[tail-1]) {
		tail--
	}
	stars := true // all between
	for _, c := range []byte(text[head:tail]) {
		stars = stars && c == '*'
	}
	switch {
	case head == len(text):
		return Face{FaceEqual, text, true}
	case head > 0:
		return Face{FacePrefix, text[:head], stars && tail == len(text)}
	case tail < len(text):
		return Face{FaceSuffix, text[tail:], stars}
	}
	return Face{Exact: stars}
}

func wild(c byte) bool { return c == '*' || c == '?' }
