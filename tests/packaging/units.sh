#!/usr/bin/env bash
# The units are what systemd takes them for, and expose no more than was decided.
# tests/packaging/units.sh ROOT BUILD: prints what systemd-analyze complains about and fails if it does; 77 without systemd-analyze.
set -euo pipefail
root=$(cd "${1:?usage: tests/packaging/units.sh ROOT BUILD}" && pwd)
build=$(cd "${2:?usage: tests/packaging/units.sh ROOT BUILD}" && pwd)
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faults=0
fault() { printf '%s\n' "$*"; faults=1; }

# The unit as it stands, but with the programs of this build and without the manual, which need not be installed here.
cp "$root"/units/*.service "$root"/units/*.slice "$work"
sed -i "s|/usr/s*bin/slotwarden|$build/slotwarden|" "$work"/*.service
complaints=$(systemd-analyze --man=no verify "$work"/*.service "$work"/*.slice 2>&1 | grep slotwarden || true)
[[ -z $complaints ]] || fault "systemd-analyze verify: $complaints"

# exposure NAME MOST FILE…: the parts of a unit, read one after the other as drop-ins are.
exposure() {
  mkdir -p "$work/$1"
  cat "${@:3}" >"$work/$1/slotwarden.service"
  local report score
  # systemd 252 takes the threshold in tenths; only the figure is read here.
  report=$(systemd-analyze security --offline=true --no-pager "$work/$1/slotwarden.service" 2>&1 || true)
  score=$(sed -n 's/.*Overall exposure level for .*: \([0-9.]*\) .*/\1/p' <<<"$report")
  [[ $score ]] || { fault "systemd-analyze security printed no figure: $report"; return; }
  echo "exposure, $1: $score (at most $2)"
  awk -v got="$score" -v most="$2" 'BEGIN { exit !(got <= most) }' || fault "$report"
}
exposure "as shipped" 3.0 "$root/units/slotwarden.service"
exposure unprivileged 2.0 "$root/units/slotwarden.service" "$root/units/unprivileged.conf"

# Servers must survive their daemon, whatever else changes here.
for line in KillMode=process OOMPolicy=continue Restart=always; do
  grep -qx "$line" "$root/units/slotwarden.service" || fault "slotwarden.service lacks $line"
done
exit "$faults"
