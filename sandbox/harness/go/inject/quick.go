// Added to testing/quick: properties run on the harness's seeds and in its numbers, whatever their configuration says.

package quick

import (
	"fmt"
	"math/rand"
	"reflect"
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

// `says`: an empty text, or why the values are a counterexample.
func specproofCheck(config *Config, of reflect.Type, says func(arguments []reflect.Value) string) error {
	var arguments []reflect.Value
	var problem error
	once := func(seed uint64) (red bool, message string, assertion bool) {
		arguments = make([]reflect.Value, of.NumIn())
		if err := arbitraryValues(arguments, of, config, rand.New(rand.NewSource(int64(seed)))); err != nil {
			problem = err
			return true, err.Error(), false
		}
		defer func() {
			if thrown := recover(); thrown != nil {
				red, message, assertion = true, fmt.Sprint("panic: ", thrown), false
			}
		}()
		message = says(arguments)
		return message != "", message, true
	}
	text := func() string {
		words := make([]string, len(arguments))
		for at, one := range arguments {
			if one.IsValid() {
				words[at] = fmt.Sprintf("#%d=%#v", at+1, one.Interface())
			}
		}
		return strings.Join(words, ", ")
	}
	try := func(seed uint64, nth, of int) (int, string) {
		red, _, _ := once(seed)
		if red {
			return 2, text()
		}
		return 0, text()
	}
	explain := func(seed uint64, nth, of int, until time.Time) (string, string, string, bool, int) {
		red, message, assertion := once(seed)
		if !red {
			message = "a case failed once and not again: the test does not always do the same"
		}
		return strconv.FormatUint(seed, 36), text(), message, assertion, 0
	}
	replay := func(path string) (bool, string, string, bool) {
		seed, _ := strconv.ParseUint(path, 36, 64)
		red, message, assertion := once(seed)
		return red, text(), message, assertion
	}
	red, _ := specproofSearch(nil, try, explain, replay)
	if problem != nil {
		return problem
	}
	if !red {
		return nil
	}
	return &CheckError{1, toInterfaces(arguments)}
}
