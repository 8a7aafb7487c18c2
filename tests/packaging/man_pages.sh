#!/usr/bin/env bash
# The manual pages come out of the documents without a complaint of troff, and name every option of the daemon.
# tests/packaging/man_pages.sh ROOT BUILD; 77 without lowdown or groff.
set -euo pipefail
root=$(cd "${1:?usage: tests/packaging/man_pages.sh ROOT BUILD}" && pwd)
build=$(cd "${2:?usage: tests/packaging/man_pages.sh ROOT BUILD}" && pwd)
for program in lowdown man troff; do
  command -v "$program" >/dev/null || { echo "no $program"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
fault() { printf '%s\n' "$*"; faults=1; }
"$root/docs/man-pages.sh" "$work" 0.0
pages=("$work"/*.[1-9])
((${#pages[@]} == 5)) || fault "five pages are wanted, not ${pages[*]}"
for page in "${pages[@]}"; do
  said=$(LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [[ -z $said ]] || fault "$(basename "$page"): $said"
  # What apropos finds: "name - description".
  text=$(LC_ALL=C.UTF-8 MANWIDTH=120 man -l -P cat "$page" | col -bx)
  grep -qE "^ +$(basename "${page%.*}") [-−–] " <<<"$text" || fault "$(basename "$page") has no name line"
  if grep -nE '\]\(|^ *\|' <<<"$text"; then fault "$(basename "$page") shows markup"; fi
done
text=$(LC_ALL=C.UTF-8 MANWIDTH=120 man -l -P cat "$work/slotwardend.8" | col -bx)
for option in $("$build/slotwardend" --help | grep -oE -- '--[a-z-]+'); do
  grep -qF -- "$option" <<<"$text" || fault "slotwardend(8) does not name $option"
done
exit "$faults"
