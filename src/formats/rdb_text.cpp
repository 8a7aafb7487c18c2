#include "formats/rdb_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace slotwarden::formats {

void RdbText::begin(const StringHead& head, Use use) {
  form_ = head.form;
  use_ = use;
  left_ = head.length;
  length_ = head.unpacked;
  number_ = head.number;
  problem_ = {};
  kept_size_ = 0;
  print_ = first_print;
  if (form_ == StringHead::Form::packed) lzf_.begin(head.unpacked);
}

void RdbText::begin_packed(const StringHead& head, PackedForm form, PackedUse use) {
  begin(head, Use::packed);
  packed_.begin(form, use, head.unpacked);
  if (form_ == StringHead::Form::number) problem_ = "it is a number instead of a packed value";
}

bool RdbText::take(RdbWindow& w) {
  const auto bytes = w.rest().first(std::min<std::uint64_t>(left_, w.left()));
  switch (form_) {
    case StringHead::Form::raw: plain(bytes); break;
    case StringHead::Form::packed: compressed(bytes); break;
    case StringHead::Form::number: {
      const fmt::format_int digits(number_);
      length_ = digits.size();
      plain(std::as_bytes(std::span(digits.data(), digits.size())));
      break;
    }
  }
  w.skip(bytes.size());
  left_ -= bytes.size();
  if (left_ == 0 && problem_.empty()) whole();
  return left_ == 0 || !problem_.empty();
}

void RdbText::plain(std::span<const std::byte> bytes) {
  switch (use_) {
    case Use::ignored: break;
    case Use::kept: {
      const auto n = std::min(bytes.size(), longest_kept - kept_size_);
      std::ranges::copy(bytes.first(n), kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_));
      kept_size_ += n;
      break;
    }
    case Use::member: print_ = fingerprint(print_, bytes); break;
    case Use::packed:
      packed_.feed(bytes);
      problem_ = packed_.problem();
      break;
  }
}

void RdbText::compressed(std::span<const std::byte> bytes) {
  const bool right =
      use_ == Use::ignored ? lzf_.check(bytes) : lzf_.unpack(bytes, [this](auto unpacked) { plain(unpacked); });
  if (!right && problem_.empty()) problem_ = "its compressed form cannot be unpacked to its length";
}

bool RdbText::unpacks(const StringHead& head, std::span<const std::byte> bytes) {
  lzf_.begin(head.unpacked);
  return lzf_.check(bytes) && lzf_.whole();
}

void RdbText::whole() {
  if (form_ == StringHead::Form::packed && !lzf_.whole()) {
    problem_ = "its compressed form does not unpack to its length";
    return;
  }
  if (use_ != Use::packed) return;
  packed_.end();
  problem_ = packed_.problem();
}

}  // namespace slotwarden::formats
