#include "run/push.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "act/kept.h"
#include "adapters/delta.h"
#include "control/peer.h"
#include "formats/transfer_history.h"
#include "observe/kept.h"
#include "observe/pieces.h"
#include "observe/read_file.h"
#include "run/kept_copies.h"
#include "run/pacer.h"
#include "run/words.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto look_every = 3s;
constexpr auto patience = 60s;
constexpr auto first_retry = 5s;
constexpr auto longest_retry = 10min;
constexpr std::size_t pieces_at_once = 4;
constexpr int squeeze_level = 1;
// What a write takes in the replication stream beyond what it leaves in the dump.
constexpr std::uint64_t stream_overhead = 40;
// More of the file than this is not worth being a delta.
constexpr std::uint64_t poor_percent = 60;
constexpr std::uint64_t verified_a_second = 20'000'000;  // at least, by the receiver

// Whose it is, and what goes.
struct Found {
  KeptCopy newest;
  adapters::Fd file;
  Bytes size;
  std::vector<observe::KeptFile> bases;  // older ones of the same process, the newest of them first
};

// The newest generation that this very node saved, held open: whatever becomes of its name meanwhile.
Result<std::optional<Found>> newest_of(const std::string& directory, const NodeId& node) {
  auto all = observe::kept_copies(directory);
  std::erase_if(all, [&](const auto& f) {
    return !f.noted || !f.trouble.empty() || f.copy.aof || !f.copy.generation() || f.copy.saved_by != node ||
           f.copy.sha256.empty();
  });
  if (all.empty()) return std::optional<Found>{};
  Found found;
  found.newest = all.back().copy;
  auto file = observe::open_regular(all.back().path);
  if (!file) return file.error();
  found.file = std::move(*file);
  found.size = observe::size_of(found.file.get());
  all.pop_back();
  std::reverse(all.begin(), all.end());
  for (auto& f : all)
    if (!found.newest.run_id.empty() && f.copy.run_id == found.newest.run_id && f.copy.sha256 != found.newest.sha256 &&
        found.bases.size() < control::most_bases)
      found.bases.push_back(std::move(f));
  return std::optional<Found>(std::move(found));
}

std::string said(const adapters::Reply& r) {
  return r.text.empty() ? "an answer that says nothing" : r.text;
}

adapters::Command command(const control::PeerRequest& r) {
  return control::argv_of(r);
}

// Of the bytes that went through the replication stream meanwhile.
std::optional<std::uint64_t> writes_between(const KeptCopy& base, const KeptCopy& newest, Bytes size) {
  if (!base.offset || !newest.offset || base.replid != newest.replid || newest.replid.empty()) return std::nullopt;
  if (*newest.offset < *base.offset) return std::nullopt;
  const auto record = size.n / std::max<std::uint64_t>(newest.keys.value_or(1), 1);
  return static_cast<std::uint64_t>(newest.offset->n - base.offset->n) / (record + stream_overhead);
}

// Whether each record of its dump says when or how often it was used, and so changes without a write.
Tri records_use(const Instance& i) {
  if (!i.info || i.info->maxmemory_policy.empty()) return Tri::unknown;
  const auto& p = i.info->maxmemory_policy;
  return p.find("lru") != std::string::npos || p.find("lfu") != std::string::npos ? Tri::yes : Tri::no;
}

Result<void> append(int fd, adapters::Piece p) {
  while (!p.empty()) {
    const ssize_t n = ::write(fd, p.data(), p.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return adapters::os_error("cannot write the delta");
    p = p.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

struct Pusher::Sending {
  Port port;
  Endpoint to;
  std::string directory;
  std::string user;
  Found found;
  control::PeerOffer offer;
  Tri records_use = Tri::unknown;
  // Once it is prepared.
  decide::TransferPlan plan;
  decide::TransferMeasured measured;
  control::PeerBegin begin;
  std::shared_ptr<adapters::Fd> payload;
  std::shared_ptr<act::Incoming> spool;  // a delta; nameless
  std::shared_ptr<act::KeptFolder> folder;
};

Pusher::Pusher(Services& s, PushOptions options) : services_(s), options_(std::move(options)) {}

Pusher::~Pusher() {
  progress_->give_up = true;
  worker_.join();
}

std::string Pusher::sent(const Sending& what, std::chrono::milliseconds took, const std::string& there) {
  decide::learn(history_, what.port, what.measured);
  services_.memory.put(std::string(history_key), formats::transfer_history_text(history_));
  const auto& size = what.offer.size;
  return fmt::format(
      "{} to {}: {}, as {} of {} ({:.1f} %), in {}, {} predicted; there: {}", what.found.newest.name, what.to.host,
      in_words(size), what.begin.method, in_words(what.begin.length),
      100.0 * static_cast<double>(what.begin.length.n) / static_cast<double>(std::max<std::uint64_t>(size.n, 1)),
      in_words(took), in_words(what.plan.takes), there);
}

asio::awaitable<void> Pusher::run() {
  co_await recall();
  asio::steady_timer timer(services_.loop);
  while (!services_.stopping) {
    for (std::size_t n = 0; n < services_.instances.size() && !services_.stopping; ++n)
      co_await push(*services_.instances[n]);
    timer.expires_after(look_every);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<void> Pusher::push(Instance& i) {
  if (i.removed || !i.server || !i.recorded || i.record.role != Role::replica || !i.record.master.known()) co_return;
  if (services_.local(i.record.master)) co_return;  // on this host it needs no channel
  const auto node = std::ranges::find(i.record.nodes, i.record.master, &KnownNode::id);
  if (node == i.record.nodes.end() || node->at.host.empty()) co_return;
  auto& known = known_[i.port()];
  if (known.master != i.record.master) known = Known{{}, i.record.master, 0, now(), {}};
  if (now() < known.not_before) co_return;
  auto list = [directory = i.server->dir, id = i.record.node_id] { return newest_of(directory, id); };
  auto found = co_await on(worker_, std::move(list));
  if (!found || !*found || (*found)->newest.sha256 == known.sha256) co_return;
  Sending what;
  what.port = i.port();
  what.to = Endpoint{node->at.host, options_.port};
  what.directory = i.server->dir;
  what.user = i.conf.user;
  what.found = std::move(**found);
  what.records_use = records_use(i);
  const auto& k = what.found.newest;
  auto& o = what.offer;
  o.from = i.record.node_id;
  o.to = i.record.master;
  o.shard = k.shard.size() == 40 ? k.shard : i.record.master.hex;
  o.replid = k.replid.size() == 40 ? k.replid : std::string();
  o.offset = k.offset.value_or(Offset{-1});
  o.saved_unix = k.saved_unix.value_or(0);
  o.keys = k.keys.value_or(0);
  o.size = what.found.size;
  o.sha256 = k.sha256;
  o.run_id = k.run_id.size() == 40 ? k.run_id : std::string();
  for (const auto& b : what.found.bases) o.bases.push_back(b.copy.sha256);
  const auto began = now();
  const auto done = co_await send(what);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now() - began);
  if (done) {
    known = Known{o.sha256, i.record.master, 0, now(), known.last};
    if (done->empty()) co_return;
    known.last = sent(what, took, *done);
    services_.journal.note(what.port, "generation-sent", what.plan.verdict.rule, known.last);
    co_return;
  }
  ++known.failures;
  const auto wait =
      std::min<std::chrono::milliseconds>(longest_retry, first_retry * (1 << std::min(known.failures - 1, 8)));
  known.not_before = now() + wait;
  services_.journal.warn(
      what.port, "generation-not-sent", "",
      fmt::format("{} to {}: {}; tried again in {} s", k.name, what.to.host, done.error().what, wait.count() / 1000));
}

// What the receiver did with it; empty where it had it already.
asio::awaitable<Result<std::string>> Pusher::send(Sending& what) {
  adapters::Address at(what.to, options_.tls);
  adapters::Credentials nobody;
  auto c = co_await adapters::RespConnection::open(at, nobody, patience);
  if (!c) co_return c.error();
  auto base = co_await offer(**c, what);
  if (!base) co_return base.error();
  if (*base == "known") co_return Result<std::string>(boost::system::in_place_value, "");
  const bool whole = base->empty();
  std::string agreed = *base;
  auto prepared = co_await prepare(what, std::move(agreed));
  if (!prepared) co_return prepared.error();
  if (!whole) {  // that may have taken longer than the receiver waits
    (*c)->close();
    c = co_await adapters::RespConnection::open(at, nobody, patience);
    if (!c) co_return c.error();
    base = co_await offer(**c, what);
    if (!base) co_return base.error();
  }
  std::vector<adapters::Command> begin;
  begin.push_back(command(what.begin));
  const auto begun = co_await (*c)->ask(std::move(begin), patience);
  if (!begun) co_return begun.error();
  if (begun->front().kind != adapters::Reply::Kind::integer) co_return Error{said(begun->front())};
  const auto from = static_cast<std::uint64_t>(begun->front().number);
  auto sent = co_await pieces(**c, what, from);
  if (!sent) co_return sent.error();
  std::vector<adapters::Command> commit;
  commit.push_back(command(control::PeerCommit{}));
  const auto longest = patience + std::chrono::seconds(what.offer.size.n / verified_a_second);
  const auto committed = co_await (*c)->ask(std::move(commit), longest);
  if (!committed) co_return committed.error();
  if (committed->front().is_error()) co_return Error{said(committed->front())};
  co_return Result<std::string>(boost::system::in_place_value, said(committed->front()));
}

// The sum of the base that both hold, or nothing; "known" where there is nothing to send.
asio::awaitable<Result<std::string>> Pusher::offer(adapters::RespConnection& c, const Sending& what) {
  std::vector<adapters::Command> both;
  both.push_back(command(control::PeerHello{control::peer_version}));
  both.push_back(command(what.offer));
  const auto replies = co_await c.ask(std::move(both), patience);
  if (!replies) co_return replies.error();
  const auto& answer = replies->back();
  if (answer.is_error() && answer.text.starts_with("REFUSED offer-known"))
    co_return Result<std::string>(boost::system::in_place_value, "known");
  if (answer.is_error()) co_return Error{said(answer)};
  co_return Result<std::string>(boost::system::in_place_value, answer.text);
}

asio::awaitable<Result<void>> Pusher::prepare(Sending& what, std::string base) {
  const auto& bases = what.found.bases;
  const auto at = std::ranges::find_if(bases, [&](const auto& b) { return b.copy.sha256 == base; });
  decide::TransferEvidence e;
  e.size = what.found.size;
  e.keys = what.offer.keys;
  e.bandwidth = Pacer(options_.bandwidth, what.to.host).allowed();
  e.speeds = decide::speeds(history_);
  e.squeezed = decide::squeezed(history_, what.port);
  e.records_use = what.records_use;
  if (at != bases.end()) {
    e.base = decide::DeltaBase::same_process;
    e.base_size = at->copy.size;
    e.writes = writes_between(at->copy, what.found.newest, e.size);
  }
  what.plan = decide::plan_transfer(e);
  what.begin = {"whole", "", what.found.size};
  if (what.plan.method != decide::TransferMethod::delta) co_return Result<void>{};
  auto encode = [directory = what.directory, user = what.user, path = at->path, fresh = what.found.file.get(),
                 block = what.plan.block, limit = what.found.size.n / 100 * poor_percent, &what,
                 progress = progress_]() -> Result<Bytes> {
    const auto owner = act::owner_of(directory, user);
    if (!owner) return owner.error();
    auto folder = act::KeptFolder::open(directory, *owner);
    if (!folder) return folder.error();
    what.folder = std::make_shared<act::KeptFolder>(std::move(*folder));
    auto room = what.folder->make_room(Bytes{});
    if (!room) return room.error();
    what.spool = std::make_shared<act::Incoming>(std::move(*room));
    const auto old = observe::open_regular(path);
    if (!old) return old.error();
    Bytes length;
    const auto put = [&](adapters::Piece p) -> Result<void> {
      length = length + Bytes{p.size()};
      if (length.n > limit) return Error{"it is too large"};
      return append(what.spool->fd(), p);
    };
    const auto go_on = [&progress] { return !progress->give_up; };
    const auto tally = adapters::rsync_codec().encode(old->get(), fresh, block, put, go_on);
    if (!tally) return tally.error();
    auto& m = what.measured;
    m.base = observe::size_of(old->get());
    m.signing = tally->signing;
    m.found = tally->copied;
    m.missed = tally->literal;
    m.written = tally->written;
    m.searching = tally->searching;
    return length;
  };
  const auto length = co_await on(worker_, std::move(encode));
  // A delta that came to nothing costs time, never the copy: the whole file goes.
  if (!length) what.spool.reset();
  if (length) what.begin = {std::string(adapters::rsync_codec().name()), base, *length};
  if (progress_->give_up) co_return Error{"the daemon is ending"};
  co_return Result<void>{};
}

asio::awaitable<Result<void>> Pusher::pieces(adapters::RespConnection& c, Sending& what, std::uint64_t from) {
  const int fd = what.spool ? what.spool->fd() : what.found.file.get();
  const bool squeezes = what.plan.method == decide::TransferMethod::whole_squeezed && !what.spool;
  asio::steady_timer pace(services_.loop);
  Pacer pacer(options_.bandwidth, what.to.host);
  auto& m = what.measured;
  m.squeezed = squeezes;
  while (from < what.begin.length.n) {
    if (services_.stopping) co_return Error{"the daemon is ending"};
    auto read = [fd, from, squeezes, end = what.begin.length.n]() -> Result<std::vector<adapters::Command>> {
      std::vector<adapters::Command> batch;
      std::string piece;
      for (std::uint64_t at = from; batch.size() < pieces_at_once && at < end; at += piece.size()) {
        piece.resize(std::min<std::uint64_t>(control::peer_piece, end - at));
        const ssize_t n = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(at));
        if (n < 0) return adapters::os_error("cannot read what is sent");
        if (n == 0) return Error{"what is sent became shorter"};
        piece.resize(static_cast<std::size_t>(n));
        control::PeerData d{at, squeezes, piece};
        if (squeezes) {
          auto packed = adapters::squeeze(piece, squeeze_level);
          if (!packed) return packed.error();
          d.squeezed = packed->size() < piece.size();
          if (d.squeezed) d.bytes = std::move(*packed);
        }
        batch.push_back(command(d));
      }
      return batch;
    };
    const auto began = now();
    auto batch = co_await on(worker_, std::move(read));
    if (!batch) co_return batch.error();
    std::uint64_t sent = 0;
    for (const auto& one : *batch) sent += one.back().size();
    const auto replies = co_await c.ask(std::move(*batch), patience);
    if (!replies) co_return replies.error();
    for (const auto& r : *replies)
      if (r.kind != adapters::Reply::Kind::integer) co_return Error{said(r)};
    const auto reached = static_cast<std::uint64_t>(replies->back().number);
    if (reached <= from || reached > what.begin.length.n) co_return Error{"the receiver lost count"};
    m.whole = m.whole + Bytes{reached - from};
    m.sent = m.sent + Bytes{sent};
    m.sending += std::chrono::duration_cast<std::chrono::microseconds>(now() - began);
    from = reached;
    const auto next = pacer.after(sent);
    if (next <= now()) continue;
    pace.expires_at(next);
    boost::system::error_code ignored;
    co_await pace.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return Result<void>{};
}

}  // namespace slotwarden::run
