package folder

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"dateline/feed/text"
)

// toldSetting holds the keys of the problems that were told, as JSON.
const toldSetting = "folder.told"

// maxMessage is the length of the longest message in bytes, and maxNamed of the longest name
// of a file in it.
const (
	maxMessage = 300
	maxNamed   = 80
)

// short returns a name for a message. Of a long one it is the end.
func short(name string) string {
	name = text.Clean(name)
	if runes := []rune(name); len(runes) > maxNamed {
		return "…" + string(runes[len(runes)-maxNamed:])
	}
	return name
}

// tell puts the problems that were not told before into the result, and stores which ones
// there are. A problem that is gone is told again when it comes back.
func (r *round) tell() error {
	stored, err := r.store.Setting(r.ctx, toldSetting)
	if err != nil {
		return err
	}
	var told []string
	_ = json.Unmarshal([]byte(stored), &told) // if it is damaged, all is told again
	for _, key := range slices.Sorted(maps.Keys(r.problems)) {
		if !slices.Contains(told, key) {
			r.result.Problems = append(r.result.Problems, limit(r.problems[key]))
		}
	}
	now := slices.Sorted(maps.Keys(r.problems))
	if r.result.Away {
		// The files of a folder that is away are not seen, so nothing is known about them.
		now = slices.Compact(slices.Sorted(slices.Values(append(now, told...))))
	}
	if slices.Equal(now, told) {
		return nil
	}
	list, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return r.save(toldSetting, string(list))
}

// limit returns a message of one line and at most maxMessage bytes.
func limit(message string) string {
	message = text.Clean(message)
	for len(message) > maxMessage {
		words := strings.Fields(message)
		message = strings.Join(words[:len(words)-1], " ")
		if len(words) == 1 {
			return ""
		}
	}
	return message
}
