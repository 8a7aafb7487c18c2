// The items of a record, one function for each kind.
#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "formats/rdb_walk.h"

namespace slotwarden::formats {

namespace {

constexpr std::uint64_t latest_expiry = 0xffff'ffff'ffff;  // EB_EXPIRE_TIME_MAX

// A sum of these tells whether two lots of ids are the same, in whatever order.
std::uint64_t mixed(std::uint64_t ms, std::uint64_t seq) {
  auto h = ms * 0x9e3779b97f4a7c15 ^ std::rotl(seq * 0xc2b2ae3d27d4eb4f, 31);
  h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9;
  return h ^ h >> 32;
}

}  // namespace

bool RdbWalk::item(RdbWindow& w) {
  switch (*item_) {
    case RdbItem::over: return end_record();
    case RdbItem::text:
    case RdbItem::function: return begin_text(w, RdbText::Use::ignored);
    case RdbItem::member: return begin_text(w, RdbText::Use::member);
    case RdbItem::aux_name:
    case RdbItem::aux_value: return begin_text(w, RdbText::Use::kept);
    case RdbItem::length:
    case RdbItem::one_byte:
    case RdbItem::four_bytes:
    case RdbItem::eight_bytes:
    case RdbItem::earliest_expiry:
    case RdbItem::field_expiry:
    case RdbItem::field_expiry_at:
    case RdbItem::database:
    case RdbItem::database_keys:
    case RdbItem::database_expiries: return number(w);
    case RdbItem::repeat:
    case RdbItem::repeat_some:
    case RdbItem::repeat_members:
    case RdbItem::repeat_names:
    case RdbItem::repeat_ids: return repeat(w);
    case RdbItem::again: return again();
    case RdbItem::score: return score(w);
    case RdbItem::score_text: return score_text(w);
    case RdbItem::module_values: return module_value(w);
    case RdbItem::module_when: return module_when(w);
    case RdbItem::hash_zipmap:
    case RdbItem::list_ziplist:
    case RdbItem::set_intset:
    case RdbItem::zset_ziplist:
    case RdbItem::hash_ziplist:
    case RdbItem::hash_listpack:
    case RdbItem::zset_listpack:
    case RdbItem::set_listpack:
    case RdbItem::hash_ttl_listpack:
    case RdbItem::stream_node: return packed(w);
    case RdbItem::list_node_ziplist:
    case RdbItem::list_container:
    case RdbItem::list_node:
    case RdbItem::list_end: return list_part(w);
    case RdbItem::node_id:
    case RdbItem::stream_items:
    case RdbItem::pending:
    case RdbItem::owned:
    case RdbItem::group_end: return stream_part(w);
  }
  return false;
}

bool RdbWalk::length(RdbWindow& w, std::uint64_t& n) {
  const auto got = w.length(n);
  if (got == Got::wrong) return fail("a length in no known encoding");
  return got == Got::all;
}

template <class Number>
bool RdbWalk::fixed(RdbWindow& w, Number& n) {
  return w.little_endian(n) == Got::all;
}

bool RdbWalk::number(RdbWindow& w) {
  std::uint64_t n = 0;
  switch (*item_) {
    case RdbItem::one_byte: return w.byte(n) == Got::all && next();
    case RdbItem::four_bytes: {
      std::uint32_t four = 0;
      return fixed(w, four) && next();
    }
    case RdbItem::eight_bytes: return fixed(w, n) && next();
    case RdbItem::earliest_expiry: return fixed(w, earliest_) && next();
    case RdbItem::field_expiry_at: {
      std::int64_t at = 0;
      if (!fixed(w, at)) return false;
      return at >= -1 ? next() : fail("a field's time to live is out of range");
    }
    default: break;
  }
  if (!length(w, n)) return false;
  switch (*item_) {
    case RdbItem::field_expiry:
      if (n != 0 && (n > latest_expiry || earliest_ > latest_expiry || earliest_ + n - 1 > latest_expiry))
        return fail("a field's time to live is out of range");
      break;
    case RdbItem::database: tally_.database(n); break;
    case RdbItem::database_keys: announced_ = n; break;
    case RdbItem::database_expiries:
      if (!tally_.in_database()) return fail("there is a database size before the first database");
      tally_.announced(announced_, n);
      break;
    default: break;
  }
  return next();
}

bool RdbWalk::repeat(RdbWindow& w) {
  std::uint64_t n = 0;
  if (!length(w, n)) return false;
  const auto kind = *item_;
  if (n == 0 && (kind == RdbItem::repeat_some || kind == RdbItem::repeat_members)) return fail("it is empty");
  if (kind == RdbItem::repeat_members || kind == RdbItem::repeat_names) members_[depth_].begin(n);
  if (kind == RdbItem::repeat_some) list_entries_ = 0;
  if (kind == RdbItem::repeat_ids) {
    last_id_.reset();
    ids_ = n;
  }
  next();
  if (n > 0) {
    loops_[depth_++] = {item_, n};
    return true;
  }
  for (int inner = 0; inner >= 0; ++item_) {
    switch (*item_) {
      case RdbItem::repeat:
      case RdbItem::repeat_some:
      case RdbItem::repeat_members:
      case RdbItem::repeat_names:
      case RdbItem::repeat_ids: ++inner; break;
      case RdbItem::again: --inner; break;
      default: break;
    }
  }
  return true;
}

bool RdbWalk::again() {
  auto& loop = loops_[depth_ - 1];
  if (--loop.left > 0) {
    item_ = loop.body;
    return true;
  }
  --depth_;
  return next();
}

bool RdbWalk::score(RdbWindow& w) {
  std::uint64_t bits = 0;
  if (!fixed(w, bits)) return false;
  return std::isnan(std::bit_cast<double>(bits)) ? fail("a score is not a number") : next();
}

bool RdbWalk::score_text(RdbWindow& w) {
  constexpr std::uint64_t not_a_number = 253;  // 254 and 255: the infinite ones
  std::uint64_t size = 0;
  if (w.byte(size) != Got::all) return false;
  if (size > not_a_number) return next();
  if (size == not_a_number) return fail("a score is not a number");
  if (w.left() < size) return false;
  const auto* const text = reinterpret_cast<const char*>(w.rest().data());
  double n = 0;
  const auto [end, error] = std::from_chars(text, text + size, n);
  if (error == std::errc::invalid_argument || end != text + size || std::isnan(n))
    return fail("a score is not a number");
  w.skip(size);
  return next();
}

bool RdbWalk::module_value(RdbWindow& w) {
  enum : std::uint64_t { end = 0, signed_int, unsigned_int, float_number, double_number, string };
  std::uint64_t kind = 0;
  std::uint64_t n = 0;
  std::uint32_t four = 0;
  if (!length(w, kind)) return false;
  switch (kind) {
    case end: return next();
    case signed_int:
    case unsigned_int: return length(w, n);
    case float_number: return fixed(w, four);
    case double_number: return fixed(w, n);
    case string: return begin_text(w, RdbText::Use::ignored);
    default: return fail("its module data is not in the known form");
  }
}

bool RdbWalk::module_when(RdbWindow& w) {
  constexpr std::uint64_t unsigned_int = 2;
  std::uint64_t kind = 0;
  std::uint64_t when = 0;
  if (!length(w, kind)) return false;
  if (kind != unsigned_int) return fail("its module data is not in the known form");
  if (!length(w, when)) return false;
  tally_.module_record();
  return next();
}

bool RdbWalk::packed(RdbWindow& w) {
  using enum PackedForm;
  switch (*item_) {
    case RdbItem::hash_zipmap: return begin_packed(w, zipmap, PackedUse::hash);
    case RdbItem::list_ziplist: return begin_packed(w, ziplist, PackedUse::list);
    case RdbItem::set_intset: return begin_packed(w, intset, PackedUse::set);
    case RdbItem::zset_ziplist: return begin_packed(w, ziplist, PackedUse::sorted_set);
    case RdbItem::hash_ziplist: return begin_packed(w, ziplist, PackedUse::hash);
    case RdbItem::hash_listpack: return begin_packed(w, listpack, PackedUse::hash);
    case RdbItem::zset_listpack: return begin_packed(w, listpack, PackedUse::sorted_set);
    case RdbItem::set_listpack: return begin_packed(w, listpack, PackedUse::set);
    case RdbItem::hash_ttl_listpack: return begin_packed(w, listpack, PackedUse::hash_with_ttl);
    default: return begin_packed(w, listpack, PackedUse::stream_node);
  }
}

bool RdbWalk::list_part(RdbWindow& w) {
  constexpr std::uint64_t plain = 1;
  constexpr std::uint64_t listpack = 2;
  std::uint64_t container = 0;
  switch (*item_) {
    case RdbItem::list_node_ziplist: return begin_packed(w, PackedForm::ziplist, PackedUse::list);
    case RdbItem::list_container:
      if (!length(w, container)) return false;
      if (container != plain && container != listpack) return fail("a list node is in no known form");
      plain_node_ = container == plain;
      return next();
    case RdbItem::list_node:
      return plain_node_ ? begin_text(w, RdbText::Use::ignored)
                         : begin_packed(w, PackedForm::listpack, PackedUse::list);
    default: return list_entries_ > 0 ? next() : fail("it is empty");
  }
}

bool RdbWalk::text_is_whole() {
  switch (*item_) {
    case RdbItem::member: return members_[depth_ - 1].add(text_.print()) ? next() : fail("a member occurs twice");
    case RdbItem::module_values: return true;
    case RdbItem::function: tally_.function(); return next();
    case RdbItem::aux_name:
      aux_name_ = text_.length() <= RdbText::longest_kept ? text_.kept_text() : std::string_view{};
      return next();
    case RdbItem::aux_value:
      if (!aux_name_.empty() && text_.length() <= RdbText::longest_kept)
        tally_.aux(aux_name_, std::string(text_.kept_text()));
      return next();
    case RdbItem::list_node:
      if (!plain_node_) return packed_is_whole();
      ++list_entries_;
      return text_.length() > 0 ? next() : fail("a list node is empty");
    case RdbItem::text: return next();
    default: return packed_is_whole();
  }
}

// A node of a list may be empty if not all are: servers before 6.2.6 wrote such.
bool RdbWalk::packed_is_whole() {
  list_entries_ += text_.entries();
  const bool is_node = *item_ == RdbItem::list_node || *item_ == RdbItem::list_node_ziplist;
  return is_node || text_.entries() > 0 ? next() : fail("it is empty");
}

// Whether `id` may follow; only to be asked once the whole item is at hand.
bool RdbWalk::ascends(const StreamId& id) {
  if (last_id_ && id <= *last_id_) return fail("the ids of a stream are not in ascending order");
  last_id_ = id;
  return true;
}

bool RdbWalk::stream_part(RdbWindow& w) {
  switch (*item_) {
    case RdbItem::node_id: {
      std::uint64_t size = 0;
      StreamId id;
      if (w.byte(size) != Got::all) return false;
      if (size != sizeof id) return fail("the id of a stream node does not have 16 bytes");
      return w.big_endian(id.ms) == Got::all && w.big_endian(id.seq) == Got::all && ascends(id) && next();
    }
    case RdbItem::stream_items: {
      std::uint64_t items = 0;
      if (!length(w, items)) return false;
      pending_ = pending_sum_ = 0;
      return items > 0 && ids_ == 0 ? fail("a stream has entries and no nodes") : next();
    }
    case RdbItem::pending:
    case RdbItem::owned: return pending(w);
    default:
      return pending_ == 0 && pending_sum_ == 0
                 ? next()
                 : fail("what is pending for a consumer group is not what its consumers have pending");
  }
}

bool RdbWalk::pending(RdbWindow& w) {
  StreamId id;
  if (w.big_endian(id.ms) != Got::all || w.big_endian(id.seq) != Got::all) return false;
  if (*item_ == RdbItem::owned) {
    if (!ascends(id)) return false;
    --pending_;
    pending_sum_ -= mixed(id.ms, id.seq);
    return next();
  }
  std::uint64_t delivered_at = 0;
  std::uint64_t deliveries = 0;
  if (!fixed(w, delivered_at) || !length(w, deliveries) || !ascends(id)) return false;
  ++pending_;
  pending_sum_ += mixed(id.ms, id.seq);
  return next();
}

}  // namespace slotwarden::formats
