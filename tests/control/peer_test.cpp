#include "control/peer.h"

#include <gtest/gtest.h>

namespace slotwarden::control {
namespace {

using Words = std::vector<std::string>;

PeerOffer offer() {
  PeerOffer o;
  o.from.hex = std::string(40, 'a');
  o.to.hex = std::string(40, 'b');
  o.shard = std::string(40, 'c');
  o.replid = std::string(40, 'd');
  o.offset = Offset{4711};
  o.saved_unix = 1'700'000'000;
  o.keys = 1000;
  o.size = Bytes{123'456};
  o.sha256 = std::string(64, 'e');
  o.run_id = std::string(40, 'f');
  o.bases = {std::string(64, '1'), std::string(64, '2')};
  return o;
}

bool understood(Words w) {
  return parse_peer(std::move(w)).has_value();
}

TEST(Peer, IsUnderstoodAsItWasSaid) {
  PeerData d{17, true, std::string("\0\r\n*", 4)};
  for (const PeerRequest& r :
       {PeerRequest{PeerHello{1}}, PeerRequest{offer()}, PeerRequest{PeerBegin{"whole", "", Bytes{5}}},
        PeerRequest{PeerBegin{"librsync-zstd", std::string(64, '3'), Bytes{5}}}, PeerRequest{d},
        PeerRequest{PeerCommit{}}}) {
    const auto again = parse_peer(argv_of(r));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->index(), r.index());
    EXPECT_EQ(argv_of(*again), argv_of(r));
  }
}

TEST(Peer, SaysNothingThatCouldBeAPath) {
  for (std::size_t n = 1; n < argv_of(offer()).size(); ++n)
    for (const char* trick : {"../../etc/passwd", "/etc/passwd", "..", "dump.rdb"}) {
      auto w = argv_of(offer());
      w[n] = trick;
      EXPECT_FALSE(understood(w)) << n << " " << trick;
      w[n] += std::string(40, 'a');
      EXPECT_FALSE(understood(w)) << n << " " << trick;
    }
  EXPECT_FALSE(understood({"BEGIN", "librsync-zstd", "../base", "5"}));
}

TEST(Peer, IsRefusedWhereANumberIsNone) {
  for (const char* bad : {"", "-2", "1.5", "10x", " 1", "99999999999999999999", "0x10"}) {
    for (const std::size_t n : {5, 6, 7, 8}) {
      auto w = argv_of(offer());
      w[n] = bad;
      EXPECT_FALSE(understood(w)) << n << " \"" << bad << '"';
    }
    EXPECT_FALSE(understood({"HELLO", bad}));
    EXPECT_FALSE(understood({"DATA", bad, "raw", "x"}));
    EXPECT_FALSE(understood({"BEGIN", "whole", "", bad}));
  }
}

TEST(Peer, IsRefusedForSizesThatNoFileHas) {
  auto o = offer();
  o.size = Bytes{(std::uint64_t{1} << 50) + 1};
  EXPECT_FALSE(understood(argv_of(o)));
  o.size = Bytes{0};
  EXPECT_FALSE(understood(argv_of(o)));
  o.size = Bytes{std::uint64_t{1} << 50};
  EXPECT_TRUE(understood(argv_of(o)));
  o.bases.assign(most_bases + 1, std::string(64, '1'));
  EXPECT_FALSE(understood(argv_of(o)));
}

TEST(Peer, NamesTheBaseOfADeltaAndOfNothingElse) {
  EXPECT_FALSE(understood({"BEGIN", "whole", std::string(64, '1'), "5"}));
  EXPECT_FALSE(understood({"BEGIN", "librsync-zstd", "", "5"}));
}

TEST(Peer, IsToldWhatPeersSay) {
  EXPECT_EQ(parse_peer({"FLUSH"}).error().what, "UNKNOWN peers say HELLO, OFFER, BEGIN, DATA and COMMIT");
  EXPECT_EQ(parse_peer({"hello"}).error().what, "USAGE HELLO version");
  EXPECT_FALSE(understood({}));
  EXPECT_FALSE(understood({"COMMIT", "now"}));
  EXPECT_TRUE(understood({"CLIENT", "SETNAME", "slotwarden"}));
}

}  // namespace
}  // namespace slotwarden::control
