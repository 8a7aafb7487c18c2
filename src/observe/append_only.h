// What a server with `appendonly yes` would load.
#pragma once

#include "observe/dataset.h"

namespace slotwarden::observe {

// The part of look_at_dataset that concerns the append-only file.
[[nodiscard]] DatasetLook look_at_append_only(const formats::ServerConf& conf, formats::RdbReader reader,
                                              LookOptions options);

}  // namespace slotwarden::observe
