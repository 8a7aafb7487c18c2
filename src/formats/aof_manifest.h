// The manifest of a multi-part append-only file (Redis 7.0 and later): which files make up the dataset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"

namespace slotwarden::formats {

struct AofFile {
  std::string name;  // a file of the append-only directory; never a path
  std::uint64_t seq = 0;
};

struct AofManifest {
  std::optional<AofFile> base;
  std::vector<AofFile> incr;     // in loading order, `seq` ascending
  std::vector<AofFile> history;  // to be deleted by the server, not part of the dataset
};

// Accepts what the server accepts (aof.c: aofLoadManifestFromFile); unknown keys are passed over. Rejected, with the
// line: an empty text, a line without its newline, a path instead of a name, two bases, a sequence that does not rise,
// an unknown type.
[[nodiscard]] Result<AofManifest> aof_manifest(std::string_view text);

}  // namespace slotwarden::formats
