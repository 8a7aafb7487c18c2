#compdef slotwardenctl
# zsh completion: slotwardenctl itself knows what can follow, ports and policies of this host included.
local -a found
found=("${(@f)$(slotwardenctl --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
compadd -a found
