package queue

import (
	"slices"
	"sync"
)

// Assignment is a job that a worker has to do.
type Assignment struct {
	Worker string
	Job    Job
}

// Dispatcher gives waiting jobs to free workers. It may be used by several goroutines at once.
type Dispatcher struct {
	mu      sync.Mutex
	waiting *PriorityQueue
	count   int
	free    []string
	busy    map[string]Job
}

// NewDispatcher makes one without jobs and workers.
func NewDispatcher() *Dispatcher {
	return &Dispatcher{waiting: NewPriorityQueue(), busy: map[string]Job{}}
}

// Submit adds a job that waits from now on.
func (d *Dispatcher) Submit(job Job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.put(job)
}

// Free says that a worker wants a job. One that is free or has a job already stays as it is.
func (d *Dispatcher) Free(worker string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, has := d.busy[worker]; has || slices.Contains(d.free, worker) {
		return
	}
	d.free = append(d.free, worker)
}

// Done says that a worker has finished its job, and is free again.
func (d *Dispatcher) Done(worker string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, has := d.busy[worker]; !has {
		return
	}
	delete(d.busy, worker)
	d.free = append(d.free, worker)
}

// Lost says that a worker is gone; its job waits again.
func (d *Dispatcher) Lost(worker string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.Index(d.free, worker); at >= 0 {
		d.free = slices.Delete(d.free, at, at+1)
	}
	if job, has := d.busy[worker]; has {
		delete(d.busy, worker)
		d.put(job)
	}
}

// Assign decides until no worker is free or no job waits, and answers what it decided, in this order.
func (d *Dispatcher) Assign() []Assignment {
	d.mu.Lock()
	defer d.mu.Unlock()
	var made []Assignment
	for len(d.free) > 0 && d.count > 0 {
		worker, job := d.free[0], d.waiting.Next()
		d.free = slices.Delete(d.free, 0, 1)
		d.count--
		d.busy[worker] = job
		made = append(made, Assignment{Worker: worker, Job: job})
	}
	return made
}

// Waiting counts the jobs that no worker has.
func (d *Dispatcher) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

func (d *Dispatcher) put(job Job) {
	d.waiting.Add(job)
	d.count++
}
