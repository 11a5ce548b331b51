package tide

// High says when the water is high.
func High(day int) int {
	hours := day * 24
	if hours < 0 {
		return 0
	}
	return hours % 12
}

// Low says when the water is low.
func Low(day int) int {
	hours := day * 24
	if hours < 0 {
		return 0
	}
	return (hours + 6) % 12
}
