// What a walk over an RDB file counts.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>

#include "facts/dump.h"

namespace slotwarden::formats {

class RdbTally {
 public:
  static constexpr std::size_t longest_name = 128;  // that is kept of a key

  explicit RdbTally(std::size_t biggest)
      : biggest_(biggest), too_small_(biggest > 0 ? 0 : std::numeric_limits<std::uint64_t>::max()) {}

  struct Key {
    ValueKind kind = ValueKind::string;
    bool expires = false;
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    std::span<const std::byte> name;  // or its beginning
    std::uint64_t name_length = 0;
  };
  // In the database at hand.
  void key(const Key& k) {
    count(k.kind, 1, k.expires ? 1 : 0);
    if (may_be_kept(k.size)) keep(k);
  }
  // The same in two parts: each key that may be kept, and how many there were in all.
  void keep(const Key& k);
  [[nodiscard]] bool may_be_kept(std::uint64_t size) const { return size > too_small_; }
  void count(ValueKind kind, std::uint64_t keys, std::uint64_t with_expiry) {
    database_.keys += keys;
    database_.with_expiry += with_expiry;
    of_kind_[static_cast<std::size_t>(kind)] += keys;
  }
  void database(std::uint64_t number);
  void announced(std::uint64_t keys, std::uint64_t with_expiry);
  void aux(std::string name, std::string value);
  void function() { ++functions_; }
  void module_record() { ++module_records_; }

  [[nodiscard]] bool in_database() const { return in_database_; }
  // Puts what was counted so far into `contents`.
  void put_into(DumpContents& contents) const;

 private:
  static void add(std::vector<DatabaseKeys>& databases, const DatabaseKeys& d);

  std::size_t biggest_;
  std::uint64_t too_small_;  // to be among the biggest
  bool in_database_ = false;
  DatabaseKeys database_;  // at hand
  std::array<std::uint64_t, value_kinds> of_kind_{};
  std::vector<DatabaseKeys> earlier_;  // databases
  DatabaseKeys all_earlier_;
  std::vector<BigKey> kept_;  // the smallest first, as a heap
  std::vector<std::pair<std::string, std::string>> aux_;
  std::uint64_t functions_ = 0;
  std::uint64_t module_records_ = 0;
};

}  // namespace slotwarden::formats
