# bash completion: slotwardenctl itself knows what can follow, ports and policies of this host included.
_slotwardenctl() {
  mapfile -t COMPREPLY < <(slotwardenctl --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _slotwardenctl slotwardenctl
