package writ

import (
	"strings"
	"unicode"
)

// homoglyphs are letters and digits that look like others and count as of no
// script: letters of mathematics and of wide type.
var homoglyphs = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x2100, Hi: 0x214F, Stride: 1}, {Lo: 0xFF10, Hi: 0xFF19, Stride: 1}, {Lo: 0xFF21, Hi: 0xFF3A, Stride: 1}, {Lo: 0xFF41, Hi: 0xFF5A, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1D400, Hi: 0x1D7FF, Stride: 1}},
}

// unseen are characters outside of the format category that show nothing.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x034F, Hi: 0x034F, Stride: 1}, {Lo: 0x115F, Hi: 0x1160, Stride: 1}, {Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, {Lo: 0x2800, Hi: 0x2800, Stride: 1}, {Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}},
}

// suspicious returns a character of a text that cannot be seen or turns its
// direction, or a letter of another script in a word with Latin letters. Chinese,
// Japanese and Korean texts mix with Latin ones as a matter of course.
func suspicious(text string) (r rune, why string) {
	odd, latin, last := rune(0), false, rune(0)
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return r, "it changes the direction of the text"
		case unicode.Is(unicode.Cf, r), unicode.Is(unseen, r),
			unicode.Is(unicode.Variation_Selector, r) && unicode.IsLetter(last) && !unicode.Is(unicode.Han, last):
			return r, "it cannot be seen"
		case unicode.Is(homoglyphs, r) && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			odd = r
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.IsDigit(r), unicode.Is(unicode.Mn, r):
			// They belong to the word.
		case !unicode.IsLetter(r):
			odd, latin = 0, false
		case !unicode.In(r, unicode.Common, unicode.Inherited, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
			odd = r
		}
		if odd != 0 && latin {
			if unicode.Is(homoglyphs, odd) || strings.ContainsRune(lookalikes, odd) {
				return odd, "it looks like a Latin letter or a digit and is none"
			}
			return odd, "it is of another script than the Latin letters beside it"
		}
		last = r
	}
	return 0, ""
}

// lookalikes are the best known of the letters that look like Latin ones.
const lookalikes = "АВЕЅІЈКМНОРСТУХаеѕіјкорсухԁԛԝѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι"
