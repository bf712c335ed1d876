package markup

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkSafe(b *testing.B) {
	one := Body{Base: "https://harbour.example/1", Raw: strings.Repeat(`<p>The harbour master said on Monday that <a href="/quay?a=1&amp;b=2">the new quay</a> would open in &#8220;spring&#8221;,
		weather permitting.</p><ul><li>First point</li><li>Second &amp; last</li></ul><img src="pic.jpg" alt="quay">`, 5)}
	for _, size := range []int{2, 30, 300} {
		body := Body{Raw: strings.Repeat(one.Raw, size<<10/len(one.Raw)+1), Base: one.Base}
		b.Run(fmt.Sprintf("%dKB", size), func(b *testing.B) {
			b.SetBytes(int64(len(body.Raw)))
			for b.Loop() {
				body.Safe()
			}
		})
	}
}
