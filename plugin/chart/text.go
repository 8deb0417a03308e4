package chart

import (
	"html"
	"strings"
	"unicode"
)

// printable replaces what would steer a terminal, a browser or the direction of text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Mn, r) {
			return '?'
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
}

// escape makes text safe in XML and HTML, as content and in quoted attributes.
func escape(text string) string { return html.EscapeString(printable(text)) }

// width is an upper bound of how wide a character is in the wide ones of common fonts (DejaVu Sans Bold), in hundredths of
// the font's size.
func width(r rune) int {
	switch {
	case r >= 0x1100:
		return 130 // East Asian, symbols, pictographs
	case strings.ContainsRune("ijlI.,:;|!'/ ", r):
		return 42
	case strings.ContainsRune("tfr()[]-", r):
		return 52
	case strings.ContainsRune("mwMW@%✕—…", r):
		return 112
	case unicode.IsUpper(r):
		return 86
	case r < 0x80:
		return 72
	}
	return 110
}

// measure is an upper bound of the width of a text in pixels.
func measure(text string, size int) int {
	total := 0
	for _, r := range text {
		total += width(r)
	}
	return (total*size + 99) / 100
}

// fit cuts the middle out of a text that is wider than the room for it: what tells names apart stands at their ends.
func fit(text string, size, room int) string {
	text = printable(text)
	if measure(text, size) <= room {
		return text
	}
	runes := []rune(text)
	const ellipsis = "…"
	head, tail := 0, len(runes)
	left := room - measure(ellipsis, size)
	for head < tail {
		if cost := measure(string(runes[head]), size); cost <= left {
			left -= cost
			head++
		} else {
			break
		}
		if head == tail {
			break
		}
		// Two of the beginning for one of the end.
		if head%2 != 0 {
			continue
		}
		cost := measure(string(runes[tail-1]), size)
		if cost > left {
			break
		}
		left -= cost
		tail--
	}
	return string(runes[:head]) + ellipsis + string(runes[tail:])
}
