// Room on a full disk: the unfinished temporary files of dead writers are carried to another one.
#pragma once

#include <string>

#include "facts/result.h"

namespace slotwarden::act {

// Moves a regular file into `folder` (made where it is not there, 0700), which must be on another file system with room
// for it and a tenth to spare: there it is written whole and synced before it is gone here. Returns the new path. An
// error leaves it where it was; EXDEV is not one of them, EPERM says that the folder is on the same disk.
[[nodiscard]] Result<std::string> carry_to_another_disk(const std::string& path, const std::string& folder);

}  // namespace slotwarden::act
