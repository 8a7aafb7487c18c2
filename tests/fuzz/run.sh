#!/usr/bin/env bash
# tests/fuzz/run.sh BUILD NAME SECONDS: runs one fuzzer over its seeds and over what earlier runs found worth keeping
# (BUILD/corpus/NAME). An input that breaks it is left in BUILD/broken-by and named, with the way to try it again.
set -euo pipefail
build=$(cd "$1" && pwd) name=$2 seconds=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seeds=("$here/corpus/$name")
if [[ $name == rdb ]]; then for more in "$here"/../formats/corpus/*/; do seeds+=("$more"); done; fi
mkdir -p "$build/corpus/$name" "$build/broken-by"
log=$build/corpus/$name.log
if "$build/${name}_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=1500 -print_final_stats=1 \
  -artifact_prefix="$build/broken-by/$name-" "$build/corpus/$name" "${seeds[@]}" >"$log" 2>&1; then
  executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-16s %12s runs in %s s, nothing broken\n' "$name" "$executed" "$seconds"
  exit
fi
tail -n 40 "$log"
printf '%s: BROKEN. Again: %s %s\n' "$name" "$build/${name}_fuzz" "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
exit 1
