#include "formats/rdb_header.h"

#include <algorithm>

#include "formats/lzf.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// Opcodes and encodings of rdb.h.
enum Opcode : unsigned {
  slot_import = 243,  // Valkey 9; Redis 8.6 gave the number another meaning
  function_pre_release = 246,
  function_library = 245,
  module_aux = 247,
  aux_field = 250,
  resize_db = 251,
  select_db = 254,
  end_of_file = 255,
};

constexpr std::size_t longest_kept = 1024;   // longer strings (scripts, libraries, module data) are skipped
constexpr std::size_t window_length = 4096;  // more than the longest item
constexpr std::uint64_t longest_import = 16'384;

}  // namespace

// What has arrived and is not yet read.
class RdbHeader::Window {
 public:
  explicit Window(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  void back_to(std::size_t at) { at_ = at; }

  bool byte(unsigned& b) {
    if (left() < 1) return false;
    b = static_cast<unsigned char>(bytes_[at_++]);
    return true;
  }
  bool bytes(std::size_t n, std::string_view& text) {
    if (left() < n) return false;
    text = bytes_.substr(at_, n);
    at_ += n;
    return true;
  }
  bool big_endian(std::size_t width, std::uint64_t& n) {
    std::string_view text;
    if (!bytes(width, text)) return false;
    n = 0;
    for (const char c : text) n = n << 8 | static_cast<unsigned char>(c);
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

void RdbHeader::feed(std::span<const std::byte> bytes) {
  while (state_ == State::reading && !bytes.empty()) {
    if (skip_ > 0) {
      const auto n = std::min<std::uint64_t>(skip_, bytes.size());
      skip_ -= n;
      length_ += n;
      bytes = bytes.subspan(n);
      continue;
    }
    const auto n = std::min(bytes.size(), window_length - pending_.size());
    pending_.append(reinterpret_cast<const char*>(bytes.data()), n);
    bytes = bytes.subspan(n);
    digest();
  }
}

void RdbHeader::digest() {
  Window from(pending_);
  while (state_ == State::reading) {
    const auto before = from.at();
    if (!step(from)) {
      from.back_to(before);
      break;
    }
    const auto n = std::min<std::uint64_t>(skip_, from.left());
    from.back_to(from.at() + n);
    skip_ -= n;
  }
  length_ += from.at();
  pending_.erase(0, from.at());
}

bool RdbHeader::fail(std::string problem) {
  state_ = State::malformed;
  problem_ = std::move(problem);
  return false;
}

bool RdbHeader::step(Window& from) {
  std::optional<std::string> ignored;
  std::uint64_t number = 0;
  switch (expect_) {
    case Expect::magic: return read_magic(from);
    case Expect::opcode: return read_opcode(from);
    case Expect::aux_key:
      if (!read_string(from, key_)) return false;
      expect_ = Expect::aux_value;
      return true;
    case Expect::aux_value: return read_aux(from);
    case Expect::function:
      if (!read_string(from, ignored)) return false;
      expect_ = Expect::opcode;
      return true;
    case Expect::module_id:
      if (!read_length(from, number)) return false;
      expect_ = Expect::module_value;
      return true;
    case Expect::module_value: return read_module_value(from);
    case Expect::import_name:
      if (!read_string(from, ignored)) return false;
      expect_ = Expect::import_slots;
      return true;
    case Expect::import_slots: return read_import_slots(from);
    case Expect::database:
      if (!read_length(from, number)) return false;
      expect_ = Expect::sizes;
      return true;
    case Expect::sizes: return read_sizes(from);
  }
  return false;
}

bool RdbHeader::read_magic(Window& from) {
  std::string_view magic;
  if (!from.bytes(9, magic)) return false;
  valkey_ = magic.starts_with("VALKEY");
  if (!valkey_ && !magic.starts_with("REDIS")) return fail("it does not begin with REDIS or VALKEY");
  const auto version = whole_number<unsigned>(magic.substr(valkey_ ? 6 : 5));
  if (!version || *version == 0) return fail("its version is not a number");
  if (valkey_ && *version < 80) return fail("VALKEY with a version below 080");
  version_ = static_cast<int>(*version);
  expect_ = Expect::opcode;
  return true;
}

bool RdbHeader::read_opcode(Window& from) {
  unsigned code = 0;
  if (!from.byte(code)) return false;
  if (code == aux_field) {
    expect_ = Expect::aux_key;
  } else if (code == function_library) {
    expect_ = Expect::function;
  } else if (code == module_aux) {
    expect_ = Expect::module_id;
  } else if (code == select_db) {
    expect_ = Expect::database;
  } else if (code == slot_import && valkey_) {
    expect_ = Expect::import_name;
  } else if (code == function_pre_release) {
    return fail("it holds functions in a form that no released server reads");
  } else {
    state_ = State::done;
    no_database_ = code == end_of_file;
  }
  return true;
}

bool RdbHeader::read_aux(Window& from) {
  std::optional<std::string> value;
  if (!read_string(from, value)) return false;
  if (key_ && value) take_aux(*key_, *value);
  expect_ = Expect::opcode;
  return true;
}

void RdbHeader::take_aux(std::string_view key, std::string_view value) {
  if (key == "redis-ver") {
    writer_ = "redis " + std::string(value);
  } else if (key == "valkey-ver") {
    writer_ = "valkey " + std::string(value);
  } else if (key == "ctime") {
    saved_unix_ = whole_number<std::int64_t>(value);
  } else if (key == "repl-id" && is_hex40(value)) {
    replid_ = value;
  } else if (key == "repl-offset") {
    if (const auto n = whole_number<std::int64_t>(value)) offset_ = Offset{*n};
  }
}

bool RdbHeader::read_module_value(Window& from) {
  enum : std::uint64_t { end = 0, signed_int, unsigned_int, float_number, double_number, string };
  std::uint64_t kind = 0;
  if (!read_length(from, kind)) return false;
  std::uint64_t number = 0;
  std::string_view raw;
  std::optional<std::string> text;
  switch (kind) {
    case end: expect_ = Expect::opcode; return true;
    case signed_int:
    case unsigned_int: return read_length(from, number);
    case float_number: return from.bytes(4, raw);
    case double_number: return from.bytes(8, raw);
    case string: return read_string(from, text);
    default: return fail("its module data is not in the known form");
  }
}

bool RdbHeader::read_import_slots(Window& from) {
  std::uint64_t pairs = 0;
  if (!read_length(from, pairs)) return false;
  if (pairs > longest_import) return fail("it imports more slots than there are");
  // Each pair is at most two 32-bit lengths; where they do not fit into the window the counts stay unknown.
  std::uint64_t slot = 0;
  if (pairs * 10 > window_length / 2) {
    state_ = State::done;
    return true;
  }
  for (std::uint64_t i = 0; i < 2 * pairs; ++i)
    if (!read_length(from, slot)) return false;
  expect_ = Expect::opcode;
  return true;
}

bool RdbHeader::read_sizes(Window& from) {
  unsigned code = 0;
  if (!from.byte(code)) return false;
  if (code == resize_db) {
    std::uint64_t keys = 0;
    std::uint64_t with_expiry = 0;
    if (!read_length(from, keys) || !read_length(from, with_expiry)) return false;
    keys_ = keys;
    keys_with_expiry_ = with_expiry;
  }
  state_ = State::done;
  return true;
}

bool RdbHeader::read_length(Window& from, std::uint64_t& n) {
  unsigned first = 0;
  if (!from.byte(first)) return false;
  if (first < 0x40) {
    n = first;
    return true;
  }
  if (first < 0x80) {
    unsigned second = 0;
    if (!from.byte(second)) return false;
    n = (first & 0x3f) << 8 | second;
    return true;
  }
  if (first == 0x80) return from.big_endian(4, n);
  if (first == 0x81) return from.big_endian(8, n);
  return fail("a length in its header is in no known encoding");
}

bool RdbHeader::read_string(Window& from, std::optional<std::string>& text) {
  text.reset();
  const auto begin = from.at();
  unsigned first = 0;
  if (!from.byte(first)) return false;
  if (first == 0xc3) return read_packed(from, text);
  if (first >= 0xc0) {  // an integer of 1, 2 or 4 bytes, little-endian
    if (first > 0xc2) return fail("a string in its header is in no known encoding");
    std::string_view raw;
    if (!from.bytes(std::size_t{1} << (first - 0xc0), raw)) return false;
    std::uint32_t n = 0;
    for (std::size_t i = raw.size(); i-- > 0;) n = n << 8 | static_cast<unsigned char>(raw[i]);
    const auto unused = 32 - 8 * raw.size();
    text = std::to_string(static_cast<std::int32_t>(n << unused) >> unused);
    return true;
  }
  from.back_to(begin);
  std::uint64_t length = 0;
  if (!read_length(from, length)) return false;
  if (length > longest_kept) {
    skip_ = length;
    return true;
  }
  std::string_view raw;
  if (!from.bytes(length, raw)) return false;
  text = raw;
  return true;
}

bool RdbHeader::read_packed(Window& from, std::optional<std::string>& text) {
  std::uint64_t packed = 0;
  std::uint64_t length = 0;
  if (!read_length(from, packed) || !read_length(from, length)) return false;
  if (packed > longest_kept || length > 4 * longest_kept) {
    skip_ = packed;
    return true;
  }
  std::string_view raw;
  if (!from.bytes(packed, raw)) return false;
  text = lzf_unpack(raw, length);
  if (!text) return fail("a compressed string in its header cannot be unpacked");
  return true;
}

}  // namespace slotwarden::formats
