// ziplist.c and zipmap.c, in which Redis before 7.0 and before 2.6 wrote small values.
#include "formats/packed.h"

namespace slotwarden::formats {

namespace {

constexpr std::uint64_t ziplist_header_length = 10;
constexpr std::uint64_t ziplist_count_unknown = 65535;
constexpr std::uint64_t zipmap_count_unknown = 254;
constexpr unsigned end_mark = 0xff;
constexpr unsigned long_mark = 0xfe;  // four bytes of length follow

unsigned byte(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<unsigned>(bytes[at]);
}

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) n = n << 8 | byte(bytes, i);
  return n;
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) n = n << 8 | byte(bytes, i);
  return n;
}

// A length of one byte, or of four behind the long mark. 0: not all there.
std::size_t read_length(std::span<const std::byte> bytes, std::uint64_t& length) {
  if (bytes.empty()) return 0;
  length = byte(bytes, 0);
  if (length < long_mark) return 1;
  if (bytes.size() < 5) return 0;
  length = little_endian(bytes.subspan(1, 4));
  return 5;
}

struct Encoding {
  std::size_t head = 0;  // bytes of the encoding itself
  unsigned number = 0;   // bytes of a number behind it
  bool is_text = false;
  std::int64_t value = 0;  // a number that is in the encoding
};

// By its first byte; `head` 0: there is no such encoding.
Encoding encoding_of(unsigned first) {
  if (first < 0x40) return {1, 0, true};
  if (first < 0x80) return {2, 0, true};
  switch (first) {
    case 0x80: return {5, 0, true};
    case 0xc0: return {1, 2};
    case 0xd0: return {1, 4};
    case 0xe0: return {1, 8};
    case 0xf0: return {1, 3};
    case 0xfe: return {1, 1};
    default: break;
  }
  if (first > 0xf0 && first < 0xfe) return {1, 0, false, static_cast<std::int64_t>(first) - 0xf1};
  return {};
}

std::uint64_t text_length(std::span<const std::byte> head) {
  if (head.size() == 1) return byte(head, 0) & 0x3f;
  if (head.size() == 2) return (byte(head, 0) & 0x3f) << 8 | byte(head, 1);
  return big_endian(head.subspan(1));
}

std::int64_t number_of(std::span<const std::byte> bytes) {
  const auto unused = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(little_endian(bytes) << unused) >> unused;
}

}  // namespace

bool Packed::ziplist(RdbWindow& w) {
  return expect_ == Expect::header ? ziplist_header(w) : ziplist_entry(w);
}

// Its size, where its last entry begins, the number of entries.
bool Packed::ziplist_header(RdbWindow& w) {
  std::uint32_t size = 0;
  std::uint32_t last = 0;
  std::uint16_t count = 0;
  if (w.left() < ziplist_header_length) return false;
  w.little_endian(size);
  w.little_endian(last);
  w.little_endian(count);
  if (size != size_ || size_ <= ziplist_header_length) return wrong("its size is not what its header says");
  if (last >= size_) return wrong("its last entry is said to be beyond its end");
  announced_ = count;
  announced_last_ = last;
  rules_.begin(use_, count);
  expect_ = Expect::entry;
  return true;
}

// The length of the entry before, the encoding, the text or number.
bool Packed::ziplist_entry(RdbWindow& w) {
  const auto rest = w.rest();
  if (byte(rest, 0) == end_mark) {
    if (at(w) + 1 != size_) return wrong("its end mark comes too early");
    if (announced_ != ziplist_count_unknown && announced_ != rules_.entries())
      return wrong("it does not hold as many entries as its header says");
    if (rules_.entries() > 0 && announced_last_ != last_entry_)
      return wrong("its last entry does not begin where its header says");
    w.skip(1);
    expect_ = Expect::over;
    return true;
  }
  std::uint64_t before = 0;
  const auto skipped = read_length(rest, before);
  if (skipped == 0 || rest.size() == skipped) return false;
  if (before != last_length_) return wrong("an entry has the length of the one before it wrong");
  const auto behind = rest.subspan(skipped);
  const auto e = encoding_of(byte(behind, 0));
  if (e.head == 0) return wrong("an entry is in no known encoding");
  if (behind.size() < e.head) return false;
  const auto content = e.is_text ? text_length(behind.first(e.head)) : e.number;
  const auto length = skipped + e.head + content;
  if (length >= size_ - at(w)) return wrong("an entry reaches beyond its end");
  if (content <= PackedRules::longest_whole && rest.size() < length) return false;
  last_entry_ = at(w);
  last_length_ = length;
  if (content > PackedRules::longest_whole) {
    w.skip(skipped + e.head);
    begin_text(content, Expect::entry);
    return true;
  }
  if (e.is_text)
    rules_.text(behind.subspan(e.head, content));
  else
    rules_.number(e.number > 0 ? number_of(behind.subspan(e.head, e.number)) : e.value);
  w.skip(length);
  return true;
}

// The number of pairs, then for each the field's length and text, the value's length, the number of unused bytes behind
// it, its text and those bytes.
bool Packed::zipmap(RdbWindow& w) {
  if (expect_ == Expect::header) {
    std::uint64_t count = 0;
    w.byte(count);
    announced_ = count;
    rules_.begin(use_, 2 * count);
    spare_ = 0;
    expect_ = Expect::entry;
    return true;
  }
  if (expect_ == Expect::tail) {
    const auto n = std::min<std::uint64_t>(spare_, w.left());
    w.skip(n);
    spare_ -= n;
    if (spare_ == 0) expect_ = Expect::entry;
    return true;
  }
  if (expect_ == Expect::value) return zipmap_text(w, true);
  if (byte(w.rest(), 0) != end_mark) return zipmap_text(w, false);
  if (at(w) + 1 != size_) return wrong("its end mark comes too early");
  if (announced_ < zipmap_count_unknown && 2 * announced_ != rules_.entries())
    return wrong("it does not hold as many fields as it says");
  if (rules_.entries() == 0) return wrong("it is empty");
  w.skip(1);
  expect_ = Expect::over;
  return true;
}

bool Packed::zipmap_text(RdbWindow& w, bool is_value) {
  std::uint64_t length = 0;
  auto head = read_length(w.rest(), length);
  if (head == 0) return false;
  if (byte(w.rest(), 0) == end_mark) return wrong("a length is in no known encoding");
  spare_ = 0;
  if (is_value) {
    if (w.left() == head) return false;
    spare_ = byte(w.rest(), head++);
  }
  if (head + length + spare_ >= size_ - at(w)) return wrong("an entry reaches beyond its end");
  const auto after = !is_value ? Expect::value : spare_ > 0 ? Expect::tail : Expect::entry;
  if (length > PackedRules::longest_whole) {
    w.skip(head);
    begin_text(length, after);
    return true;
  }
  if (w.left() < head + length) return false;
  rules_.text(w.rest().subspan(head, length));
  w.skip(head + length);
  expect_ = after;
  return true;
}

}  // namespace slotwarden::formats
