package queue_test

import (
	"fmt"
	"reflect"
	"testing"

	"example.org/jobs/queue"
	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

// model is a list that is searched for the first job of the highest priority.
type model []queue.Job

func (m *model) take() queue.Job {
	best := -1
	for at, job := range *m {
		if best < 0 || job.Priority > (*m)[best].Priority {
			best = at
		}
	}
	if best < 0 {
		return queue.Job{}
	}
	job := (*m)[best]
	*m = append((*m)[:best:best], (*m)[best+1:]...)
	return job
}

// steps are priorities to add; 9 takes a job.
var steps = gen.SliceOf(gen.OneGenOf(gen.IntRange(-2, 2), gen.Const(9)))

func TestAnswersAreThoseOfASearchedList_3_1(t *testing.T) {
	properties := gopter.NewProperties(nil)
	properties.Property("as a list that is searched", prop.ForAll(func(all []int) string {
		q := queue.NewPriorityQueue()
		var list model
		var got, want []queue.Job
		for at, step := range append([]int{1}, all...) {
			if step == 9 {
				got, want = append(got, q.Next()), append(want, list.take())
				continue
			}
			job := queue.Job{ID: fmt.Sprint("job-", at), Priority: step}
			q.Add(job)
			list = append(list, job)
			if q.Empty() {
				return fmt.Sprintf("empty after adding %v", job)
			}
		}
		for range len(list) {
			got, want = append(got, q.Next()), append(want, list.take())
		}
		if !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		if !q.Empty() || q.Next() != (queue.Job{}) {
			return "not empty after all jobs were taken"
		}
		return ""
	}, steps))
	properties.TestingRun(t)
}
