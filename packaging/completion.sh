#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# packaging/completion.sh bash|zsh|fish TOOL: print the completion of the program TOOL for that shell,
# from what its --help says. What to complete with follows from argp's placeholders: PID a process,
# IFACE a network interface, CGROUP a cgroup, FILE a file; [run] and ps|ss are words to choose from.
set -euf

shell=$1 tool=${2##*/}

# Two kinds of lines: "option|p|pid|PID|pid|Only the process PID" (letter, name, placeholder, kind,
# text), and "operands|KIND OF THE FIRST|KIND OF THE OTHERS|words that the first can be".
table=$(ARGP_HELP_FMT=rmargin=9999 LC_ALL=C "$2" --help | awk '
	function kind_of(placeholder) {
		if (placeholder ~ /^(FILE|PATH|PREFIX)$/)
			return "file"
		if (placeholder ~ /^(PID|IFACE|CGROUP)$/)
			return tolower(placeholder)
		return placeholder == "" ? "" : "other"
	}
	/^(Usage|  or): / && split($0, usage, / \[OPTION\.\.\.\] /) > 1 && usage[2] !~ /^-/ {
		operand = usage[2]
		sub(/ .*/, "", operand)
		dots = gsub(/\.\.\./, "", operand)
		gsub(/[][]/, "", operand)
		n = split(operand, choices, "|")
		for (i = 1; i <= n; i++)
			if (choices[i] ~ /^[a-z-]+$/)
				words = words " " choices[i]
			else
				first = kind_of(choices[i])
		if (dots)
			others = first
	}
	/^  (-., |    )--/ {
		name = substr($0, 7)
		sub(/ .*/, "", name)
		text = substr($0, 7 + length(name))
		sub(/^ */, "", text)
		n = split(substr(name, 3), part, "=")
		argument = n > 1 ? part[2] : ""
		print "option|" (/^  -/ ? substr($0, 4, 1) : "") "|" part[1] "|" argument "|" \
			kind_of(argument) "|" text
	}
	END { print "operands|" (words != "" ? "word" : first) "|" others "|" substr(words, 2) }')

options() {
	echo "$table" | grep '^option|' || {
		echo "completion.sh: $tool --help has no options that could be read" >&2
		exit 1
	}
}
options >/dev/null
IFS='|' read -r _ first others words <<END
$(echo "$table" | tail -n 1)
END

in_bash() {
	names='' kinds=''
	while IFS='|' read -r _ letter name _ kind _; do
		for option in ${letter:+"-$letter"} "--$name"; do
			names="$names $option"
			[ -z "$kind" ] || kinds="$kinds $option=$kind"
		done
	done
	cat <<-END
		# Made from $tool --help.
		_hello_libbpf_$tool() {
		    local names='${names# }'
		    local kinds='$kinds '
		    local words='$words' first='$first' others='$others'
	END
	cat <<-'END'
		    local cur=${COMP_WORDS[COMP_CWORD]} kind= operands=0 word
		    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		        if [[ $word == = ]]; then # --pid=1 is three words
		            continue
		        elif [[ $kind ]]; then
		            kind=
		        elif [[ $kinds == *" $word="* ]]; then
		            kind=${kinds#*" $word="}
		            kind=${kind%% *}
		        elif [[ $word != -?* ]]; then
		            operands=$((operands + 1))
		        fi
		    done
		    [[ $cur != = ]] || cur=
		    if [[ ! $kind ]]; then
		        kind=$first
		        ((operands == 0)) || kind=$others
		        [[ $cur != -* ]] || kind=option
		    fi
		    mapfile -t COMPREPLY < <(
		        case $kind in
		        option) compgen -W "$names" -- "$cur" ;;
		        word) compgen -W "$words" -- "$cur" ;;
		        pid) cd /proc && compgen -W "$(echo [0-9]*)" -- "$cur" ;;
		        iface) cd /sys/class/net && compgen -W "$(echo *)" -- "$cur" ;;
		        cgroup) cd "$(findmnt -fnt cgroup2 -o TARGET)" && compgen -S / -d -- "$cur" ;;
		        file) compgen -f -- "$cur" ;;
		        esac 2>/dev/null
		    )
		    case $kind in
		    file) compopt -o filenames 2>/dev/null ;;
		    cgroup) compopt -o filenames -o nospace 2>/dev/null ;;
		    esac
		}
	END
	echo "complete -F _hello_libbpf_$tool $tool"
}

# What completes kind $1 in zsh, and in fish.
zsh_action() {
	case $1 in
	pid) echo _pids ;;
	iface) echo _net_interfaces ;;
	cgroup) echo '_files -/ -W "$(findmnt -fnt cgroup2 -o TARGET)"' ;;
	file) echo _files ;;
	word) echo "($words)" ;;
	*) echo ' ' ;;
	esac
}
fish_action() {
	case $1 in
	pid) echo "-xa '(__fish_complete_pids)'" ;;
	iface) echo "-xa '(__fish_print_interfaces)'" ;;
	cgroup)
		list='findmnt -fnt cgroup2 -o TARGET | xargs -I{} sh -c "cd {} && find * -type d"'
		echo "-xa '($list)'"
		;;
	file) echo -rF ;;
	?*) echo -x ;;
	esac
}

in_zsh() {
	printf '#compdef %s\n# Made from %s --help.\n_arguments -s -S' "$tool" "$tool"
	while IFS='|' read -r _ letter name argument kind text; do
		[ -z "$argument" ] || argument=":$argument:$(zsh_action "$kind")"
		for option in ${letter:+"-$letter${argument:+"+"}"} "--$name${argument:+"="}"; do
			printf " \\\\\n    '*%s[%s]%s'" "$option" "$text" "$argument"
		done
	done
	[ -z "$first" ] || printf " \\\\\n    '1: :%s'" "$(zsh_action "$first")"
	[ -z "$others" ] || printf " \\\\\n    '*: :%s'" "$(zsh_action "$others")"
	echo
}

in_fish() {
	echo "# Made from $tool --help."
	while IFS='|' read -r _ letter name _ kind text; do
		echo complete -c "$tool" ${letter:+-s "'$letter'"} -l "$name" \
			$(fish_action "$kind") -d "'$text'"
	done
	case $first in
	word) echo "complete -c $tool -n 'not __fish_seen_subcommand_from $words' -a '$words'" ;;
	cgroup) echo "complete -c $tool $(fish_action cgroup)" ;;
	esac
	[ "$first" = file ] || echo "complete -c $tool -f"
}

# The texts stand in quotes, and in zsh in brackets too.
case $shell in
zsh) options | sed "s/[][]/\\\\&/g; s/'/'\\\\''/g" ;;
fish) options | sed "s/[\\\\']/\\\\&/g" ;;
*) options ;;
esac | "in_$shell"
