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
	at := func(values []reflect.Value) (red bool, message string, assertion bool) {
		defer func() {
			if thrown := recover(); thrown != nil {
				red, message, assertion = true, fmt.Sprint("panic: ", thrown), false
			}
		}()
		message = says(values)
		return message != "", message, true
	}
	once := func(seed uint64) (red bool, message string, assertion bool) {
		arguments = make([]reflect.Value, of.NumIn())
		if err := arbitraryValues(arguments, of, config, rand.New(rand.NewSource(int64(seed)))); err != nil {
			problem = err
			return true, err.Error(), false
		}
		return at(arguments)
	}
	// Each step takes the first smaller case that is red as well; its numbers are the path.
	steps := func(path string) bool {
		words := strings.Split(path, ".")
		seed, _ := strconv.ParseUint(words[0], 36, 64)
		red, _, _ := once(seed)
		for _, word := range words[1:] {
			n, _ := strconv.Atoi(word)
			if all := specproofSmaller(arguments); n < len(all) {
				arguments = all[n]
			}
		}
		return red
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
		path, shrinks := strconv.FormatUint(seed, 36), 0
		// What the author's own generator makes has limits that nobody knows.
		for smaller := red && problem == nil && config.Values == nil; smaller; {
			smaller = false
			for n, values := range specproofSmaller(arguments) {
				if time.Now().After(until) {
					break
				}
				shrinks++
				if worse, words, said := at(values); worse && said == assertion {
					arguments, message, smaller = values, words, true
					path += "." + strconv.Itoa(n)
					break
				}
			}
		}
		return path, text(), message, assertion, shrinks
	}
	replay := func(path string) (bool, string, string, bool) {
		if steps(path); problem != nil {
			return true, "", problem.Error(), false
		}
		red, message, assertion := at(arguments)
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

// Cases that are smaller in one place, the smallest ones first.
func specproofSmaller(arguments []reflect.Value) [][]reflect.Value {
	var found [][]reflect.Value
	for at, one := range arguments {
		for _, smaller := range specproofLess(one) {
			values := append([]reflect.Value(nil), arguments...)
			values[at] = smaller
			found = append(found, values)
		}
	}
	return found
}

func specproofLess(value reflect.Value) []reflect.Value {
	var found []reflect.Value
	of := value.Type()
	add := func(set func(v reflect.Value)) {
		v := reflect.New(of).Elem()
		set(v)
		found = append(found, v)
	}
	switch value.Kind() {
	case reflect.Bool:
		if value.Bool() {
			add(func(v reflect.Value) {})
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := value.Int()
		for _, less := range []int64{0, n / 2, n - n/8, n - specproofSign(n)} {
			if less != n && (less > 0) == (n > 0) || less == 0 && n != 0 {
				add(func(v reflect.Value) { v.SetInt(less) })
			}
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n := value.Uint()
		for _, less := range []uint64{0, n / 2, n - n/8, n - 1} {
			if less < n {
				add(func(v reflect.Value) { v.SetUint(less) })
			}
		}
	case reflect.Float32, reflect.Float64:
		n := value.Float()
		for _, less := range []float64{0, float64(int64(n)), n / 2} {
			if less != n && less*less < n*n {
				add(func(v reflect.Value) { v.SetFloat(less) })
			}
		}
	case reflect.String:
		n := []rune(value.String())
		for _, less := range specproofShorter(len(n)) {
			add(func(v reflect.Value) { v.SetString(string(n[:less[0]]) + string(n[less[1]:])) })
		}
	case reflect.Slice:
		for _, less := range specproofShorter(value.Len()) {
			add(func(v reflect.Value) {
				v.Set(reflect.AppendSlice(reflect.AppendSlice(v, value.Slice(0, less[0])), value.Slice(less[1], value.Len())))
			})
		}
		for at := 0; at < value.Len() && at < 20; at++ {
			for _, less := range specproofLess(value.Index(at)) {
				add(func(v reflect.Value) {
					v.Set(reflect.AppendSlice(v, value))
					v.Index(at).Set(less)
				})
			}
		}
	}
	return found
}

func specproofSign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

// Parts to leave out, from and to: all, halves, single ones.
func specproofShorter(n int) [][2]int {
	if n == 0 {
		return nil
	}
	found := [][2]int{{0, n}}
	if n > 1 {
		found = append(found, [2]int{0, n / 2}, [2]int{n / 2, n})
	}
	for at := 0; at < n && at < 30; at++ {
		found = append(found, [2]int{at, at + 1})
	}
	return found
}
