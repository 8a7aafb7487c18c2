#include "run/generations.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <optional>

#include "decide/retention.h"
#include "formats/aof_manifest.h"
#include "formats/kept_copy.h"
#include "observe/kept_notes.h"
#include "observe/read_file.h"
#include "run/clock.h"
#include "run/gate.h"

namespace slotwarden::run {

namespace {

constexpr std::size_t longest_manifest = 1 << 20;
// A save's time is in whole seconds, and so is the uptime by which the start of the process is known.
constexpr std::int64_t imprecision_seconds = 2;

std::optional<struct stat> looked(const std::string& path) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0) return std::nullopt;
  return s;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// The name by which a file is kept; empty when it is not.
std::string kept_as(const struct stat& s, const std::vector<observe::KeptFile>& files) {
  for (const auto& f : files)
    if (const auto its = looked(f.path); its && same_file(s, *its)) return f.copy.name;
  return {};
}

// The base that the manifest names, where it is an RDB.
std::string base_of(const formats::ServerConf& conf) {
  const auto text =
      observe::read_regular(conf.aof_directory() + "/" + conf.appendfilename + ".manifest", longest_manifest);
  if (!text) return {};
  const auto manifest = formats::aof_manifest(*text);
  if (!manifest || !manifest->base || !manifest->base->name.ends_with(".rdb")) return {};
  return conf.aof_directory() + "/" + manifest->base->name;
}

// Reads one through and keeps it.
void keep_one(const SaveOrder& o, const std::string& path, const std::vector<observe::KeptFile>& files, SavesKept& k) {
  const auto s = looked(path);
  if (!s || !S_ISREG(s->st_mode) || s->st_mtim.tv_sec + imprecision_seconds < o.started_unix) return;
  const auto signature = signature_of(path);
  if (signature == o.known_bad || !kept_as(*s, files).empty()) return;
  const auto fd = observe::open_regular(path);
  if (!fd) {
    if (fd.error().os_error != ENOENT) k.error = fd.error().what;
    return;
  }
  adapters::Sha256 sum;
  const auto look =
      observe::look_at_open_dump(fd->get(), path, reader_of(o.server), {.progress = o.progress.get(), .digest = &sum});
  const auto state = look.dataset.state;
  if (state == DatasetState::empty || state == DatasetState::unknown) return;  // nothing to keep, or given up
  if (state != DatasetState::valid || sum.length() != look.dataset.size.n) {
    k.bad =
        fmt::format("{} is {}{}{}", path, name(state), look.dataset.detail.empty() ? "" : ": ", look.dataset.detail);
    k.bad_signature = signature;
    return;
  }
  auto note = o.note;
  note.kept_unix_ms = unix_ms();
  note.why = saved_generation;
  note.from = path;
  describe(look.dataset, note);
  note.sum = observe::sum_of(look);
  note.sha256 = sum.hex();
  auto folder = open_kept_folder(o.conf.dir, o.user);
  auto kept =
      folder ? folder->keep_linked(fd->get(), note, formats::kept_name(note)) : Result<std::string>(folder.error());
  if (!kept) {
    k.error = kept.error().what;
    return;
  }
  note.name = std::move(*kept);
  k.kept.push_back(std::move(note));
}

void remove_outdated(const SaveOrder& o, SavesKept& k) {
  const auto all = listed(o.conf);
  decide::RetentionEvidence e;
  std::vector<std::string> names;
  for (const auto& f : all.files) {
    if (!f.noted || !f.copy.generation()) continue;
    decide::Generation g;
    g.shard = f.copy.shard;
    g.saved_unix = f.copy.saved_unix.value_or(f.copy.kept_unix_ms / 1000);
    g.size = f.copy.size;
    g.good = f.copy.state == DatasetState::valid && f.copy.keys.value_or(0) > 0;
    g.in_place = f.copy.name == all.in_place;
    e.generations.push_back(std::move(g));
    names.push_back(f.copy.name);
  }
  struct statvfs fs {};
  if (::statvfs(o.conf.dir.c_str(), &fs) == 0) {
    e.free = Bytes{fs.f_bavail * fs.f_frsize};
    e.total = Bytes{fs.f_blocks * fs.f_frsize};
  }
  e.policy = o.policy;
  const auto verdicts = decide::retention(e);
  if (std::ranges::none_of(verdicts, [](const Verdict& v) { return v.ruling == Ruling::refuse; })) return;
  auto folder = open_kept_folder(o.conf.dir, o.user);
  for (std::size_t n = 0; n < names.size(); ++n) {
    if (verdicts[n].ruling != Ruling::refuse) continue;
    const auto removed = folder ? folder->remove_generation(names[n]) : Result<void>(folder.error());
    if (removed)
      k.removed.push_back({names[n], verdicts[n]});
    else
      k.not_removed = removed.error().what;
  }
}

// The dump is removed first, its note last; a note alone is what is left when that was cut short.
void finish_removals(const SaveOrder& o, SavesKept& k) {
  const auto left = observe::notes_without_a_copy(o.conf.dir);
  if (left.empty()) return;
  auto folder = open_kept_folder(o.conf.dir, o.user);
  if (!folder) return;
  for (const auto& name : left)
    if (folder->remove_lone_note(name)) k.finished.push_back(name);
}

}  // namespace

Result<act::KeptFolder> open_kept_folder(const std::string& directory, const std::string& user) {
  const auto owner = act::owner_of(directory, user);
  if (!owner) return owner.error();
  return act::KeptFolder::open(directory, *owner);
}

Listed listed(const formats::ServerConf& conf) {
  Listed all{observe::kept_copies(conf.dir), {}};
  if (const auto s = looked(conf.rdb_path())) all.in_place = kept_as(*s, all.files);
  return all;
}

SavesKept keep_saves(const SaveOrder& o) {
  SavesKept k;
  if (o.first) finish_removals(o, k);
  const auto files = observe::kept_copies(o.conf.dir);
  keep_one(o, o.conf.rdb_path(), files, k);
  if (o.conf.appendonly)
    if (const auto base = base_of(o.conf); !base.empty()) keep_one(o, base, files, k);
  if (k.bad.empty()) remove_outdated(o, k);
  return k;
}

}  // namespace slotwarden::run
