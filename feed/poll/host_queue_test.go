package poll

import (
	"fmt"
	"sync"
	"testing"
)

// The queues keep both limits, run every task once, take hosts in turn, and
// leave no goroutine and no host behind.
func TestHostQueues(t *testing.T) {
	const workers, perHost, hosts, each = 5, 2, 7, 30
	l := newHostQueues(workers, perHost, nil)
	var mu sync.Mutex
	var all, ran int
	busy := map[string]int{}
	var wait sync.WaitGroup
	for i := range hosts * each {
		host := fmt.Sprint(i % hosts)
		wait.Add(1)
		l.add(host, func() {
			defer wait.Done()
			mu.Lock()
			all++
			ran++
			busy[host]++
			if all > workers || busy[host] > perHost {
				t.Errorf("%d at once, %d for host %s", all, busy[host], host)
			}
			mu.Unlock()
			mu.Lock()
			all--
			busy[host]--
			mu.Unlock()
		})
	}
	wait.Wait()
	if ran != hosts*each {
		t.Errorf("%d jobs ran", ran)
	}
	// The last worker ends after its task has returned.
	for left := -1; left != 0; {
		l.mu.Lock()
		left = l.running
		if left == 0 && (len(l.hosts) != 0 || len(l.ready) != 0) {
			t.Errorf("%d hosts and %d ready queues are left", len(l.hosts), len(l.ready))
		}
		l.mu.Unlock()
	}
}

// A host with a long queue does not delay other hosts.
func TestHostsTakeTurns(t *testing.T) {
	l := newHostQueues(1, 1, nil)
	var order []string
	hold, done := make(chan struct{}), make(chan struct{})
	l.add("first", func() { <-hold })
	for _, host := range []string{"a", "a", "a", "b", "c"} {
		l.add(host, func() {
			order = append(order, host)
			if len(order) == 5 {
				close(done)
			}
		})
	}
	close(hold)
	<-done
	if got := fmt.Sprint(order); got != "[a b c a a]" {
		t.Errorf("order %s", got)
	}
}
