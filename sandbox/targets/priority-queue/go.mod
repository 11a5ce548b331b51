module example.org/jobs

go 1.22

require github.com/leanovate/gopter v0.2.11
