package text

import (
	"strings"
	"testing"
)

// TestTitleMarkup checks that markup which changes the meaning of a title is
// written as text, and that other markup vanishes as before.
func TestTitleMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"2<sup>60</sup> grains":                                "2⁶⁰ grains",
		"x<sup>n+1</sup> grows":                                "x^(n+1) grows",
		"2&lt;sup&gt;60&lt;/sup&gt;":                           "2⁶⁰",
		"a<sub>i,j</sub> and a<sub>n</sub>":                    "a_(i,j) and a_n",
		"H<sub>2</sub>O, CO<sub>2</sub>e, 5 m<SUP>2</SUP>":     "H₂O, CO₂e, 5 m²",
		"<i>x</i><sup><b>k</b></sup>":                          "x^k",
		"2<sup>2<sup>n</sup></sup>":                            "2^(2^n)",
		"10<sup>&minus;3</sup> m":                              "10⁻³ m",
		"e<sup>-x</sup>, O(n<sup>k</sup>), (a+b)<sup>n</sup>c": "e^(-x), O(n^k), (a+b)^(n)c",
		"C<sub>n</sub>H<sub>2n+2</sub>":                        "C_(n)H_(2n+2)",
		"x<sub>i</sub><sup>2</sup>":                            "x_i²",
		"f<sup>(n)</sup>, log<sub>b</sub> x":                   "f^(n), log_b x",
		// ordinals, marks and footnotes
		"1<sup>st</sup>, 2<sup>nd</sup>, n<sup>th</sup>":                                          "1st, 2nd, nth",
		"1<sup>er</sup> XX<sup>e</sup> V<sup>e</sup> M<sup>me</sup> n<sup>o</sup> 1.<sup>o</sup>": "1er XXe Ve Mme no 1.o",
		"Acme<sup>TM</sup>, Acme<sup>®</sup>, Acme<sup>™</sup>":                                   "AcmeTM, Acme®, Acme™",
		"word<sup>[1]</sup> word<sup>a</sup> word<sup>*</sup> In 1905<sup>1</sup>":                "word[1] worda word* In 1905¹",
		"News <sup>beta</sup>": "News beta",
		"T<sub>E</sub>X":       "TEX",
		// formulas
		"Take <math><mfrac><mn>3</mn><mn>4</mn></mfrac></math> cup":                                                          "Take 3/4 cup",
		"2<math><mfrac><mn>3</mn><mn>4</mn></mfrac></math>":                                                                  "2 3/4",
		`<mml:math xmlns:mml="x"><mml:msup><mml:mi>c</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>`:                       "c²",
		"<math><semantics><mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow><annotation>a\\lt b</annotation></semantics></math>": "a<b",
		// struck words
		"The shop is <del>not</del> open":                        "The shop is ~~not~~ open",
		"<s>9</s> 7, <strike> 8 </strike>6":                      "~~9~~ 7, ~~8~~ 6",
		"<span style='text-decoration: line-through'>a</span> b": "~~a~~ b",
		"<del>old</del><ins>new</ins>":                           "~~old~~ new",
		"<del><s>a</s></del><del></del>":                         "~~a~~",
		// hidden words and emoji
		"a<span style='DISPLAY : none!important'>b</span><span hidden>c</span>d":             "ad",
		"Bread <img class='emoji' alt='🥖' src='/1f956.png'> <img src='/b.png' alt='a loaf'>": "Bread 🥖",
		// tags without a partner are no markup
		"Tom & <i>Jerry</i>, List<b>bold</b>": "Tom & Jerry, Listbold",
		"a < b <sup":                          "a < b <sup",
	} {
		if got := PlainTitle(in); got != want {
			t.Errorf("%s\n got %q\nwant %q", in, got, want)
		}
	}
}

// TestMath checks how formulas are written on one line.
func TestMath(t *testing.T) {
	for in, want := range map[string]string{
		"<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>":                                                                                                   "√(x+1)",
		"<msqrt><mn>2</mn></msqrt>":                                                                                                                       "√2",
		"<mroot><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><mn>3</mn></mroot>":                                                                            "³√(x+1)",
		"<mi>y</mi><mroot><mi>x</mi><mi>n</mi></mroot>":                                                                                                   "y ⁿ√x",
		"<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>":                                                                              "x^(n+1)",
		"<msub><mi>a</mi><mrow><mi>i</mi><mo>,</mo><mi>j</mi></mrow></msub>":                                                                              "a_(i,j)",
		"<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>":                                                                                               "x_i²",
		"<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>":                                                                                 "E=mc²",
		"<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mn>2</mn><mi>c</mi></mrow></mfrac>":                                                     "(a+b)/(2c)",
		"<mfrac><mfrac><mn>1</mn><mn>2</mn></mfrac><mn>3</mn></mfrac>":                                                                                    "(1/2)/3",
		"<mn>2</mn><mfrac><mn>3</mn><mn>4</mn></mfrac><mi>x</mi>":                                                                                         "2 3/4 x",
		"<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>":                                                                              "(a+b)²",
		"<msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow><mn>2</mn></msup>":                                                          "(a+b)²",
		"<msup><msup><mi>x</mi><mn>2</mn></msup><mn>3</mn></msup>":                                                                                        "(x²)³",
		"<msup><mfrac><mn>3</mn><mn>4</mn></mfrac><mn>2</mn></msup>":                                                                                      "(3/4)²",
		"<mi>sin</mi><mo>&ApplyFunction;</mo><mi>x</mi>":                                                                                                  "sin x",
		"<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>":                                                                                 "f′(x)",
		"<mn>2</mn><mo>&#x2062;</mo><mn>3</mn><mo>&#x2062;</mo><mi>x</mi>":                                                                                "2·3x",
		"<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>":                                              "∑_(i=1)^n i",
		"<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>":                                                                                           "n over k",
		"<mmultiscripts><mi>C</mi><mprescripts></mprescripts><none></none><mn>14</mn></mmultiscripts>":                                                    "¹⁴C",
		"<mmultiscripts><mi>R</mi><mi>i</mi><mi>j</mi></mmultiscripts>":                                                                                   "R_i^j",
		"<mfenced><mi>a</mi><mi>b</mi></mfenced>":                                                                                                         "(a,b)",
		"<mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable><mo>]</mo>": "[1, 2; 3, 4]",
		"<mover><mi>x</mi><mo>¯</mo></mover>":                                                                                                             "x̄",
		"<mrow><mi>x</mi> <mtext>if</mtext>\n <mi>y</mi></mrow>":                                                                                          "x if y",
		"<mn>90</mn><mo>°</mo>":                       "90°",
		"<msup><mn>90</mn><mo>∘</mo></msup>":          "90°",
		"<msup><mn>2</mn><mn>60</mn></msup>":          "2⁶⁰",
		"<msup><mn>2</mn><mi>n</mi></msup><mi>x</mi>": "2^n x",
		"x + 1": "x + 1",
	} {
		if got := parseMath(in).String(); got != want {
			t.Errorf("%s\n got %q\nwant %q", in, got, want)
		}
	}
}

// TestHidesText checks the spellings with which a page hides an element.
func TestHidesText(t *testing.T) {
	for style, want := range map[string]bool{
		"display:none": true, "DISPLAY : NONE": true, "color:red;display:none !important": true, "display:/* x */none": true,
		"display:none!important;display:block": true, "visibility:hidden": true, "max-height:0px;overflow:hidden": true,
		"display:none;display:block": false, "/* display:none */": false, "x-display:none": false, "overflow:hidden": false,
		"font-size:0": false, "opacity:0": false, "max-height:0;overflow:hidden;padding:1em": false, "max-height:90px;overflow:hidden": false,
	} {
		if got := HidesText(func(name string) (string, bool) { return style, name == "style" }); got != want {
			t.Errorf("%q: %v", style, got)
		}
	}
}

// TestEmojiText checks which pictures are emoji.
func TestEmojiText(t *testing.T) {
	for attrs, want := range map[string]string{
		"class=wp-smiley|alt=🥖|style=height:1em":             "🥖",
		"class=emoji|alt=:bread:":                            ":bread:",
		"class=smilies|alt=:)":                               ":)",
		"class=emoji|title=:bread:":                          ":bread:",
		"alt=👩‍🚀|height=20|width=20":                         "👩‍🚀",
		"alt=❤️|src=https://s.w.org/images/core/emoji/2.svg": "❤️",
		"alt=1️⃣|style=width: 1.2em":                         "1️⃣",
		"alt=:-)|src=/images/smilies/a.gif":                  ":-)",
		"alt=;D|height=15":                                   ";D",
		"alt=:)|src=/photo.jpg":                              "",
		"alt=:2:1|height=20":                                 "",
		"alt=🥖|src=/photo.jpg|width=800":                     "",
		"alt=🥖|src=/photo.jpg":                               "",
		"alt=a loaf|class=emoji":                             "",
		"alt=loaf|height=20":                                 "",
		"alt=loaf|class=emoji-chart|width=600":               "",
		"alt=3|height=20":                                    "",
	} {
		got := EmojiText(func(name string) string {
			for part := range strings.SplitSeq(attrs, "|") {
				if key, value, _ := strings.Cut(part, "="); key == name {
					return value
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%s: %q, want %q", attrs, got, want)
		}
	}
}

// TestTitleMarkupIsLinear checks titles that would take minutes if each tag were
// searched for its end.
func TestTitleMarkupIsLinear(t *testing.T) {
	for _, piece := range []string{"<sup>", "<a<", "<sup>x</sup>", "<del>", "<math><mi>", "<img alt='", "<b><sup></b>", "<span style='/**/'>"} {
		if got := PlainTitle(strings.Repeat(piece, 1<<20/len(piece)) + "</sup></math>"); len(got) > 2<<20 {
			t.Errorf("%s: %d bytes", piece, len(got))
		}
	}
}
