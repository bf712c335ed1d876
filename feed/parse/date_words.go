package parse

import "strings"

// monthNumber returns the month that a folded word names, whole or shortened, in
// any language of [monthPrefixes], or 0. next is the word after it.
func monthNumber(word, next string) int {
	switch word {
	case "mardi", "martes", "martedi", "marti", "marta": // Tuesday
		return 0
	case "ag", "آب": // too short to be a prefix of others
		return 8
	case "تشرين":
		return 10 + secondOfTwo(next)
	case "كانون":
		return 12 - 11*secondOfTwo(next)
	}
	if after, found := strings.CutPrefix(word, "ב"); found { // "in" in Hebrew
		word = after
	}
	month, longest := 0, 0
	for i, prefixes := range monthPrefixes {
		for _, prefix := range prefixes {
			if len(prefix) > longest && strings.HasPrefix(word, prefix) {
				month, longest = i+1, len(prefix)
			}
		}
	}
	return month
}

// secondOfTwo returns 1 if next makes a name the second of two Levantine months
// of that name, and 0 otherwise.
func secondOfTwo(next string) int {
	if next == "الثاني" {
		return 1
	}
	return 0
}

// monthPrefixes are prefixes of the months' folded names, January first, in
// English, German, French, Spanish, Italian, Portuguese, Dutch, Romanian,
// Galician, Catalan, the Scandinavian languages, Finnish, Estonian, Lithuanian,
// Polish, Czech, Croatian, Slovenian, Hungarian, Turkish, Indonesian; Russian,
// Ukrainian, Belarusian, Bulgarian, Serbian; Greek; Hebrew; Arabic of the east,
// the Levant and the Maghreb; Persian; Hindi; Thai. The longest matching prefix
// counts. If two languages use one name for different months, the language with
// more readers counts.
var monthPrefixes = [12][]string{
	{"jan", "ene", "gen", "ian", "xan", "jaa", "tammi", "saus", "sty", "led", "sij", "oca", "янв", "січ", "сту", "яну", "јан",
		"ιαν", "ינו", "ينا", "جانف", "ژانو", "जन", "มกรา"},
	{"feb", "fev", "vee", "helmi", "vasari", "lut", "uno", "velj", "sub", "фев", "лют", "феб",
		"φεβ", "פבר", "فبر", "شباط", "فيفر", "فور", "फ़र", "फर", "กุมภา"},
	{"mar", "mrt", "maart", "maalis", "kov", "bre", "ozu", "мар", "бер", "сак",
		"μαρ", "מרץ", "מרס", "مار", "آذار", "اذار", "मार", "มีนา"},
	{"apr", "abr", "avr", "huhti", "baland", "kwi", "dub", "tra", "nis", "апр", "кві", "кра",
		"απρ", "אפר", "أبر", "ابر", "نيسان", "أفر", "آور", "अप्र", "เมษา"},
	{"may", "mai", "maj", "mei", "mag", "touko", "geguz", "kve", "svi", "май", "мая", "тра", "мај",
		"μαι", "מאי", "ماي", "أيار", "ايار", "मई", "พฤษภา"},
	{"jun", "juin", "giu", "iun", "xun", "juun", "kesa", "birz", "cze", "cerven", "cervna", "cvn", "lipnj", "lipanj", "haz",
		"июн", "чер", "чэр", "юни", "јун", "ιουν", "יונ", "يوني", "حزير", "جوان", "ژوئن", "जून", "มิถุนา"},
	{"jul", "juil", "lug", "iul", "xul", "juul", "heina", "liep", "lip", "cervenec", "cervence", "cvc", "srpnj", "srpanj", "tem",
		"июл", "лип", "ліп", "юли", "јул", "ιουλ", "יול", "يولي", "تموز", "جويل", "ژوئی", "जुल", "กรกฎา"},
	{"aug", "ago", "aou", "agu", "avg", "elo", "rugp", "sie", "srp", "kol", "авг", "серп", "жні",
		"αυγ", "אוג", "أغس", "اغس", "أوت", "اوت", "غشت", "अग", "สิงหา"},
	{"sep", "set", "szept", "syys", "rugs", "wrz", "zar", "ruj", "eyl", "сен", "вер", "сеп",
		"σεπ", "ספט", "سبت", "أيلول", "ايلول", "شتنبر", "سپتا", "सित", "กันยา"},
	{"oct", "okt", "ott", "out", "loka", "spal", "paz", "rij", "eki", "окт", "жов", "кас",
		"οκτ", "אוק", "أكت", "اكت", "اکت", "अक्", "ตุลา"},
	{"nov", "noi", "marras", "lapkr", "lis", "stu", "kas", "ноя", "лис", "ліс", "ное", "нов",
		"νοε", "נוב", "نوف", "نونبر", "نوام", "नव", "พฤศจิกา"},
	{"dec", "dez", "dic", "des", "det", "joulu", "gruod", "gru", "pro", "ara", "дек", "гру", "сне", "дец",
		"δεκ", "דצמ", "ديس", "دجنبر", "دسام", "दिस", "ธันวา"},
}

// halfOfDay returns "am" or "pm" for a word of a twelve-hour clock, and "" for
// any other word. next is the word after it.
func halfOfDay(word, next string) string {
	switch word {
	case "am", "오전", "午前", "上午", "凌晨", "早上", "ص", "صباحا":
		return "am"
	case "pm", "오후", "午後", "下午", "晚上", "م", "مساء":
		return "pm"
	}
	switch word + next { // "p. m.", "μ.μ."
	case "am", "πμ":
		return "am"
	case "pm", "μμ":
		return "pm"
	}
	return ""
}

func isHour(word string) bool {
	switch word {
	case "h", "uhr", "時", "时", "点", "點", "시":
		return true
	}
	return false
}

func isMinute(word string) bool {
	return word == "分" || word == "분" || word == "min" || word == "m"
}

func isSecond(word string) bool {
	return word == "秒" || word == "초" || word == "s" || word == "sec"
}

// hanNumber returns the value of a Chinese numeral up to 12, or 0 for any other
// word.
func hanNumber(word string) int {
	for i, name := range [...]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"} {
		if word == name {
			return i + 1
		}
	}
	return 0
}

// asciiDigit returns the ASCII digit for a decimal digit of another script, and
// any other character unchanged.
func asciiDigit(r rune) rune {
	if r < 0x660 {
		return r
	}
	for _, zero := range [...]rune{'٠', '۰', '०', '๐', '０'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return r
}

// zoneOffset returns the offset of a zone's abbreviation in seconds east of UTC,
// and whether the abbreviation is known. An ambiguous one has the meaning that
// most feeds give it. The military letters of RFC 822 are left out, because
// hardly anybody used them correctly.
func zoneOffset(word string) (int, bool) {
	for _, z := range zones {
		if z.name == word {
			return z.minutes * 60, true
		}
	}
	return 0, false
}

// zones are abbreviations of time zones with their offset in minutes east of UTC.
var zones = [...]struct {
	name    string
	minutes int
}{
	{"sst", -660}, {"hst", -600}, {"hdt", -540}, {"akst", -540}, {"pst", -480}, {"akdt", -480}, {"pt", -480}, {"mst", -420},
	{"pdt", -420}, {"mt", -420}, {"cst", -360}, {"mdt", -360}, {"ct", -360}, {"est", -300}, {"cdt", -300}, {"et", -300},
	{"pet", -300}, {"cot", -300}, {"edt", -240}, {"ast", -240}, {"clt", -240}, {"vet", -240}, {"bot", -240}, {"pyt", -240},
	{"nst", -210}, {"at", -240}, {"adt", -180}, {"brt", -180}, {"art", -180}, {"clst", -180}, {"uyt", -180}, {"pyst", -180}, {"gft", -180},
	{"ndt", -150}, {"brst", -120}, {"fnt", -120}, {"azot", -60}, {"cvt", -60}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"z", 0},
	{"wet", 0}, {"azost", 0}, {"egst", 0}, {"west", 60}, {"bst", 60}, {"cet", 60}, {"mez", 60}, {"met", 60}, {"wat", 60},
	{"cest", 120}, {"mesz", 120}, {"mest", 120}, {"eet", 120}, {"sast", 120}, {"cat", 120}, {"eest", 180}, {"msk", 180},
	{"trt", 180}, {"eat", 180}, {"idt", 180}, {"irst", 210}, {"msd", 240}, {"gst", 240}, {"samt", 240}, {"azt", 240},
	{"get", 240}, {"amt", 240}, {"irdt", 270}, {"aft", 270}, {"pkt", 300}, {"yekt", 300}, {"uzt", 300}, {"tjt", 300},
	{"tmt", 300}, {"mvt", 300}, {"ist", 330}, {"slst", 330}, {"npt", 345}, {"omst", 360}, {"btt", 360}, {"bdt", 360},
	{"kgt", 360}, {"almt", 360}, {"mmt", 390}, {"wib", 420}, {"ict", 420}, {"krat", 420}, {"novt", 420}, {"hovt", 420},
	{"hkt", 480}, {"sgt", 480}, {"myt", 480}, {"pht", 480}, {"awst", 480}, {"irkt", 480}, {"wita", 480}, {"ulat", 480},
	{"bnt", 480}, {"jst", 540}, {"kst", 540}, {"yakt", 540}, {"wit", 540}, {"pwt", 540}, {"tlt", 540}, {"acst", 570},
	{"aest", 600}, {"vlat", 600}, {"chst", 600}, {"pgt", 600}, {"acdt", 630}, {"lhst", 630}, {"aedt", 660}, {"magt", 660},
	{"sakt", 660}, {"nct", 660}, {"sbt", 660}, {"nzst", 720}, {"petst", 720}, {"pett", 720}, {"fjt", 720}, {"chast", 765},
	{"nzdt", 780}, {"phot", 780}, {"tot", 780},
}
