package db

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"
)

// Packed are columns that a query returns joined in one text: the numbers, the lengths
// of the texts, then the texts. The driver takes several locks and a conversion for
// every value. For a thousand rows of thirty columns that takes three times as long as
// SQLite itself.
//
// The lengths make sure that the content of a text is never read as another column.
type Packed struct{ Numbers, Texts []string }

// mostPacked is the largest number of texts in a row.
const mostPacked = 16

// SQL returns the expression whose value [Packed.Unpack] reads.
func (p Packed) SQL() string {
	var b strings.Builder
	b.WriteString("concat_ws(' '")
	for _, n := range p.Numbers {
		b.WriteString(", coalesce(" + n + ", '')")
	}
	for _, t := range p.Texts {
		b.WriteString(", octet_length(" + t + ")")
	}
	b.WriteString(", concat(" + strings.Join(p.Texts, ", ") + "))")
	return b.String()
}

// Unpack reads a row into numbers and texts, which must have at least the length of
// those of p. NULL numbers are not valid, NULL texts are empty. A row that SQL did not
// produce is an error.
func (p Packed) Unpack(row string, numbers []sql.NullInt64, texts []string) error {
	var lengths [mostPacked]sql.NullInt64
	row, err := readNumbers(row, numbers[:len(p.Numbers)])
	if err == nil {
		row, err = readNumbers(row, lengths[:len(p.Texts)])
	}
	if err != nil {
		return err
	}
	for i := range p.Texts {
		n := int(lengths[i].Int64)
		if n < 0 || n > len(row) {
			return errPacked
		}
		texts[i], row = row[:n], row[n:]
	}
	if row != "" {
		return errPacked
	}
	return nil
}

// readNumbers reads numbers that each end in a space, and returns the text after them.
// NULL is an empty number.
func readNumbers(row string, into []sql.NullInt64) (rest string, err error) {
	for i := range into {
		text, rest, ended := strings.Cut(row, " ")
		if !ended {
			return "", errPacked
		}
		into[i] = sql.NullInt64{Valid: text != ""}
		if row = rest; text == "" {
			continue
		}
		if into[i].Int64, err = strconv.ParseInt(text, 10, 64); err != nil {
			return "", errPacked
		}
	}
	return row, nil
}

// errPacked is the error for a row that [Packed.SQL] did not produce.
var errPacked = errors.New("a packed row cannot be read")
