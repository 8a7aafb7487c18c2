// Private to the two files that implement Store.
#pragma once

#include "adapters/sqlite.h"
#include "adapters/store.h"

namespace slotwarden::adapters {

struct Store::Impl {
  explicit Impl(Database d) : db(std::move(d)) {}
  Database db;
};

}  // namespace slotwarden::adapters
