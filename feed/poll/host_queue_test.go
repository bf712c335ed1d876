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

// While all tasks wait, more of them run at the same time. Afterwards the limit
// starts again.
func TestQueuesGrowWhileTasksWait(t *testing.T) {
	const all = 2*firstWorkers + 7
	l := newHostQueues(all, 1, nil)
	var running, done sync.WaitGroup
	running.Add(all)
	done.Add(all)
	for i := range all {
		l.add(fmt.Sprint(i), func() {
			defer done.Done()
			running.Done()
			running.Wait() // ends when all tasks run
		})
	}
	done.Wait()
	for left := -1; left != 0; {
		l.mu.Lock()
		left = l.running
		if left == 0 && l.limit != firstWorkers {
			t.Errorf("the limit is %d afterwards", l.limit)
		}
		l.mu.Unlock()
	}
}

// The limit grows only if most of the tasks have been waiting.
func TestQueuesDoNotGrowWhileTasksEnd(t *testing.T) {
	for ended, want := range map[int]int{0: 2 * firstWorkers, firstWorkers/growBelow - 1: 2 * firstWorkers, firstWorkers / growBelow: firstWorkers, firstWorkers: firstWorkers} {
		l := newHostQueues(4*firstWorkers, 1, nil)
		l.running, l.ended, l.checking = firstWorkers, ended, true
		l.add("waiting", func() {})
		l.grow()
		l.mu.Lock()
		if l.limit != want {
			t.Errorf("after %d of %d tasks have ended the limit is %d, want %d", ended, firstWorkers, l.limit, want)
		}
		l.mu.Unlock()
	}
}
