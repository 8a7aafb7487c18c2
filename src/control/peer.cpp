#include "control/peer.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace slotwarden::control {

namespace {

constexpr std::uint64_t largest_file = std::uint64_t{1} << 50;  // a pebibyte
using Words = std::vector<std::string>;

template <class Int>
bool number(const std::string& text, Int least, Int most, Int& into) {
  Int n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n < least || n > most) return false;
  into = n;
  return true;
}

bool hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool empty_or_hex(std::string_view text, std::size_t digits) {
  return text.empty() || hex(text, digits);
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return text;
}

Error usage(const char* form) {
  return {std::string("USAGE ") + form};
}

Result<PeerRequest> read_hello(const Words& w) {
  PeerHello h;
  if (w.size() != 2 || !number(w[1], 1, 1'000'000, h.version)) return usage("HELLO version");
  return PeerRequest{h};
}

Result<PeerRequest> read_offer(const Words& w) {
  constexpr std::size_t fixed = 11;
  PeerOffer o;
  const bool good =
      w.size() >= fixed && w.size() <= fixed + most_bases && hex(w[1], 40) && hex(w[2], 40) && hex(w[3], 40) &&
      empty_or_hex(w[4], 40) && number(w[5], std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(), o.offset.n) &&
      number(w[6], std::int64_t{0}, std::numeric_limits<std::int64_t>::max() / 1000, o.saved_unix) &&
      number(w[7], std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max(), o.keys) &&
      number(w[8], std::uint64_t{1}, largest_file, o.size.n) && hex(w[9], 64) && empty_or_hex(w[10], 40) &&
      std::all_of(w.begin() + fixed, w.end(), [](const auto& b) { return hex(b, 64); });
  if (!good) return usage("OFFER from to shard replid offset saved keys size sha256 runid [base…]");
  o.from.hex = w[1];
  o.to.hex = w[2];
  o.shard = w[3];
  o.replid = w[4];
  o.sha256 = w[9];
  o.run_id = w[10];
  o.bases.assign(w.begin() + fixed, w.end());
  return PeerRequest{std::move(o)};
}

Result<PeerRequest> read_begin(const Words& w) {
  PeerBegin b;
  const bool good = w.size() == 4 && !w[1].empty() && w[1].size() <= 32 && empty_or_hex(w[2], 64) &&
                    (w[1] == "whole") == w[2].empty() && number(w[3], std::uint64_t{1}, largest_file, b.length.n);
  if (!good) return usage("BEGIN whole|CODEC base length");
  b.method = w[1];
  b.base = w[2];
  return PeerRequest{std::move(b)};
}

Result<PeerRequest> read_data(Words& w) {
  PeerData d;
  const bool good = w.size() == 4 && number(w[1], std::uint64_t{0}, largest_file, d.at) &&
                    (w[2] == "raw" || w[2] == "zstd") && !w[3].empty() && w[3].size() <= longest_peer_frame;
  if (!good) return usage("DATA at raw|zstd bytes");
  d.squeezed = w[2] == "zstd";
  d.bytes = std::move(w[3]);
  return PeerRequest{std::move(d)};
}

Words words(const PeerHello& h) {
  return {"HELLO", std::to_string(h.version)};
}
Words words(const PeerOffer& o) {
  Words w{"OFFER",
          o.from.hex,
          o.to.hex,
          o.shard,
          o.replid,
          std::to_string(o.offset.n),
          std::to_string(o.saved_unix),
          std::to_string(o.keys),
          std::to_string(o.size.n),
          o.sha256,
          o.run_id};
  w.insert(w.end(), o.bases.begin(), o.bases.end());
  return w;
}
Words words(const PeerBegin& b) {
  return {"BEGIN", b.method, b.base, std::to_string(b.length.n)};
}
Words words(const PeerData& d) {
  return {"DATA", std::to_string(d.at), d.squeezed ? "zstd" : "raw", d.bytes};
}
Words words(const PeerCommit&) {
  return {"COMMIT"};
}
Words words(const PeerClientName&) {
  return {"CLIENT", "SETNAME", "slotwarden"};
}

}  // namespace

Result<PeerRequest> parse_peer(std::vector<std::string> argv) {
  if (argv.empty()) return Error{"USAGE a command is missing"};
  const auto command = upper(argv.front().substr(0, 16));
  if (command == "HELLO") return read_hello(argv);
  if (command == "OFFER") return read_offer(argv);
  if (command == "BEGIN") return read_begin(argv);
  if (command == "DATA") return read_data(argv);
  if (command == "COMMIT" && argv.size() == 1) return PeerRequest{PeerCommit{}};
  if (command == "CLIENT") return PeerRequest{PeerClientName{}};
  return Error{"UNKNOWN peers say HELLO, OFFER, BEGIN, DATA and COMMIT"};
}

std::vector<std::string> argv_of(const PeerRequest& r) {
  return std::visit([](const auto& one) { return words(one); }, r);
}

}  // namespace slotwarden::control
