// The content of one string of an RDB file, plain or compressed, used as it comes in and not kept.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "formats/lzf_stream.h"
#include "formats/packed.h"
#include "formats/rdb_window.h"

namespace slotwarden::formats {

class RdbText {
 public:
  static constexpr std::size_t longest_kept = 1024;

  enum class Use : std::uint8_t {
    ignored,  // it has to be there, and to be what it is compressed from
    kept,     // its first longest_kept bytes
    member,   // its fingerprint
    packed,   // it is a packed value
  };

  explicit RdbText(Fingerprints& members) : packed_(members) {}

  // A new string, whose head was read. Not for packed ones.
  void begin(const StringHead& head, Use use);
  void begin_packed(const StringHead& head, PackedForm form, PackedUse use);
  // Takes what there is of it. True when nothing is missing any more, or something is wrong with it.
  bool take(RdbWindow& w);

  // Whether these bytes, all of a compressed string, can be unpacked to its length.
  bool unpacks(const StringHead& head, std::span<const std::byte> bytes);

  // Once it is whole: what is wrong with it, or empty.
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }
  [[nodiscard]] std::span<const std::byte> kept() const { return std::span(kept_).first(kept_size_); }
  [[nodiscard]] std::string_view kept_text() const { return {reinterpret_cast<const char*>(kept_.data()), kept_size_}; }
  [[nodiscard]] std::uint64_t print() const { return print_; }
  [[nodiscard]] std::uint64_t entries() const { return packed_.entries(); }

 private:
  void plain(std::span<const std::byte> bytes);
  void compressed(std::span<const std::byte> bytes);
  void whole();

  StringHead::Form form_ = StringHead::Form::raw;
  Use use_ = Use::ignored;
  std::uint64_t left_ = 0;    // bytes in the file
  std::uint64_t length_ = 0;  // of the string
  std::int32_t number_ = 0;
  std::string_view problem_;
  LzfStream lzf_;
  Packed packed_;
  std::uint64_t print_ = 0;
  std::array<std::byte, longest_kept> kept_;
  std::size_t kept_size_ = 0;
};

}  // namespace slotwarden::formats
