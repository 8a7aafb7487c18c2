// The beginning of an RDB file, up to the sizes of its first database: magic, version, auxiliary fields, function
// libraries and module data, read from a stream without keeping more than one small item of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "facts/units.h"

namespace slotwarden::formats {

class RdbHeader {
 public:
  enum class State {
    reading,    // more bytes are needed
    done,       // the first database was found, or the end of an empty file, or a record that is not understood
    malformed,  // these bytes cannot be the beginning of an RDB file; `problem` says why
  };

  // The next bytes of the file, in order; pieces of any size. Without effect once the state is not `reading`.
  void feed(std::span<const std::byte> bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // How many bytes of the file the header takes; final once the state is `done`.
  [[nodiscard]] std::uint64_t length() const { return length_; }

  // 0 until the magic (nine bytes) was read.
  [[nodiscard]] int version() const { return version_; }
  [[nodiscard]] bool valkey() const { return valkey_; }
  // The EOF mark came where the first database would be: a file without a key.
  [[nodiscard]] bool no_database() const { return no_database_; }

  // Of the first database, as the server counted when it began to write.
  [[nodiscard]] std::optional<std::uint64_t> keys() const { return keys_; }
  [[nodiscard]] std::optional<std::uint64_t> keys_with_expiry() const { return keys_with_expiry_; }
  [[nodiscard]] const std::string& replid() const { return replid_; }
  [[nodiscard]] std::optional<Offset> offset() const { return offset_; }
  [[nodiscard]] std::optional<std::int64_t> saved_unix() const { return saved_unix_; }
  [[nodiscard]] const std::string& writer() const { return writer_; }

 private:
  enum class Expect {
    magic,
    opcode,
    aux_key,
    aux_value,
    function,
    module_id,
    module_value,
    import_name,
    import_slots,
    database,
    sizes
  };
  class Window;

  // Each reads one item and returns true, or leaves everything as it was and returns false: the item is not all there.
  bool step(Window& from);
  bool read_magic(Window& from);
  bool read_opcode(Window& from);
  bool read_aux(Window& from);
  bool read_module_value(Window& from);
  bool read_import_slots(Window& from);
  bool read_sizes(Window& from);
  bool read_length(Window& from, std::uint64_t& n);
  bool read_string(Window& from, std::optional<std::string>& text);
  bool read_packed(Window& from, std::optional<std::string>& text);

  void digest();
  void take_aux(std::string_view key, std::string_view value);
  bool fail(std::string problem);

  State state_ = State::reading;
  Expect expect_ = Expect::magic;
  std::string problem_;
  std::string pending_;     // the beginning of an item that has not wholly arrived
  std::uint64_t skip_ = 0;  // bytes of a long string still to come
  std::uint64_t length_ = 0;
  std::optional<std::string> key_;  // of the auxiliary field whose value is expected; unset when it is a long one

  int version_ = 0;
  bool valkey_ = false;
  bool no_database_ = false;
  std::optional<std::uint64_t> keys_;
  std::optional<std::uint64_t> keys_with_expiry_;
  std::string replid_;
  std::optional<Offset> offset_;
  std::optional<std::int64_t> saved_unix_;
  std::string writer_;
};

}  // namespace slotwarden::formats
