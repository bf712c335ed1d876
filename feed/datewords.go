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
	for _, z := range zones {
		if z.name == word {
			return z.minutes * 60, true
		}
	}
	return 0, false
}

var zones = [...]struct {
	name    string
	minutes int
}{
	{"hst", -600}, {"akst", -540}, {"pst", -480}, {"akdt", -480}, {"pt", -480}, {"mst", -420}, {"pdt", -420},
	{"mt", -420}, {"cst", -360}, {"mdt", -360}, {"ct", -360}, {"est", -300}, {"cdt", -300}, {"et", -300},
	{"pet", -300}, {"cot", -300}, {"edt", -240}, {"ast", -240}, {"clt", -240}, {"vet", -240}, {"nst", -210},
	{"adt", -180}, {"brt", -180}, {"art", -180}, {"clst", -180}, {"ndt", -150}, {"brst", -120}, {"ut", 0},
	{"utc", 0}, {"gmt", 0}, {"z", 0}, {"wet", 0}, {"west", 60}, {"bst", 60}, {"cet", 60}, {"mez", 60},
	{"met", 60}, {"wat", 60}, {"cest", 120}, {"mesz", 120}, {"mest", 120}, {"eet", 120}, {"sast", 120},
	{"cat", 120}, {"eest", 180}, {"msk", 180}, {"trt", 180}, {"eat", 180}, {"irst", 210}, {"msd", 240},
	{"gst", 240}, {"samt", 240}, {"pkt", 300}, {"yekt", 300}, {"ist", 330}, {"npt", 345}, {"omst", 360},
	{"wib", 420}, {"ict", 420}, {"krat", 420}, {"hkt", 480}, {"sgt", 480}, {"pht", 480}, {"awst", 480},
	{"irkt", 480}, {"jst", 540}, {"kst", 540}, {"yakt", 540}, {"acst", 570}, {"aest", 600}, {"vlat", 600},
	{"acdt", 630}, {"aedt", 660}, {"magt", 660}, {"nzst", 720}, {"petst", 720}, {"nzdt", 780},
}
