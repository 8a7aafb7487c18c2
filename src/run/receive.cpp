#include "run/receive.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "act/kept.h"
#include "adapters/delta.h"
#include "adapters/sha256.h"
#include "control/codec.h"
#include "decide/receive.h"
#include "formats/kept_copy.h"
#include "observe/dataset.h"
#include "observe/kept.h"
#include "observe/read_file.h"
#include "run/arrival.h"
#include "run/gate.h"
#include "run/kept_copies.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

struct Transfer {
  Transfer(Port of, control::PeerOffer o, control::PeerBegin b, std::shared_ptr<Arriving> a)
      : port(of), offer(std::move(o)), begin(std::move(b)), payload(std::move(a)) {}
  Port port;
  control::PeerOffer offer;
  control::PeerBegin begin;
  std::shared_ptr<Arriving> payload;
  adapters::Fd base;
  std::uint64_t have = 0;
  bool busy = false;  // a worker is at it
  Instant touched = now();
};

namespace {

constexpr auto kept_after_a_cut = 10min;
constexpr auto silence_of_a_dead_sender = 60s;
constexpr auto told_again_after = 10min;
constexpr std::size_t most_refusals = 1000;

// What is on the disk of an instance.
struct OnDisk {
  bool known = false;  // the offered file is here
  std::string base;    // sum of the best base that is here too
  std::string base_path;
  std::optional<Bytes> free;
  Bytes total;
};

OnDisk look(const std::string& directory, const control::PeerOffer& o) {
  OnDisk d;
  const auto all = observe::kept_copies(directory);
  const auto here = [&](const std::string& sum) {
    return std::ranges::find_if(all, [&](const auto& f) { return f.noted && !f.copy.aof && f.copy.sha256 == sum; });
  };
  d.known = here(o.sha256) != all.end();
  for (const auto& sum : o.bases)
    if (const auto at = here(sum); at != all.end() && d.base.empty()) {
      d.base = sum;
      d.base_path = at->path;
    }
  struct statvfs s {};
  if (::statvfs(directory.c_str(), &s) == 0) {
    d.free = Bytes{static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize};
    d.total = Bytes{static_cast<std::uint64_t>(s.f_blocks) * s.f_frsize};
  }
  return d;
}

Tri as_tri(bool b) {
  return b ? Tri::yes : Tri::no;
}

// An address is compared as such; a name, which may have many, with the one that the certificate was issued to.
bool comes_from(const PeerSession& p, const std::string& host) {
  boost::system::error_code no_address;
  const auto at = asio::ip::make_address(host, no_address);
  if (no_address) return host == p.host;
  return at == asio::ip::make_address(p.address, no_address) && !no_address;
}

decide::OfferEvidence evidence_of(const PeerSession& p, const control::PeerOffer& o, const Instance* i) {
  decide::OfferEvidence e;
  e.size = o.size;
  e.runs_here = i != nullptr && i->server.has_value();
  if (!e.runs_here) return e;
  e.least_free_percent = i->policy.backup.least_free_percent;
  const auto& nodes = i->record.nodes;
  const auto from = std::ranges::find(nodes, o.from, &KnownNode::id);
  e.sender_known = as_tri(from != nodes.end());
  if (from == nodes.end()) return e;
  e.same_shard = as_tri(from->master == o.to);
  e.sender_there = as_tri(comes_from(p, from->at.host));
  return e;
}

std::string error_of(const Error& e) {
  return control::error("ERR " + e.what);
}

Result<void> write_at(int fd, std::string_view text, std::uint64_t at) {
  while (!text.empty()) {
    const ssize_t n = ::pwrite(fd, text.data(), text.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return adapters::os_error("cannot write what comes");
    text.remove_prefix(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  return {};
}

std::string_view text_of(adapters::Piece p) {
  return {reinterpret_cast<const char*>(p.data()), p.size()};
}

// The file that was sent: what travelled, or what that makes of the base. On the worker.
Result<std::shared_ptr<Arriving>> put_together(const Transfer& t, const std::string& directory, const std::string& user,
                                               const observe::Progress& progress) {
  if (t.begin.method == "whole") return t.payload;
  auto made = expect_arrival(directory, user, t.offer.size);
  if (!made) return made.error();
  std::uint64_t at = 0;
  const auto put = [&](adapters::Piece p) -> Result<void> {
    if (progress.give_up) return Error{"given up"};
    auto done = write_at((*made)->file.fd(), text_of(p), at);
    at += p.size();
    return done;
  };
  const auto done = adapters::rsync_codec().apply(t.base.get(), t.payload->file.fd(), t.offer.size, put);
  if (!done) return done.error();
  return made;
}

KeptCopy note_of(const Instance& i, const PeerSession& p, const control::PeerOffer& o) {
  KeptCopy k;
  k.kept_unix_ms = unix_ms();
  k.why = saved_generation;
  k.who = "the warden of " + p.host;
  k.from = p.address;
  k.port = i.port();
  k.node = i.record.node_id;
  k.shard = shard_of(i);
  k.saved_by = o.from;
  k.sha256 = o.sha256;
  k.size = o.size;
  k.run_id = o.run_id;
  return k;
}

}  // namespace

Receiver::Receiver(Services& s) : services_(s) {}
Receiver::~Receiver() {
  progress_->give_up = true;  // a large file would hold up the end
  worker_.join();
}

void Receiver::refused(const std::string& address, Port port, std::string_view rule, std::string_view detail) {
  if (refusals_.size() >= most_refusals) refusals_.clear();
  auto& r = refusals_[fmt::format("{} {}", address, rule)];
  ++r.count;
  if (r.told && now() - *r.told < told_again_after) return;
  r.told = now();
  services_.journal.warn(port, "peer-refused", rule,
                         fmt::format("from {}: {}{}", address, detail,
                                     r.count > 1 ? fmt::format(" (the {}th time)", r.count) : std::string()));
}

void Receiver::drop_old() {
  std::erase_if(transfers_,
                [](const auto& t) { return !t.second->busy && now() - t.second->touched > kept_after_a_cut; });
}

void Receiver::drop(Port p) {
  transfers_.erase(p);
}

asio::awaitable<std::string> Receiver::answer(PeerSession& p, control::PeerRequest r) {
  drop_old();
  if (std::holds_alternative<control::PeerClientName>(r)) co_return control::simple("OK");
  if (const auto* hello = std::get_if<control::PeerHello>(&r)) {
    p.greeted = true;
    co_return control::integer(std::min(hello->version, control::peer_version));
  }
  if (!p.greeted) co_return control::error("ERR HELLO comes first");
  if (auto* offer = std::get_if<control::PeerOffer>(&r)) co_return co_await offered(p, std::move(*offer));
  if (!p.offer) co_return control::error("ERR an OFFER that is accepted comes first");
  if (auto* begin = std::get_if<control::PeerBegin>(&r)) co_return co_await begun(p, std::move(*begin));
  if (!p.transfer) co_return control::error("ERR BEGIN comes first");
  if (p.transfer->busy) co_return control::error("BUSY another connection is at this file");
  if (auto* data = std::get_if<control::PeerData>(&r)) co_return co_await received(p, std::move(*data));
  co_return co_await committed(p);
}

// Accepted: the sum of the base that a delta may be of, or nothing.
asio::awaitable<std::string> Receiver::offered(PeerSession& p, control::PeerOffer o) {
  p.offer.reset();
  p.transfer.reset();
  Instance* i = services_.local(o.to);
  auto e = evidence_of(p, o, i);
  OnDisk disk;
  if (e.runs_here) {
    auto work = [directory = i->server->dir, o] { return look(directory, o); };
    disk = co_await on(worker_, std::move(work));
    e.kept_already = disk.known;
    e.disk_free = disk.free;
    e.disk_total = disk.total;
    const auto under_way = transfers_.find(i->port());
    if (under_way != transfers_.end()) {
      const auto& t = *under_way->second;
      const bool alive = t.busy || now() - t.touched < silence_of_a_dead_sender;
      e.receiving = alive && t.offer.sha256 != o.sha256;
      // Its room is taken already.
      if (t.offer.sha256 == o.sha256 && e.disk_free) e.disk_free = *e.disk_free + t.begin.length;
    }
  }
  const auto verdict = decide::receive(e);
  if (verdict.ruling != Ruling::go) {
    if (verdict.rule != "offer-known" && verdict.rule != "offer-busy")
      refused(p.address, i ? i->port() : Port{}, verdict.rule, verdict.because);
    co_return control::refused(verdict.rule, verdict.because);
  }
  p.offer = std::move(o);
  co_return control::bulk(disk.base);
}

// Where to go on: what came by an earlier connection need not come again.
asio::awaitable<std::string> Receiver::begun(PeerSession& p, control::PeerBegin b) {
  const bool whole = b.method == "whole";
  if (!whole && b.method != adapters::rsync_codec().name()) co_return control::error("ERR no such codec is known here");
  const bool fits = whole ? b.length == p.offer->size : b.length <= p.offer->size;
  if (!fits) co_return control::error("ERR that is not the length that was offered");
  Instance* i = services_.local(p.offer->to);
  if (!i || !i->server) co_return control::error("ERR that node is not here any more");
  if (const auto at = transfers_.find(i->port()); at != transfers_.end()) {
    auto& t = *at->second;
    if (t.busy) co_return control::error("BUSY another connection is at this file");
    const bool same = t.offer.sha256 == p.offer->sha256 && t.begin.method == b.method && t.begin.base == b.base &&
                      t.begin.length == b.length;
    if (same) {
      p.transfer = at->second;
      co_return control::integer(static_cast<long long>(t.have));
    }
    drop(i->port());
  }
  auto make = [directory = i->server->dir, user = i->conf.user, port = i->port(), o = *p.offer,
               b]() -> Result<std::shared_ptr<Transfer>> {
    auto room = expect_arrival(directory, user, b.length);
    if (!room) return room.error();
    auto t = std::make_shared<Transfer>(port, o, b, std::move(*room));
    if (b.base.empty()) return t;
    auto asked = o;
    asked.bases = {b.base};
    const auto disk = look(directory, asked);
    auto base = observe::open_regular(disk.base_path);
    if (!base) return while_doing("the base is not here", base.error());
    t->base = std::move(*base);
    return t;
  };
  auto made = co_await on(worker_, std::move(make));
  if (!made) co_return error_of(made.error());
  p.transfer = std::move(*made);
  transfers_[i->port()] = p.transfer;
  co_return control::integer(0);
}

asio::awaitable<std::string> Receiver::received(PeerSession& p, control::PeerData d) {
  const auto t = p.transfer;
  t->touched = now();
  if (d.at != t->have) co_return control::error(fmt::format("ERR it goes on at {}", t->have));
  t->busy = true;
  auto write = [t, d = std::move(d)]() -> Result<std::uint64_t> {
    std::string plain;
    if (d.squeezed) {
      auto unpacked = adapters::unsqueeze(d.bytes, control::peer_piece);
      if (!unpacked) return unpacked.error();
      plain = std::move(*unpacked);
    }
    const std::string& bytes = d.squeezed ? plain : d.bytes;
    if (bytes.size() > control::peer_piece || bytes.size() > t->begin.length.n - d.at)
      return Error{"that is more than was announced"};
    if (auto done = write_at(t->payload->file.fd(), bytes, d.at); !done) return done.error();
    return d.at + bytes.size();
  };
  const auto reached = co_await on(worker_, std::move(write));
  t->busy = false;
  t->touched = now();
  if (!reached) {
    drop(t->port);
    p.transfer.reset();
    refused(p.address, t->port, "sent-badly", reached.error().what);
    co_return error_of(reached.error());
  }
  t->have = *reached;
  co_return control::integer(static_cast<long long>(t->have));
}

asio::awaitable<std::string> Receiver::committed(PeerSession& p) {
  const auto t = p.transfer;
  if (t->have != t->begin.length.n) co_return control::error(fmt::format("ERR it goes on at {}", t->have));
  Instance* i = services_.local(t->offer.to);
  if (!i) co_return control::error("ERR that node is not here any more");
  t->busy = true;
  if (!i->server) co_return control::error("ERR that node is not here any more");
  auto work = [t, directory = i->server->dir, user = i->conf.user, progress = progress_] {
    return put_together(*t, directory, user, *progress);
  };
  const auto file = co_await on(worker_, std::move(work));
  KeptCopy sent = note_of(*i, p, t->offer);
  Arrived a;
  if (file) a = co_await settle_arrival(*i, services_, *file, std::move(sent));
  t->busy = false;
  drop(t->port);
  p.transfer.reset();
  p.offer.reset();
  if (!file) {
    refused(p.address, t->port, "sent-altered", file.error().what);
    co_return control::refused("sent-altered", file.error().what);
  }
  if (a.failed || a.verdict.verdict.rule.empty()) co_return control::error("ERR " + a.text);
  if (a.verdict.arrival == decide::Arrival::refused) {
    refused(p.address, t->port, a.verdict.verdict.rule, a.text);
    co_return control::refused(a.verdict.verdict.rule, a.text);
  }
  services_.journal.note(
      t->port, "generation-received", a.verdict.verdict.rule,
      fmt::format("{} bytes of {}, {} of them sent; {}", t->offer.size.n, p.host, t->begin.length.n, a.text));
  co_return control::bulk(a.text);
}

}  // namespace slotwarden::run
