#include "formats/packed_rules.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr std::int64_t latest_expiry = 0xffff'ffff'ffff;  // EB_EXPIRE_TIME_MAX
constexpr std::int64_t most_items = std::int64_t{1} << 32;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_score(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double score = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
  const bool too_large = error == std::errc::result_out_of_range;
  return (error == std::errc{} || too_large) && end == text.data() + text.size() && !std::isnan(score);
}

std::uint8_t columns(PackedUse use) {
  switch (use) {
    case PackedUse::list:
    case PackedUse::set:
    case PackedUse::stream_node: return 1;
    case PackedUse::sorted_set:
    case PackedUse::hash: return 2;
    case PackedUse::hash_with_ttl: return 3;
  }
  return 1;
}

}  // namespace

void PackedRules::begin(PackedUse use, std::uint64_t expected_entries) {
  use_ = use;
  problem_ = {};
  entries_ = 0;
  column_ = 0;
  last_expiry_ = -1;
  node_ = Node::valid;
  items_left_ = 0;
  if (use != PackedUse::list && !in_node()) members_->begin(expected_entries / columns(use));
  wanted_ = wanted();
}

PackedRules::Wanted PackedRules::wanted() const {
  switch (use_) {
    case PackedUse::list: return Wanted::anything;
    case PackedUse::set: return Wanted::member;
    case PackedUse::sorted_set: return column_ == 0 ? Wanted::member : Wanted::score;
    case PackedUse::hash: return column_ == 0 ? Wanted::member : Wanted::anything;
    case PackedUse::hash_with_ttl:
      return column_ == 0 ? Wanted::member : column_ == 1 ? Wanted::anything : Wanted::number;
    case PackedUse::stream_node: return wanted_of_node();
  }
  return Wanted::anything;
}

PackedRules::Wanted PackedRules::wanted_of_node() const {
  const bool any = node_ == Node::name || node_ == Node::own_name || node_ == Node::value;
  return any ? Wanted::anything : Wanted::number;
}

void PackedRules::accepted() {
  ++entries_;
  if (++column_ == columns(use_)) column_ = 0;
  wanted_ = wanted();
}

void PackedRules::member(std::uint64_t print) {
  if (!members_->add(print)) fail("a member occurs twice");
}

void PackedRules::number(std::int64_t n) {
  switch (wanted_) {
    case Wanted::anything:
      if (in_node()) node_text();
      break;
    case Wanted::member: {
      const fmt::format_int digits(n);
      member(fingerprint(first_print, std::as_bytes(std::span(digits.data(), digits.size()))));
      break;
    }
    case Wanted::score: break;
    case Wanted::number:
      if (in_node())
        node_number(n);
      else
        expiry(n);
      break;
  }
  accepted();
}

void PackedRules::text(std::span<const std::byte> whole) {
  switch (wanted_) {
    case Wanted::anything:
      if (in_node()) node_text();
      break;
    case Wanted::member: member(fingerprint(first_print, whole)); break;
    case Wanted::score:
      if (!is_score(text_of(whole))) fail("a score is not a number");
      break;
    case Wanted::number: {
      const auto n = whole_number<std::int64_t>(text_of(whole));
      if (n) return number(*n);
      fail("an entry is not a number where one has to be");
      break;
    }
  }
  accepted();
}

void PackedRules::begin_text() {
  print_ = first_print;
  if (wanted_ == Wanted::score) fail("a score is not a number");
  if (wanted_ == Wanted::number) fail("an entry is not a number where one has to be");
}

void PackedRules::end_text() {
  if (wanted_ == Wanted::member) member(print_);
  if (wanted_ == Wanted::anything && in_node()) node_text();
  accepted();
}

void PackedRules::expiry(std::int64_t at) {
  if (at < 0 || at > latest_expiry) fail("a field's time to live is out of range");
  if (at != 0 && (last_expiry_ == 0 || at < last_expiry_))
    fail("the fields are not in the order of their times to live");
  last_expiry_ = at;
}

void PackedRules::end() {
  if (column_ != 0) fail("its last entry lacks its companion");
  if (in_node() && (node_ != Node::flags || items_left_ != 0)) fail("it ends within a stream's entries");
}

void PackedRules::next_entry() {
  node_ = Node::flags;
}

// A name or a value, of which there is a certain number.
void PackedRules::node_text() {
  if (--columns_left_ > 0) return;
  if (node_ == Node::name) {
    node_ = Node::zero;
  } else if (node_ == Node::own_name && item_fields_ > 0) {
    node_ = Node::value;
    columns_left_ = item_fields_;
  } else {
    node_ = Node::length;
  }
}

void PackedRules::node_number(std::int64_t n) {
  constexpr std::int64_t same_fields = 2;
  const auto names = [&](Node names_are, Node without) {
    columns_left_ = n;
    node_ = n > 0 ? names_are : without;
  };
  if ((node_ == Node::valid || node_ == Node::deleted || node_ == Node::fields || node_ == Node::own_fields) &&
      (n < 0 || n > most_items))
    return fail("a count in a stream is out of range");
  switch (node_) {
    case Node::valid:
      items_left_ = n;
      node_ = Node::deleted;
      break;
    case Node::deleted:
      items_left_ += n;
      node_ = Node::fields;
      break;
    case Node::fields:
      master_fields_ = n;
      names(Node::name, Node::zero);
      break;
    case Node::zero:
      if (n != 0) fail("a stream's master entry does not end with 0");
      next_entry();
      break;
    case Node::flags:
      if (--items_left_ < 0) fail("there are more stream entries than were counted");
      item_fields_ = (n & same_fields) != 0 ? master_fields_ : -1;
      node_ = Node::ms;
      break;
    case Node::ms: node_ = Node::seq; break;
    case Node::seq:
      item_length_ = 3;
      if (item_fields_ < 0) {
        node_ = Node::own_fields;
        break;
      }
      item_length_ += item_fields_;
      columns_left_ = item_fields_;
      node_ = item_fields_ > 0 ? Node::value : Node::length;
      break;
    case Node::own_fields:
      item_fields_ = n;
      item_length_ += 2 * n + 1;
      names(Node::own_name, Node::length);
      break;
    case Node::length:
      if (n != item_length_) fail("the length of a stream entry is wrong");
      next_entry();
      break;
    case Node::name:
    case Node::own_name:
    case Node::value: break;
  }
}

}  // namespace slotwarden::formats
