#!/usr/bin/env bash
# What a shell offers is what slotwardenctl knows. tests/packaging/completions.sh ROOT BUILD; shells that are not here are left out.
set -euo pipefail
root=$(cd "${1:?usage: tests/packaging/completions.sh ROOT BUILD}" && pwd)
PATH=$(cd "${2:?usage: tests/packaging/completions.sh ROOT BUILD}" && pwd):$PATH
export SLOTWARDEN_SOCKET=/nonexistent/control.sock
wanted="rehearse release reread restart restore"
check() { [[ $2 == "$wanted" ]] || { echo "$1 offers \"$2\" for re, not \"$wanted\""; exit 1; }; echo "$1: $2"; }
source "$root/completions/slotwardenctl.bash"
COMP_WORDS=(slotwardenctl --json re) COMP_CWORD=2
_slotwardenctl
check bash "${COMPREPLY[*]}"
if command -v fish >/dev/null; then
  check fish "$(fish --no-config -c "source $root/completions/slotwardenctl.fish; complete -C 'slotwardenctl --json re'" |
    sort | xargs)"
fi
if command -v zsh >/dev/null; then
  check zsh "$(zsh -fc "compadd() { print -r -- \$found }; words=(slotwardenctl --json re) CURRENT=3
    source $root/completions/slotwardenctl.zsh")"
fi
