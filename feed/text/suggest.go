package text

import "slices"

// Nearest returns the element of names with the smallest [EditDistance] to name, the
// first of several. names must not be empty.
func Nearest(name string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int { return EditDistance(name, a) - EditDistance(name, b) })
}

// EditDistance returns how many letters must be inserted, deleted or changed to turn
// a into b, the Levenshtein distance. It keeps one row of the usual table.
func EditDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
