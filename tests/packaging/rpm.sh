#!/usr/bin/env bash
# The rpm holds what the build installs, and its scriptlets stop no server. tests/packaging/rpm.sh ROOT BUILD; the package
# is what ./dev rpm made last; 77 without one.
set -euo pipefail
cd "${1:?usage: tests/packaging/rpm.sh ROOT BUILD}"
shopt -s nullglob
packages=("${2:?usage: tests/packaging/rpm.sh ROOT BUILD}"/rpm/*.rpm)
{ ((${#packages[@]})) && command -v rpm >/dev/null; } || { echo "no package: ./dev rpm"; exit 77; }
package=${packages[0]} faults=0
fault() { printf '%s\n' "$*"; faults=1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

files=$(rpm -qlp "$package")
for wanted in /usr/sbin/slotwardend /usr/bin/slotwardenctl /usr/lib/systemd/system/slotwarden.service \
  /usr/lib/systemd/catalog/slotwarden.catalog /usr/share/slotwarden/policies/storage.toml /etc/slotwarden/slotwarden.toml \
  /usr/share/man/man8/slotwardend.8.gz /usr/share/bash-completion/completions/slotwardenctl; do
  grep -qxF "$wanted" <<<"$files" || fault "the package lacks $wanted"
done
[[ $(rpm -qcp "$package" | sort | xargs) == "/etc/logrotate.d/slotwarden /etc/slotwarden/slotwarden.toml" ]] ||
  fault "configuration files: $(rpm -qcp "$package" | xargs)"
[[ $(rpm -qp --qf '%{FILEFLAGS:fflags}\n[%{FILEFLAGS:fflags} %{FILENAMES}\n]' "$package" |
  awk '$1 ~ /c/ && $1 !~ /n/ { print $2 }') == "" ]] || fault "a configuration file is replaced by an upgrade"

for scriptlet in postin preun postun; do
  rpm -qp --qf "%{${scriptlet^^}}\n" "$package" >"$work/$scriptlet"
  sh -n "$work/$scriptlet" || fault "$scriptlet is no shell script"
  # The daemon may be stopped and restarted, its unit only; nothing else is ever signalled.
  grep -nE '\b(kill|pkill|killall|shutdown)\b|systemctl[^|]*\b(stop|kill)\b|\.scope|\.slice' "$work/$scriptlet" &&
    fault "$scriptlet touches servers"
done
grep -q 'try-restart slotwarden.service' "$work/postun" || fault "an upgrade does not restart the daemon"
exit "$faults"
