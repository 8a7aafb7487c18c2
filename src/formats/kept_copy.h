// The note beside each kept copy: NAME.json says what NAME is. Also how a copy is called.
#pragma once

#include <string>
#include <string_view>

#include "facts/kept_copy.h"
#include "facts/result.h"

namespace slotwarden::formats {

// One JSON object on indented lines, for people too. Members without a value are left out.
[[nodiscard]] std::string kept_note(const KeptCopy& k);

// The whole text or nothing. Unknown members are passed over. `name` is not in the note: it is the note's own name.
[[nodiscard]] Result<KeptCopy> kept_copy(std::string_view note);

// "20261121T110128Z-1003keys-repl5f3a9c01-offset48211.rdb": when it was kept, and what sets it apart. Sorted by name,
// copies are sorted by age.
[[nodiscard]] std::string kept_name(const KeptCopy& k);

// Whether a name is a file's within the folder, and no path, note or hidden file.
[[nodiscard]] bool is_kept_name(std::string_view name);

}  // namespace slotwarden::formats
