// listpack.c: length and number of entries, the entries, 0xff. An entry is a number or a text, and then its own length
// once more, to be read backwards.
#include "formats/packed.h"

namespace slotwarden::formats {

namespace {

constexpr std::uint64_t header_length = 6;
constexpr std::uint64_t count_unknown = 65535;
constexpr std::size_t longest_head = 5;
constexpr unsigned end_mark = 0xff;

struct Entry {
  std::size_t head = 0;       // bytes before a text's content; a number is all head
  std::uint64_t content = 0;  // a text's length
  bool is_text = false;
};

// By the first byte; `head` 0: there is no such entry.
constexpr Entry entry_of(unsigned first) {
  if (first < 0x80) return {1};                      // 7 bits, unsigned
  if (first < 0xc0) return {1, first & 0x3f, true};  // a text, its length in 6 bits
  if (first < 0xe0) return {2};                      // 13 bits
  if (first < 0xf0) return {2, 0, true};             // a text, its length in 12 bits
  switch (first) {
    case 0xf0: return {5, 0, true};  // a text, its length in 32 bits
    case 0xf1: return {3};           // 16, 24, 32 and 64 bits
    case 0xf2: return {4};
    case 0xf3: return {5};
    case 0xf4: return {9};
    default: return {0};
  }
}

std::uint64_t byte(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::uint64_t>(bytes[at]);
}

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) n = n << 8 | byte(bytes, i);
  return n;
}

// Of `bits` bits, the highest of which is the sign.
std::int64_t extended(std::uint64_t n, unsigned bits) {
  return static_cast<std::int64_t>(n << (64 - bits)) >> (64 - bits);
}

std::int64_t number_of(std::span<const std::byte> entry) {
  if (entry.size() == 1) return static_cast<std::int64_t>(byte(entry, 0));
  if (entry.size() == 2) return extended((byte(entry, 0) & 0x1f) << 8 | byte(entry, 1), 13);
  return extended(little_endian(entry.subspan(1)), 8 * static_cast<unsigned>(entry.size() - 1));
}

std::uint64_t content_length(std::span<const std::byte> head) {
  if (head.size() == 1) return byte(head, 0) & 0x3f;
  if (head.size() == 2) return (byte(head, 0) & 0x0f) << 8 | byte(head, 1);
  return little_endian(head.subspan(1));
}

// How many bytes the length behind an entry takes.
constexpr std::size_t tail_length(std::uint64_t item) {
  if (item <= 127) return 1;
  if (item < 16383) return 2;
  if (item < 2097151) return 3;
  return item < 268435455 ? 4 : 5;
}

// Seven bits in each byte, the highest first; all but the first one marked.
bool is_tail(std::span<const std::byte> tail, std::uint64_t item) {
  for (std::size_t i = tail.size(); i-- > 0; item >>= 7)
    if (byte(tail, i) != ((item & 0x7f) | (i > 0 ? 0x80 : 0))) return false;
  return item == 0;
}

}  // namespace

bool Packed::listpack(RdbWindow& w) {
  if (expect_ == Expect::header) return listpack_header(w);
  if (expect_ == Expect::tail) return listpack_tail(w);
  return listpack_entry(w);
}

bool Packed::listpack_header(RdbWindow& w) {
  std::uint32_t size = 0;
  std::uint16_t count = 0;
  if (w.left() < header_length) return false;
  w.little_endian(size);
  w.little_endian(count);
  if (size != size_ || size_ <= header_length) return wrong("its size is not what its header says");
  announced_ = count;
  rules_.begin(use_, count);
  expect_ = Expect::entry;
  return true;
}

bool Packed::listpack_entry(RdbWindow& w) {
  const auto rest = w.rest();
  const auto first = static_cast<unsigned>(byte(rest, 0));
  if (first == end_mark) {
    if (at(w) + 1 != size_) return wrong("its end mark comes too early");
    if (announced_ != count_unknown && announced_ != rules_.entries())
      return wrong("it does not hold as many entries as its header says");
    w.skip(1);
    expect_ = Expect::over;
    return true;
  }
  auto e = entry_of(first);
  if (e.head == 0) return wrong("an entry is in no known encoding");
  if (rest.size() < e.head) return false;
  if (e.is_text) e.content = content_length(rest.first(e.head));
  item_ = e.head + e.content;
  const auto tail = tail_length(item_);
  if (item_ + tail >= size_ - at(w)) return wrong("an entry reaches beyond its end");
  if (e.content > PackedRules::longest_whole) {
    w.skip(e.head);
    begin_text(e.content, Expect::tail);
    return true;
  }
  if (rest.size() < item_ + tail) return false;
  if (!is_tail(rest.subspan(item_, tail), item_)) return wrong("the length behind an entry is not the entry's");
  if (e.is_text)
    rules_.text(rest.subspan(e.head, e.content));
  else
    rules_.number(number_of(rest.first(e.head)));
  w.skip(item_ + tail);
  return true;
}

bool Packed::listpack_tail(RdbWindow& w) {
  const auto tail = tail_length(item_);
  if (w.left() < tail) return false;
  if (!is_tail(w.rest().first(tail), item_)) return wrong("the length behind an entry is not the entry's");
  w.skip(tail);
  expect_ = Expect::entry;
  return true;
}

}  // namespace slotwarden::formats
