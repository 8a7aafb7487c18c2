#!/usr/bin/env bash
# tests/rooms.sh notices what it is there for: each line below, put into an otherwise clean house, must fail it.
set -euo pipefail
rooms=$(realpath "$(dirname "${BASH_SOURCE[0]}")")/rooms.sh
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
mkdir -p "$house"/{tests,integration} "$house"/src/{facts,formats,config,decide,control,run}
cd "$house"

"$rooms" . || { echo "a clean house was refused"; exit 1; }
missed=0
while IFS='|' read -r file line; do
  printf '// %s\n%s\n' "$line" "$line" >"$file"
  if "$rooms" . >said || ! grep -q "^$file:2:" said || grep -q "^$file:1:" said; then
    echo "not noticed, or noticed in a comment: $line ($file)"
    missed=1
  fi
  rm "$file"
done <<'FAULTS'
src/decide/a.h|#include "run/keeper.h"
src/decide/a.h|#include "observe/proc.h"
src/facts/a.h|#include "units.h"
src/facts/a.h|#include <fstream>
src/formats/a.cpp|#include <sys/socket.h>
src/decide/a.cpp|auto t = std::chrono::steady_clock::now();
src/config/a.cpp|auto home = std::getenv("HOME");
src/control/a.cpp|int fd = ::open(path, O_RDONLY);
src/run/a.cpp|ask({"FLUSHALL"});
src/run/a.cpp|ask({"CLUSTER", "RESET", "HARD"});
src/run/a.cpp|::unlink(dump.c_str());
src/run/a.cpp|std::remove(dump.c_str());
src/run/a.cpp|std::filesystem::remove(dump);
FAULTS
exit "$missed"
