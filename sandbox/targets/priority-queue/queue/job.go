// Package queue decides which job is done next.
package queue

// Job is one piece of work.
type Job struct {
	ID string
	// Priority is the more urgent the higher it is.
	Priority int
}
