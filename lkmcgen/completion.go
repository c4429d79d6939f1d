// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"
)

// completion prints a script that completes commands, their flags, and the
// names of profiles, which it asks "lkmcgen list" for.
func completion(_ context.Context, e *env, args []string) error {
	args, err := e.parse("completion", args, nil)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return usagef("completion needs one of bash, zsh, fish")
	}
	script, ok := map[string]func() string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[args[0]]
	if !ok {
		return usagef("there is no completion for %q, only for bash, zsh and fish", args[0])
	}
	_, err = fmt.Fprint(e.stdout, script())
	return err
}

// takeProfiles returns the commands whose arguments are names of profiles.
func takeProfiles() []string {
	var names []string
	for _, c := range commands() {
		if strings.Contains(c.args, "PROFILE") || strings.Contains(c.args, "A [B]") {
			names = append(names, c.name)
		}
	}
	return names
}

func bashCompletion() string {
	var names []string
	var cases strings.Builder
	for _, c := range commands() {
		names = append(names, c.name)
		if len(c.flags) > 0 {
			fmt.Fprintf(&cases, "\t%s) words='%s' ;;\n", c.name, strings.Join(c.flags, " "))
		}
	}
	return fmt.Sprintf(`# bash completion for lkmcgen: eval "$(lkmcgen completion bash)"
_lkmcgen() {
	local word=${COMP_WORDS[COMP_CWORD]} words=
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W '%[1]s' -- "$word")
		return
	fi
	case ${COMP_WORDS[1]} in
%[2]s	completion) words='bash zsh fish' ;;
	schema) words='layer profile' ;;
	help) words='%[1]s' ;;
	esac
	case ${COMP_WORDS[1]} in
	%[3]s)
		words="$words $("${COMP_WORDS[0]}" list 2>/dev/null | cut -d ' ' -f 1)" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _lkmcgen lkmcgen
`, strings.Join(names, " "), cases.String(), strings.Join(takeProfiles(), "|"))
}

func zshCompletion() string {
	var names, cases strings.Builder
	for _, c := range commands() {
		short := strings.NewReplacer(":", `\:`, "'", `'\''`).Replace(c.short)
		fmt.Fprintf(&names, "\t\t'%s:%s'\n", c.name, short)
		if len(c.flags) > 0 {
			fmt.Fprintf(&cases, "\t%s) compadd -- %s ;|\n", c.name, strings.Join(c.flags, " "))
		}
	}
	return fmt.Sprintf(`#compdef lkmcgen
# zsh completion for lkmcgen: eval "$(lkmcgen completion zsh)"
_lkmcgen() {
	local -a commands
	commands=(
%s	)
	if (( CURRENT == 2 )); then
		_describe command commands
		return
	fi
	case $words[2] in
%s	%s) compadd -- ${(f)"$($words[1] list 2>/dev/null | cut -d ' ' -f 1)"} ;;
	completion) compadd bash zsh fish ;;
	schema) compadd layer profile ;;
	help) _describe command commands ;;
	esac
}
compdef _lkmcgen lkmcgen
`, names.String(), cases.String(), strings.Join(takeProfiles(), "|"))
}

func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion for lkmcgen: lkmcgen completion fish | source\ncomplete -c lkmcgen -f\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c lkmcgen -n __fish_use_subcommand -a %s -d '%s'\n", c.name, strings.ReplaceAll(c.short, "'", `\'`))
		for _, f := range c.flags {
			kind := "-l " + strings.TrimLeft(f, "-")
			if !strings.HasPrefix(f, "--") {
				kind = "-s " + strings.TrimLeft(f, "-")
			}
			fmt.Fprintf(&b, "complete -c lkmcgen -n '__fish_seen_subcommand_from %s' %s\n", c.name, kind)
		}
	}
	b.WriteString("complete -c lkmcgen -n '__fish_seen_subcommand_from " + strings.Join(takeProfiles(), " ") + "' -a '(lkmcgen list 2>/dev/null | cut -d \" \" -f 1)'\n" +
		"complete -c lkmcgen -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'\n" +
		"complete -c lkmcgen -n '__fish_seen_subcommand_from schema' -a 'layer profile'\n")
	return b.String()
}
