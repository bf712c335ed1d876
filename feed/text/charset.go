package text

import (
	"bytes"
	"mime"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Decode returns a document as valid UTF-8 without control characters and byte
// order marks. It tries, in this order: the byte order mark, the byte pattern of
// UTF-16, UTF-32 and EBCDIC, the charset of the HTTP header (RFC 7303), the
// charset that the document declares, and the bytes themselves. A label that
// contradicts the bytes is ignored. Decode cannot fail: bytes without meaning
// become U+FFFD.
func Decode(raw []byte, contentType string) string {
	if enc := detectWide(raw); enc != nil {
		if out, err := enc.NewDecoder().Bytes(raw); err == nil {
			return RemoveControls(string(out))
		}
	}
	if bytes.HasPrefix(raw, []byte("\xef\xbb\xbf")) {
		return RemoveControls(repairUTF8(raw))
	}
	isUTF8 := utf8.Valid(raw)
	for _, label := range []string{HeaderCharset(contentType), declaredCharset(raw)} {
		read, name := lookupCharset(label)
		switch {
		case read == nil || strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || name == "replacement":
			continue
		case name == "utf-8" && !isUTF8:
			continue
		case isUTF8 && (name == "utf-8" || !isMultibyte(name)):
			// Text in a single-byte charset is almost never valid UTF-8 by
			// chance. A short text in an East Asian charset can be, so that
			// label is believed.
			return RemoveControls(string(raw))
		}
		if out, err := read(raw); err == nil && !(isUTF8 && contradictsLabel(raw, out)) {
			return RemoveControls(string(out))
		}
	}
	return RemoveControls(repairUTF8(raw))
}

// contradictsLabel reports whether raw, which is valid UTF-8 with an East Asian
// label, is really UTF-8. It is if out, raw decoded by the label, has errors, or
// if raw has more continuation bytes of UTF-8 than chance explains.
func contradictsLabel(raw, out []byte) bool {
	const maxByChance = 31 // continuation bytes
	return bytes.ContainsRune(out, utf8.RuneError) || len(raw)-utf8.RuneCount(raw) > maxByChance
}

// detectWide returns the encoding of a document whose encoding does not contain
// ASCII, or nil. It looks at the byte order mark. If there is none, it looks at
// how "<" and the bytes after it are written.
func detectWide(raw []byte) encoding.Encoding {
	utf16 := func(e unicode.Endianness) encoding.Encoding { return unicode.UTF16(e, unicode.UseBOM) }
	wide := func(e utf32.Endianness) encoding.Encoding { return utf32.UTF32(e, utf32.UseBOM) }
	head := bytes.Clone(raw[:min(len(raw), 4)])
	for i, c := range head {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			head[i] = '<' // white space before the first "<" is encoded like it
		}
	}
	for _, form := range []struct {
		start string
		enc   encoding.Encoding
	}{
		{"\xff\xfe\x00\x00", wide(utf32.LittleEndian)},
		{"\x00\x00\xfe\xff", wide(utf32.BigEndian)},
		{"<\x00\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\x00<", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe", utf16(unicode.LittleEndian)},
		{"\xfe\xff", utf16(unicode.BigEndian)},
		{"<\x00", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\x00<", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"{\x00", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\x00{", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"\x4c\x6f\xa7\x94", charmap.CodePage037}, // "<?xm" in EBCDIC
	} {
		if bytes.HasPrefix(head, []byte(form.start)) {
			return form.enc
		}
	}
	return nil
}

// HeaderCharset returns the charset parameter of a Content-Type header, or "" if
// it has none. The header may be malformed.
func HeaderCharset(contentType string) string {
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.Trim(params["charset"], `'"`)
	}
	// A header that breaks the grammar often still names its charset.
	_, after, found := strings.Cut(strings.ToLower(contentType), "charset=")
	if !found {
		return ""
	}
	label, _, _ := strings.Cut(after, ";")
	return strings.Trim(label, `'" `)
}

// declaredCharset returns the encoding of the XML declaration, or "". The
// declaration may stand anywhere before the first element, because junk and long
// comments before it are common.
func declaredCharset(raw []byte) string {
	const maxHeader = 64 << 10
	head := raw[:min(len(raw), maxHeader)]
	at := bytes.Index(head, []byte("<?xml "))
	if at < 0 || bytes.Contains(head[:at], []byte("<channel")) || bytes.Contains(head[:at], []byte("<entry")) {
		return ""
	}
	head = head[at:]
	if end := bytes.Index(head, []byte("?>")); end >= 0 {
		head = head[:end]
	}
	_, after, found := bytes.Cut(head, []byte("encoding"))
	if !found {
		return ""
	}
	after = bytes.TrimLeft(after, " \t\r\n=")
	if len(after) == 0 || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	label, _, _ := bytes.Cut(after[1:], after[:1])
	return string(bytes.TrimSpace(label))
}

// isMultibyte reports whether a charset writes some characters with several
// bytes. name is its name in the Encoding Standard
// (https://encoding.spec.whatwg.org).
func isMultibyte(name string) bool {
	switch name {
	case "gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr":
		return true
	}
	return false
}

// repairUTF8 decodes each byte that is not valid UTF-8 as windows-1252. That
// repairs a document without a declaration, and a single bad quotation mark in
// the middle of a good text.
func repairUTF8(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	var b strings.Builder
	b.Grow(len(raw) + len(raw)/8)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			if r = decodeCESU8(raw); r != utf8.RuneError {
				size = 6
			} else {
				r, size = charmap.Windows1252.DecodeByte(raw[0]), 1
			}
		}
		b.WriteRune(r)
		raw = raw[size:]
	}
	return b.String()
}

// decodeCESU8 returns the character at the start of raw if it is a surrogate
// pair whose halves were each encoded as UTF-8 (CESU-8, UTR 26), or U+FFFD.
func decodeCESU8(raw []byte) rune {
	if len(raw) < 6 || raw[0] != 0xed || raw[3] != 0xed {
		return utf8.RuneError
	}
	half := func(b []byte) rune { return 0xd000 | rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f) }
	return utf16.DecodeRune(half(raw), half(raw[3:]))
}

// JoinSurrogates replaces pairs of numeric references to the halves of a UTF-16
// surrogate pair by the character. Some writers encode characters beyond U+FFFF
// so.
func JoinSurrogates(s string) string {
	if !strings.Contains(s, "&#55") && !strings.Contains(s, "&#xd") && !strings.Contains(s, "&#xD") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "&#")
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		s = s[at:]
		high, size := charReference(s)
		low, more := charReference(s[size:])
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			b.WriteRune(r)
			s = s[size+more:]
			continue
		}
		b.WriteString("&#")
		s = s[len("&#"):]
	}
}

// charReference returns the number and the length in bytes of the numeric
// character reference that s begins with. Both are 0 if there is none.
func charReference(s string) (rune, int) {
	const maxLength = len("&#x10ffff;")
	end := strings.IndexByte(s[:min(len(s), maxLength)], ';')
	if end < 0 || !strings.HasPrefix(s, "&#") {
		return 0, 0
	}
	digits, base := s[2:end], 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil {
		return 0, 0
	}
	return rune(n), end + 1
}

// RemoveControls removes the characters that XML 1.0 forbids (section 2.2), DEL,
// and a byte order mark at the start. C1 controls are decoded as windows-1252,
// as HTML does with references to them, because they come from windows-1252 text
// that was converted as Latin 1.
func RemoveControls(s string) string {
	s = strings.TrimLeft(s, "\ufeff")
	if !hasControl(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isC1(r) {
			r = charmap.Windows1252.DecodeByte(byte(r))
		}
		if isForbiddenInXML(r) || isC1(r) {
			return -1
		}
		return r
	}, s)
}

// hasControl reports whether s contains a C1 control or a character that XML
// forbids. It looks at bytes, because documents are long.
func hasControl(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= ' ' && c < 0x7f:
		case c == '\n' || c == '\t' || c == '\r':
		case c <= 0x7f:
			return true
		case c == 0xc2 && i+1 < len(s) && s[i+1] <= 0x9f && s[i+1] >= 0x80:
			return true
		case c == 0xef && i+2 < len(s) && s[i+1] == 0xbf && (s[i+2] == 0xbe || s[i+2] == 0xbf):
			return true
		}
	}
	return false
}

// isC1 reports whether r is a C1 control.
func isC1(r rune) bool { return r >= 0x80 && r <= 0x9f }

// isForbiddenInXML reports whether r is DEL or a character that XML 1.0 forbids.
func isForbiddenInXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r == 0xfffe || r == 0xffff
}

// decodeFunc decodes bytes to UTF-8.
type decodeFunc func(raw []byte) ([]byte, error)

// lookupCharset returns the decoder of the charset that a label means, and the
// charset's name in the Encoding Standard. The decoder is nil if the label is
// unknown. Besides the labels of the standard it accepts IANA's labels and names
// of code pages on older systems, because feeds use them too.
func lookupCharset(label string) (decodeFunc, string) {
	label = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(label)), "_", "-")
	if enc, name := charset.Lookup(label); enc != nil {
		return enc.NewDecoder().Bytes, name
	}
	label = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, label)
	if standard, ok := charsetAliases[label]; ok {
		label = standard
	} else {
		label = codePageNumber(label)
	}
	if page, ok := codePages[label]; ok {
		return singleByteDecoder(page), label
	}
	if enc, name := charset.Lookup(label); enc != nil {
		return enc.NewDecoder().Bytes, name
	}
	for _, name := range []string{label, "ibm" + label} {
		if enc, err := ianaindex.IANA.Encoding(name); err == nil && enc != nil && containsASCII(enc) {
			return enc.NewDecoder().Bytes, name
		}
	}
	return nil, ""
}

// containsASCII reports whether a charset contains ASCII. EBCDIC does not:
// [detectWide] recognizes it by its bytes, so a label that names it on other
// bytes is wrong.
func containsASCII(enc encoding.Encoding) bool {
	out, err := enc.NewDecoder().String("<?xml")
	return err == nil && out == "<?xml"
}

// codePageNumber returns the number in labels such as "cspc850multilingual",
// "ibm850", "cp850" and "850". Any other label is returned without its prefix.
func codePageNumber(label string) string {
	for _, prefix := range []string{"cspc8codepage", "cspcp", "cspc", "cscp", "csibm", "codepage", "ibm", "cp", "oem", "dos"} {
		label = strings.TrimPrefix(label, prefix)
	}
	n := 0
	for n < len(label) && label[n] >= '0' && label[n] <= '9' {
		n++
	}
	if n < 3 {
		return label
	}
	return label[:n]
}

// singleByteDecoder returns the decoder of a charset that contains ASCII and
// whose upper half is page.
func singleByteDecoder(page string) decodeFunc {
	return func(raw []byte) ([]byte, error) {
		upper := []rune(page)
		out := make([]byte, 0, len(raw)+len(raw)/2)
		for _, c := range raw {
			if c < utf8.RuneSelf {
				out = append(out, c)
			} else {
				out = utf8.AppendRune(out, upper[c-utf8.RuneSelf])
			}
		}
		return out, nil
	}
}

// charsetAliases maps labels that neither standard has to names that one of them
// has. The keys are lower-case letters and digits only.
var charsetAliases = map[string]string{
	"utf8mb4": "utf-8", "utf8mb3": "utf-8", "unicode11utf8": "utf-8", "utf8n": "utf-8",
	"msansi": "windows-1252", "mscyrl": "windows-1251", "msee": "windows-1250", "msgreek": "windows-1253",
	"msturk": "windows-1254", "mshebr": "windows-1255", "msarab": "windows-1256", "winbaltrim": "windows-1257",
	"mac": "macintosh", "macroman": "macintosh", "xmacroman": "macintosh", "maccyrillic": "x-mac-cyrillic",
	"cpis": "861", "cpgr": "869", "maccentraleurope": "maclatin2", "xmacce": "maclatin2", "xmacgreek": "macgreek",
	"xmacturkish": "macturkish", "xmacicelandic": "maciceland", "tcvn5712": "tcvn", "tcvn57121": "tcvn", "csviscii": "viscii",
}

// codePages maps charsets that the libraries lack to their upper half, the
// characters of the bytes 0x80 to 0xFF.
var codePages = map[string]string{
	"737":        "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀ωάέήϊίόύϋώΆΈΉΊΌΎΏ±≥≤ΪΫ÷≈°∙·√ⁿ²■\u00a0",
	"775":        "ĆüéāäģåćłēŖŗīŹÄÅÉæÆōöĢ¢ŚśÖÜø£Ø×¤ĀĪóŻżź”¦©®¬½¼Ł«»░▒▓│┤ĄČĘĖ╣║╗╝ĮŠ┐└┴┬├─┼ŲŪ╚╔╩╦╠═╬Žąčęėįšųūž┘┌█▄▌▐▀ÓßŌŃõÕµńĶķĻļņĒŅ’\u00ad±“¾¶§÷„°∙·¹³²■\u00a0",
	"856":        "אבגדהוזחטיךכלםמןנסעףפץצקרשת\ufffd£\ufffd×\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd®¬½¼\ufffd«»░▒▓│┤\ufffd\ufffd\ufffd©╣║╗╝¢¥┐└┴┬├─┼\ufffd\ufffd╚╔╩╦╠═╬¤\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd┘┌█▄¦\ufffd▀\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdµ\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
	"857":        "ÇüéâäàåçêëèïîıÄÅÉæÆôöòûùİÖÜø£ØŞşáíóúñÑĞğ¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ºªÊËÈ\ufffdÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµ\ufffd×ÚÛÙìÿ¯´\u00ad±\ufffd¾¶§÷¸°¨·¹³²■\u00a0",
	"861":        "ÇüéâäàåçêëèÐðÞÄÅÉæÆôöþûÝýÖÜø£Ø₧ƒáíóúÁÍÓÚ¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
	"864":        "°·∙√▒─│┼┤┬├┴┐┌└┘β∞φ±½¼≈«»ﻷﻸ\ufffd\ufffdﻻﻼ\ufffd\u00a0\u00adﺂ£¤ﺄ\ufffd\ufffdﺎﺏﺕﺙ،ﺝﺡﺥ٠١٢٣٤٥٦٧٨٩ﻑ؛ﺱﺵﺹ؟¢ﺀﺁﺃﺅﻊﺋﺍﺑﺓﺗﺛﺟﺣﺧﺩﺫﺭﺯﺳﺷﺻﺿﻁﻅﻋﻏ¦¬÷×ﻉـﻓﻗﻛﻟﻣﻧﻫﻭﻯﻳﺽﻌﻎﻍﻡﹽّﻥﻩﻬﻰﻲﻐﻕﻵﻶﻝﻙﻱ■\ufffd",
	"869":        "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdΆ\ufffd·¬¦‘’Έ―ΉΊΪΌ\ufffd\ufffdΎΫ©Ώ²³ά£έήίϊΐόύΑΒΓΔΕΖΗ½ΘΙ«»░▒▓│┤ΚΛΜΝ╣║╗╝ΞΟ┐└┴┬├─┼ΠΡ╚╔╩╦╠═╬ΣΤΥΦΧΨΩαβγ┘┌█▄δε▀ζηθικλμνξοπρσςτ΄\u00ad±υφχ§ψ΅°¨ωϋΰώ■\u00a0",
	"1125":       "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёҐґЄєІіЇї·√№¤■\u00a0",
	"koi8t":      "қғ‚Ғ„…†‡\ufffd‰ҳ‹ҲҷҶ\ufffdҚ‘’“”•–—\ufffd™\ufffd›\ufffd\ufffd\ufffd\ufffd\ufffdӯӮё¤ӣ¦§\ufffd\ufffd\ufffd«¬\u00ad®\ufffd°±²Ё\ufffdӢ¶·\ufffd№\ufffd»\ufffd\ufffd\ufffd©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ",
	"maclatin2":  "ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅņŃ¬√ńŇ∆«»…\u00a0ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ",
	"macgreek":   "Ä¹²É³ÖÜ΅àâä΄¨çéèêë£™îï•½‰ôö¦€ùûü†ΓΔΘΛΞΠß®©ΣΪ§≠°·Α±≤≥¥ΒΕΖΗΙΚΜΦΫΨΩάΝ¬ΟΡ≈Τ«»…\u00a0ΥΧΆΈœ–―“”‘’÷ΉΊΌΎέήίόΏύαβψδεφγηιξκλμνοπώρστθωςχυζϊϋΐΰ\u00ad",
	"maciceland": "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûüÝ°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€ÐðÞþý·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
	"macturkish": "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸĞğİıŞş‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙ\uf8a0ˆ˜¯˘˙˚¸˝˛ˇ",
	"tcvn":       "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
	"viscii":     "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
}
