package markup

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ListNumbers numbers the items of an <ol> (HTML sections 4.4.5 to 4.4.8).
type ListNumbers struct {
	// Next is the number of the next item, unless it has a value of its own.
	Next int
	step int
	kind string
}

// NumbersOf returns the numbers of an <ol> with so many items. They count down if the
// list is reversed.
func NumbersOf(ol *html.Node, items int) ListNumbers {
	l := ListNumbers{Next: 1, step: 1, kind: NodeAttribute(ol, "type")}
	if slices.ContainsFunc(ol.Attr, func(a html.Attribute) bool { return a.Key == "reversed" }) {
		l.Next, l.step = items, -1
	}
	if start, ok := parseInteger(NodeAttribute(ol, "start")); ok {
		l.Next = start
	}
	return l
}

// Take returns the number of the item li as it is written, without a full stop: "3",
// "c", "III". A list has letters and Roman numbers only for numbers that these can write.
func (l *ListNumbers) Take(li *html.Node) string {
	if value, ok := parseInteger(NodeAttribute(li, "value")); ok {
		l.Next = value
	}
	n, kind := l.Next, l.kind
	l.Next += l.step
	if own := NodeAttribute(li, "type"); own != "" {
		kind = own
	}
	switch kind {
	case "a":
		return letters(n)
	case "A":
		return strings.ToUpper(letters(n))
	case "i":
		return strings.ToLower(roman(n))
	case "I":
		return roman(n)
	}
	return strconv.Itoa(n)
}

// letters returns a number as a, b, … z, aa, ab and so on.
func letters(n int) string {
	if n < 1 {
		return strconv.Itoa(n)
	}
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('a'+(n-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}

// roman returns a number in Roman numerals, which go to 3999.
func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	values := []int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	for i, numeral := range strings.Fields("M CM D CD C XC L XL X IX V IV I") {
		for ; n >= values[i]; n -= values[i] {
			b.WriteString(numeral)
		}
	}
	return b.String()
}

// parseInteger parses an integer as HTML does (section 2.3.4.1): what is behind the digits
// is ignored. Browsers refuse numbers of more than 32 bits.
func parseInteger(s string) (int, bool) {
	s = strings.TrimPrefix(strings.TrimLeft(s, " \t\n\f\r"), "+")
	digits := strings.TrimPrefix(s, "-")
	end := len(s) - len(strings.TrimLeft(digits, "0123456789"))
	n, err := strconv.ParseInt(s[:end], 10, 64)
	return int(n), err == nil && n >= math.MinInt32 && n <= math.MaxInt32
}

// setListNumbers leaves only valid attributes of those that number an <ol> or <li>. Style
// sheets can name the kind of number, too.
func setListNumbers(n *html.Node) {
	if kind := numberKind(n); kind != "" {
		setAttribute(n, "type", kind)
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		_, ok := parseInteger(a.Val)
		return (a.Key == "start" || a.Key == "value") && !ok
	})
	for i, a := range n.Attr {
		if a.Key == "start" || a.Key == "value" {
			number, _ := parseInteger(a.Val)
			n.Attr[i].Val = strconv.Itoa(number)
		}
	}
}

// numberKind returns the kind of number that the style of a list or an item names, as the
// attribute type has it; "" if it names none.
func numberKind(n *html.Node) string {
	for word := range strings.FieldsSeq(styleValue(n, "list-style-type") + " " + styleValue(n, "list-style")) {
		switch word {
		case "decimal":
			return "1"
		case "lower-alpha", "lower-latin":
			return "a"
		case "upper-alpha", "upper-latin":
			return "A"
		case "lower-roman":
			return "i"
		case "upper-roman":
			return "I"
		}
	}
	return ""
}

// replaceTaskBox puts a text before the box of a task in a list, because form controls are
// removed. The no-break space keeps the box on one line.
func replaceTaskBox(input *html.Node) {
	if !strings.EqualFold(NodeAttribute(input, "type"), "checkbox") {
		return
	}
	for n := input.Parent; n != nil; n = n.Parent {
		if n.DataAtom != atom.Li {
			continue
		}
		box := TaskOpen
		if slices.ContainsFunc(input.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			box = TaskDone
		}
		if next := input.NextSibling; next == nil || next.Type != html.TextNode || strings.TrimLeft(next.Data, " \t\n\u00a0") == next.Data {
			box += " "
		}
		input.Parent.InsertBefore(NewText(box), input)
		return
	}
}

// TaskOpen and TaskDone are the boxes of tasks in sanitized HTML.
const (
	TaskOpen = "[\u00a0]"
	TaskDone = "[x]"
)
