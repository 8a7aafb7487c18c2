// Walks over an RDB file from its magic to its EOF mark, item by item, and counts what it holds. It keeps no more of
// the file than the item at hand, however large the values are.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "formats/carry.h"
#include "formats/rdb_grammar.h"
#include "formats/rdb_tally.h"
#include "formats/rdb_text.h"

namespace slotwarden::formats {

class RdbWalk {
 public:
  enum class State : std::uint8_t {
    reading,
    ended,   // behind the EOF mark
    broken,  // the file cannot go on like this
  };

  // biggest: how many of the largest keys are wanted.
  explicit RdbWalk(std::size_t biggest) : tally_(biggest) {}
  RdbWalk(const RdbWalk&) = delete;
  RdbWalk& operator=(const RdbWalk&) = delete;

  // The next bytes of the file, in order; pieces of any size. Without effect once the state is not `reading`.
  void feed(std::span<const std::byte> bytes);

  [[nodiscard]] State state() const { return state_; }
  // Through the EOF mark once the walk ended; before that, the bytes that were understood.
  [[nodiscard]] std::uint64_t length() const { return before_; }
  // Why it is broken.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // Where the item at hand begins: once broken, the one that does not fit.
  [[nodiscard]] std::uint64_t item_at() const { return item_at_; }
  // What is being read, for a file that ends there: "a hash that begins at byte 1234".
  [[nodiscard]] std::string where() const;

  // 0 until the magic was read.
  [[nodiscard]] int version() const { return version_; }
  [[nodiscard]] bool valkey() const { return valkey_; }
  [[nodiscard]] const RdbTally& tally() const { return tally_; }

 private:
  // More than the longest thing that is read at once: a score as text.
  static constexpr std::size_t longest_item = 320;
  static constexpr std::size_t deepest = 3;  // loops of the grammar

  struct Loop {
    const RdbItem* body = nullptr;
    std::uint64_t left = 0;
  };
  struct StreamId {
    std::uint64_t ms = 0;
    std::uint64_t seq = 0;
    friend auto operator<=>(const StreamId&, const StreamId&) = default;
  };

  // Each takes what it can from the window and returns false when it needs more than there is, or is broken.
  std::size_t take(std::span<const std::byte> bytes);
  [[nodiscard]] bool at_empty_item() const;
  bool step(RdbWindow& w);
  bool magic(RdbWindow& w);
  bool plain_strings(RdbWindow& w);
  bool begin_record(RdbWindow& w);
  bool end_record();
  bool item(RdbWindow& w);
  bool number(RdbWindow& w);
  bool packed(RdbWindow& w);
  bool list_part(RdbWindow& w);
  bool stream_part(RdbWindow& w);
  bool pending(RdbWindow& w);
  bool ascends(const StreamId& id);
  bool score(RdbWindow& w);
  bool score_text(RdbWindow& w);
  bool module_value(RdbWindow& w);
  bool module_when(RdbWindow& w);
  bool repeat(RdbWindow& w);
  bool again();
  bool length(RdbWindow& w, std::uint64_t& n);
  template <class Number>
  bool fixed(RdbWindow& w, Number& n);

  bool begin_text(RdbWindow& w, RdbText::Use use);
  bool begin_packed(RdbWindow& w, PackedForm form, PackedUse use);
  bool take_text(RdbWindow& w);
  bool text_is_whole();
  bool packed_is_whole();

  bool next() { return ++item_, true; }
  bool fail(std::string_view problem);
  [[nodiscard]] std::string unknown(unsigned code) const;

  State state_ = State::reading;
  std::string problem_;
  Carry<longest_item> carry_;
  std::uint64_t before_ = 0;   // bytes that were taken before the window at hand
  std::uint64_t item_at_ = 0;  // where the item at hand begins

  int version_ = 0;
  bool valkey_ = false;
  RdbTally tally_;

  // The record at hand; nullptr between two.
  const RdbRecord* record_ = nullptr;
  const RdbItem* item_ = nullptr;  // nullptr: its key
  std::uint64_t record_at_ = 0;    // where it begins; of a key, with what stands before it
  bool prefixed_ = false;          // a time to live or the like was read, the key is to follow
  bool expires_ = false;
  std::array<std::byte, RdbTally::longest_name> key_;
  std::size_t key_size_ = 0;
  std::uint64_t key_length_ = 0;

  std::array<Loop, deepest> loops_;
  std::size_t depth_ = 0;
  std::array<Fingerprints, 2> members_;  // by depth
  RdbText text_{members_[0]};
  bool in_text_ = false;

  std::string aux_name_;  // empty: too long to be one that is known
  std::uint64_t announced_ = 0;
  std::uint64_t earliest_ = 0;
  std::uint64_t list_entries_ = 0;
  bool plain_node_ = false;
  std::optional<StreamId> last_id_;
  std::uint64_t ids_ = 0;
  std::uint64_t pending_ = 0;  // less what consumers own
  std::uint64_t pending_sum_ = 0;
};

}  // namespace slotwarden::formats
