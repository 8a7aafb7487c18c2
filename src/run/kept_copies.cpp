#include "run/kept_copies.h"

#include <algorithm>

#include "decide/kept.h"
#include "observe/kept.h"
#include "run/gate.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

asio::awaitable<Dataset> verified(Instance& i, Services& s, observe::KeptFile file) {
  const Verifying shown(i, file.path);
  auto read = [file = std::move(file), server = i.conf.server, progress = shown.progress()] {
    return observe::verify(file, reader_of(server), {.progress = progress.get()}).look.dataset;
  };
  co_return co_await on(s.readers, std::move(read));
}

// This very node kept it; what is no cluster node has only its port.
bool kept_by(const Instance& i, const KeptCopy& note) {
  return i.record.node_id.known() ? note.node == i.record.node_id : !note.node.known() && note.port == i.port();
}

// What was found bad when it was kept is not read again: it is not going to be used.
bool noted_as_useless(const observe::KeptFile& f) {
  return f.noted && f.copy.state != DatasetState::unknown && f.copy.state != DatasetState::valid;
}

decide::KeptEvidence evidence_of(const Instance& i) {
  decide::KeptEvidence e;
  if (i.looked_at) e.present = copy_of(i.looked_at->dataset, {});
  if (i.recorded) e.record = recorded_copy(i);
  e.policy = i.policy.start;
  for (const auto& k : i.copies) {
    auto copy = copy_of(k.found, k.file.copy.shard);
    if (k.file.copy.aof || k.failed) copy.state = DatasetState::unreadable;
    e.candidates.push_back({std::move(copy), k.file.noted && kept_by(i, k.file.copy)});
  }
  return e;
}

}  // namespace

std::string signature_of_kept(const std::string& path) {
  return signature_of(path) + signature_of(path + ".json");
}

std::string shard_of(const Instance& i) {
  if (i.nodes_file.view)
    if (const auto* me = i.nodes_file.view->myself(); me && !me->shard_id.empty()) return me->shard_id;
  return i.record.role == Role::replica ? i.record.master.hex : i.record.node_id.hex;
}

Copy recorded_copy(const Instance& i) {
  Copy c;
  c.state = DatasetState::valid;
  c.shard = shard_of(i);
  c.replid = i.record.replid;
  c.offset = i.record.offset;
  c.replid2 = i.record.replid2;
  if (!c.replid2.empty()) c.second_offset = i.record.second_offset;
  c.saved_unix = i.record.seen.unix_ms / 1000;
  c.keys = i.record.keys;
  return c;
}

asio::awaitable<Tri> look_at_kept(Instance& i, Services& s) {
  auto list = [directory = i.server->dir] { return observe::kept_copies(directory); };
  auto files = co_await on(s.scans, std::move(list));
  std::vector<KeptSeen> seen;
  for (auto& f : files) {
    const auto signature = signature_of_kept(f.path);
    const auto known = std::ranges::find(i.copies, signature, &KeptSeen::signature);
    if (known != i.copies.end()) {
      seen.push_back(*known);
      continue;
    }
    KeptSeen fresh{signature, f, {}, {}, false};
    if (noted_as_useless(f)) {
      fresh.found.state = f.copy.state;
      fresh.found.detail = f.copy.detail;
      fresh.found.keys = f.copy.keys;
    } else if (!f.copy.aof) {
      fresh.found = co_await verified(i, s, f);
    }
    seen.push_back(std::move(fresh));
  }
  i.copies = std::move(seen);
  auto choice = decide::choose_kept(evidence_of(i));
  for (std::size_t n = 0; n < i.copies.size(); ++n) i.copies[n].verdict = choice.judged[n];
  co_return choice.best ? Tri::yes : Tri::no;
}

}  // namespace slotwarden::run
