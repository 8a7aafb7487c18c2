#include "run/arrival.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "decide/compare.h"
#include "formats/kept_copy.h"
#include "observe/kept.h"
#include "observe/read_file.h"
#include "run/gate.h"
#include "run/generations.h"
#include "run/kept_copies.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

// What was found of the copy and of what is there, by a worker.
struct Examined {
  observe::DatasetLook look;
  std::string sha256;
  bool kept_already = false;
  std::string present_kept_as;                 // empty: the dump in place is no kept copy
  std::shared_ptr<adapters::Fd> present_file;  // unset: there is none
  Copy present;
  KeptCopy present_note;
  std::string error;
};

bool whole(const Dataset& d) {
  return d.state == DatasetState::valid || d.state == DatasetState::empty;
}

Copy copy_of_note(const KeptCopy& k) {
  return {k.state, k.shard, k.replid, k.offset, {}, {}, k.saved_unix, k.keys};
}

// What is in place is the file that is open from now on, whatever takes its name.
void examine_present(const formats::ServerConf& conf, const std::string& server, const Listed& all, Examined& e) {
  e.present.state = DatasetState::absent;
  const auto path = conf.rdb_path();
  auto fd = observe::open_regular(path);
  if (!fd) {
    if (fd.error().os_error != ENOENT) e.error = fd.error().what;
    return;
  }
  const auto mine = act::present_of(fd->get());
  e.present_file = std::make_shared<adapters::Fd>(std::move(*fd));
  for (const auto& f : all.files) {
    struct stat s {};
    const bool same = ::lstat(f.path.c_str(), &s) == 0 && act::Present{s.st_dev, s.st_ino} == mine;
    if (!same) continue;
    e.present_kept_as = f.copy.name;
    if (!f.noted || f.copy.state == DatasetState::unknown) continue;
    e.present = copy_of_note(f.copy);
    return;
  }
  adapters::Sha256 sum;
  const auto look = observe::look_at_open_dump(e.present_file->get(), path, reader_of(server), {.digest = &sum});
  e.present = copy_of(look.dataset, {});
  describe(look.dataset, e.present_note);
  e.present_note.sum = observe::sum_of(look);
  if (sum.length() == look.dataset.size.n) e.present_note.sha256 = sum.hex();
  // A dump that the server saved and that is whole is a generation like any other; what is damaged is kept for a
  // person.
  e.present_note.why = look.dataset.state == DatasetState::valid ? saved_generation : "replaced";
}

Examined examine(const formats::ServerConf& conf, const std::string& server, int file,
                 const std::shared_ptr<observe::Progress>& progress) {
  Examined e;
  adapters::Sha256 sum;
  e.look =
      observe::look_at_open_dump(file, "what arrived", reader_of(server), {.progress = progress.get(), .digest = &sum});
  if (whole(e.look.dataset) && sum.length() == e.look.dataset.size.n) e.sha256 = sum.hex();
  const auto all = listed(conf);
  e.kept_already = std::ranges::any_of(
      all.files, [&](const observe::KeptFile& f) { return f.noted && !e.sha256.empty() && f.copy.sha256 == e.sha256; });
  examine_present(conf, server, all, e);
  return e;
}

decide::ArrivalVerdict judge(const Instance& i, const Examined& e, const KeptCopy& sent) {
  decide::ArrivalEvidence v;
  v.copy = copy_of(e.look.dataset, sent.shard);
  v.changed = e.sha256.empty() || (!sent.sha256.empty() && sent.sha256 != e.sha256);
  if (i.recorded) v.record = recorded_copy(i);
  v.runs = i.watch && i.info && !i.info->loading && !i.record.quarantined;
  v.master = i.info && i.info->role == Role::master;
  const bool dump = i.server && !i.server->appendonly && i.info && !i.info->aof_enabled;
  v.reads_dump = dump ? Tri::yes : Tri::no;
  v.present = e.present;
  if (i.info) v.serving = copy_of(*i.info);
  v.kept_already = e.kept_already;
  v.policy = i.policy.start;
  return decide::arrival(v);
}

KeptCopy note_of(const Instance& i, const Examined& e, const KeptCopy& sent) {
  KeptCopy k;
  k.kept_unix_ms = unix_ms();
  k.why = saved_generation;
  k.who = "slotwarden";
  k.from = sent.from;
  k.port = i.port();
  k.node = i.record.node_id;
  k.shard = sent.shard.empty() ? shard_of(i) : sent.shard;
  k.saved_by = sent.saved_by;
  k.run_id = sent.run_id;
  describe(e.look.dataset, k);
  k.sum = observe::sum_of(e.look);
  k.sha256 = e.sha256;
  return k;
}

struct Placing {
  std::string name;
  std::string kept_as;
  bool in_place = false;
  std::string error;
};

// First its name among the kept copies, then that of what is in place, then the exchange: an interruption anywhere
// leaves both whole.
Placing place(Arriving& a, const Examined& e, const KeptCopy& note, const KeptCopy& present_note,
              const std::string& target, bool in_place) {
  Placing p;
  auto kept = a.folder.keep(a.file, note, formats::kept_name(note));
  if (!kept) {
    p.error = kept.error().what;
    return p;
  }
  p.name = std::move(*kept);
  if (!in_place) return p;
  act::Present expected;
  if (e.present_file) {
    expected = act::present_of(e.present_file->get());
    p.kept_as = e.present_kept_as;
    if (p.kept_as.empty()) {
      auto beside = a.folder.keep_linked(e.present_file->get(), present_note, formats::kept_name(present_note));
      if (!beside) {
        p.error = beside.error().what;
        return p;
      }
      p.kept_as = std::move(*beside);
    }
  }
  if (auto put = a.folder.put_in_place_of(expected, p.name, a.file.fd(), target); !put)
    p.error = put.error().what;
  else
    p.in_place = true;
  return p;
}

std::string sentence(const Instance& i, const Arrived& a, const Placing& p, const Dataset& d, const KeptCopy& sent) {
  const auto from = sent.saved_by.known() ? " saved by node " + sent.saved_by.brief() : std::string();
  auto text = fmt::format("{} ({} keys,{}) ", p.name, d.keys.value_or(0), from);
  if (!p.error.empty()) return text + "is kept beside its data, and could not be put in place: " + p.error;
  if (!p.in_place) return text + "is kept beside its data: " + std::string(a.verdict.verdict.because);
  text += "is in place as " + i.server->rdb_path() + ", and loaded at its next start";
  return p.kept_as.empty() ? text : text + fmt::format("; what was there is kept as {}/{}", kept_folder, p.kept_as);
}

}  // namespace

Result<std::shared_ptr<Arriving>> expect_arrival(const std::string& directory, const std::string& user, Bytes size) {
  auto folder = open_kept_folder(directory, user);
  if (!folder) return folder.error();
  auto file = folder->make_room(size);
  if (!file) return file.error();
  return std::make_shared<Arriving>(Arriving{std::move(*folder), std::move(*file)});
}

asio::awaitable<Arrived> settle_arrival(Instance& i, Services& s, std::shared_ptr<Arriving> arriving, KeptCopy sent) {
  Arrived a;
  if (!i.server) {
    a.text = i.server_problem;
    co_return a;
  }
  auto progress = std::make_shared<observe::Progress>();
  auto look = [conf = *i.server, server = i.conf.server, arriving, progress] {
    return examine(conf, server, arriving->file.fd(), progress);
  };
  const auto e = co_await on(s.backups, std::move(look));
  if (!e.error.empty()) {
    a.text = e.error;
    s.journal.warn(i.port(), "error", "", "a copy arrived, and " + a.text);
    co_return a;
  }
  // Judged now, after the reading: what it is compared with may have changed meanwhile.
  a.verdict = judge(i, e, sent);
  const auto arrival = a.verdict.arrival;
  if (arrival == decide::Arrival::refused) {
    const auto& d = e.look.dataset;
    a.text = fmt::format("a copy that arrived was refused: it is {}{}{}. {}", name(d.state),
                         d.detail.empty() ? "" : ", ", d.detail, a.verdict.verdict.because);
    s.journal.warn(i.port(), "backup-refused", a.verdict.verdict.rule, a.text);
    co_return a;
  }
  if (arrival == decide::Arrival::known) {
    a.text = std::string(a.verdict.verdict.because);
    co_return a;
  }
  auto present_note = e.present_note;
  present_note.kept_unix_ms = unix_ms();
  present_note.who = "slotwarden";
  present_note.from = i.server->rdb_path();
  present_note.port = i.port();
  present_note.node = i.record.node_id;
  present_note.shard = shard_of(i);
  auto work = [arriving, e, note = note_of(i, e, sent), present_note, target = i.server->dbfilename,
               in_place = arrival == decide::Arrival::in_place] {
    return place(*arriving, e, note, present_note, target, in_place);
  };
  const auto p = co_await on(s.backups, std::move(work));
  a.name = p.name;
  a.failed = p.name.empty();
  a.text = a.failed ? "a copy that arrived could not be kept: " + p.error : sentence(i, a, p, e.look.dataset, sent);
  if (!p.error.empty())
    s.journal.warn(i.port(), "error", a.verdict.verdict.rule, a.text);
  else
    s.journal.note(i.port(), "backup-arrived", a.verdict.verdict.rule, a.text);
  co_return a;
}

asio::awaitable<Arrived> arrive_from(Instance& i, Services& s, std::string path, KeptCopy sent) {
  Arrived a;
  if (!i.server) co_return a;
  auto copy = [conf = *i.server, user = i.conf.user, path,
               sha256 = sent.sha256]() -> Result<std::shared_ptr<Arriving>> {
    const auto files = observe::kept_copies(conf.dir);
    const bool here = std::ranges::any_of(
        files, [&](const observe::KeptFile& f) { return f.noted && !sha256.empty() && f.copy.sha256 == sha256; });
    if (here) return std::shared_ptr<Arriving>();
    auto folder = open_kept_folder(conf.dir, user);
    if (!folder) return folder.error();
    auto file = folder->take_in(path, [](std::uint64_t) { return true; });
    if (!file) return file.error();
    return std::make_shared<Arriving>(Arriving{std::move(*folder), std::move(*file)});
  };
  auto arriving = co_await on(s.backups, std::move(copy));
  if (!arriving) {
    a.text = arriving.error().what;
    s.journal.warn(i.port(), "error", "", "the copy of its replica could not be taken in: " + a.text);
    co_return a;
  }
  if (*arriving) a = co_await settle_arrival(i, s, std::move(*arriving), std::move(sent));
  co_return a;
}

}  // namespace slotwarden::run
