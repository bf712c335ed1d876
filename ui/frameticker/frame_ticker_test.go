package frameticker

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// counter is a program that shows how many messages it got. Its ticker slows down quickly.
type counter struct {
	program *tea.Program
	ticker  chan *Ticker
	own     *Ticker
	n       int
}

func (c *counter) Init() tea.Cmd { return nil }

func (c *counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if c.own == nil {
		c.own = New(c.program, []Rate{
			{time.Millisecond, 3 * time.Millisecond}, {2 * time.Millisecond, 6 * time.Millisecond}, {4 * time.Millisecond, 30 * time.Millisecond},
		})
		c.ticker <- c.own
	}
	c.own.Wake()
	if n, ok := msg.(int); ok {
		c.n = n
	}
	return c, nil
}

func (c *counter) View() tea.View {
	v := tea.NewView(fmt.Sprintf("frame %d.", c.n))
	v.AltScreen = true
	return v
}

func (s *Ticker) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at == len(s.rates)
}

// TestFrameTicker protects a laptop's battery and the frame after an idle time: Bubble Tea
// has the expected field for its ticker, the ticker stops while nothing happens, and every
// later message is drawn.
func TestFrameTicker(t *testing.T) {
	var out output
	keys, _ := io.Pipe()
	c := &counter{ticker: make(chan *Ticker, 1)}
	c.program = tea.NewProgram(c, tea.WithContext(t.Context()), tea.WithInput(keys), tea.WithOutput(&out), tea.WithWindowSize(40, 5), tea.WithoutSignalHandler())
	ended := make(chan error, 1)
	go func() { _, err := c.program.Run(); ended <- err }()
	p := <-c.ticker
	if p == nil {
		t.Fatal("the program's ticker is not where it was: see docs/decisions/idle.md")
	}
	for n := 1; n <= 9; n++ {
		for range 1000 {
			if p.stopped() {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if !p.stopped() {
			t.Fatalf("the ticker goes on at frame %d", n)
		}
		c.program.Send(n)
		out.waitFor(t, fmt.Sprint(n))
	}
	c.program.Quit()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// output collects what a program writes.
type output struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// waitFor waits until the text was written.
func (o *output) waitFor(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		o.mu.Lock()
		all := o.b.String()
		o.mu.Unlock()
		if strings.Contains(all, text) {
			return
		}
	}
	t.Fatalf("%q was never written", text)
}
