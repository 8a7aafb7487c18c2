# fish completion: slotwardenctl itself knows what can follow, ports and policies of this host included.
complete -c slotwardenctl -f -a '(slotwardenctl --complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
