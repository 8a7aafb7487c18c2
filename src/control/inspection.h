// What `slotwardenctl inspect` finds in a dump, or in the dataset that a server would load.
#pragma once

#include <optional>

#include "control/json.h"
#include "control/outcome.h"
#include "facts/dataset.h"
#include "facts/dump.h"

namespace slotwarden::control {

struct Inspection {
  std::string what;  // the file, or "dataset of port 7000"
  Dataset dataset;
  std::optional<DumpContents> contents;  // unset when there is no RDB in it
};

// A key's name may hold any bytes: whatever is not UTF-8 is replaced.
[[nodiscard]] Json to_json(const Inspection& i);

// 0 for a valid dataset, 1 when it could not be read, 4 for every other: the server would refuse it, or start empty.
[[nodiscard]] ExitCode exit_code(const Inspection& i);

}  // namespace slotwarden::control
