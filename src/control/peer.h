// The words that wardens of several hosts say to each other, as requests in RESP. No path ever travels: a file is named
// by the node that it is for and by its sum. docs/peers.md has the dialogue.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

inline constexpr int peer_version = 1;
// What one DATA carries at most, and what a frame may take in all.
inline constexpr std::size_t peer_piece = 256 * 1024;
inline constexpr std::size_t longest_peer_frame = peer_piece + 16 * 1024;
inline constexpr std::size_t most_bases = 64;

struct PeerHello {
  int version = 0;  // the newest that the sender speaks; both go on with the smaller of the two
};

// "This generation could be yours."
struct PeerOffer {
  NodeId from;  // who saved it
  NodeId to;    // whose data directory it is for
  std::string shard;
  std::string replid;  // may be empty
  Offset offset;
  std::int64_t saved_unix = 0;
  std::uint64_t keys = 0;
  Bytes size;
  std::string sha256;
  std::string run_id;              // of the process that saved it; may be empty
  std::vector<std::string> bases;  // sums of older generations of that process, the best one first
};

// "It comes in this way": `whole`, or the name of a codec.
struct PeerBegin {
  std::string method;
  std::string base;  // sum of the file that a delta is of; empty for `whole`
  Bytes length;      // of what travels, before its pieces are compressed
};

// The next piece.
struct PeerData {
  std::uint64_t at = 0;
  bool squeezed = false;
  std::string bytes;
};

struct PeerCommit {};
// What every Redis client says first: it is answered and means nothing.
struct PeerClientName {};

using PeerRequest = std::variant<PeerHello, PeerOffer, PeerBegin, PeerData, PeerCommit, PeerClientName>;

// The error is the text of the RESP error reply. Nothing is believed that is not of the exact form: sums are 64
// lowercase hexadecimal digits, node ids 40, numbers are decimal and in range.
[[nodiscard]] Result<PeerRequest> parse_peer(std::vector<std::string> argv);

[[nodiscard]] std::vector<std::string> argv_of(const PeerRequest& r);

}  // namespace slotwarden::control
