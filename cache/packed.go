package cache

import (
	"database/sql"
	"strconv"
	"strings"
)

// packed are columns that a query gives as one text: the numbers, the lengths of
// the texts, then the texts themselves. The driver takes several locks and a
// conversion for every value, which for a thousand rows of thirty columns is three
// times what SQLite does. What stands in a text cannot be taken for another
// column.
type packed struct{ numbers, texts []string }

// mostPacked is how many texts a row can have.
const mostPacked = 16

// sql is the expression that [packed.unpack] reads.
func (p packed) sql() string {
	var b strings.Builder
	b.WriteString("concat_ws(' '")
	for _, n := range p.numbers {
		b.WriteString(", coalesce(" + n + ", '')")
	}
	for _, t := range p.texts {
		b.WriteString(", octet_length(" + t + ")")
	}
	b.WriteString(", concat(" + strings.Join(p.texts, ", ") + "))")
	return b.String()
}

// unpack reads one row into as many numbers and texts as p has.
func (p packed) unpack(row string, numbers []sql.NullInt64, texts []string) error {
	var lengths [mostPacked]sql.NullInt64
	row, err := readNumbers(row, numbers[:len(p.numbers)])
	if err == nil {
		row, err = readNumbers(row, lengths[:len(p.texts)])
	}
	if err != nil {
		return err
	}
	for i := range p.texts {
		n := int(lengths[i].Int64)
		if n < 0 || n > len(row) {
			return ErrCorrupt
		}
		texts[i], row = row[:n], row[n:]
	}
	if row != "" {
		return ErrCorrupt
	}
	return nil
}

// readNumbers reads numbers that each end in a blank, NULL as nothing, and gives
// what stands behind them.
func readNumbers(row string, into []sql.NullInt64) (rest string, err error) {
	for i := range into {
		text, rest, ended := strings.Cut(row, " ")
		if !ended {
			return "", ErrCorrupt
		}
		into[i] = sql.NullInt64{Valid: text != ""}
		if row = rest; text == "" {
			continue
		}
		if into[i].Int64, err = strconv.ParseInt(text, 10, 64); err != nil {
			return "", ErrCorrupt
		}
	}
	return row, nil
}
