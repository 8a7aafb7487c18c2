#include "formats/rdb_grammar.h"

#include <array>

namespace slotwarden::formats {

namespace {

using enum RdbItem;

constexpr RdbItem nothing[] = {over};
constexpr RdbItem string[] = {text, over};
constexpr RdbItem list[] = {repeat_some, text, again, over};
constexpr RdbItem set[] = {repeat_members, member, again, over};
constexpr RdbItem zset[] = {repeat_members, member, score_text, again, over};
constexpr RdbItem zset_2[] = {repeat_members, member, score, again, over};
constexpr RdbItem hash[] = {repeat_members, member, text, again, over};
constexpr RdbItem hash_ttl[] = {earliest_expiry, repeat_members, field_expiry, member, text, again, over};
constexpr RdbItem hash_2[] = {repeat_members, member, text, field_expiry_at, again, over};
constexpr RdbItem module[] = {length, module_values, over};
constexpr RdbItem quicklist[] = {repeat_some, list_node_ziplist, again, list_end, over};
constexpr RdbItem quicklist_2[] = {repeat_some, list_container, list_node, again, list_end, over};

constexpr RdbItem packed_zipmap_hash[] = {hash_zipmap, over};
constexpr RdbItem packed_ziplist_list[] = {list_ziplist, over};
constexpr RdbItem packed_intset[] = {set_intset, over};
constexpr RdbItem packed_ziplist_zset[] = {zset_ziplist, over};
constexpr RdbItem packed_ziplist_hash[] = {hash_ziplist, over};
constexpr RdbItem packed_hash[] = {hash_listpack, over};
constexpr RdbItem packed_zset[] = {zset_listpack, over};
constexpr RdbItem packed_set[] = {set_listpack, over};
constexpr RdbItem packed_hash_ttl[] = {earliest_expiry, hash_ttl_listpack, over};

// clang-format off
// Nodes; number of entries, last id; consumer groups: name, last id, what is pending, and the consumers: name, when it
// was last seen, what of the pending it owns.
constexpr RdbItem stream[] = {
    repeat_ids, node_id, stream_node, again,
    stream_items, length, length,
    repeat_names, member, length, length,
      repeat_ids, pending, again,
      repeat_names, member, eight_bytes, repeat_ids, owned, again, again,
    group_end, again,
    over};
// And: first id, highest deleted id, number of entries ever added; of a group: number of entries ever read.
constexpr RdbItem stream_2[] = {
    repeat_ids, node_id, stream_node, again,
    stream_items, length, length, length, length, length, length, length,
    repeat_names, member, length, length, length,
      repeat_ids, pending, again,
      repeat_names, member, eight_bytes, repeat_ids, owned, again, again,
    group_end, again,
    over};
// And: when a consumer was last active.
constexpr RdbItem stream_3[] = {
    repeat_ids, node_id, stream_node, again,
    stream_items, length, length, length, length, length, length, length,
    repeat_names, member, length, length, length,
      repeat_ids, pending, again,
      repeat_names, member, eight_bytes, eight_bytes, repeat_ids, owned, again, again,
    group_end, again,
    over};
// And: how long and how many ids of producers are remembered; the producers: name, their ids, each with the entry that
// it made; two counters.
constexpr RdbItem stream_4[] = {
    repeat_ids, node_id, stream_node, again,
    stream_items, length, length, length, length, length, length, length,
    repeat_names, member, length, length, length,
      repeat_ids, pending, again,
      repeat_names, member, eight_bytes, eight_bytes, repeat_ids, owned, again, again,
    group_end, again,
    length, length,
    repeat_names, member, repeat, text, length, length, again, again,
    length, length,
    over};
// clang-format on

constexpr RdbItem key_meta[] = {repeat, four_bytes, module_values, again, over};
constexpr RdbItem slot_import[] = {text, repeat, length, length, again, over};
constexpr RdbItem slot_info[] = {length, length, length, over};
constexpr RdbItem library[] = {function, over};
constexpr RdbItem module_aux[] = {length, module_when, module_values, over};
constexpr RdbItem idle[] = {length, over};
constexpr RdbItem frequency[] = {one_byte, over};
constexpr RdbItem aux[] = {aux_name, aux_value, over};
constexpr RdbItem resize[] = {database_keys, database_expiries, over};
constexpr RdbItem expiry_ms[] = {eight_bytes, over};
constexpr RdbItem expiry_seconds[] = {four_bytes, over};
constexpr RdbItem select[] = {database, over};

using enum RdbRole;
using Kind = ValueKind;

// Redis, and Valkey before 9.
constexpr RdbRecord redis_records[] = {
    {0, "string", value, string, 1, Kind::string},
    {1, "list", value, list, 1, Kind::list},
    {2, "set", value, set, 1, Kind::set},
    {3, "sorted set with scores as text", value, zset, 1, Kind::sorted_set},
    {4, "hash", value, hash, 1, Kind::hash},
    {5, "sorted set", value, zset_2, 8, Kind::sorted_set},
    {7, "module value", value, module, 8, Kind::module},
    {9, "zipmap", value, packed_zipmap_hash, 1, Kind::hash},
    {10, "ziplist of a list", value, packed_ziplist_list, 1, Kind::list},
    {11, "intset", value, packed_intset, 1, Kind::set},
    {12, "ziplist of a sorted set", value, packed_ziplist_zset, 1, Kind::sorted_set},
    {13, "ziplist of a hash", value, packed_ziplist_hash, 1, Kind::hash},
    {14, "quicklist of ziplists", value, quicklist, 7, Kind::list},
    {15, "stream of Redis 5", value, stream, 9, Kind::stream},
    {16, "listpack of a hash", value, packed_hash, 10, Kind::hash},
    {17, "listpack of a sorted set", value, packed_zset, 10, Kind::sorted_set},
    {18, "quicklist", value, quicklist_2, 10, Kind::list},
    {19, "stream of Redis 7.0", value, stream_2, 10, Kind::stream},
    {20, "listpack of a set", value, packed_set, 11, Kind::set},
    {21, "stream of Redis 7.2", value, stream_3, 11, Kind::stream},
    {24, "hash with times to live", value, hash_ttl, 12, Kind::hash},
    {25, "listpack of a hash with times to live", value, packed_hash_ttl, 12, Kind::hash},
    {26, "stream of Redis 8.6", value, stream_4, 13, Kind::stream},
    {243, "key metadata", prefix, key_meta, 13},
    {244, "slot sizes", record, slot_info, 12},
    {245, "function library", record, library, 10},
    {247, "module data", record, module_aux, 9},
    {248, "idle time", prefix, idle, 9},
    {249, "access frequency", prefix, frequency, 9},
    {250, "auxiliary field", record, aux, 7},
    {251, "database size", record, resize, 7},
    {252, "time to live", expiry, expiry_ms, 3},
    {253, "time to live in seconds", expiry, expiry_seconds, 1},
    {254, "database number", record, select, 1},
    {255, "end of the file", end, nothing, 1},
};

// Where Valkey 9 went another way.
constexpr RdbRecord valkey_records[] = {
    {22, "hash with times to live", value, hash_2, 80, Kind::hash},
    {243, "slot import", record, slot_import, 80},
};

constexpr bool differs_in_valkey(unsigned code) {
  return (code >= 22 && code <= 243);
}

using Table = std::array<const RdbRecord*, 256>;

constexpr Table table_of(bool valkey) {
  Table table{};
  for (const auto& r : redis_records)
    if (!valkey || !differs_in_valkey(r.code)) table[r.code] = &r;
  if (valkey)
    for (const auto& r : valkey_records) table[r.code] = &r;
  return table;
}

constexpr Table of_redis = table_of(false);
constexpr Table of_valkey = table_of(true);

}  // namespace

const RdbRecord* rdb_record(unsigned code, int version, bool valkey) {
  const auto* const r = (valkey ? of_valkey : of_redis)[code & 0xff];
  return r != nullptr && r->since <= version ? r : nullptr;
}

const RdbRecord* rdb_record_elsewhere(unsigned code) {
  const auto* const r = of_redis[code & 0xff];
  return r != nullptr ? r : of_valkey[code & 0xff];
}

}  // namespace slotwarden::formats
