package queue

import (
	"math"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

// genJob has few priorities, so that some are alike.
func genJob() gopter.Gen {
	return gen.IntRange(-3, 3).Map(func(priority int) Job {
		return Job{Priority: priority}
	})
}

// Feature: priority-queue, Property 1: Higher priorities first
func TestPriorityOrdering(t *testing.T) {
	props := gopter.NewProperties(nil)

	// From Requirement 3.2: "For any set of jobs,
	// higher priority jobs execute before lower priority"
	props.Property("priority ordering",
		prop.ForAll(
			func(jobs []Job) bool {
				queue := NewPriorityQueue()
				for _, job := range jobs {
					queue.Add(job)
				}

				var lastPriority int = math.MaxInt
				for !queue.Empty() {
					job := queue.Next()
					if job.Priority > lastPriority {
						return false // Priority violation
					}
					lastPriority = job.Priority
				}
				return true
			},
			gen.SliceOf(genJob()),
		))

	props.TestingRun(t)
}
