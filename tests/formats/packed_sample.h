// Packed values made by hand: one entry at a time, right or wrong.
#pragma once

#include <string>
#include <string_view>

#include "formats/rdb_sample.h"

namespace slotwarden::test {

// A listpack of entries as their bytes without the length behind them.
inline std::string listpack_tail(std::size_t length) {
  std::string tail(1, static_cast<char>(length & 0x7f));
  for (length >>= 7; length > 0; length >>= 7) {
    for (auto& c : tail) c = static_cast<char>(c | (&c == &tail.front() ? 0x80 : 0));
    tail.insert(tail.begin(), static_cast<char>(length & 0x7f));
  }
  return tail;
}

struct Listpack {
  std::string entries;
  int count = 0;

  Listpack& raw(std::string_view entry) {
    entries += entry;
    entries += listpack_tail(entry.size());
    ++count;
    return *this;
  }
  Listpack& number(std::int64_t n) {
    return n >= 0 && n < 128 ? raw(std::string(1, static_cast<char>(n)))
                             : raw("\xf4" + little_endian(static_cast<std::uint64_t>(n), 8));
  }
  Listpack& text(std::string_view t) {
    if (t.size() < 64) return raw(static_cast<char>(0x80 | t.size()) + std::string(t));
    if (t.size() < 4096)
      return raw(std::string{static_cast<char>(0xe0 | t.size() >> 8), static_cast<char>(t.size() & 0xff)} +
                 std::string(t));
    return raw("\xf0" + little_endian(t.size(), 4) + std::string(t));
  }
  [[nodiscard]] std::string whole() const {
    return little_endian(entries.size() + 7, 4) + little_endian(static_cast<std::uint64_t>(count), 2) + entries +
           "\xff";
  }
};

// A ziplist of entries as encoding and content.
struct Ziplist {
  std::string entries;
  int count = 0;
  std::size_t before = 0;
  std::size_t last = 10;

  Ziplist& raw(std::string_view entry) {
    const auto head = before < 254 ? std::string(1, static_cast<char>(before)) : "\xfe" + little_endian(before, 4);
    last = 10 + entries.size();
    entries += head + std::string(entry);
    before = head.size() + entry.size();
    ++count;
    return *this;
  }
  Ziplist& text(std::string_view t) {
    if (t.size() < 64) return raw(static_cast<char>(t.size()) + std::string(t));
    return raw(std::string{static_cast<char>(0x40 | t.size() >> 8), static_cast<char>(t.size() & 0xff)} +
               std::string(t));
  }
  [[nodiscard]] std::string whole() const {
    return little_endian(entries.size() + 11, 4) + little_endian(last, 4) +
           little_endian(static_cast<std::uint64_t>(count), 2) + entries + "\xff";
  }
};

// An intset.
inline std::string numbers(int width, std::initializer_list<std::int64_t> numbers) {
  auto text = little_endian(static_cast<std::uint64_t>(width), 4) + little_endian(numbers.size(), 4);
  for (const auto n : numbers) text += little_endian(static_cast<std::uint64_t>(n), width);
  return text;
}

}  // namespace slotwarden::test
