#!/usr/bin/env bash
# Documents outlive the code they describe: every file of this tree that prose names must exist, and so must every
# section of docs/server-behaviour.md that code points at.
# tests/docs_name_real_files.sh ROOT: prints file:line of each dangling name and fails if there is one.
set -uo pipefail
cd "${1:?usage: tests/docs_name_real_files.sh ROOT}" || exit 2
faults=0
dangling() { printf '%s: names %s, which does not exist\n' "$1" "$2"; faults=1; }

# In backquotes, with a folder: `src/decide/start.h`. Patterns, absolute paths and what a build leaves do not count.
while IFS=: read -r file line name; do
  name=${name//\`/}
  [[ -e $name || -e $(dirname "$file")/$name ]] || dangling "$file:$line" "$name"
done < <(grep -noE '`(\./)?[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]*\.(h|cpp|py|sh|md|toml|cmake|json)`' -- *.md docs/*.md |
  grep -v '`build')

# Links: [rules](docs/rules.md#part).
while IFS=: read -r file line name; do
  name=${name#'('}; name=${name%')'}; name=${name%%#*}
  [[ -z $name || -e $(dirname "$file")/$name ]] || dangling "$file:$line" "$name"
done < <(grep -noE '\]\([^):]+\)' -- *.md docs/*.md | sed 's/:\](/:(/')

# Code that says: docs/server-behaviour.md, "Votes".
while IFS=: read -r file line name; do
  section=$(sed 's/.*, "\(.*\)".*/\1/' <<<"$name")
  grep -qxE "##+ $section" docs/server-behaviour.md || dangling "$file:$line" "the section \"$section\""
done < <(grep -rnoE --include='*.h' --include='*.cpp' --include='*.py' 'docs/server-behaviour\.md, "[^"]+"' src tests integration)
exit "$faults"
