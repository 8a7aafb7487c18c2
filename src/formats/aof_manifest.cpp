#include "formats/aof_manifest.h"

#include <algorithm>

#include "formats/lines.h"
#include "formats/numbers.h"
#include "formats/split_arguments.h"

namespace slotwarden::formats {

namespace {

constexpr std::size_t longest_line = 1024;  // MANIFEST_MAX_LINE, the newline included

struct Entry {
  AofFile file;
  char type = 0;
};

bool read_offset(std::string_view text, std::optional<Offset>& into) {
  const auto n = whole_number<std::int64_t>(text);
  if (n) into = Offset{*n};
  return n.has_value();
}

// "file NAME seq N type b": pairs in any order; those that are not known here are passed over, as by the server.
Result<Entry> entry(std::string_view line, int number) {
  const auto words = split_arguments(line);
  if (!words || words->size() < 6 || words->size() % 2 != 0)
    return line_error(number, "not of the form 'file NAME seq NUMBER type b|i|h'");
  Entry e;
  for (std::size_t i = 0; i < words->size(); i += 2) {
    const auto& value = (*words)[i + 1];
    if (same_word("file", (*words)[i])) e.file.name = value;
    if (same_word("type", (*words)[i])) e.type = value.size() == 1 ? value.front() : '?';
    if (same_word("startoffset", (*words)[i]) && !read_offset(value, e.file.start_offset))
      return line_error(number, "startoffset is not a number");
    if (same_word("endoffset", (*words)[i]) && !read_offset(value, e.file.end_offset))
      return line_error(number, "endoffset is not a number");
    if (!same_word("seq", (*words)[i])) continue;
    const auto seq = whole_number<std::uint64_t>(value);
    if (!seq || *seq == 0) return line_error(number, "the sequence is not a number from 1 on");
    e.file.seq = *seq;
  }
  if (e.file.name.empty() || e.file.seq == 0 || e.type == 0)
    return line_error(number, "it lacks the file, seq or type");
  if (e.file.name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos || e.file.name == "." ||
      e.file.name == "..")
    return line_error(number, "the file is a path; only names of the append-only directory are allowed");
  return e;
}

Result<void> add(Entry e, int number, AofManifest& manifest) {
  switch (e.type) {
    case 'b':
      if (manifest.base) return line_error(number, "a second base file");
      manifest.base = std::move(e.file);
      return {};
    case 'i':
      if (!manifest.incr.empty() && e.file.seq <= manifest.incr.back().seq)
        return line_error(number, "the sequence of incremental files does not rise");
      manifest.incr.push_back(std::move(e.file));
      return {};
    case 'h': manifest.history.push_back(std::move(e.file)); return {};
    default: return line_error(number, "unknown type; known are b, i and h");
  }
}

}  // namespace

Result<AofManifest> aof_manifest(std::string_view text) {
  if (text.empty()) return Error{"it is empty"};
  AofManifest manifest;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->starts_with('#')) continue;
    const bool whole = line->data() + line->size() < text.data() + text.size();
    if (!whole) return line_error(lines.number(), "cut off: it does not end with a newline");
    if (line->size() >= longest_line) return line_error(lines.number(), "longer than the server reads");
    auto e = entry(*line, lines.number());
    if (!e) return e.error();
    if (auto added = add(std::move(*e), lines.number(), manifest); !added) return added.error();
  }
  return manifest;
}

}  // namespace slotwarden::formats
