// The compact encodings in which a whole small value is one string: listpack, ziplist, zipmap and intset. Checked as it
// comes in, to the last entry, without keeping it.
#pragma once

#include "formats/carry.h"
#include "formats/packed_rules.h"
#include "formats/rdb_window.h"

namespace slotwarden::formats {

enum class PackedForm : std::uint8_t { listpack, ziplist, zipmap, intset };

class Packed {
 public:
  explicit Packed(Fingerprints& members) : rules_(members) {}

  // A new value that takes `size` bytes, used as `use` (which an intset has no need of).
  void begin(PackedForm form, PackedUse use, std::uint64_t size);
  // Its next bytes, in order; pieces of any size, together not more than `size`.
  void feed(std::span<const std::byte> bytes);
  // All of its bytes were fed.
  void end();

  // Why it is damaged; empty while it is not.
  [[nodiscard]] std::string_view problem() const { return rules_.problem(); }
  [[nodiscard]] std::uint64_t entries() const { return rules_.entries(); }

 private:
  // What the next bytes are.
  enum class Expect : std::uint8_t { header, entry, value, text, tail, over };
  // More than the longest thing that is read at once: a short text with all that belongs to it.
  static constexpr std::size_t longest_item = PackedRules::longest_whole + 16;

  // Each takes whole items from the window and returns false when the next one is not all there, or is wrong.
  bool step(RdbWindow& w);
  bool listpack(RdbWindow& w);
  bool listpack_header(RdbWindow& w);
  bool listpack_entry(RdbWindow& w);
  bool listpack_tail(RdbWindow& w);
  bool ziplist(RdbWindow& w);
  bool ziplist_header(RdbWindow& w);
  bool ziplist_entry(RdbWindow& w);
  bool zipmap(RdbWindow& w);
  bool zipmap_text(RdbWindow& w, bool is_value);
  bool intset(RdbWindow& w);
  bool intset_header(RdbWindow& w);
  template <class Number>
  bool intset_number(RdbWindow& w);

  // Texts of which a part is enough.
  void begin_text(std::uint64_t length, Expect after);
  bool take_text(RdbWindow& w);
  bool wrong(std::string_view problem);
  [[nodiscard]] std::uint64_t at(const RdbWindow& w) const { return before_ + w.taken(); }

  PackedRules rules_;
  Carry<longest_item> carry_;
  PackedForm form_ = PackedForm::listpack;
  PackedUse use_ = PackedUse::list;
  Expect expect_ = Expect::header;
  Expect after_text_ = Expect::entry;
  std::uint64_t size_ = 0;
  std::uint64_t before_ = 0;     // bytes that were taken before the window at hand
  std::uint64_t announced_ = 0;  // entries, by the header
  std::uint64_t text_left_ = 0;
  std::uint64_t item_ = 0;         // listpack: the length of the entry at hand, without its tail
  std::uint64_t last_entry_ = 0;   // ziplist: where the last entry began, and what its header says of that
  std::uint64_t last_length_ = 0;  // and its length
  std::uint64_t announced_last_ = 0;
  std::uint64_t spare_ = 0;       // zipmap: unused bytes behind the value
  std::int64_t last_number_ = 0;  // intset
  unsigned width_ = 0;
};

}  // namespace slotwarden::formats
