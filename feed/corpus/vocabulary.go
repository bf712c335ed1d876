package corpus

import (
	"math"
	"math/rand/v2"
	"strings"
)

// textWriter generates the texts of one item.
type textWriter struct {
	r      *rand.Rand
	common []string
}

// newTextWriter returns a writer for item i of feed f.
func newTextWriter(f, i int) textWriter {
	return textWriter{rand.New(rand.NewPCG(uint64(f), uint64(i))), strings.Fields(commonWords)}
}

// vocabularySize is the number of words. As in real languages, the frequency of a word is
// inversely proportional to its rank (Zipf's law).
const vocabularySize = 60_000

// words returns n random words.
func (w textWriter) words(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.word(int(math.Pow(vocabularySize, w.r.Float64())) - 1))
	}
	return b.String()
}

// commonWords are the most frequent words, in order of rank.
const commonWords = `the of and to in a is that for it was on are as with his they at be this from have or by one had not but what all were
when we there can an your which their said if do will each about how up out them then she many some so these would other into has more
her two like him see time could no make than first been its who now people my made over did down only way find use may water long little
very after words called just where most know`

// Word returns the word with a rank. Rank 0 is the most frequent word.
func Word(rank int) string { return textWriter{common: strings.Fields(commonWords)}.word(rank) }

// word returns the word with a rank. Words that are not in w.common are made of syllables.
func (w textWriter) word(rank int) string {
	if rank < len(w.common) {
		return w.common[rank]
	}
	const consonants, vowels = "tnshrdlcmwfgypbvkjxqz", "eaoiu"
	var b strings.Builder
	for n := rank; n > 0 || b.Len() < 4; n /= len(consonants) * len(vowels) {
		b.WriteByte(consonants[n%len(consonants)])
		b.WriteByte(vowels[n/len(consonants)%len(vowels)])
	}
	return b.String()
}

// capitalized returns s with its first byte in upper case.
func capitalized(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// foreignPhrases are texts in scripts that are hard to display: wide characters, right to
// left, combining marks, no spaces, and several code points for one character.
const foreignPhrases = `新しい研究が示す都市の気温上昇 国会は予算案を可決した 开源软件的未来 量子计算机取得新进展 서울에서 열린 국제 회의
الاجتماع الطارئ لمجلس الأمن في نيويورك תוכנית חדשה לחינוך מדעי चुनाव के बाद नई सरकार का गठन ราคาน้ำมันปรับตัวสูงขึ้นอีกครั้ง
Выборы в парламент прошли спокойно Η έκθεση ανοίγει τις πύλες της 👩‍🚀🚀 Start gelungen! 🎉 🏳️‍🌈 Straßenfest in Köln – déjà vu ✨`

// foreignWords returns two to five consecutive words of foreignPhrases.
func (w textWriter) foreignWords() string {
	all := strings.Fields(foreignPhrases)
	from := w.r.IntN(len(all))
	return strings.Join(all[from:min(from+2+w.r.IntN(4), len(all))], " ")
}
