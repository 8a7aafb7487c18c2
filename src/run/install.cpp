#include "run/install.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "act/kept.h"
#include "decide/compare.h"
#include "decide/kept.h"
#include "formats/kept_copy.h"
#include "observe/kept.h"
#include "observe/read_file.h"
#include "run/aof_switch.h"
#include "run/gate.h"
#include "run/kept_copies.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

constexpr std::size_t keys_sampled = 200;

// What a worker needs to put a copy in place.
struct Order {
  std::string directory;
  std::string user;
  std::string target;           // the dump's name
  std::optional<AofFiles> aof;  // what the server would load instead of it
  KeptCopy present;             // the note of what is there now
  KeptCopy accepted;            // the note of a file that is taken in, but for what only reading it tells
  std::string server;           // which must be able to load it
  NodeId node;
  std::optional<Copy> record;
  Slots slots;  // that the instance owns
  std::shared_ptr<observe::Progress> progress;
};

Order order_of(const Instance& i, const std::string& who) {
  Order o;
  o.directory = i.server->dir;
  o.user = i.conf.user;
  o.target = i.server->dbfilename;
  o.server = i.conf.server;
  o.node = i.record.node_id;
  if (i.recorded) o.record = recorded_copy(i);
  if (i.cluster_node() && i.recorded) o.slots = i.record.slots;
  if (i.server->appendonly) o.aof = aof_files_of(i, who);
  auto& p = o.present;
  p.kept_unix_ms = unix_ms();
  p.who = who;
  p.port = i.port();
  p.node = i.record.node_id;
  p.shard = shard_of(i);
  o.accepted = p;
  o.accepted.why = "accepted";
  p.why = "replaced";
  p.from = i.server->rdb_path();
  // With an append-only file the dump was not the dataset, and nobody has looked at it.
  if (i.looked_at && !i.looked_at->dataset.aof) describe(i.looked_at->dataset, p);
  return o;
}

// What became of it.
struct Placed {
  Verdict verdict;        // of a copy that an operator named
  std::string name;       // of the copy that is in place now
  std::string kept_as;    // what was there; empty when nothing was
  std::string aof_moved;  // the append-only files that were moved out of its way; empty when there were none
  bool was_there = false;
  Dataset found;  // by a look at the copy
};

bool same_file(const struct stat& a, const std::string& path) {
  struct stat b {};
  return ::lstat(path.c_str(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool same_file(int fd, const std::string& path) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 && same_file(s, path);
}

// The name by which what is in place is a kept copy already; empty when it is none.
std::string kept_already(const Order& o) {
  struct stat present {};
  if (::lstat((o.directory + "/" + o.target).c_str(), &present) != 0) return {};
  for (const auto& f : observe::kept_copies(o.directory))
    if (same_file(present, f.path)) return f.copy.name;
  return {};
}

// First the dump, then the append-only files: as long as those are there it is they that would be loaded, and judged.
Result<void> place(act::KeptFolder& folder, const Order& o, int verified_file, Placed& p) {
  p.was_there = same_file(verified_file, o.directory + "/" + o.target);
  if (!p.was_there) p.kept_as = kept_already(o);
  if (!p.was_there && p.kept_as.empty()) {
    auto kept = folder.keep_present(o.target, o.present, formats::kept_name(o.present));
    if (!kept) return kept.error();
    p.kept_as = std::move(*kept);
  }
  if (auto put = folder.put_in_place(p.name, verified_file, o.target); !put) return put;
  if (!o.aof) return {};
  auto moved = move_aside(*o.aof);
  if (!moved) return moved.error();
  p.aof_moved = std::move(*moved);
  return {};
}

Result<act::KeptFolder> open_folder(const Order& o) {
  const auto owner = act::owner_of(o.directory, o.user);
  if (!owner) return owner.error();
  return act::KeptFolder::open(o.directory, *owner);
}

// The copy that was verified, unless it has changed since.
Result<Placed> place_verified(const Order& o, const std::string& path, const std::string& signature) {
  auto fd = observe::open_regular(path);
  if (!fd) return fd.error();
  if (signature_of_kept(path) != signature) return Error{path + " has changed since it was verified", ESTALE};
  auto folder = open_folder(o);
  if (!folder) return folder.error();
  Placed p;
  p.name = path.substr(path.rfind('/') + 1);
  if (auto done = place(*folder, o, fd->get(), p); !done) return done.error();
  return p;
}

// Whose the largest keys are tells whose the dump is.
void sample(const Order& o, const observe::DatasetLook& look, decide::NamedEvidence& e) {
  if (o.slots.none() || !look.contents) return;
  for (const auto& key : look.contents->biggest) {
    if (key.name.size() != key.name_length) continue;
    ++e.sampled;
    if (o.slots.test(slot_of(key.name))) ++e.owned;
  }
}

decide::NamedEvidence evidence_of(const Order& o, const observe::DatasetLook& look, const KeptCopy* note) {
  decide::NamedEvidence e;
  e.copy = copy_of(look.dataset, note ? note->shard : std::string());
  e.ours = note && note->node.known() && note->node == o.node;
  e.record = o.record;
  sample(o, look, e);
  return e;
}

Verdict judge(const Order& o, const observe::DatasetLook& look, const KeptCopy* note) {
  return decide::accept(evidence_of(o, look, note));
}

observe::LookOptions sampling(const Order& o) {
  return {.biggest = o.slots.any() ? keys_sampled : 0, .progress = o.progress.get()};
}

bool on_another_disk(const std::string& directory, const std::string& path) {
  struct stat here {};
  struct stat there {};
  return ::stat(directory.c_str(), &here) == 0 && ::lstat(path.c_str(), &there) == 0 && here.st_dev != there.st_dev;
}

Result<observe::KeptFile> kept_file(const Order& o, const std::string& name) {
  if (!formats::is_kept_name(name)) return Error{name + " is not the name of a kept copy", EINVAL};
  auto all = observe::kept_copies(o.directory);
  const auto at = std::ranges::find_if(all, [&](const auto& f) { return f.copy.name == name; });
  if (at == all.end())
    return Error{
        fmt::format("there is no {} in {}/{}; a file is named by its path: ./{}", name, o.directory, kept_folder, name),
        ENOENT};
  if (at->copy.aof)
    return Error{fmt::format("{} is an append-only file, which is not put in place of one; move {} back by hand while "
                             "the server is down",
                             name, at->path),
                 EINVAL};
  if (on_another_disk(o.directory, at->path))
    return Error{fmt::format("{} is on another file system than the data, and cannot be put in place from there: "
                             "{}/{} must be a folder of the data's own",
                             at->path, o.directory, kept_folder),
                 EXDEV};
  return std::move(*at);
}

Result<JudgedCopy> judged(const Order& o, const std::string& name) {
  auto file = kept_file(o, name);
  if (!file) return file.error();
  auto v = observe::verify(*file, reader_of(o.server), sampling(o));
  const auto e = evidence_of(o, v.look, file->noted ? &file->copy : nullptr);
  return JudgedCopy{std::move(file->copy), std::move(v.look.dataset), decide::accept(e), e.sampled, e.owned};
}

Result<Placed> place_kept(const Order& o, const std::string& name) {
  const auto file = kept_file(o, name);
  if (!file) return file.error();
  auto v = observe::verify(*file, reader_of(o.server), sampling(o));
  Placed p;
  p.name = name;
  p.verdict = judge(o, v.look, file->noted ? &file->copy : nullptr);
  p.found = std::move(v.look.dataset);
  if (p.verdict.ruling != Ruling::go || !v.file) return p;
  auto folder = open_folder(o);
  if (!folder) return folder.error();
  if (auto done = place(*folder, o, v.file.get(), p); !done) return done.error();
  return p;
}

// Copied first, and read through as the copy that will be loaded: what happens to the operator's file meanwhile does
// not matter.
Result<Placed> place_file(const Order& o, const std::string& path) {
  auto folder = open_folder(o);
  if (!folder) return folder.error();
  struct stat s {};
  if (::stat(path.c_str(), &s) == 0) o.progress->total = static_cast<std::uint64_t>(s.st_size);
  auto incoming = folder->take_in(path, [&](std::uint64_t done) {
    o.progress->read = done;
    return !o.progress->give_up;
  });
  if (!incoming) return incoming.error();
  auto look = observe::look_at_open_dump(incoming->fd(), path, reader_of(o.server), sampling(o));
  Placed p;
  p.verdict = judge(o, look, nullptr);
  p.found = look.dataset;
  if (p.verdict.ruling != Ruling::go) return p;
  auto note = o.accepted;
  note.from = path;
  describe(look.dataset, note);
  note.sum = observe::sum_of(look);
  auto kept = folder->keep(*incoming, note, formats::kept_name(note));
  if (!kept) return kept.error();
  p.name = std::move(*kept);
  if (auto done = place(*folder, o, incoming->fd(), p); !done) return done.error();
  return p;
}

std::string sentence(const Instance& i, const Placed& p) {
  const auto keys = p.found.keys ? fmt::format("{} keys", *p.found.keys) : "its keys not known";
  auto text = fmt::format("{} ({}) is in place as {}", p.name, keys, i.server->rdb_path());
  if (!p.kept_as.empty()) text += fmt::format("; what was there is kept as {}/{}", kept_folder, p.kept_as);
  if (!p.aof_moved.empty()) text += "; " + p.aof_moved;
  if (i.record.aof_pending)
    text += "; it is started without its append-only file, which is written anew once the dump has loaded";
  return text;
}

// With `appendonly yes` the server would never read the dump; how it is made to: start_server and run/aof_switch.h.
asio::awaitable<void> remember_installed(Instance& i, Services& s) {
  i.record.port = i.port();
  i.record.aof_pending = i.server->appendonly;
  i.looked_at.reset();
  if (auto kept = co_await s.memory.write(i.record); !kept) s.journal.warn(i.port(), "error", "", kept.error().what);
}

// How far it is behind what the instance was last seen to hold: what is lost with it.
std::string behind(const Instance& i, const Dataset& d) {
  const auto c = decide::compare(copy_of(d, shard_of(i)), recorded_copy(i));
  if (c.relation != decide::Relation::staler) return {};
  if (c.bytes) return fmt::format("; it is {} bytes of the stream behind what was last seen", *c.bytes);
  return c.time ? fmt::format("; it is {} s older than what was last seen", c.time->count()) : std::string();
}

}  // namespace

asio::awaitable<void> install_best(Instance& i, Services& s) {
  const auto best =
      std::ranges::find_if(i.copies, [](const KeptSeen& k) { return k.verdict.ruling == Ruling::go && !k.failed; });
  if (best == i.copies.end()) co_return;
  constexpr auto rule = "kept-copy";
  const bool pending_before = i.record.aof_pending;
  auto work = [o = order_of(i, "slotwarden"), path = best->file.path, signature = best->signature] {
    return place_verified(o, path, signature);
  };
  auto placed = co_await on(s.readers, std::move(work));
  if (!placed) {
    best->failed = true;
    s.journal.warn(i.port(), "error", rule, placed.error().what);
    co_return;
  }
  // It was in place already, and was found wanting there: once more changes nothing.
  if (placed->was_there && placed->aof_moved.empty() && pending_before == i.server->appendonly) {
    best->failed = true;
    co_return;
  }
  placed->found = best->found;
  const auto was = i.looked_at ? std::string(name(i.looked_at->dataset.state)) : "unknown";
  const auto lost = behind(i, placed->found);
  co_await remember_installed(i, s);
  s.journal.warn(i.port(), "installed", rule, fmt::format("its dataset was {}: {}{}", was, sentence(i, *placed), lost));
}

asio::awaitable<Result<JudgedCopy>> judge_named(const Instance& i, Services& s, std::string name,
                                                std::shared_ptr<observe::Progress> progress) {
  auto order = order_of(i, {});
  order.progress = std::move(progress);
  auto work = [o = std::move(order), name = std::move(name)] { return judged(o, name); };
  co_return co_await on(s.backups, std::move(work));
}

asio::awaitable<Named> install_named(Instance& i, Services& s, std::string from, std::string who) {
  const Verifying shown(i, from);
  auto order = order_of(i, who);
  order.progress = shown.progress();
  const bool path = from.find('/') != from.npos;
  auto work = [o = std::move(order), from, path] { return path ? place_file(o, from) : place_kept(o, from); };
  auto placed = co_await on(s.readers, std::move(work));
  Named n;
  if (!placed) {
    n.text = placed.error().what;
    co_return n;
  }
  n.verdict = placed->verdict;
  if (n.verdict.ruling != Ruling::go) {
    const auto& d = placed->found;
    n.text = fmt::format("{} is {}{}{}: {} Nothing was changed", from, name(d.state), d.detail.empty() ? "" : ", ",
                         d.detail, n.verdict.because);
    co_return n;
  }
  // From now on this is what the instance is expected to hold.
  const auto lost = behind(i, placed->found);
  i.record.keys = placed->found.keys.value_or(0);
  i.record.keys_with_expiry = placed->found.keys_with_expiry.value_or(0);
  co_await remember_installed(i, s);
  n.installed = true;
  n.text = sentence(i, *placed) + lost;
  s.journal.warn(i.port(), "installed", n.verdict, fmt::format("{}, by {}", n.text, who));
  co_return n;
}

}  // namespace slotwarden::run
