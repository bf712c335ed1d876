package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"dateline/feed"
	"dateline/feed/text"
)

// subscriptionsSetting holds a [subscriptions] as JSON.
const subscriptionsSetting = "folder.subscriptions"

const (
	// maxSubscriptions is the size in bytes of the largest file of subscriptions that is
	// read, maxWords the number of its words.
	maxSubscriptions = 16 << 20
	maxWords         = 20_000
	maxTags          = 100
	maxName          = 1024
)

// subscriptions is what is known about the subscriptions.
type subscriptions struct {
	// Joined reports whether this computer has merged before. Then Before are its
	// subscriptions at that time, with address, name and tags.
	Joined bool
	Before []listed
	// ID is the ID of the database then. A copy of a database has another one. It joins,
	// because it has another configuration.
	ID    string
	Words []Word
	// Read are the files of the others that Words has, by their names, and Problems why some
	// of them were not read to their end.
	Read     map[string]fileState
	Problems map[string]string
	// Own is our file, and Sum a checksum of its words. Name is its name.
	Own       fileState
	Name, Sum string
}

// listed is a subscription of the configuration.
type listed struct {
	URL, Name string
	Tags      []string
}

func compareListed(a, b listed) int { return strings.Compare(a.URL, b.URL) }

// syncSubscriptions merges the subscriptions with those of the other databases, writes our
// file, and puts what the caller has to do into the result.
func (r *round) syncSubscriptions(subs []feed.Subscription, others []string) error {
	stored, err := r.store.Setting(r.ctx, subscriptionsSetting)
	if err != nil {
		return err
	}
	var known subscriptions
	if stored != "" && json.Unmarshal([]byte(stored), &known) != nil {
		known = subscriptions{} // then this computer joins again, which removes nothing
	}
	if known.ID != r.own.ID {
		known.ID, known.Joined, known.Before = r.own.ID, false, nil
	}
	if known.Read == nil {
		known.Read, known.Problems = map[string]fileState{}, map[string]string{}
	}
	var words []Word
	for _, id := range others {
		words = append(words, r.readSubscriptions(id, &known)...)
	}
	v := View{Now: subs, Words: known.Words}
	if known.Joined {
		v.Before = []feed.Subscription{}
	}
	for _, was := range known.Before {
		v.Before = append(v.Before, feed.Subscription{URL: was.URL, Name: was.Name, Tags: was.Tags})
	}
	for _, sub := range subs {
		if sub.Account != "" {
			v.Elsewhere = append(v.Elsewhere, sub.URL)
		}
	}
	known.Words, r.result.Changes = Merge(v, words, r.now)
	known.remember(subs)
	failed := r.writeSubscriptions(&known)
	state, err := json.Marshal(known)
	if err != nil {
		return err
	}
	if string(state) != stored {
		if err := r.save(subscriptionsSetting, string(state)); err != nil {
			return err
		}
	}
	return failed
}

// remember stores the subscriptions of now as those before the next merge. A configuration
// without feeds replaces none.
func (s *subscriptions) remember(subs []feed.Subscription) {
	var now []listed
	for _, sub := range byKey(subs) {
		now = append(now, listed{plain(sub.URL), sub.Name, sub.Tags})
	}
	slices.SortFunc(now, compareListed)
	if s.Joined && len(now) == 0 {
		return
	}
	s.Joined, s.Before = true, now
}

// readSubscriptions returns the words of another database, or none if its file is the one that
// was read before.
func (r *round) readSubscriptions(id string, known *subscriptions) []Word {
	name := subscriptionsPrefix + id + subscriptionsSuffix
	info, ok := r.files[name]
	if !ok || !info.Mode().IsRegular() {
		return nil
	}
	if known.Read[name].isUnchanged(info) {
		if why := known.Problems[name]; why != "" {
			r.problem(name, info, errors.New(why))
		}
		return nil
	}
	f, info, err := r.openFile(name, maxSubscriptions)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		r.problem(name, info, err)
		return nil
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSubscriptions))
	if err != nil {
		r.problem(name, info, err)
		return nil
	}
	words, err := parseWords(content, id)
	delete(known.Problems, name)
	if err != nil {
		known.Problems[name] = reason(err)
		r.problem(name, info, err)
	}
	known.Read[name] = fileState{Offset: info.Size()}.seen(info)
	return words
}

// parseWords returns the words of a file. The part after the last line feed may be half a
// line. If a line is wrong, the words before it are returned with the error.
func parseWords(content []byte, id string) (words []Word, err error) {
	content = content[:bytes.LastIndexByte(content, '\n')+1]
	begun := false
	for line := range bytes.Lines(content) {
		if !begun {
			var h head
			if json.Unmarshal(line, &h) != nil {
				return nil, errDamaged
			}
			if err := h.check("subscriptions", id); err != nil {
				return nil, err
			}
			begun = true
			continue
		}
		var w Word
		if len(line) > maxLine || len(words) == maxWords || json.Unmarshal(line, &w) != nil || !w.valid() {
			return words, errDamaged
		}
		words = append(words, w)
	}
	return words, nil
}

// valid reports whether a word can be used.
func (w Word) valid() bool {
	address, ok := sharedAddress(w.URL)
	clean := func(s string) bool { return text.Clean(s) == s && len(s) <= maxName }
	for _, at := range []time.Time{w.At, w.NameAt, w.TagsAt} {
		if !hasTextForm(at.AddDate(1, 0, 0)) {
			return false // a word after it could not be written
		}
	}
	return ok && address == w.URL && clean(w.Name) && len(w.Tags) <= maxTags &&
		!slices.ContainsFunc(w.Tags, func(tag string) bool { return tag == "" || !clean(tag) })
}

// hasTextForm reports whether a time can be written as JSON: its year has four digits in UTC
// (RFC 3339).
func hasTextForm(at time.Time) bool {
	year := at.UTC().Year()
	return 0 < year && year <= 9999
}

// writeSubscriptions writes our file if its words changed, or if the file is another one.
func (r *round) writeSubscriptions(known *subscriptions) error {
	name := r.own.subscriptions()
	var content bytes.Buffer
	to := json.NewEncoder(&content)
	to.SetEscapeHTML(false)
	if err := to.Encode(head{Dateline: "subscriptions", Format: format, Database: r.own.ID}); err != nil {
		return err
	}
	for _, w := range known.Words {
		if !w.valid() {
			continue
		}
		if err := to.Encode(w); err != nil {
			return err
		}
	}
	hash := sha256.Sum256(content.Bytes())
	sum := hex.EncodeToString(hash[:16])
	info, there := r.files[name]
	if there && known.Name == name && known.Sum == sum && info.Mode().IsRegular() && known.Own.isUnchanged(info) {
		return nil
	}
	known.Own = fileState{}
	err := r.replaceFile(r.ctx, name, func(to io.Writer) error {
		_, err := to.Write(content.Bytes())
		return err
	})
	if err != nil {
		return err
	}
	f, info, err := r.openFile(name, maxSubscriptions)
	if err != nil {
		return awayError{err}
	}
	defer f.Close()
	known.Name, known.Sum, known.Own = name, sum, fileState{Offset: info.Size()}.seen(info)
	return nil
}
