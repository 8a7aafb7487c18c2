// The manifest of a multi-part append-only file (Redis 7.0 and later): which files make up the dataset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::formats {

struct AofFile {
  std::string name;  // a file of the append-only directory; never a path
  std::uint64_t seq = 0;
  // Of an increment, where the server writes them (Redis 8.0): the replication offsets at which it begins and ends.
  std::optional<Offset> start_offset;
  std::optional<Offset> end_offset;
};

struct AofManifest {
  std::optional<AofFile> base;
  std::vector<AofFile> incr;     // in loading order, `seq` ascending
  std::vector<AofFile> history;  // to be deleted by the server, not part of the dataset
};

// Accepts what the server accepts (aof.c: aofLoadManifestFromFile); unknown keys are passed over. Rejected, with the
// line: an empty text, a line without its newline, a path instead of a name, two bases, a sequence that does not rise,
// an unknown type, an offset that is no number (which the server would take for another one).
[[nodiscard]] Result<AofManifest> aof_manifest(std::string_view text);

}  // namespace slotwarden::formats
