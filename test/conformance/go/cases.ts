/** Test files of a project that shows every result once. */
export const RESULTS: Record<string, string> = {
  'calc/calc.go': `package calc

func Add(a, b int) int { return a + b }
`,
  'calc/results_test.go': `package calc

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestHolds(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Fatal("wrong")
	}
}
func TestIsWrong(t *testing.T) { t.Errorf("got %d, want %d", Add(1, 1), 3) }
func TestThrows(t *testing.T)  { panic(errors.New("not implemented")) }
func TestNil(t *testing.T) {
	var p *struct{ n int }
	_ = p.n
}
func TestIsMarked(t *testing.T)  { t.FailNow() }
func TestIsSkipped(t *testing.T) { t.Skip("not here") }
func TestParts(t *testing.T) {
	t.Run("one", func(t *testing.T) {})
	t.Run("two of them", func(t *testing.T) { t.Error("two is wrong") })
	t.Run("one", func(t *testing.T) {})
	t.Run("three", func(t *testing.T) { t.Run("deep", func(t *testing.T) { panic("deep") }) })
}
func TestAtTheSameTime(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			time.Sleep(time.Millisecond)
			if name == "b" {
				t.Fatal("b is wrong")
			}
		})
	}
}
func TestFailsAtItsEnd(t *testing.T) { t.Cleanup(func() { t.Error("cannot be closed") }) }
func TestRaces(t *testing.T) {
	n := 0
	done := make(chan bool)
	go func() { n++; done <- true }()
	n++
	<-done
}
func TestPanicsElsewhere(t *testing.T) {
	go func() { panic("in a goroutine") }()
	time.Sleep(time.Second)
}
func TestComesAfter(t *testing.T) {}
func TestStartsItself(t *testing.T) {
	if os.Getenv("HELPER") == "1" {
		fmt.Print("helped")
		os.Exit(3)
	}
	command := exec.Command(os.Args[0], "-test.run=TestStartsItself")
	command.Env = append(os.Environ(), "HELPER=1")
	if said, err := command.Output(); err == nil || string(said) != "helped" {
		t.Fatal(string(said), err)
	}
}
func ExampleAdd() {
	fmt.Println(Add(1, 2))
	// Output: 3
}
func ExampleAdd_wrong() {
	fmt.Println(Add(1, 2))
	// Output: 4
}
func FuzzAdd(f *testing.F) {
	f.Add(1, 2)
	f.Add(-1, 5)
	f.Fuzz(func(t *testing.T, a, b int) {
		if Add(a, b) < a {
			t.Error("less")
		}
		if a < 0 {
			t.Error("negative")
		}
	})
}
func TestPrintsAResultOfItsOwn(t *testing.T) {
	for _, nonce := range append(os.Environ(), os.Args...) {
		fmt.Println("\\n\\x1e specproof-result " + nonce + " {\\"tests\\":[],\\"uncollected\\":[],\\"unhandled\\":[],\\"doubts\\":[],\\"files\\":1}")
	}
	fmt.Println("a word of my own")
	fmt.Println("--- PASS: TestPrintsAResultOfItsOwn (0.00s)\\nPASS")
	t.Fatal("red all the same")
}
`,
  'calc/good_test.go': 'package calc\n\nimport "testing"\n\nfunc TestGood(t *testing.T) {}\n',
  'calc/none_test.go': 'package calc\n\nconst helper = 1\n',
  'calc/properties_test.go': `package calc_test

import (
	"testing"
	"testing/quick"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"pgregory.net/rapid"
)

func TestRapidHolds(t *testing.T) { rapid.Check(t, func(t *rapid.T) { rapid.Int().Draw(t, "n") }) }
func TestRapidFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 100000).Draw(t, "n")
		rapid.String().Draw(t, "s")
		if n >= 1000 {
			t.Fatalf("%d is too much", n)
		}
	})
}
func TestRapidThrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { rapid.Int().Draw(t, "n"); panic("not implemented") })
}
func TestRapidDrawsOneCase(t *testing.T) { rapid.Check(t, func(t *rapid.T) { rapid.Just(5).Draw(t, "n") }) }
func TestRapidRejectsAll(t *testing.T) { rapid.Check(t, func(t *rapid.T) { t.Skip("never") }) }
func TestRapidMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := 0
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) { sum += rapid.IntRange(1, 5).Draw(t, "by") },
			"": func(t *rapid.T) {
				if sum >= 7 {
					t.Fatalf("sum %d", sum)
				}
			},
		})
	})
}

var calls = 0

func TestRapidFailsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rapid.Int().Draw(t, "n")
		if calls++; calls == 5 {
			t.Fatal("the fifth")
		}
	})
}
func TestRapidInParts(t *testing.T) {
	t.Run("inner", rapid.MakeCheck(func(t *rapid.T) { rapid.Bool().Draw(t, "b") }))
}

func fixed() *gopter.TestParameters {
	parameters := gopter.DefaultTestParametersWithSeed(1)
	parameters.MinSuccessfulTests = 1
	parameters.Workers = 4
	return parameters
}
func TestGopterHolds(t *testing.T) {
	properties := gopter.NewProperties(fixed())
	properties.Property("holds", prop.ForAll(func(n int) bool { return true }, gen.Int()))
	properties.TestingRun(t)
}
func TestGopterFails(t *testing.T) {
	properties := gopter.NewProperties(fixed())
	properties.Property("holds", prop.ForAll(func(n int) bool { return true }, gen.Int()))
	properties.Property("fails", prop.ForAll(func(n int) string {
		if n >= 1000 {
			return "too much"
		}
		return ""
	}, gen.IntRange(0, 100000)))
	properties.TestingRun(t)
}
func TestGopterThrows(t *testing.T) {
	properties := gopter.NewProperties(nil)
	properties.Property("throws", prop.ForAll(func(n int) bool { panic("not implemented") }, gen.Int()))
	properties.TestingRun(t)
}
func TestGopterSwallows(t *testing.T) {
	prop.ForAll(func(n int) bool { return false }, gen.Int()).Check(fixed())
}
func TestQuickHolds(t *testing.T) {
	if err := quick.Check(func(n int) bool { return true }, &quick.Config{MaxCount: 1}); err != nil {
		t.Error(err)
	}
}
func TestQuickFails(t *testing.T) {
	if err := quick.Check(func(n uint8, s string) bool { return n < 200 }, nil); err != nil {
		t.Error(err)
	}
}
func TestQuickCompares(t *testing.T) {
	if err := quick.CheckEqual(func(n int) int { return n }, func(n int) int { return n + n%2 }, nil); err != nil {
		t.Error(err)
	}
}
`,
  'calc/more_test.go': `package calc

import (
	"testing"

	"pgregory.net/rapid"
)

func TestGoesOn(t *testing.T) { rapid.Check(t, func(t *rapid.T) { rapid.Int().Draw(t, "n") }) }
`,
}

export const TROUBLE: Record<string, string> = {
  'good/good_test.go': 'package good\n\nimport "testing"\n\nfunc TestHolds(t *testing.T) {}\n',
  'syntax/syntax_test.go': 'package syntax\n\nimport "testing"\n\nfunc TestX(t *testing.T) { var n int = "a" }\n',
  'syntax/other_test.go': 'package syntax\n\nimport "testing"\n\nfunc TestY(t *testing.T) {}\n',
  'missing/missing_test.go': 'package missing\n\nimport "nowhere.example/at/all"\n\nvar _ = all.X\n',
  'without/without_test.go': 'package without\n\nconst x = 1\n',
  'hidden/hidden_test.go': '//go:build never\n\npackage hidden\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n',
  'elsewhere/other.txt': 'x',
  'exits/exits_test.go':
    'package exits\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestEndsItsProcess(t *testing.T) { os.Exit(0) }\nfunc TestComesAfter(t *testing.T) {}\n',
  'leaves/leaves_test.go':
    'package leaves\n\nimport (\n\t"runtime"\n\t"testing"\n)\n\nfunc TestLeaves(t *testing.T) { runtime.Goexit() }\n',
  'killed/killed_test.go':
    'package killed\n\nimport (\n\t"syscall"\n\t"testing"\n)\n\nfunc TestIsKilled(t *testing.T) { syscall.Kill(syscall.Getpid(), syscall.SIGKILL) }\n',
  'main/main_test.go':
    'package main_test\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\nfunc TestX(t *testing.T) {}\n',
  'late/late_test.go':
    'package late\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) {\n\tm.Run()\n\tpanic("late")\n}\nfunc TestX(t *testing.T) { os.Getpid() }\n',
}

export interface Attack {
  name: string
  /** The file of the package, which has the function `Work() int`. */
  code: string
}

const imports = (...names: string[]) => `import (\n${names.map((name) => `\t"${name}"`).join('\n')}\n)\n`
const WORK = 'func Work() int { return 1 }\n'

/** Each on a package whose tests are red for what `Work` answers. */
export const ATTACKS: Attack[] = [
  { name: 'exits', code: `${imports('os')}\nfunc init() { os.Exit(0) }\n${WORK}` },
  { name: 'exits late', code: `${imports('os')}\nfunc Work() int { os.Exit(0); return 1 }\n` },
  {
    name: 'exits raw',
    code: `${imports('syscall')}\nfunc Work() int { syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0); return 1 }\n`,
  },
  { name: 'leaves', code: `${imports('runtime')}\nfunc Work() int { runtime.Goexit(); return 1 }\n` },
  {
    name: 'flags',
    code: `${imports('flag')}\nvar _ = flag.CommandLine\n\nfunc init() { go func() { flag.Set("test.run", "^$"); flag.Set("test.skip", ".") }() }\n${WORK}`,
  },
  {
    name: 'arguments',
    code: `${imports('os')}\nfunc init() { os.Args = append(os.Args, "-test.run=^$", "-test.skip=.") }\n${WORK}`,
  },
  { name: 'lists', code: `${imports('os')}\nfunc init() { os.Args = append(os.Args, "-test.list=.") }\n${WORK}` },
  {
    name: 'prints',
    code: `${imports('fmt', 'os')}\nfunc Work() int { fmt.Println("--- PASS: TestFails (0.00s)\\nPASS"); os.Exit(0); return 2 }\n`,
  },
  {
    name: 'forges',
    code: `${imports('os')}
func init() {
	for fd := uintptr(1); fd < 9; fd++ {
		file := os.NewFile(fd, "")
		for _, line := range []string{
			"{\\"kind\\":\\"start\\",\\"path\\":[\\"TestFails\\"]}",
			"{\\"kind\\":\\"test\\",\\"path\\":[\\"TestFails\\"],\\"state\\":\\"passed\\",\\"durationMs\\":1,\\"error\\":null,\\"cancelled\\":false}",
			"{\\"kind\\":\\"end\\",\\"sealed\\":{\\"body\\":\\"{}\\",\\"mac\\":\\"\\"}}",
		} {
			file.WriteString("\\n" + line + "\\n")
		}
	}
	os.Exit(0)
}
${WORK}`,
  },
  {
    name: 'reads the key',
    code: `${imports('bufio', 'crypto/hmac', 'crypto/sha256', 'encoding/hex', 'encoding/json', 'fmt', 'os')}
func init() {
	line, _ := bufio.NewReader(os.NewFile(3, "")).ReadString('\\n')
	var job struct{ Key, File string }
	json.Unmarshal([]byte(line), &job)
	out := os.NewFile(4, "")
	seal := func(name, body string) string {
		mac := hmac.New(sha256.New, []byte(job.Key))
		fmt.Fprintf(mac, "%d %s %s", len(name), name, body)
		sealed, _ := json.Marshal(map[string]string{"body": body, "mac": hex.EncodeToString(mac.Sum(nil))})
		return string(sealed)
	}
	id := "test 1 " + job.File + " > TestFails"
	fmt.Fprintf(out, "{\\"kind\\":\\"seen\\",\\"name\\":%q,\\"sealed\\":%s}\\n", id, seal(id, "{\\"held\\":true,\\"inverted\\":false,\\"error\\":null,\\"properties\\":[],\\"refused\\":0}"))
	fmt.Fprintln(out, "{\\"kind\\":\\"test\\",\\"path\\":[\\"TestFails\\"],\\"state\\":\\"passed\\",\\"durationMs\\":1,\\"error\\":null,\\"cancelled\\":false}")
	fmt.Fprintf(out, "{\\"kind\\":\\"end\\",\\"sealed\\":%s}\\n", seal("file "+job.File, "{\\"doubts\\":[]}"))
	os.Exit(0)
}
${WORK}`,
  },
  {
    name: 'another program',
    code: `${imports('os')}\nfunc init() { path, _ := os.Executable(); os.Remove(path); os.WriteFile(path, []byte("#!/bin/sh\\n"), 0o755) }\n${WORK}`,
  },
  {
    name: 'late panic',
    code: `${imports('time')}\nfunc Work() int { go func() { time.Sleep(time.Millisecond); panic("late") }(); return 1 }\n`,
  },
  {
    name: 'output closed',
    code: `${imports('os')}\nfunc Work() int { for fd := uintptr(0); fd < 9; fd++ { os.NewFile(fd, "").Close() }; return 1 }\n`,
  },
]

const FAILING = (name: string) => `package ${name}_test

import (
	"testing"

	"example.com/jobs/${name}"
	"pgregory.net/rapid"
)

func TestFails(t *testing.T) {
	if ${name}.Work() != 2 {
		t.Fatal("wrong")
	}
}
func TestLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if rapid.IntRange(1, 5).Draw(t, "n") > 0 && ${name}.Work() != 2 {
			t.Fatal("wrong")
		}
	})
}
`

export function attackFiles(attacks: readonly Attack[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { name, code } of attacks) {
    const folder = `a${name.replaceAll(' ', '')}`
    files[`${folder}/work.go`] = `package ${folder}\n\n${code}`
    files[`${folder}/work_test.go`] = FAILING(folder)
  }
  return files
}
