package queue_test

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"example.org/jobs/queue"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

var workers = []string{"a", "b", "c"}

// dispatch is what the requirements say, as plainly as possible.
type dispatch struct {
	waiting model
	free    []string
	busy    map[string]queue.Job
}

func (d *dispatch) isFree(worker string) bool { return slices.Contains(d.free, worker) }

func (d *dispatch) hasJob(worker string) bool {
	_, has := d.busy[worker]
	return has
}

func (d *dispatch) lost(worker string) {
	d.free = slices.DeleteFunc(d.free, func(one string) bool { return one == worker })
	if job, has := d.busy[worker]; has {
		d.waiting = append(d.waiting, job)
	}
	delete(d.busy, worker)
}

func (d *dispatch) assign() []queue.Assignment {
	var made []queue.Assignment
	for len(d.free) > 0 && len(d.waiting) > 0 {
		one := queue.Assignment{Worker: d.free[0], Job: d.waiting.take()}
		d.free = d.free[1:]
		d.busy[one.Worker] = one.Job
		made = append(made, one)
	}
	return made
}

// call is a step: 0 to 2 submit, 3 frees, 4 is done, 5 is lost, 6 assigns.
type call struct{ Kind, Worker int }

var calls = gen.SliceOf(gopter.CombineGens(gen.IntRange(0, 6), gen.IntRange(0, 2)).Map(func(values []interface{}) call {
	return call{values[0].(int), values[1].(int)}
}))

func TestJobsGoToFreeWorkersByPriority_4_1(t *testing.T) {
	properties := gopter.NewProperties(nil)
	properties.Property("as the requirements say", prop.ForAll(func(all []call) string {
		all = append([]call{{3, 0}, {0, 0}, {6, 0}}, append(all, call{6, 0})...)
		d := queue.NewDispatcher()
		want := dispatch{busy: map[string]queue.Job{}}
		for at, one := range all {
			worker := workers[one.Worker]
			var got, expected []queue.Assignment
			switch one.Kind {
			case 3:
				d.Free(worker)
				if !want.isFree(worker) && !want.hasJob(worker) {
					want.free = append(want.free, worker)
				}
			case 4:
				d.Done(worker)
				if want.hasJob(worker) {
					delete(want.busy, worker)
					want.free = append(want.free, worker)
				}
			case 5:
				d.Lost(worker)
				want.lost(worker)
			case 6:
				got, expected = d.Assign(), want.assign()
			default:
				job := queue.Job{ID: fmt.Sprint("job-", at), Priority: one.Kind}
				d.Submit(job)
				want.waiting = append(want.waiting, job)
			}
			if len(got) != len(expected) || len(got) > 0 && !reflect.DeepEqual(got, expected) {
				return fmt.Sprintf("call %d of %v: got %v, want %v", at, all, got, expected)
			}
			if d.Waiting() != len(want.waiting) {
				return fmt.Sprintf("call %d of %v: %d wait, want %d", at, all, d.Waiting(), len(want.waiting))
			}
		}
		return ""
	}, calls))
	properties.TestingRun(t)
}

func TestEachJobIsAssignedOnceWhenManyCall_4_6(t *testing.T) {
	const each = 200
	d := queue.NewDispatcher()
	made := make([][]queue.Assignment, len(workers))
	start := make(chan struct{})
	var all sync.WaitGroup
	for at, worker := range workers {
		all.Add(1)
		go func() {
			defer all.Done()
			<-start
			for n := range each {
				d.Submit(queue.Job{ID: fmt.Sprint(worker, n), Priority: n % 3})
				d.Free(worker)
				made[at] = append(made[at], d.Assign()...)
				d.Done(worker)
			}
		}()
	}
	close(start)
	all.Wait()
	for range each * len(workers) {
		for _, worker := range workers {
			d.Free(worker)
			d.Done(worker)
		}
		made[0] = append(made[0], d.Assign()...)
	}
	times := map[string]int{}
	for _, one := range slices.Concat(made...) {
		times[one.Job.ID]++
	}
	if len(times) != each*len(workers) {
		t.Fatalf("%d jobs were assigned, want %d", len(times), each*len(workers))
	}
	for id, count := range times {
		if count != 1 {
			t.Fatalf("%s was assigned %d times", id, count)
		}
	}
}
