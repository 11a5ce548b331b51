// Added to the package testing of the project's own Go: watches each test, signs what was seen, and runs properties.

package testing

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf16"
	_ "unsafe" // for linkname
)

const (
	specproofInput    = 3
	specproofOutput   = 4
	specproofMessage  = 6000
	specproofRepeats  = 5
	specproofShown    = 20
	specproofVariable = "SPECPROOF_GO"
)

// One file of tests, as the driver asks for it.
type specproofJob struct {
	Key string
	// Path from the project's folder, and the name that the compiler knows.
	File, Base string
	// Tests of the top level that are left; null: all.
	Only   []string
	Seeds  []int64
	Runs   int
	MinMs  float64
	LeftMs float64
	// Whether anything is red is all that is asked.
	Brief  bool
	Replay *struct {
		Test string
		Seed int64
		Path string
	}
}

type specproofError struct {
	Name      string `json:"name"`
	Message   string `json:"message"`
	Assertion bool   `json:"assertion"`
}

// A property's run as src/core/verdict/evidence.ts has it.
type specproofRun struct {
	Seeds          []int64            `json:"seeds"`
	Runs           int                `json:"runs"`
	Distinct       *int               `json:"distinct,omitempty"`
	Exhausted      bool               `json:"exhausted,omitempty"`
	Cut            bool               `json:"cut,omitempty"`
	Failed         bool               `json:"failed"`
	Seed           *int64             `json:"seed"`
	Path           *string            `json:"path"`
	Counterexample *string            `json:"counterexample"`
	Shrinks        int                `json:"shrinks"`
	History        []string           `json:"history"`
	Repeated       *specproofRepeated `json:"repeated,omitempty"`
}

type specproofRepeated struct {
	Failed int       `json:"failed"`
	Of     int       `json:"of"`
	Leak   *struct{} `json:"leak"`
}

// What was seen of one test. A failure stays.
type specproofWatch struct {
	path        []string
	nth         int
	begun, held int
	started     time.Time
	// What it said first; what a property said, which says more; what a part of it said.
	said, reason, part *specproofError
	properties         []specproofRun
	goroutine          string
}

var specproof = func() (state struct {
	sync.Mutex
	active   bool
	job      specproofJob
	std      string
	out      *os.File
	end      time.Time
	watches  map[*common]*specproofWatch
	examples map[string]*specproofWatch
	counts   map[string]int
	running  []*specproofWatch
}) {
	// A process that a test starts from its own program has no driver.
	if os.Getenv(specproofVariable) == "" {
		return
	}
	os.Unsetenv(specproofVariable)
	in := os.NewFile(specproofInput, "")
	line, err := bufio.NewReaderSize(in, 1<<16).ReadBytes('\n')
	in.Close()
	if err == nil {
		err = json.Unmarshal(line, &state.job)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "specproof: the harness sent no job:", err)
		os.Exit(70)
	}
	syscall.CloseOnExec(specproofOutput)
	state.active = true
	state.out = os.NewFile(specproofOutput, "")
	_, here, _, _ := runtime.Caller(0)
	state.std = filepath.Dir(filepath.Dir(here)) + "/"
	state.end = time.Now().Add(time.Duration(state.job.LeftMs * float64(time.Millisecond)))
	state.watches = map[*common]*specproofWatch{}
	state.examples = map[string]*specproofWatch{}
	state.counts = map[string]int{}
	return
}()

func specproofTell(line map[string]any) {
	data, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	specproof.out.Write(append(data, '\n'))
}

// As sandbox/harness/witness.mts reads it; JavaScript counts UTF-16 units.
func specproofSeal(name string, seen any) map[string]string {
	body, err := json.Marshal(seen)
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, []byte(specproof.job.Key))
	fmt.Fprintf(mac, "%d %s %s", len(utf16.Encode([]rune(name))), name, body)
	return map[string]string{"body": string(body), "mac": hex.EncodeToString(mac.Sum(nil))}
}

// The tests of the job's file, and their names to the driver.
func specproofChosen(tests []InternalTest, fuzz []InternalFuzzTarget, examples []InternalExample) ([]InternalTest, []InternalFuzzTarget, []InternalExample) {
	if !specproof.active {
		return tests, fuzz, examples
	}
	var names []string
	wanted := func(name string, function any) bool {
		entry := reflect.ValueOf(function).Pointer()
		file, _ := runtime.FuncForPC(entry).FileLine(entry)
		if filepath.Base(file) != specproof.job.Base {
			return false
		}
		if specproof.job.Only != nil {
			for _, one := range specproof.job.Only {
				if one == name {
					return true
				}
			}
			return false
		}
		names = append(names, name)
		return true
	}
	var chosenTests []InternalTest
	for _, one := range tests {
		if wanted(one.Name, one.F) {
			chosenTests = append(chosenTests, one)
		}
	}
	var chosenFuzz []InternalFuzzTarget
	for _, one := range fuzz {
		if wanted(one.Name, one.Fn) {
			chosenFuzz = append(chosenFuzz, one)
		}
	}
	var chosenExamples []InternalExample
	for _, one := range examples {
		if wanted(one.Name, one.F) {
			chosenExamples = append(chosenExamples, one)
		}
	}
	if names == nil {
		names = []string{}
	}
	if specproof.job.Only == nil {
		specproofTell(map[string]any{"kind": "plan", "sealed": specproofSeal("plan "+specproof.job.File, names)})
	}
	return chosenTests, chosenFuzz, chosenExamples
}

func specproofBegin(path []string) *specproofWatch {
	for at, name := range path {
		path[at] = strings.ToValidUTF8(name, "\ufffd")
	}
	id := strings.Join(append([]string{specproof.job.File}, path...), " > ")
	specproof.Lock()
	specproof.counts[id]++
	w := &specproofWatch{path: path, nth: specproof.counts[id], started: time.Now(), properties: []specproofRun{}}
	specproof.running = append(specproof.running, w)
	specproof.Unlock()
	specproofTell(map[string]any{"kind": "start", "path": path})
	return w
}

func (w *specproofWatch) id() string {
	return strings.Join(append([]string{specproof.job.File}, w.path...), " > ")
}

// The function of a test, seen. What it throws ends the test and not the process, so that the others run too.
func specproofWatched[A any](c *common, fn func(A)) func(A) {
	if !specproof.active || c.parent == nil {
		return fn
	}
	w := specproofOf(c.parent)
	if w == nil || c.name != c.parent.name {
		w = specproofBegin(specproofPath(c))
		specproof.Lock()
		specproof.watches[c] = w
		specproof.Unlock()
	}
	return func(argument A) {
		before := w.goroutine
		specproof.Lock()
		w.goroutine = specproofGoroutine()
		w.begun++
		specproof.Unlock()
		returned := false
		defer func() {
			specproof.Lock()
			w.goroutine = before
			if returned {
				w.held++
			}
			specproof.Unlock()
			if returned {
				return
			}
			if thrown := recover(); thrown != nil {
				w.saying(specproofThrown(thrown, debug.Stack()))
				c.Fail()
			}
		}()
		fn(argument)
		returned = true
	}
}

func specproofPath(c *common) []string {
	if c.parent == nil || c.parent.name == "" {
		return []string{c.name}
	}
	return append(specproofPath(c.parent), strings.TrimPrefix(c.name, c.parent.name+"/"))
}

// A bubble of synctest has the name of its test, and is no part of it.
func specproofOf(c *common) *specproofWatch {
	specproof.Lock()
	defer specproof.Unlock()
	for specproof.watches[c] == nil && c.parent != nil && c.parent.name == c.name {
		c = c.parent
	}
	return specproof.watches[c]
}

// What was thrown, with the lines of the stack that lie in the project.
func specproofThrown(thrown any, stack []byte) *specproofError {
	text := ""
	if err, ok := thrown.(error); ok {
		text = err.Error()
	} else {
		text = fmt.Sprint(thrown)
	}
	lines := strings.Split(string(stack), "\n")
	from := 0
	for at, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			from = at + 2
		}
	}
	var frames []string
	for at := from; at+1 < len(lines) && len(frames) < 4; at += 2 {
		place := strings.TrimSpace(lines[at+1])
		if place == "" || strings.HasPrefix(place, specproof.std) {
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		frames = append(frames, "    at "+specproofShort(place))
	}
	if len(frames) > 0 {
		text += "\n" + strings.Join(frames, "\n")
	}
	return &specproofError{"panic", specproofCut(text), false}
}

func specproofShort(place string) string {
	if dir, err := os.Getwd(); err == nil {
		return strings.TrimPrefix(place, dir+"/")
	}
	return place
}

func specproofCut(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) > specproofMessage {
		return strings.ToValidUTF8(text[:specproofMessage], "") + "…"
	}
	return text
}

func (w *specproofWatch) saying(what *specproofError) {
	specproof.Lock()
	defer specproof.Unlock()
	if w.said == nil {
		w.said = what
	}
}

// An assertion said no.
func specproofSays(c *common, text string) {
	if w := specproofOf(c); w != nil {
		w.saying(&specproofError{"AssertionError", specproofCut(strings.TrimSpace(text)), true})
	}
}

// A test has ended, with all of its parts.
func specproofReported(c *common) {
	w := specproofOf(c)
	if w == nil || c.parent == nil || c.name == c.parent.name {
		return
	}
	state := "passed"
	if c.Failed() {
		state = "failed"
	} else if c.Skipped() {
		state = "skipped"
	}
	if parent := specproofOf(c.parent); parent != nil && state == "failed" {
		specproof.Lock()
		if parent.part == nil {
			of := w.error()
			parent.part = &specproofError{of.Name, specproofCut(w.path[len(w.path)-1] + ": " + of.Message), of.Assertion}
		}
		specproof.Unlock()
	}
	w.end(state)
}

func (w *specproofWatch) error() *specproofError {
	for _, one := range []*specproofError{w.reason, w.said, w.part} {
		if one != nil {
			return one
		}
	}
	return &specproofError{"AssertionError", "the test was marked as failed", true}
}

func (w *specproofWatch) end(state string) {
	specproof.Lock()
	for at, one := range specproof.running {
		if one == w {
			specproof.running = append(specproof.running[:at:at], specproof.running[at+1:]...)
			break
		}
	}
	seen := map[string]any{"held": false, "inverted": false, "error": nil, "properties": w.properties, "refused": 0}
	var sent any
	if state == "failed" {
		err := w.error()
		seen["error"] = err
		told := map[string]string{"name": err.Name, "message": err.Message}
		if err.Assertion {
			told["code"] = "ERR_ASSERTION"
		}
		sent = told
	}
	seen["held"] = state == "passed" && w.begun > 0 && w.held == w.begun && w.said == nil
	specproof.Unlock()
	name := fmt.Sprintf("test %d %s", w.nth, w.id())
	specproofTell(map[string]any{"kind": "seen", "name": name, "sealed": specproofSeal(name, seen)})
	ms := float64(time.Since(w.started).Microseconds()) / 1000
	specproofTell(map[string]any{"kind": "test", "path": w.path, "state": state, "durationMs": ms, "error": sent, "cancelled": false})
	if specproof.job.Brief && state == "failed" {
		os.Exit(1)
	}
}

// Examples: one with other output than it says is red.
func specproofExample(name string) {
	if !specproof.active {
		return
	}
	w := specproofBegin([]string{name})
	w.begun++
	specproof.Lock()
	specproof.examples[name] = w
	specproof.Unlock()
}

func (eg *InternalExample) processRunResult(stdout string, timeSpent time.Duration, finished bool, recovered any) bool {
	w := specproof.examples[eg.Name]
	if w == nil {
		return eg.specproofRunResult(stdout, timeSpent, finished, recovered)
	}
	if recovered != nil || !finished {
		w.saying(specproofThrown(recovered, debug.Stack()))
		w.end("failed")
		return false
	}
	passed := eg.specproofRunResult(stdout, timeSpent, finished, recovered)
	if !passed {
		w.saying(&specproofError{"AssertionError", specproofCut("got:\n" + strings.TrimSpace(stdout) + "\nwant:\n" + strings.TrimSpace(eg.Output)), true})
		w.end("failed")
		return false
	}
	w.held++
	w.end("passed")
	return true
}

// After the last test: whether the means of assertion still say no.
func specproofEnded() {
	if !specproof.active {
		return
	}
	doubts := []string{}
	for name, red := range map[string]func(*T){"t.Fail": (*T).Fail, "t.FailNow": (*T).FailNow} {
		t, done := &T{}, make(chan bool)
		go func() {
			defer close(done)
			red(t)
		}()
		<-done
		if !t.Failed() {
			doubts = append(doubts, "`"+name+"` no longer fails after the code was loaded")
		}
	}
	if reflect.DeepEqual([]int{1}, []int{2}) {
		doubts = append(doubts, "`reflect.DeepEqual` no longer tells values apart")
	}
	file := "file " + specproof.job.File
	specproofTell(map[string]any{"kind": "end", "sealed": specproofSeal(file, map[string]any{"doubts": doubts})})
}

func specproofGoroutine() string {
	var buffer [40]byte
	text := string(buffer[:runtime.Stack(buffer[:], false)])
	id, _, _ := strings.Cut(strings.TrimPrefix(text, "goroutine "), " ")
	return id
}

// The test that a property belongs to: the one that it was given, else the one whose function this goroutine runs, else the last begun.
func specproofTest(tb any) *specproofWatch {
	switch one := tb.(type) {
	case *T:
		if w := specproofOf(&one.common); w != nil {
			return w
		}
		return specproofOf(one.parent)
	case *F:
		return specproofOf(&one.common)
	}
	id := specproofGoroutine()
	specproof.Lock()
	defer specproof.Unlock()
	for at := len(specproof.running) - 1; at >= 0; at-- {
		if specproof.running[at].goroutine == id {
			return specproof.running[at]
		}
	}
	if len(specproof.running) > 0 {
		return specproof.running[len(specproof.running)-1]
	}
	return nil
}

// The n-th seed after `origin`, as search.mts derives it.
func specproofDerived(origin int64, n int) int64 {
	x := uint32(origin) + uint32(n)*0x9e3779b9
	x = (x ^ x>>16) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	return int64(int32(x ^ x>>16))
}

func specproofMixed(seed int64, nth int) uint64 {
	x := uint64(seed)<<32 ^ uint64(nth)
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

const (
	specproofHeld = iota
	specproofRejected
	specproofRed
	specproofProved
)

/*
Runs a property of any library on the seeds and in the numbers that were asked for.
`try` runs the case of a seed: what came out, and a text that tells it from others.
`explain` makes the smallest case of one that was red: path, text, message, whether an assertion said no, shrinks.
`replay` runs the case of a path: whether it was red, text, message, assertion.
Answers whether it was red, and why.
*/
//go:linkname specproofSearch
func specproofSearch(
	tb any,
	try func(seed uint64, nth, of int) (int, string),
	explain func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int),
	replay func(path string) (bool, string, string, bool),
) (bool, string) {
	w := specproofTest(tb)
	job := &specproof.job
	if w != nil && job.Replay != nil && job.Replay.Test == w.named() {
		return specproofAgain(w, replay)
	}
	run := specproofRun{Seeds: []int64{}, History: []string{}}
	seen := map[string]bool{}
	began := time.Now()
	last := began.Add(time.Duration(job.MinMs * float64(time.Millisecond)))
	if specproof.end.Before(last) {
		last = specproof.end
	}
	share := began.Add(specproof.end.Sub(began) / 2)
	for n := 0; n < len(job.Seeds) || n == 0 || time.Now().Before(last); n++ {
		seed := specproofSeedAt(job.Seeds, n)
		cut := specproofShare(share, len(job.Seeds)-n)
		run.Seeds = append(run.Seeds, seed)
		rejected := 0
		for valid := 0; valid < job.Runs; {
			nth := valid + rejected
			caseSeed := specproofMixed(seed, nth)
			status, text := try(caseSeed, nth, job.Runs)
			if status == specproofRejected {
				if rejected++; rejected > 10*job.Runs+100 {
					message := fmt.Sprintf("too many cases were rejected: only %d of %d were valid", valid, nth+1)
					return specproofRefused(w, run, seed, message)
				}
				continue
			}
			valid++
			run.Runs++
			if len(seen) < specproofShown && run.Runs <= specproofShown {
				seen[text] = true
			}
			if status == specproofRed {
				return specproofFound(w, run, seed, caseSeed, nth, explain, replay)
			}
			if status == specproofProved {
				run.Exhausted = true
				break
			}
			if job.Brief && time.Now().After(specproof.end) {
				break
			}
			if !job.Brief && valid >= specproofFewest(job.Runs) && valid < job.Runs && time.Now().After(cut) {
				run.Cut = true
				break
			}
		}
		if job.Brief && time.Now().After(specproof.end) {
			break
		}
	}
	distinct := len(seen)
	run.Distinct = &distinct
	w.record(run)
	return false, ""
}

// Cases on each seed below which a property is not cut, however slow it is; judge.ts asks for as many.
func specproofFewest(runs int) int {
	return min(runs, max(20, (runs+9)/10))
}

// When a seed of a property has had its part of the time: half of what is left for the file, since most take less.
func specproofShare(end time.Time, seeds int) time.Time {
	now := time.Now()
	if !end.After(now) {
		return now
	}
	return now.Add(end.Sub(now) / time.Duration(max(1, seeds)))
}

func specproofSeedAt(seeds []int64, n int) int64 {
	if n < len(seeds) {
		return seeds[n]
	}
	if len(seeds) == 0 {
		return specproofDerived(0, n)
	}
	return specproofDerived(seeds[len(seeds)-1], n-len(seeds)+1)
}

func (w *specproofWatch) named() string {
	if w.nth > 1 {
		return w.id() + " (" + strconv.Itoa(w.nth) + ")"
	}
	return w.id()
}

// Outside of a test there is no one to tell.
func (w *specproofWatch) record(run specproofRun) {
	if w == nil {
		return
	}
	specproof.Lock()
	defer specproof.Unlock()
	w.properties = append(w.properties, run)
}

func (w *specproofWatch) because(message string, assertion bool) {
	if w == nil {
		return
	}
	name := "AssertionError"
	if !assertion {
		name = "panic"
	}
	specproof.Lock()
	defer specproof.Unlock()
	if w.reason == nil {
		w.reason = &specproofError{name, specproofCut(message), assertion}
	}
}

func specproofRefused(w *specproofWatch, run specproofRun, seed int64, message string) (bool, string) {
	run.Failed, run.Seed = true, &seed
	w.record(run)
	w.because(message, false)
	return true, message
}

func specproofFound(
	w *specproofWatch,
	run specproofRun,
	seed int64,
	caseSeed uint64,
	nth int,
	explain func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int),
	replay func(path string) (bool, string, string, bool),
) (bool, string) {
	until := time.Now().Add(10 * time.Second)
	if specproof.job.Brief {
		until = time.Now()
	}
	path, text, message, assertion, shrinks := explain(caseSeed, nth, specproof.job.Runs, until)
	text = specproofCut(text)
	run.Failed, run.Seed, run.Path, run.Counterexample, run.Shrinks = true, &seed, &path, &text, shrinks
	if !specproof.job.Brief {
		run.Repeated = specproofRepeat(path, replay)
	}
	w.record(run)
	message = fmt.Sprintf("%s\n\nCounterexample after %d cases (seed %d): %s", message, run.Runs, seed, text)
	if run.Repeated != nil && run.Repeated.Failed < run.Repeated.Of {
		message += fmt.Sprintf("\nThe same case failed in %d of %d runs: the test does not always do the same.", run.Repeated.Failed, run.Repeated.Of)
	}
	w.because(message, assertion)
	return true, message
}

func specproofRepeat(path string, replay func(path string) (bool, string, string, bool)) *specproofRepeated {
	repeated := &specproofRepeated{}
	end := time.Now().Add(2 * time.Second)
	for repeated.Of == 0 || (repeated.Of < specproofRepeats && time.Now().Before(end)) {
		repeated.Of++
		if red, _, _, _ := replay(path); red {
			repeated.Failed++
		}
	}
	return repeated
}

// The one case that was asked for; it is not shrunk any further.
func specproofAgain(w *specproofWatch, replay func(path string) (bool, string, string, bool)) (bool, string) {
	seed, path := specproof.job.Replay.Seed, specproof.job.Replay.Path
	run := specproofRun{Seeds: []int64{seed}, Runs: 1, History: []string{}}
	red, text, message, assertion := replay(path)
	if red {
		text = specproofCut(text)
		run.Failed, run.Seed, run.Path, run.Counterexample = true, &seed, &path, &text
		run.Repeated = specproofRepeat(path, replay)
		message = fmt.Sprintf("%s\n\nCounterexample: %s", message, text)
		w.because(message, assertion)
	}
	w.record(run)
	return red, message
}
