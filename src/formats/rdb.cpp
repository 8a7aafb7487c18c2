#include "formats/rdb.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "formats/crc64.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr int first_with_checksum = 5;

std::string hex(std::uint64_t n) {
  return fmt::format("{:#018x}", n);
}

std::string quantity(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

bool begins_a_magic(std::span<const std::byte> bytes) {
  const auto fits = [&](std::string_view letters) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const char c = std::to_integer<char>(bytes[i]);
      if (i < letters.size() ? c != letters[i] : c < '0' || c > '9') return false;
    }
    return true;
  };
  return fits("REDIS") || fits("VALKEY");
}

// A magic with at most one letter wrong, or with nothing written over it but zeros: a damaged RDB, not another thing.
bool resembles_a_magic(std::span<const std::byte> bytes) {
  const auto wrong = [&](std::string_view letters) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < letters.size(); ++i)
      n += i >= bytes.size() || std::to_integer<char>(bytes[i]) != letters[i];
    return n;
  };
  const bool zeros = std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
  return zeros || wrong("REDIS") <= 1 || wrong("VALKEY") <= 1;
}

std::string at(std::uint64_t byte) {
  return fmt::format(", at byte {}", byte);
}

// How the keys of a database differ from what the writer announced before it wrote them, or nothing. Later versions
// leave out keys of slots that are on the move.
std::string miscounted(const DumpContents& c) {
  if (c.version > newest_shared_rdb) return "";
  for (const auto& d : c.databases) {
    if (d.announced_keys.value_or(d.keys) != d.keys)
      return fmt::format("database {} has {} keys and announces {}", d.number, d.keys, *d.announced_keys);
    if (d.announced_with_expiry.value_or(d.with_expiry) != d.with_expiry)
      return fmt::format("database {} has {} keys with a time to live and announces {}", d.number, d.with_expiry,
                         *d.announced_with_expiry);
  }
  return "";
}

void take_aux(std::string_view name, std::string_view value, Dataset& d) {
  if (name == "redis-ver") {
    d.writer = "redis " + std::string(value);
  } else if (name == "valkey-ver") {
    d.writer = "valkey " + std::string(value);
  } else if (name == "ctime") {
    d.saved_unix = whole_number<std::int64_t>(value);
  } else if (name == "repl-id" && is_hex40(value)) {
    d.replid = value;
  } else if (name == "repl-offset") {
    if (const auto n = whole_number<std::int64_t>(value)) d.offset = Offset{*n};
  }
}

}  // namespace

int newest_rdb(ServerVersion server) {
  switch (server.kind) {
    case ServerKind::unknown: return 0;
    case ServerKind::valkey: return server.major >= 9 ? 80 : newest_shared_rdb;
    case ServerKind::redis: break;
  }
  const int version = server.major * 100 + server.minor;
  if (version >= 806) return 13;
  if (version >= 704) return 12;
  if (version >= 702) return 11;
  if (version >= 700) return 10;
  if (version >= 500) return 9;
  return version >= 400 ? 8 : 0;
}

void RdbCheck::feed(std::span<const std::byte> bytes) {
  if (size_ < magic_length) {
    const auto first = bytes.first(std::min<std::size_t>(bytes.size(), magic_length - size_));
    std::ranges::copy(first, magic_.begin() + static_cast<std::ptrdiff_t>(size_));
  }
  const auto before = size_;
  size_ += bytes.size();
  if (walk_.state() == RdbWalk::State::reading) walk_.feed(bytes);
  if (walk_.state() == RdbWalk::State::broken) return;

  const auto through = ended() ? walk_.length() : size_;
  const auto body = through > before ? through - before : 0;
  sum_ = crc64(sum_, bytes.first(body));
  bytes = bytes.subspan(body);
  if (has_checksum()) {
    const auto part = bytes.first(std::min(bytes.size(), trailer_length - trailer_size_));
    std::ranges::copy(part, trailer_.begin() + static_cast<std::ptrdiff_t>(trailer_size_));
    trailer_size_ += part.size();
    bytes = bytes.subspan(part.size());
  }
  surplus_ += bytes.size();
}

bool RdbCheck::settled() const {
  if (walk_.state() == RdbWalk::State::broken) return true;
  if (walk_.version() == 0) return false;
  if (refused_version()) return true;
  if (!ended()) return false;
  return surplus_ > 0 || (options_.commands_follow && (!has_checksum() || trailer_size_ == trailer_length));
}

bool RdbCheck::has_checksum() const {
  return walk_.version() >= first_with_checksum;
}

std::optional<RdbCheck::Finding> RdbCheck::refused_version() const {
  const bool valkey = walk_.valkey();
  const int version = walk_.version();
  const auto named = fmt::format("{} version {}", valkey ? "VALKEY" : "RDB", version);
  const auto known = valkey ? newest_valkey_rdb : newest_redis_rdb;
  if (reader_.newest > 0 && valkey && !reader_.valkey)
    return Finding{DatasetState::foreign, named + ": Redis does not read the files of Valkey 9"};
  if (reader_.newest > 0 && reader_.valkey && !valkey && version > newest_shared_rdb)
    return Finding{DatasetState::foreign, named + ": Valkey reads those of Redis up to version 11 only"};
  if (reader_.newest > 0 && version > reader_.newest)
    return Finding{DatasetState::too_new, fmt::format("{}, the server reads up to version {}", named, reader_.newest)};
  if (version > known)
    return Finding{DatasetState::too_new, fmt::format("{}, slotwarden knows up to version {}", named, known)};
  return std::nullopt;
}

RdbCheck::Finding RdbCheck::judge(const DumpContents& c) const {
  if (walk_.version() == 0) return judge_beginning();
  if (auto refused = refused_version()) return *refused;
  if (walk_.state() == RdbWalk::State::broken)
    return {DatasetState::corrupt, walk_.problem() + at(walk_.item_at()), walk_.item_at()};
  if (!ended()) return {DatasetState::truncated, "it ends in " + walk_.where() + ", after " + quantity(size_), size_};
  return judge_end(c);
}

RdbCheck::Finding RdbCheck::judge_beginning() const {
  const auto beginning = std::span(magic_).first(std::min<std::size_t>(size_, magic_length));
  if (size_ > 0 && !begins_a_magic(beginning) && !resembles_a_magic(beginning))
    return {DatasetState::foreign, "it is no RDB file: it does not begin with REDIS or VALKEY"};
  if (walk_.state() == RdbWalk::State::broken) return {DatasetState::corrupt, walk_.problem(), 0};
  if (size_ == 0) return {DatasetState::truncated, "zero bytes", 0};
  if (begins_a_magic(std::span(magic_).first(size_))) return {DatasetState::truncated, quantity(size_), size_};
  return {DatasetState::corrupt, "it does not begin with REDIS or VALKEY", 0};
}

RdbCheck::Finding RdbCheck::judge_end(const DumpContents& c) const {
  if (has_checksum() && trailer_size_ < trailer_length)
    return {DatasetState::truncated, "it ends within its checksum, after " + quantity(size_), size_};
  if (surplus_ > 0 && !options_.commands_follow)
    return {DatasetState::corrupt,
            quantity(surplus_) + (surplus_ == 1 ? " follows" : " follow") + " its end" + at(*c.length), c.length};
  std::string detail;
  switch (c.checksum) {
    case Checksum::unknown:
    case Checksum::matches: break;
    case Checksum::differs:
      return {DatasetState::corrupt, "CRC64 is " + hex(c.sum_found) + ", the file says " + hex(c.sum_expected),
              walk_.length()};
    case Checksum::off:
    case Checksum::none:
      if (auto problem = miscounted(c); !problem.empty()) return {DatasetState::corrupt, problem, walk_.length()};
      detail = c.checksum == Checksum::off ? "its checksum was switched off, so only its structure was checked"
                                           : "RDB version " + std::to_string(c.version) + " has no checksum";
      break;
  }
  if (reader_.newest == 0)
    return {DatasetState::unknown, "RDB version " + std::to_string(c.version) +
                                       ": whether the server reads it is not known without the server's version"};
  return {c.keys == 0 ? DatasetState::empty : DatasetState::valid, std::move(detail)};
}

DumpContents RdbCheck::contents() const {
  DumpContents c;
  walk_.tally().put_into(c);
  c.version = walk_.version();
  c.valkey = walk_.valkey();
  if (!ended()) return c;
  if (!has_checksum()) {
    c.length = walk_.length();
    c.checksum = Checksum::none;
  } else if (trailer_size_ == trailer_length) {
    c.length = walk_.length() + trailer_length;
    for (std::size_t i = trailer_length; i-- > 0;)
      c.sum_expected = c.sum_expected << 8 | std::to_integer<std::uint64_t>(trailer_[i]);
    c.sum_found = sum_;
    c.checksum = c.sum_found == c.sum_expected ? Checksum::matches
                 : c.sum_expected == 0         ? Checksum::off
                                               : Checksum::differs;
  }
  return c;
}

Dataset RdbCheck::finish() const {
  const auto c = contents();
  auto found = judge(c);
  Dataset d;
  d.state = found.state;
  d.detail = std::move(found.detail);
  d.broken_at = found.broken_at;
  d.size = Bytes{size_};
  if (c.length) {
    d.keys = c.keys;
    d.keys_with_expiry = c.with_expiry;
  } else if (!c.databases.empty()) {
    d.keys = c.databases.front().announced_keys;
    d.keys_with_expiry = c.databases.front().announced_with_expiry;
  }
  for (const auto& [name, value] : c.aux) take_aux(name, value, d);
  return d;
}

}  // namespace slotwarden::formats
