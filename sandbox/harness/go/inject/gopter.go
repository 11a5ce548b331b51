// Added to github.com/leanovate/gopter: properties run on the harness's seeds and in its numbers, whatever their parameters say.

package gopter

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	_ "testing"
	"time"
	_ "unsafe" // for linkname
)

//go:linkname specproofSearch testing.specproofSearch
func specproofSearch(
	tb interface{},
	try func(seed uint64, nth, of int) (int, string),
	explain func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int),
	replay func(path string) (bool, string, string, bool),
) (bool, string)

const (
	specproofHeld = iota
	specproofRejected
	specproofRed
	specproofProved
)

func specproofCheck(prop Prop, author *TestParameters) *TestResult {
	least, most := author.MinSize, author.MaxSize
	if most <= least {
		least, most = 0, 100
	}
	once := func(seed uint64, size, shrinks int) *PropResult {
		parameters := GenParameters{MinSize: least, MaxSize: most, MaxShrinkCount: shrinks}
		parameters.Rng = rand.New(NewLockedSource(int64(seed)))
		return prop(parameters.WithSize(size))
	}
	// Cases grow, as they do without us.
	sizeOf := func(nth, of int) int { return least + (most-least)*(nth%of)/of }
	succeeded, discarded := 0, 0
	try := func(seed uint64, nth, of int) (int, string) {
		result := once(seed, sizeOf(nth, of), 0)
		switch result.Status {
		case PropUndecided:
			discarded++
			return specproofRejected, ""
		case PropTrue:
			succeeded++
			return specproofHeld, specproofArgs(result.Args, false)
		case PropProof:
			succeeded++
			return specproofProved, specproofArgs(result.Args, false)
		}
		return specproofRed, specproofArgs(result.Args, false)
	}
	var last *PropResult
	at := func(seed uint64, size, shrinks int) (bool, string, string, bool) {
		last = once(seed, size, shrinks)
		if last.Status != PropFalse && last.Status != PropError {
			return false, "", "", false
		}
		message, assertion := "the property is false", true
		if last.Error != nil {
			message = last.Error.Error()
		}
		if last.Status == PropError && len(last.ErrorStack) > 0 {
			message, assertion = "panic: "+strings.TrimPrefix(message, "Check paniced: "), false
		}
		for _, label := range last.Labels {
			if label != "" {
				message += "\n" + label
			}
		}
		return true, specproofArgs(last.Args, true), message, assertion
	}
	explain := func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int) {
		size, most := sizeOf(nth, of), 1000
		if !time.Now().Before(until) {
			most = 0
		}
		red, text, message, assertion := at(seed, size, most)
		if !red {
			message = "a case failed once and not again: the test does not always do the same"
		}
		shrinks := 0
		for _, arg := range last.Args {
			shrinks += arg.Shrinks
		}
		return strconv.FormatUint(seed, 36) + "." + strconv.Itoa(size), text, message, assertion, shrinks
	}
	replay := func(path string) (bool, string, string, bool) {
		word, rest, _ := strings.Cut(path, ".")
		seed, _ := strconv.ParseUint(word, 36, 64)
		size, _ := strconv.Atoi(rest)
		return at(seed, size, 1000)
	}
	red, message := specproofSearch(nil, try, explain, replay)
	result := &TestResult{Status: TestPassed, Succeeded: succeeded, Discarded: discarded}
	if red {
		result.Status = TestFailed
		result.Labels = []string{message}
		if last != nil {
			result.Args = last.Args
		} else {
			result.Status = TestExhausted
		}
	}
	return result
}

func specproofArgs(args PropArgs, named bool) string {
	words := make([]string, len(args))
	for at, arg := range args {
		words[at] = arg.ArgFormatted
		name := arg.Label
		if name == "" {
			name = "ARG_" + strconv.Itoa(at)
		}
		if named {
			words[at] = fmt.Sprintf("%s=%s", name, arg.ArgFormatted)
		}
	}
	return strings.Join(words, ", ")
}
