// What the entries of a packed value (listpack, ziplist, zipmap) have to be, whatever it is packed as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/fingerprints.h"

namespace slotwarden::formats {

enum class PackedUse : std::uint8_t {
  list,
  set,            // all different
  sorted_set,     // member, score, …
  hash,           // field, value, …
  hash_with_ttl,  // field, value, when the field expires or 0, …: soonest first, those that never do before them all
  stream_node,    // the entries of a stream under one master entry
};

// Told of each entry in order. Whatever does not fit is remembered as the problem, the first one only.
class PackedRules {
 public:
  // Longer texts may be told in pieces; a number or a score is never so long.
  static constexpr std::size_t longest_whole = 64;

  explicit PackedRules(Fingerprints& members) : members_(&members) {}

  void begin(PackedUse use, std::uint64_t expected_entries);
  void number(std::int64_t n);
  void text(std::span<const std::byte> whole);
  // A text of more than longest_whole bytes.
  void begin_text();
  void piece(std::span<const std::byte> bytes) {
    if (wanted_ == Wanted::member) print_ = fingerprint(print_, bytes);
  }
  void end_text();
  // No entry follows.
  void end();

  void fail(std::string_view problem) {
    if (problem_.empty()) problem_ = problem;
  }
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] bool failed() const { return !problem_.empty(); }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

 private:
  // A stream node: how many entries are valid, how many deleted, the fields of the master entry, 0; then for each entry
  // its flags, its id relative to the master's, its own fields unless it has the master's, its values, its length.
  enum class Node : std::uint8_t {
    valid,
    deleted,
    fields,
    name,
    zero,
    flags,
    ms,
    seq,
    own_fields,
    own_name,
    value,
    length
  };
  enum class Wanted : std::uint8_t { anything, member, score, number };

  void member(std::uint64_t print);
  void expiry(std::int64_t at);
  void accepted();
  void node_number(std::int64_t n);
  void node_text();
  void next_entry();
  [[nodiscard]] Wanted wanted() const;
  [[nodiscard]] Wanted wanted_of_node() const;
  [[nodiscard]] bool in_node() const { return use_ == PackedUse::stream_node; }

  Fingerprints* members_;
  PackedUse use_ = PackedUse::list;
  Wanted wanted_ = Wanted::anything;
  std::string_view problem_;
  std::uint64_t entries_ = 0;
  std::uint8_t column_ = 0;
  std::uint64_t print_ = 0;
  std::int64_t last_expiry_ = 0;

  Node node_ = Node::valid;
  std::int64_t items_left_ = 0;  // entries of the node that are still to come
  std::int64_t master_fields_ = 0;
  std::int64_t item_fields_ = 0;
  std::int64_t item_length_ = 0;   // what its last number has to be
  std::int64_t columns_left_ = 0;  // names or values
};

}  // namespace slotwarden::formats
