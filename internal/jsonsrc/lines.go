package jsonsrc

// Lines finds lines and columns in a text: the offsets at which its lines
// begin.
type Lines []int

// NewLines indexes a text. (Not inlined for the size of programs.)
//
//go:noinline
func NewLines(src []byte) Lines {
	l := Lines{0}
	for i, b := range src {
		if b == '\n' {
			l = append(l, i+1)
		}
	}
	return l
}

// At returns the line and the column in bytes, both counted from 1.
func (l Lines) At(offset int) (line, column int) {
	low, high := 0, len(l) // the line begins at l[low]
	for high-low > 1 {
		if mid := (low + high) / 2; l[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low + 1, offset - l[low] + 1
}
