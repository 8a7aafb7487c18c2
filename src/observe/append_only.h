// What a server with `appendonly yes` would load.
#pragma once

#include "observe/dataset.h"

namespace slotwarden::observe {

// The part of look_at_dataset that concerns the append-only file.
[[nodiscard]] DatasetLook look_at_append_only(const formats::ServerConf& conf, formats::RdbReader reader,
                                              LookOptions options);

// Whether the append-only file has been written to since it was last made: an increment is named, or the single file of
// a server before 7.0 is not empty. A server that rewrites it names none until it is whole.
[[nodiscard]] bool has_increments(const formats::ServerConf& conf, formats::RdbReader reader);

}  // namespace slotwarden::observe
