package markup

import (
	"strings"
	"testing"
)

// TestPlainText checks what the plain text of HTML keeps of its meaning. The summary
// and the text for the index are the same.
func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		// formulas
		"<p>x<sup>n+1</sup> grows, 2<SUP>60</SUP> grains, a<sub>i,j</sub></p>":      "x^(n+1) grows, 2⁶⁰ grains, a_(i,j)",
		"<i>x</i><sub>i</sub><sup>2</sup> 2<sup>2<sup>n</sup></sup> <sup>14</sup>C": "x_i² 2^(2^n) ¹⁴C",
		"<p>word</p><sup>a</sup>b": "word ab",
		"1<sup>st</sup> Acme<sup>™</sup> word<sup>[1]</sup> x<sup><a href=#n>note</a></sup>": "1st Acme™ word[1] xnote",
		"Take <math><mfrac><mn>3</mn><mn>4</mn></mfrac></math> cup":                          "Take 3/4 cup",
		"2<math><mfrac><mn>3</mn><mn>4</mn></mfrac></math>l":                                 "2 3/4 l",
		`<math><semantics><msqrt><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></msqrt><annotation encoding="TeX">\sqrt{x+1}</annotation><annotation-xml encoding="text/html"><b>no</b></annotation-xml></semantics></math>`: "√(x+1)",
		`<mml:math><mml:msup><mml:mi>c</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>`: "c²",
		`<math alttext="x^2"></math>`: "x^2",
		`<span class=katex><span class=katex-mathml><math><mi>x</mi></math></span><span class=katex-html aria-hidden=true>x</span></span>`:                "x",
		`<span style="display:none"><math><mi>x</mi></math></span><img class="mwe-math-fallback-image-inline" src="x.svg" alt="{x}">`:                     "x",
		"x<span style='Vertical-Align: super'>n+1</span> a<font style='vertical-align:sub;color:red'>i</font> b<span style='vertical-align:top'>2</span>": "x^(n+1) a_i b2",
		"x<sup><span style='vertical-align:super'>2</span></sup> y<span style='vertical-align:super'><sup>2</sup></span>":                                 "x² y²",
		// struck words
		"The shop is <del>not</del> open <s> 9 </s>10":               "The shop is ~~not~~ open ~~9~~ 10",
		"<del>old</del><ins>new</ins> colo<del>u</del>r <del></del>": "~~old~~ new colo~~u~~r",
		"<del><p>a</p><ul><li>b</ul></del>":                          "~~a~~ ~~b~~",
		"<p style='Text-Decoration : underline LINE-THROUGH'>a</p>b": "~~a~~ b",
		"<del><del>a</del> <s>b</s></del>":                           "~~a b~~",
		// hidden text
		"<div style='display:none'>Only for the list</div><p>Dear all</p><p hidden>Old<p>New":            "Dear all New",
		"<p style='DISPLAY: NONE !important'>a</p><p class=hidden>b</p><p style='overflow:hidden'>c</p>": "b c",
		"<details><summary>More</summary>inside</details><span aria-hidden=true>★</span>":                "More inside ★",
		"<h2><a aria-hidden=true href=#x>#</a>Title</h2><h2><a aria-hidden=true href=#y>All</a></h2>":    "Title All",
		"<h2><span aria-hidden=true>🎉</span> News <span aria-hidden=true>¶</span></h2>":                  "🎉 News",
		"<dialog>a</dialog><canvas>b</canvas>c":                                                          "c",
		"x<sup>½</sup>":                                                                                  "x^½",
		"Listen.<audio src=1.mp3>Your browser cannot play this.</audio>":                                 "Listen.",
		"<p><video><source src=1.mp4><p>Your browser</p></video></p>after":                               "after",
		"<audio src=1.mp3 />words<audio src=2.mp3></audio>":                                              "words",
		"<video src=1.mp4>the rest":                                                                      "the rest",
		"<video-js>kept</video-js>":                                                                      "kept",
		// emoji
		"Fresh bread <img class=wp-smiley src=1f956.png alt=🥖 style='height:1em'> today": "Fresh bread 🥖 today",
		"a<img class=emoji alt=':b:' src=b.png>c":                                        "a:b:c",
		"a<img alt=🥖 src=photo.jpg>c":                                                    "a c",
	} {
		if got := (Body{Raw: in}).Summarize().Text; got != want {
			t.Errorf("summary of %s\n got %q\nwant %q", in, got, want)
		}
		if got := strings.Join(strings.Fields((Body{Raw: in}).Text()), " "); got != want {
			t.Errorf("text of %s\n got %q\nwant %q", in, got, want)
		}
	}
}

// TestSafeShowsWhatABrowserShows checks hidden elements, recordings, pictures that load
// later, emoji, and styles around blocks.
func TestSafeShowsWhatABrowserShows(t *testing.T) {
	for in, want := range map[string]string{
		"<p hidden>a</p><p>b</p>":                                           "<p>b</p>",
		"<ul><li style='display : none'>a<li>b</ul>":                        "<ul><li>b</li></ul>",
		"<p>Take <math><mfrac><mn>3</mn><mn>4</mn></mfrac></math> cup.</p>": "<p>Take 3/4 cup.</p>",
		"x<sup>2</sup>": "x<sup>2</sup>",
		"<audio src=/1.mp3>Sorry <a href=/other>x</a></audio>": `<audio src="https://e.org/1.mp3"><a href="https://e.org/1.mp3">Audio</a></audio>`,
		"<video><a href=/1.mp4>Download</a></video>":           `<video><a href="https://e.org/1.mp4">Video</a></video>`,
		"<video data-src=/1.mp4></video>":                      `<video src="https://e.org/1.mp4"><a href="https://e.org/1.mp4">Video</a></video>`,
		// pictures
		"<img srcset='/4.jpg 400w, /8.jpg 800w' alt=a>":                                               `<img srcset="https://e.org/4.jpg 400w, https://e.org/8.jpg 800w" alt="a" src="https://e.org/8.jpg"/>`,
		"<img src=/blank.png data-lazy-src=/c.jpg>":                                                   `<img src="https://e.org/c.jpg"/>`,
		"<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' data-srcset='/s.jpg 1x,/l.jpg 2x'>":    `<img src="https://e.org/l.jpg"/>`,
		"<img src=/spacer.gif data-src=/c.jpg>":                                                       `<img src="https://e.org/c.jpg"/>`,
		"<img src=/img/lazy_placeholder.gif data-lazy-srcset='/c.jpg 300w'>":                          `<img src="https://e.org/c.jpg"/>`,
		"<img data-anything='/c.jpg'>":                                                                `<img src="https://e.org/c.jpg"/>`,
		"<img src=/photo.jpg data-src=/other.jpg srcset='/x.jpg 2x'>":                                 `<img src="https://e.org/photo.jpg" srcset="https://e.org/x.jpg 2x"/>`,
		"<img src=/grey-cat.jpg data-src=/other.jpg>":                                                 `<img src="https://e.org/grey-cat.jpg"/>`,
		"<img src=/blank.png>":                                                                        `<img src="https://e.org/blank.png"/>`,
		"<picture><source srcset='/a.webp 1x'><img alt=a></picture>":                                  `<picture><source srcset="https://e.org/a.webp 1x"/><img alt="a" src="https://e.org/a.webp"/></picture>`,
		"<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><noscript><img src=/c.jpg></noscript>": `<img src="https://e.org/c.jpg"/>`,
		"<noscript><img src=/c.jpg></noscript><img data-src=/c.jpg>":                                  `<img src="https://e.org/c.jpg"/>`,
		"Bread <img class=emoji src=/e.png alt=🥖> now":                                                "Bread 🥖 now",
		// styles around blocks
		"<b><p>a <i>b</i></p>c<ul><li>d</ul></b>":                       "<p><b>a <i>b</i></b></p><b>c</b><ul><li><b>d</b></li></ul>",
		"<del id=x><p>a</p></del>":                                      `<span id="x"></span><p><del>a</del></p>`,
		"<q><p>a</p><p>b</p></q><q>c</q>":                               "<p>“a</p><p>b”</p><q>c</q>",
		"<b><div><b><p>a</p></b></div></b>":                             "<div><p><b>a</b></p></div>",
		"<p style='text-decoration:line-through;color:red'>a</p>":       `<p style="color: red"><s>a</s></p>`,
		"<pre><code><b><div>a</div></b></code></pre>":                   "<pre><code><b>a</b></code></pre>",
		"<table><tr style='text-decoration:line-through'><td>a</table>": "<table><tbody><tr><td><s>a</s></td></tr></tbody></table>",
		// targets of links
		"<a id=fn1></a><sup id='fnref:1'>1</sup><p id='a b'>x</p><p id='" + strings.Repeat("x", 200) + "'>y</p>": `<span id="fn1"></span><sup id="fnref:1">1</sup><p>x</p><p>y</p>`,
	} {
		got := Body{Raw: in, Base: "https://e.org/"}.Safe().String()
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
		mustBeSafe(t, got)
		if again := (Body{Raw: got}).Safe().String(); again != got {
			t.Errorf("%s is not stable:\n%s", got, again)
		}
	}
}

// TestIsEmpty checks which bodies show nothing.
func TestIsEmpty(t *testing.T) {
	for in, want := range map[string]bool{
		"": true, "<p></p>": true, "<br>&nbsp;<hr>": true, "<img src=p.gif width=1 height=1>": true, "<script>x</script>": true,
		"<a href=x></a>": true, "<p hidden>a</p>": true, "<form><button>Go</button></form>": true, "<iframe src=https://ads.example/></iframe>": true,
		"<!-- a -->": true, "&#8203;": true, "<style>" + strings.Repeat("p{} ", 1000) + "</style>": true,
		"a": false, "<p>a": false, "<img src=a.jpg>": false, "<iframe src=https://www.youtube.com/embed/a></iframe>": false,
		"<audio src=https://e.org/a.mp3>no</audio>": false, "<math><mi>x</mi></math>": false, strings.Repeat("<p>words</p>", 1000): false,
	} {
		if got := (Body{Raw: in}).IsEmpty(); got != want {
			t.Errorf("%.60q: %v", in, got)
		}
	}
}

// TestPushedStylesAreBounded checks that styles around very many blocks do not
// multiply them.
func TestPushedStylesAreBounded(t *testing.T) {
	raw := strings.Repeat("<b><i><del><em><strong><s>", 9) + strings.Repeat("<p>x", 1<<17)
	if got := len(Body{Raw: raw}.Safe().String()); got > 3*MaxBody {
		t.Errorf("%d bytes", got)
	}
	if got := len(plainMarkup(raw)); got > 4*MaxBody {
		t.Errorf("%d bytes", got)
	}
}
