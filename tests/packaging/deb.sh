#!/usr/bin/env bash
# The package holds what a host needs where it looks for it, and its scripts stop no server. tests/packaging/deb.sh ROOT BUILD;
# the package is the one of the image that ./dev image made last; 77 without one.
set -euo pipefail
shopt -s nullglob
packages=("${2:?usage: tests/packaging/deb.sh ROOT BUILD}"/package/*.deb)
{ ((${#packages[@]})) && command -v dpkg-deb >/dev/null; } || { echo "no package: ./dev image"; exit 77; }
package=${packages[0]} faults=0
fault() { printf '%s\n' "$*"; faults=1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

files=$(dpkg-deb --fsys-tarfile "$package" | tar -t | sed 's/^\.//; /\/$/d')
for wanted in /usr/sbin/slotwardend /usr/bin/slotwardenctl /lib/systemd/system/slotwarden.service \
  /lib/systemd/system/slotwarden.slice /usr/lib/systemd/catalog/slotwarden.catalog /usr/lib/sysusers.d/slotwarden.conf \
  /usr/lib/tmpfiles.d/slotwarden.conf /usr/share/slotwarden/policies/storage.toml /etc/slotwarden/slotwarden.toml \
  /usr/share/man/man1/slotwardenctl.1.gz /usr/share/man/man8/slotwardend.8.gz \
  /usr/share/bash-completion/completions/slotwardenctl /usr/share/zsh/vendor-completions/_slotwardenctl \
  /usr/share/fish/vendor_completions.d/slotwardenctl.fish /usr/share/doc/slotwarden/examples/90-slotwarden.conf; do
  grep -qxF "$wanted" <<<"$files" || fault "the package lacks $wanted"
done
if grep -vE '^/(etc/(slotwarden|logrotate\.d)|lib/systemd|usr/(s?bin|lib|share))/' <<<"$files"; then
  fault "what does it want there?"
fi

dpkg-deb --control "$package" "$work"
[[ $(sort "$work/conffiles" | xargs) == "/etc/logrotate.d/slotwarden /etc/slotwarden/slotwarden.toml" ]] ||
  fault "configuration files: $(xargs <"$work/conffiles")"
for script in postinst prerm postrm; do
  sh -n "$work/$script" || fault "$script is no shell script"
  # The daemon's unit may be stopped and restarted. What a person is told may name commands; nothing else may run them.
  sed '/<<TEXT/,/^TEXT$/d' "$work/$script" | grep -vE "invoke (stop|\\\$_dh_action) 'slotwarden\.service'" |
    grep -nE '\b(kill|pkill|killall|shutdown)\b|(systemctl|invoke)[^|]*\b(stop|restart|kill)\b|\.scope|\.slice|rm -r' &&
    fault "$script touches servers"
done
grep -q "_dh_action=restart" "$work/postinst" || fault "an upgrade does not restart the daemon"
grep -q "invoke stop" <(sed -n '/= remove \]/,/^fi/p' "$work/prerm") || fault "a removal leaves the daemon running"
exit "$faults"
