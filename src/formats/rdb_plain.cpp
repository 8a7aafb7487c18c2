#include "formats/rdb_plain.h"

namespace slotwarden::formats {

namespace {

// More than a time to live, an idle time, a frequency, the type and the head of the name; and than a value's head.
constexpr std::ptrdiff_t longest_heads = 40;

unsigned byte(const std::byte* p) {
  return std::to_integer<unsigned>(*p);
}

// Behind the length, or nullptr when it is in a rare form.
inline const std::byte* short_length(const std::byte* p, std::uint64_t& n) {
  const auto first = byte(p);
  if (first < 0x40) {
    n = first;
    return p + 1;
  }
  if (first >= 0x80) return nullptr;
  n = (first & 0x3f) << 8 | byte(p + 1);
  return p + 2;
}

// To the type of the key, over what stands before it.
inline const std::byte* prefixes(const std::byte* p, std::uint64_t& expires) {
  enum : unsigned { idle = 248, frequency = 249, expiry = 252 };
  for (int i = 0; i < 3; ++i) {
    std::uint64_t ignored = 0;
    switch (byte(p)) {
      case expiry:
        p += 1 + 8;
        expires = 1;
        break;
      case idle:
        p = short_length(p + 1, ignored);
        if (p == nullptr) return p;
        break;
      case frequency: p += 1 + 1; break;
      default: return p;
    }
  }
  return p;
}

}  // namespace

std::size_t take_plain_strings(std::span<const std::byte> bytes, std::uint64_t at, RdbText& text, RdbTally& tally) {
  const auto* const end = bytes.data() + bytes.size();
  const auto* key = bytes.data();
  std::uint64_t keys = 0;
  std::uint64_t expiring = 0;
  while (end - key > longest_heads) {
    std::uint64_t expires = 0;
    std::uint64_t length = 0;
    const auto* p = prefixes(key, expires);
    if (p == nullptr || byte(p) != 0) break;
    const auto* const name = short_length(p + 1, length);
    if (name == nullptr || end - name < static_cast<std::ptrdiff_t>(length) + longest_heads) break;
    const std::span called(name, length);

    RdbWindow value({name + length, end});
    StringHead head;
    if (value.string(head) != Got::all || head.length > value.left()) break;
    if (head.form == StringHead::Form::packed && !text.unpacks(head, value.rest().first(head.length))) break;
    value.skip(head.length);

    const auto* const next = name + length + value.taken();
    const auto size = static_cast<std::uint64_t>(next - key);
    if (tally.may_be_kept(size))
      tally.keep({ValueKind::string, expires > 0, at + static_cast<std::uint64_t>(key - bytes.data()), size, called,
                  called.size()});
    ++keys;
    expiring += expires;
    key = next;
  }
  tally.count(ValueKind::string, keys, expiring);
  return static_cast<std::size_t>(key - bytes.data());
}

}  // namespace slotwarden::formats
