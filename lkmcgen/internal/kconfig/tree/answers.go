// SPDX-License-Identifier: Apache-2.0

package tree

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// answers are what commands of macros say. Most of them run the compiler, so they
// run beside the reading of the files and beside each other, and their answers are
// waited for where something hangs on them.
type answers struct {
	shell Shell
	wait  bool           // for each answer at once
	known map[string]int // command to number
	list  []*answer
	all   sync.WaitGroup
}

type answer struct {
	text string
	done chan struct{}
}

func newAnswers(shell Shell) *answers {
	return &answers{shell: shell, known: map[string]int{}}
}

// pending stands in expanded text for the answer with the number.
var pending = regexp.MustCompile("\x00([0-9]+)\x00")

// ask runs a command and returns what stands for its answer.
func (a *answers) ask(command string, env map[string]string) string {
	n, ok := a.known[command]
	if !ok {
		n = len(a.list)
		a.known[command] = n
		x := &answer{done: make(chan struct{})}
		a.list = append(a.list, x)
		a.all.Go(func() {
			output, ok := a.shell(command, env)
			x.text = strings.ReplaceAll(strings.TrimRight(output, "\n"), "\n", " ")
			if !ok {
				x.text = unknown
			}
			close(x.done)
		})
	}
	text := "\x00" + strconv.Itoa(n) + "\x00"
	if a.wait {
		return a.settle(text)
	}
	return text
}

// settle puts the answers into a text, when they are there.
func (a *answers) settle(text string) string {
	if !strings.Contains(text, "\x00") {
		return text
	}
	return pending.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(strings.Trim(s, "\x00"))
		if err != nil || n >= len(a.list) {
			return s // the file's own
		}
		<-a.list[n].done
		return a.list[n].text
	})
}

// A promise is an operand that is made of answers.
type promise struct {
	symbol *Symbol
	token  token
}

// keep gives the operands that were made of answers their values. It fails when
// one of them is not a value but a name, or nothing: then the files say something
// else than what was read.
func (p *parser) keep() bool {
	for _, x := range p.promises {
		s, t := x.symbol, x.token
		t.text = p.macros.later.settle(t.text)
		switch {
		case strings.Contains(t.text, unknown):
			p.tree.unsure = true
			s.Name = unknown
		case t.text == "y" || t.text == "n":
			s.Name, s.Type = t.text, Tristate
		case t.kind == quoted && t.text != "m", t.text != "" && strings.Trim(t.text, "0123456789") == "":
			s.Name, s.Macro = t.text, ""
		default:
			return false
		}
	}
	return true
}
