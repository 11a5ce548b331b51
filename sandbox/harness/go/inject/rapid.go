// Added to pgregory.net/rapid: properties run on the harness's seeds and in its numbers, whatever their author or a flag says.

package rapid

import (
	"bytes"
	"log"
	"strconv"
	"strings"
	_ "testing"
	"time"
	_ "unsafe" // for linkname
)

//go:linkname specproofSearch testing.specproofSearch
func specproofSearch(
	tb any,
	try func(seed uint64, nth, of int) (int, string),
	explain func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int),
	replay func(path string) (bool, string, string, bool),
) (bool, string)

const (
	specproofHeld = iota
	specproofRejected
	specproofRed
)

// Of so many cases of each seed it is told what was drawn.
const specproofShown = 60

func specproofCheck(tb tb, prop func(*T)) {
	tb.Helper()
	flags = cmdline{checks: 100, steps: 30, nofailfile: true, shrinkTime: 10 * time.Second}
	status := func(err *testError) int {
		switch {
		case err == nil:
			return specproofHeld
		case err.isInvalidData():
			return specproofRejected
		}
		return specproofRed
	}
	try := func(seed uint64, nth, of int) (int, string) {
		var b bytes.Buffer
		var l *log.Logger
		if nth < specproofShown {
			l = log.New(&b, "", 0)
		}
		err := checkOnce(newT(tb, newRandomBitStream(seed, false), false, l), prop)
		return status(err), specproofDraws(b.String())
	}
	again := func(buf []uint64) (bool, string, string, bool) {
		var b bytes.Buffer
		err := checkOnce(newT(tb, newBufBitStream(buf, false), false, log.New(&b, "", 0)), prop)
		if status(err) != specproofRed {
			return false, "", "", false
		}
		message := err.Error()
		if !err.isStopTest() {
			message = "panic: " + message + "\n" + traceback(err)
		}
		return true, specproofDraws(b.String()), message, err.isStopTest()
	}
	explain := func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int) {
		shrinks := -1
		counted := func(t *T) {
			shrinks++
			prop(t)
		}
		// Failures are the same when they come the same way, so this one comes as those of the search for a smaller one.
		s := newRandomBitStream(seed, true)
		err := checkOnce(newT(tb, s, false, nil), counted)
		buf := s.data
		if status(err) == specproofRed && time.Now().Before(until) {
			buf, _ = shrink(tb, until, s.recordedBits, err, counted)
		}
		red, text, message, assertion := again(buf)
		if !red {
			message = "a case failed once and not again: the test does not always do the same"
		}
		return specproofPath(buf), text, message, assertion, shrinks
	}
	replay := func(path string) (bool, string, string, bool) { return again(specproofBuffer(path)) }
	if red, message := specproofSearch(tb, try, explain, replay); red {
		tb.Fatalf("%s", message)
	}
	if tb.Failed() {
		tb.FailNow()
	}
}

// Lines `[rapid] draw name: value` as `name=value`; other lines follow the value before them.
func specproofDraws(output string) string {
	var draws []string
	open := false
	for _, line := range strings.Split(strings.TrimRight(output, "\n"), "\n") {
		if draw, ok := strings.CutPrefix(line, "[rapid] draw "); ok {
			name, value, _ := strings.Cut(draw, ": ")
			draws = append(draws, name+"="+value)
			open = true
		} else if open && strings.HasPrefix(line, " ") {
			draws[len(draws)-1] += "\n" + line
		} else {
			open = false
		}
	}
	return strings.Join(draws, ", ")
}

func specproofPath(buf []uint64) string {
	words := make([]string, len(buf))
	for at, one := range buf {
		words[at] = strconv.FormatUint(one, 36)
	}
	return strings.Join(words, ".")
}

func specproofBuffer(path string) []uint64 {
	var buf []uint64
	for _, word := range strings.Split(path, ".") {
		one, err := strconv.ParseUint(word, 36, 64)
		if err != nil {
			break
		}
		buf = append(buf, one)
	}
	return buf
}
