#include "formats/packed.h"

namespace slotwarden::formats {

void Packed::begin(PackedForm form, PackedUse use, std::uint64_t size) {
  form_ = form;
  use_ = use;
  size_ = size;
  expect_ = Expect::header;
  before_ = announced_ = last_entry_ = last_length_ = 0;
  carry_.clear();
  rules_.begin(PackedUse::list, 0);
}

void Packed::feed(std::span<const std::byte> bytes) {
  carry_.feed(bytes, [this](std::span<const std::byte> at_hand) {
    RdbWindow w(at_hand);
    while (!rules_.failed() && w.left() > 0) {
      const auto before = w.taken();
      if (!step(w)) {
        w.back_to(before);
        break;
      }
    }
    before_ += w.taken();
    return w.taken();
  });
}

void Packed::end() {
  if (expect_ != Expect::over) rules_.fail("it ends within an entry");
  rules_.end();
}

bool Packed::step(RdbWindow& w) {
  if (expect_ == Expect::text) return take_text(w);
  if (expect_ == Expect::over) return wrong("there are bytes behind its end");
  switch (form_) {
    case PackedForm::listpack: return listpack(w);
    case PackedForm::ziplist: return ziplist(w);
    case PackedForm::zipmap: return zipmap(w);
    case PackedForm::intset: return intset(w);
  }
  return false;
}

bool Packed::wrong(std::string_view problem) {
  rules_.fail(problem);
  return false;
}

void Packed::begin_text(std::uint64_t length, Expect after) {
  rules_.begin_text();
  text_left_ = length;
  expect_ = Expect::text;
  after_text_ = after;
}

bool Packed::take_text(RdbWindow& w) {
  const auto n = std::min<std::uint64_t>(text_left_, w.left());
  rules_.piece(w.rest().first(n));
  w.skip(n);
  text_left_ -= n;
  if (text_left_ == 0) {
    rules_.end_text();
    expect_ = after_text_;
  }
  return true;
}

// Width and count, four bytes each, then the numbers in ascending order.
bool Packed::intset(RdbWindow& w) {
  if (expect_ == Expect::header) return intset_header(w);
  switch (width_) {
    case 2: return intset_number<std::int16_t>(w);
    case 4: return intset_number<std::int32_t>(w);
    default: return intset_number<std::int64_t>(w);
  }
}

bool Packed::intset_header(RdbWindow& w) {
  std::uint32_t width = 0;
  std::uint32_t count = 0;
  if (w.left() < 8) return false;
  w.little_endian(width);
  w.little_endian(count);
  if (width != 2 && width != 4 && width != 8) return wrong("its numbers have no known width");
  if (count == 0) return wrong("it is empty");
  if (size_ != 8 + std::uint64_t{width} * count) return wrong("its size is not that of its numbers");
  width_ = width;
  announced_ = count;
  expect_ = Expect::entry;
  return true;
}

template <class Number>
bool Packed::intset_number(RdbWindow& w) {
  Number n{};
  if (w.little_endian(n) != Got::all) return false;
  if (rules_.entries() > 0 && n <= last_number_) return wrong("its numbers are not in ascending order");
  last_number_ = n;
  rules_.number(n);
  if (rules_.entries() == announced_) expect_ = Expect::over;
  return true;
}

}  // namespace slotwarden::formats
