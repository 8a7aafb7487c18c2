// How every record of an RDB file is built, as a table: each code with the version that brought it and the items behind
// it (rdb.h and rdb.c of Redis 2.6 to 8.6 and Valkey 7.2 to 9.1).
#pragma once

#include <cstdint>
#include <string_view>

#include "facts/dump.h"

namespace slotwarden::formats {

// The newest versions that the table knows, and the newest that Redis and Valkey share.
inline constexpr int newest_redis_rdb = 13;
inline constexpr int newest_valkey_rdb = 80;
inline constexpr int newest_shared_rdb = 11;

// One item of a record.
enum class RdbItem : std::uint8_t {
  over,  // of the record

  length,  // any number, as lengths are written
  one_byte,
  four_bytes,
  eight_bytes,
  text,  // any string

  // A length: how often the items up to the matching `again` follow.
  repeat,
  repeat_some,     // never 0: the servers write no empty value
  repeat_members,  // never 0, and the members are all different
  repeat_names,    // the members are all different
  repeat_ids,      // the stream ids ascend
  again,

  member,
  score,            // a double that is not NaN
  score_text,       // the same as text
  earliest_expiry,  // of the fields of a hash, in milliseconds
  field_expiry,     // relative to that, and one; 0: never
  field_expiry_at,  // in milliseconds; -1: never
  module_values,    // until they say that they end
  module_when,      // when a module's data are to be loaded

  // One packed string each.
  hash_zipmap,
  list_ziplist,
  set_intset,
  zset_ziplist,
  hash_ziplist,
  hash_listpack,
  zset_listpack,
  set_listpack,
  hash_ttl_listpack,

  list_node_ziplist,
  list_container,  // the form of the node that follows
  list_node,       // a listpack, or one long element
  list_end,        // there was an element

  node_id,       // 16 bytes as a string
  stream_node,   // a listpack of stream entries
  stream_items,  // how many they are
  pending,       // 16 bytes of id, eight of time, how often it was delivered
  owned,         // 16 bytes of id: pending for this consumer
  group_end,     // what is pending is pending for exactly one consumer

  aux_name,
  aux_value,
  database,
  database_keys,
  database_expiries,
  function,
};

enum class RdbRole : std::uint8_t {
  value,   // a key, and then the items
  prefix,  // something about the key that follows
  expiry,  // the same: its time to live
  record,
  end,  // of the file
};

struct RdbRecord {
  unsigned code = 0;
  std::string_view name;
  RdbRole role = RdbRole::record;
  const RdbItem* items = nullptr;
  int since = 1;  // the version of the file
  ValueKind kind = ValueKind::string;
};

// The record of this code in a file of this version, or nullptr when there is none.
[[nodiscard]] const RdbRecord* rdb_record(unsigned code, int version, bool valkey);
// One that files of another version have under this code, or nullptr.
[[nodiscard]] const RdbRecord* rdb_record_elsewhere(unsigned code);

}  // namespace slotwarden::formats
