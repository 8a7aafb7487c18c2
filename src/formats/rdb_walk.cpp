#include "formats/rdb_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/numbers.h"
#include "formats/rdb_plain.h"

namespace slotwarden::formats {

void RdbWalk::feed(std::span<const std::byte> bytes) {
  carry_.feed(bytes, [this](std::span<const std::byte> at_hand) { return take(at_hand); });
}

std::size_t RdbWalk::take(std::span<const std::byte> bytes) {
  RdbWindow w(bytes);
  while (state_ == State::reading && w.left() > 0) {
    const auto taken = w.taken();
    if (!in_text_) item_at_ = before_ + taken;
    if (!step(w)) {
      w.back_to(taken);
      break;
    }
    while (state_ == State::reading && at_empty_item()) {
      item_at_ = before_ + w.taken();
      item(w);
    }
  }
  before_ += w.taken();
  return w.taken();
}

// These take no bytes, so they do not wait for any: what was counted does not depend on how the file is cut.
bool RdbWalk::at_empty_item() const {
  if (record_ == nullptr || item_ == nullptr || in_text_) return false;
  return *item_ == RdbItem::over || *item_ == RdbItem::again || *item_ == RdbItem::list_end ||
         *item_ == RdbItem::group_end;
}

bool RdbWalk::step(RdbWindow& w) {
  if (in_text_) return take_text(w);
  if (record_ == nullptr) return version_ == 0 ? magic(w) : plain_strings(w) || begin_record(w);
  if (item_ == nullptr) return begin_text(w, RdbText::Use::kept);
  return item(w);
}

bool RdbWalk::fail(std::string_view problem) {
  state_ = State::broken;
  problem_ = record_ != nullptr && item_at_ > record_at_ ? fmt::format("{}, in {}", problem, where()) : problem;
  return false;
}

std::string RdbWalk::where() const {
  if (record_ == nullptr) return version_ == 0 ? "its magic" : "the records between keys";
  return fmt::format("a record of type {} ({}) that begins at byte {}", record_->code, record_->name, record_at_);
}

// Five letters and four digits, or Valkey's six and three.
bool RdbWalk::magic(RdbWindow& w) {
  constexpr std::size_t length = 9;
  constexpr int first_of_valkey = 80;
  if (w.left() < length) return false;
  const std::string_view text(reinterpret_cast<const char*>(w.rest().data()), length);
  valkey_ = text.starts_with("VALKEY");
  if (!valkey_ && !text.starts_with("REDIS")) return fail("it does not begin with REDIS or VALKEY");
  const auto version = whole_number<unsigned>(text.substr(valkey_ ? 6 : 5));
  if (!version || *version == 0) return fail("its version is not a number");
  if (valkey_ && *version < first_of_valkey) return fail("VALKEY with a version below 080");
  version_ = static_cast<int>(*version);
  w.skip(length);
  return true;
}

// Strings, which are all there is in most dumps, as long as they are wholly at hand. False when there was none.
bool RdbWalk::plain_strings(RdbWindow& w) {
  constexpr int first_with_all_prefixes = 9;
  if (prefixed_ || !tally_.in_database() || version_ < first_with_all_prefixes) return false;
  const auto taken = take_plain_strings(w.rest(), before_ + w.taken(), text_, tally_);
  w.skip(taken);
  return taken > 0;
}

bool RdbWalk::begin_record(RdbWindow& w) {
  std::uint64_t code = 0;
  w.byte(code);
  const auto* const r = rdb_record(static_cast<unsigned>(code), version_, valkey_);
  if (r == nullptr) return fail(unknown(static_cast<unsigned>(code)));
  if (!prefixed_) record_at_ = item_at_;
  if (prefixed_ && (r->role == RdbRole::record || r->role == RdbRole::end))
    return fail(fmt::format("{} follows where the key of a time to live has to be", r->name));
  if (r->role == RdbRole::value && !tally_.in_database()) return fail("there is a key before the first database");
  if (r->role == RdbRole::end) {
    state_ = State::ended;
    return true;
  }
  record_ = r;
  item_ = r->role == RdbRole::value ? nullptr : r->items;
  depth_ = 0;
  return true;
}

std::string RdbWalk::unknown(unsigned code) const {
  const auto magic = fmt::format("{} version {}", valkey_ ? "VALKEY" : "RDB", version_);
  const auto* const elsewhere = rdb_record_elsewhere(code);
  if (elsewhere == nullptr) return fmt::format("there is no record of type {} in {}", code, magic);
  return fmt::format("there is no record of type {} ({}) in {}", code, elsewhere->name, magic);
}

bool RdbWalk::end_record() {
  switch (record_->role) {
    case RdbRole::expiry:
      expires_ = true;
      prefixed_ = true;
      break;
    case RdbRole::prefix: prefixed_ = true; break;
    case RdbRole::value: {
      const auto size = item_at_ - record_at_;
      tally_.key({record_->kind, expires_, record_at_, size, std::span(key_).first(key_size_), key_length_});
      prefixed_ = expires_ = false;
      break;
    }
    case RdbRole::record:
    case RdbRole::end: break;
  }
  record_ = nullptr;
  return true;
}

bool RdbWalk::begin_text(RdbWindow& w, RdbText::Use use) {
  StringHead head;
  const auto got = w.string(head);
  if (got == Got::wrong) return fail("a string, or the length of a compressed one, in no known encoding");
  if (got == Got::part) return false;
  text_.begin(head, use);
  in_text_ = true;
  return take_text(w);
}

bool RdbWalk::begin_packed(RdbWindow& w, PackedForm form, PackedUse use) {
  StringHead head;
  const auto got = w.string(head);
  if (got == Got::wrong) return fail("a string, or the length of a compressed one, in no known encoding");
  if (got == Got::part) return false;
  text_.begin_packed(head, form, use);
  in_text_ = true;
  return take_text(w);
}

bool RdbWalk::take_text(RdbWindow& w) {
  if (!text_.take(w)) return true;
  in_text_ = false;
  if (!text_.problem().empty()) return fail(text_.problem());
  if (item_ != nullptr) return text_is_whole();
  key_size_ = std::min(text_.kept().size(), key_.size());
  std::ranges::copy(text_.kept().first(key_size_), key_.begin());
  key_length_ = text_.length();
  item_ = record_->items;
  return true;
}

}  // namespace slotwarden::formats
