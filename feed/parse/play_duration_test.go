package parse

import "testing"

// TestParseDuration checks every way in which podcasts write a duration, and
// values that are not durations.
func TestParseDuration(t *testing.T) {
	for in, want := range map[string]int{
		"1:02:03": 3723, "62:03": 3723, "3723": 3723, " 01:02:03 ": 3723, "3723.9": 3723, "0:59": 59, "1:02:03.5": 3723,
		"": 0, "0": 0, "-5": 0, "1:-2": 0, "an hour": 0, "1:2:3:4": 0, "NaN": 0, "Inf": 0, "1e300": 0, "999999:00:00": 0, ":": 0,
	} {
		if got := parseDuration(in); got != want {
			t.Errorf("parseDuration(%q) = %d, want %d", in, got, want)
		}
	}
}
