#include "formats/rdb.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "formats/crc64.h"

namespace slotwarden::formats {

namespace {

constexpr int newest_shared = 11;  // the last version that Redis and Valkey write alike
constexpr int first_with_crc = 5;
constexpr int first_with_aux = 7;
constexpr std::size_t magic_length = 9;
constexpr std::size_t trailer_length = 8;
constexpr std::byte eof_mark{0xff};

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

}  // namespace

int newest_rdb(ServerVersion server) {
  switch (server.kind) {
    case ServerKind::unknown: return 0;
    case ServerKind::valkey: return server.major >= 9 ? 80 : newest_shared;
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
  header_.feed(bytes);
  size_ += bytes.size();
  const std::span kept(tail_.data(), tail_size_);
  if (bytes.size() >= tail_length) {
    crc_ = crc64(crc_, kept);
    crc_ = crc64(crc_, bytes.first(bytes.size() - tail_length));
    std::ranges::copy(bytes.last(tail_length), tail_.begin());
    tail_size_ = tail_length;
    return;
  }
  const auto together = tail_size_ + bytes.size();
  const auto surplus = together > tail_length ? together - tail_length : 0;
  crc_ = crc64(crc_, kept.first(surplus));
  std::ranges::copy(kept.subspan(surplus), tail_.begin());
  std::ranges::copy(bytes, tail_.begin() + static_cast<std::ptrdiff_t>(tail_size_ - surplus));
  tail_size_ = together - surplus;
}

bool RdbCheck::settled() const {
  if (header_.version() == 0) return header_.state() == RdbHeader::State::malformed;
  return refused_version().has_value();
}

std::optional<RdbCheck::Finding> RdbCheck::refused_version() const {
  const int version = header_.version();
  const auto named = (header_.valkey() ? "VALKEY version " : "RDB version ") + std::to_string(version);
  const auto reads = ", the server reads up to version " + std::to_string(reader_.newest);
  if (reader_.newest == 0) return std::nullopt;
  if (header_.valkey()) {
    if (!reader_.valkey) return Finding{DatasetState::foreign, named + ": Redis does not read the files of Valkey 9"};
    if (version > reader_.newest) return Finding{DatasetState::too_new, named + reads};
    return std::nullopt;
  }
  if (reader_.valkey && version > newest_shared)
    return Finding{DatasetState::foreign, named + ": Valkey reads those of Redis up to version 11 only"};
  if (version > reader_.newest) return Finding{DatasetState::too_new, named + reads};
  return std::nullopt;
}

RdbCheck::Finding RdbCheck::judge() const {
  if (size_ == 0) return {DatasetState::truncated, "zero bytes"};
  if (size_ < magic_length) {
    if (begins_a_magic(std::span(tail_).first(tail_size_))) return {DatasetState::truncated, quantity(size_)};
    return {DatasetState::corrupt, "it does not begin with REDIS or VALKEY"};
  }
  if (header_.version() == 0) return {DatasetState::corrupt, header_.problem()};
  if (auto refused = refused_version()) return *refused;
  if (header_.version() < first_with_crc) return judge_old();
  return judge_end();
}

// Redis before 2.6 wrote no checksum: the EOF mark is all that can be looked at.
RdbCheck::Finding RdbCheck::judge_old() const {
  if (!header_.writer().empty() || header_.saved_unix() || header_.state() == RdbHeader::State::malformed)
    return {DatasetState::corrupt, "RDB version " + std::to_string(header_.version()) + " with the header of version " +
                                       std::to_string(first_with_aux) + " or later"};
  if (tail_[tail_length - 1] != eof_mark) return {DatasetState::truncated, "no EOF mark at its end"};
  return judge_header("RDB version " + std::to_string(header_.version()) + " has no checksum");
}

RdbCheck::Finding RdbCheck::judge_end() const {
  const auto kept = std::span(tail_);
  if (size_ < magic_length + 1 + trailer_length) return {DatasetState::truncated, quantity(size_)};
  std::uint64_t trailer = 0;
  for (std::size_t i = tail_length; i-- > 1;) trailer = trailer << 8 | std::to_integer<std::uint64_t>(kept[i]);
  const auto sum = crc64(crc_, std::span(&eof_mark, 1));
  if (kept[0] != eof_mark) {
    if (sum == trailer) return {DatasetState::corrupt, "the EOF mark is damaged"};
    return {DatasetState::truncated, "no EOF mark before its last eight bytes: cut off, or followed by other bytes"};
  }
  if (trailer == 0 && sum != 0) return judge_header("its checksum was switched off, so only its frame was checked");
  if (trailer != sum) return {DatasetState::corrupt, "CRC64 is " + hex(sum) + ", the file says " + hex(trailer)};
  return judge_header("");
}

RdbCheck::Finding RdbCheck::judge_header(std::string detail) const {
  const auto trailing = header_.version() < first_with_crc ? 0 : trailer_length;
  if (header_.state() == RdbHeader::State::malformed) return {DatasetState::corrupt, header_.problem()};
  if (header_.state() == RdbHeader::State::reading) return {DatasetState::corrupt, "it ends within its header"};
  if (header_.no_database() && header_.length() + trailing != size_)
    return {DatasetState::corrupt, "an EOF mark in its header"};
  if (reader_.newest == 0)
    return {DatasetState::unknown, "RDB version " + std::to_string(header_.version()) +
                                       ": whether the server reads it is not known without the server's version"};
  return {header_.no_database() ? DatasetState::empty : DatasetState::valid, std::move(detail)};
}

Dataset RdbCheck::finish() const {
  auto found = judge();
  Dataset d;
  d.state = found.state;
  d.detail = std::move(found.detail);
  d.size = Bytes{size_};
  d.keys = header_.keys();
  d.keys_with_expiry = header_.keys_with_expiry();
  if (d.state == DatasetState::empty) d.keys = d.keys_with_expiry = 0;
  d.replid = header_.replid();
  d.offset = header_.offset();
  d.saved_unix = header_.saved_unix();
  d.writer = header_.writer();
  return d;
}

}  // namespace slotwarden::formats
