package feed

import "strings"

// monthNumber is the month that a folded word names, whole or shortened, in
// English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech,
// Russian, Ukrainian, Turkish, Romanian, Hungarian, Greek, Finnish and the
// Scandinavian languages; zero when it names none.
func monthNumber(word string) int {
	switch word {
	case "mardi", "martes", "martedi", "marti", "marta": // Tuesday
		return 0
	case "paz":
		return 10
	case "cerven", "cervna":
		return 6
	case "cervenec", "cervence":
		return 7
	}
	for _, m := range monthPrefixes {
		if strings.HasPrefix(word, m.prefix) {
			return m.month
		}
	}
	return 0
}

// monthPrefixes are the shortest beginnings that no other word of a date has,
// the longer of two that begin alike first.
var monthPrefixes = [...]struct {
	prefix string
	month  int
}{
	{"marras", 11}, {"jan", 1}, {"ene", 1}, {"gen", 1}, {"ian", 1}, {"янв", 1}, {"січ", 1}, {"oca", 1},
	{"sty", 1}, {"led", 1}, {"tammi", 1}, {"ιαν", 1}, {"feb", 2}, {"fev", 2}, {"фев", 2}, {"лют", 2}, {"sub", 2},
	{"lut", 2}, {"unor", 2}, {"helmi", 2}, {"φεβ", 2}, {"mar", 3}, {"mrt", 3}, {"maart", 3}, {"bre", 3},
	{"мар", 3}, {"бер", 3}, {"maalis", 3}, {"μαρ", 3}, {"apr", 4}, {"abr", 4}, {"avr", 4}, {"апр", 4}, {"кві", 4},
	{"nis", 4}, {"kwi", 4}, {"dub", 4}, {"huhti", 4}, {"απρ", 4}, {"may", 5}, {"mai", 5}, {"maj", 5}, {"mei", 5},
	{"mag", 5}, {"май", 5}, {"мая", 5}, {"тра", 5}, {"kve", 5}, {"touko", 5}, {"μαι", 5}, {"jun", 6}, {"juin", 6},
	{"giu", 6}, {"iun", 6}, {"июн", 6}, {"чер", 6}, {"haz", 6}, {"cze", 6}, {"kesa", 6}, {"ιουν", 6}, {"jul", 7},
	{"juil", 7}, {"lug", 7}, {"iul", 7}, {"июл", 7}, {"лип", 7}, {"tem", 7}, {"lip", 7}, {"heina", 7},
	{"ιουλ", 7}, {"aug", 8}, {"ago", 8}, {"aou", 8}, {"авг", 8}, {"серп", 8}, {"agu", 8}, {"sie", 8}, {"srp", 8},
	{"elo", 8}, {"αυγ", 8}, {"sep", 9}, {"set", 9}, {"сен", 9}, {"вер", 9}, {"eyl", 9}, {"wrz", 9}, {"zar", 9},
	{"syys", 9}, {"szept", 9}, {"σεπ", 9}, {"oct", 10}, {"okt", 10}, {"ott", 10}, {"out", 10}, {"окт", 10},
	{"жов", 10}, {"eki", 10}, {"ekim", 10}, {"pazd", 10}, {"rij", 10}, {"loka", 10}, {"οκτ", 10}, {"nov", 11},
	{"noi", 11}, {"ноя", 11}, {"лис", 11}, {"kas", 11}, {"lis", 11}, {"νοε", 11}, {"dec", 12}, {"dez", 12},
	{"dic", 12}, {"des", 12}, {"дек", 12}, {"гру", 12}, {"ara", 12}, {"gru", 12}, {"pro", 12}, {"joulu", 12},
	{"δεκ", 12},
}

// zoneOffset is the offset of a zone's usual abbreviation in seconds east of
// UTC; of an ambiguous one, as most feeds mean it. The military letters of RFC
// 822 are left out: hardly anybody used them right.
func zoneOffset(word string) (int, bool) {
	minutes, ok := zoneMinutes(word)
	return minutes * 60, ok
}

func zoneMinutes(word string) (int, bool) {
	switch word {
	case "hst":
		return -600, true
	case "akst":
		return -540, true
	case "pst", "akdt", "pt":
		return -480, true
	case "mst", "pdt", "mt":
		return -420, true
	case "cst", "mdt", "ct":
		return -360, true
	case "est", "cdt", "et", "pet", "cot":
		return -300, true
	case "edt", "ast", "clt", "vet":
		return -240, true
	case "nst":
		return -210, true
	case "adt", "brt", "art", "clst":
		return -180, true
	case "ndt":
		return -150, true
	case "brst":
		return -120, true
	case "ut", "utc", "gmt", "z", "wet":
		return 0, true
	case "west", "bst", "cet", "mez", "met", "wat":
		return 60, true
	case "cest", "mesz", "mest", "eet", "sast", "cat":
		return 120, true
	case "eest", "msk", "trt", "eat":
		return 180, true
	case "irst":
		return 210, true
	case "msd", "gst", "samt":
		return 240, true
	case "pkt", "yekt":
		return 300, true
	case "ist":
		return 330, true
	case "npt":
		return 345, true
	case "omst":
		return 360, true
	case "wib", "ict", "krat":
		return 420, true
	case "hkt", "sgt", "pht", "awst", "irkt":
		return 480, true
	case "jst", "kst", "yakt":
		return 540, true
	case "acst":
		return 570, true
	case "aest", "vlat":
		return 600, true
	case "acdt":
		return 630, true
	case "aedt", "magt":
		return 660, true
	case "nzst", "petst":
		return 720, true
	case "nzdt":
		return 780, true
	}
	return 0, false
}
