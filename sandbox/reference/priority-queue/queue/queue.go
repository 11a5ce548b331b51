package queue

import "container/heap"

// PriorityQueue holds jobs until they are taken: the highest priority first, among equal ones the oldest.
type PriorityQueue struct {
	entries entries
	added   uint64
}

// NewPriorityQueue makes an empty queue.
func NewPriorityQueue() *PriorityQueue {
	return &PriorityQueue{}
}

// Add puts a job into the queue.
func (q *PriorityQueue) Add(job Job) {
	heap.Push(&q.entries, entry{job: job, order: q.added})
	q.added++
}

// Next takes the next job out of the queue; of an empty one it answers the zero Job.
func (q *PriorityQueue) Next() Job {
	if q.Empty() {
		return Job{}
	}
	return heap.Pop(&q.entries).(entry).job
}

// Empty tells whether no job is left.
func (q *PriorityQueue) Empty() bool {
	return len(q.entries) == 0
}

type entry struct {
	job   Job
	order uint64
}

type entries []entry

func (e entries) Len() int { return len(e) }

func (e entries) Less(i, j int) bool {
	if e[i].job.Priority != e[j].job.Priority {
		return e[i].job.Priority > e[j].job.Priority
	}
	return e[i].order < e[j].order
}

func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

func (e *entries) Push(one any) { *e = append(*e, one.(entry)) }

func (e *entries) Pop() any {
	last := len(*e) - 1
	one := (*e)[last]
	(*e)[last] = entry{}
	*e = (*e)[:last]
	return one
}
