// The section Keyspace of INFO, database by database.
#pragma once

#include <string_view>
#include <vector>

#include "facts/dump.h"
#include "facts/result.h"

namespace slotwarden::formats {

// From any reply to INFO that has the section; a database that is not there holds nothing. An error where a line of a
// database cannot be read.
[[nodiscard]] Result<std::vector<DatabaseKeys>> keyspace(std::string_view reply);

}  // namespace slotwarden::formats
