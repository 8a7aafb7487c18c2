#!/usr/bin/env bash
# The manual pages, made of the documents beside this file, which the tests check against the code.
# docs/man-pages.sh DIRECTORY VERSION: needs lowdown. The date is that of SOURCE_DATE_EPOCH, or of the last change here.
set -euo pipefail
out=$(mkdir -p "${1:?usage: docs/man-pages.sh DIRECTORY VERSION}" && cd "$1" && pwd)
version=${2:?usage: docs/man-pages.sh DIRECTORY VERSION}
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v lowdown >/dev/null || { echo "docs/man-pages.sh: lowdown is missing" >&2; exit 1; }
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct -- . 2>/dev/null || true)}
date=$(date -u -d "@${epoch:-$(stat -c %Y ../CHANGELOG.md)}" +%Y-%m-%d)

# Other documents are named by the pages that they become, and what only a browser can follow is left out.
links() {
  sed -E -e '/^<!--.*-->$/d' \
    -e 's/\[commands\.md\]\([^)]*\)/**slotwardenctl**(1)/g' -e 's/\[rules\.md\]\([^)]*\)/**slotwarden-rules**(7)/g' \
    -e 's/\[configuration\.md\]\([^)]*\)/**slotwarden.toml**(5)/g' -e 's/\[operations\.md\]\([^)]*\)/**slotwardend**(8)/g' \
    -e 's/\[([^]]*)\]\([^)]*\)/\1/g'
}

# A table does not fit a terminal: its rows become a list, the first cell being what is explained.
tables() {
  awk '
    function cells(line,   n, i, part) {
      gsub(/\\\|/, "\001", line); sub(/^\| */, "", line); sub(/ *\|$/, "", line)
      n = split(line, part, / *\| */)
      for (i = 1; i <= n; i++) { gsub("\001", "\\|", part[i]); cell[i] = part[i] }
      return n
    }
    /^\|/ {
      if (!inside) { inside = 1; n = cells($0); for (i = 1; i <= n; i++) head[i] = cell[i]; next }
      if ($0 ~ /^\|[-|: ]+$/) next
      n = cells($0)
      print ""; print cell[1]; print ""
      text = cell[n]
      for (i = 2; i < n; i++) text = text (text ~ /[.:]$/ ? " " : "; ") toupper(substr(head[i], 1, 1)) substr(head[i], 2) ": " cell[i] "."
      print ":   " text
      next
    }
    { inside = 0; print }'
}

# Title away, every heading one level up.
promoted() { sed -E -e '/^# /d' -e 's/^#(#+ )/\1/'; }

# part FILE FROM TO: its sections from one heading up to, not including, another (empty: the end).
part() { awk -v from="$2" -v to="$3" '$0 == from { on = 1 } to != "" && $0 == to { on = 0 } on' "$1"; }

# page NAME SECTION DESCRIPTION: the body comes from stdin.
page() {
  { printf '# NAME\n\n%s - %s\n\n' "$1" "$3"; tables; } |
    lowdown -s -T man --out-no-smarty --parse-no-metadata -M "title=${1^^}" -M "section=$2" -M "date=$date" \
      -M "source=slotwarden $version" -M "volume=slotwarden" >"$out/$1.$2"
}

see() { printf '\n# SEE ALSO\n\n%s\n' "$*"; }

{
  links <slotwardend.md | promoted
  links <operations.md | part /dev/stdin "## Running" "" | promoted
  see "**slotwardenctl**(1), **slotwarden.toml**(5), **slotwarden-policies**(5), **slotwarden-rules**(7)"
} | page slotwardend 8 "keep the Redis and Valkey Cluster nodes of a host"
{
  printf '# SYNOPSIS\n\n**slotwardenctl** \\[**-s** _SOCKET_] \\[**--json**] \\[_COMMAND_ …]\n\n# DESCRIPTION\n\n'
  links <commands.md | promoted
  printf '\n# TAKING OVER\n\n'
  links <taking-over.md | sed 1d | sed 's/^## /### /' | promoted
  see "**slotwardend**(8), **slotwarden.toml**(5), **slotwarden-rules**(7)"
} | page slotwardenctl 1 "ask and command the slotwardend of this host"
{
  printf '# DESCRIPTION\n\n'
  links <configuration.md | sed '/^### Policy files/,$d' | promoted
  see "**slotwarden-policies**(5), **slotwardend**(8)"
} | page slotwarden.toml 5 "configuration of slotwardend"
{
  links <configuration.md | part /dev/stdin "## Policies" "## Credentials" | promoted
  printf '\n# Every option\n\n'
  links <configuration.md | part /dev/stdin "### Policy files" "" | sed 1d
  see "**slotwarden.toml**(5), **slotwardend**(8)"
} | page slotwarden-policies 5 "the choices that an instance of slotwarden follows"
{
  printf '# DESCRIPTION\n\n'
  links <rules.md | promoted
  see "**slotwardenctl**(1), **slotwardend**(8)"
} | page slotwarden-rules 7 "the rules by which slotwarden decides"
