// The bytes of an RDB file that are at hand, and the two things that all of it is made of: lengths and strings.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace slotwarden::formats {

// How a string begins; its content, if it has one in the file, follows.
struct StringHead {
  enum class Form : std::uint8_t { raw, number, packed };
  Form form = Form::raw;
  std::uint64_t length = 0;    // of the content in the file; 0 for a number
  std::uint64_t unpacked = 0;  // the length that the string has
  std::int32_t number = 0;
};

// Whether something could be read. Only `all` moves the window on.
enum class Got : std::uint8_t {
  all,
  part,   // the window ends within it
  wrong,  // it is in no known encoding
};

class RdbWindow {
 public:
  static constexpr std::size_t longest_length = 9;

  explicit RdbWindow(std::span<const std::byte> bytes)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  [[nodiscard]] std::size_t taken() const { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] std::span<const std::byte> rest() const { return {at_, left()}; }
  // At most left().
  void skip(std::uint64_t n) { at_ += n; }
  void back_to(std::size_t taken) { at_ = begin_ + taken; }

  Got byte(std::uint64_t& n) {
    if (left() < 1) return Got::part;
    n = std::to_integer<std::uint64_t>(*at_++);
    return Got::all;
  }
  template <class Number>
  Got little_endian(Number& n) {
    if (left() < sizeof n) return Got::part;
    n = load<Number, std::endian::little>();
    at_ += sizeof n;
    return Got::all;
  }
  template <class Number>
  Got big_endian(Number& n) {
    if (left() < sizeof n) return Got::part;
    n = load<Number, std::endian::big>();
    at_ += sizeof n;
    return Got::all;
  }

  Got length(std::uint64_t& n) {
    if (left() < 1) return Got::part;
    const auto first = std::to_integer<std::uint64_t>(*at_);
    if (first < 0x40) {
      ++at_;
      n = first;
      return Got::all;
    }
    if (first < 0x80) {
      if (left() < 2) return Got::part;
      n = (first & 0x3f) << 8 | std::to_integer<std::uint64_t>(at_[1]);
      at_ += 2;
      return Got::all;
    }
    if (first == 0x80) return wide<std::uint32_t>(n);
    if (first == 0x81) return wide<std::uint64_t>(n);
    return Got::wrong;
  }

  Got string(StringHead& head) {
    if (left() < 1) return Got::part;
    const auto first = std::to_integer<unsigned>(*at_);
    if (first < 0xc0) {
      const auto got = length(head.length);
      head.form = StringHead::Form::raw;
      head.unpacked = head.length;
      return got;
    }
    switch (first) {
      case 0xc0: return number<std::int8_t>(head);
      case 0xc1: return number<std::int16_t>(head);
      case 0xc2: return number<std::int32_t>(head);
      case 0xc3: return packed(head);
      default: return Got::wrong;
    }
  }

 private:
  template <class Number, std::endian order>
  Number load() const {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      const auto shift = 8 * (order == std::endian::little ? i : sizeof(Number) - 1 - i);
      n |= std::to_integer<std::uint64_t>(at_[i]) << shift;
    }
    return static_cast<Number>(n);
  }

  template <class Number>
  Got wide(std::uint64_t& n) {
    if (left() < 1 + sizeof(Number)) return Got::part;
    ++at_;
    n = load<Number, std::endian::big>();
    at_ += sizeof(Number);
    return Got::all;
  }

  template <class Number>
  Got number(StringHead& head) {
    if (left() < 1 + sizeof(Number)) return Got::part;
    ++at_;
    head = {StringHead::Form::number, 0, 0, load<Number, std::endian::little>()};
    at_ += sizeof(Number);
    return Got::all;
  }

  Got packed(StringHead& head) {
    const auto* const before = at_++;
    head.form = StringHead::Form::packed;
    auto got = length(head.length);
    if (got == Got::all) got = length(head.unpacked);
    if (got != Got::all) at_ = before;
    return got;
  }

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
};

}  // namespace slotwarden::formats
