#!/usr/bin/env bash
# The house keeps its plan: who may include whom, what the pure rooms may not touch, what nobody may do to data.
# tests/rooms.sh ROOT: prints file:line of each fault and fails if there is one. The plan: docs/architecture.md.
set -uo pipefail
cd "${1:?usage: tests/rooms.sh ROOT}" || exit 2
faults=0
# complain REASON: reads file:line:text from stdin.
complain() { while IFS= read -r hit; do printf '%s\n    %s\n' "$hit" "$1"; faults=1; done; }
# Lines of code without their // comments, so that prose may name what code may not do.
code() {
  find "$@" -name '*.h' -o -name '*.cpp' | sort |
    xargs -r awk '{ sub(/(^|[ \t])\/\/.*/, "") } NF { print FILENAME ":" FNR ":" $0 }'
}

declare -A may=(
  [facts]="facts" [formats]="formats facts" [config]="config facts" [decide]="decide facts" [control]="control facts"
  [adapters]="adapters facts" [observe]="observe facts formats adapters" [act]="act facts formats adapters"
  [run]="run facts formats config decide control adapters observe act" [cli]="cli facts control adapters"
)
for path in src/*/; do
  room=$(basename "$path")
  if [[ -z ${may[$room]:-} ]]; then complain "no such room in the plan" <<<"$path"; continue; fi
  complain "$room may include: ${may[$room]}" < <(
    code "$path" | grep -E '#include "' | grep -vE "#include \"(${may[$room]// /|})/[a-z0-9_]+\.h\"")
done

os_headers='<(fstream|filesystem|thread|mutex|unistd\.h|fcntl\.h|poll\.h|signal\.h|sys/|netinet/|arpa/|netdb\.h|sqlite3|systemd/|spdlog|boost/(asio|process|beast))'
os_calls='::now\(|clock_gettime|gettimeofday|\btime\((nullptr|NULL|0)\)|::(open|read|write|stat|socket|connect)\(|\bfopen\(|\bgetenv\(|random_device|\brand\(|parse_file\('
# What the processor can do is no state of the world; arm64 has it told by the kernel.
processor='^src/formats/crc64_arm64\.cpp:.*<sys/auxv\.h>'
complain "facts, formats, config, decide and control see no clock, socket, file or environment" < <(
  code src/{facts,formats,config,decide,control} | grep -E "#include $os_headers|$os_calls" | grep -vE "$processor")

complain "a name for a duty, please" < <(
  find src tests integration -type d -regextype posix-extended -regex '.*/(utils?|common|core|misc|helpers?)')

complain "nothing here destroys data (law 1)" < <(
  code src | grep -iE 'flush(all|db)|"reset"|cluster reset|"hard"|remove_all')
# The files that remove something, and each removes only what this program made: a socket, an identity file, a
# temporary file of its own, the second name that a kept copy has while it is put in place, and a generation of a backup
# that retention outdates: one whose note says that slotwarden made it, and never the last good one; what it had begun
# to write of an export that failed; the drop-ins of a unit whose server is given back to it; and the files of a
# rehearsal, each by its name. One exception: the unfinished temporary file of a dead writer, once it lies whole on
# another disk.
may_remove='^src/(adapters/(process|spawn|spawn_child)|act/(publish|kept|leftovers|exported|unit_files|scratch)|run/control_server)\.cpp:'
complain "only the files listed in tests/rooms.sh may remove or empty a file, never a dataset or nodes.conf (law 1)" < <(
  code src | grep -E '\b(unlink|unlinkat|ftruncate|truncate)\(|O_TRUNC|(^|[^.>_[:alnum:]])remove\(' |
    grep -vE "std::remove\([a-z_.]*begin\(|$may_remove")
exit "$faults"
