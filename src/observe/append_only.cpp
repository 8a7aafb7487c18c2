#include "observe/append_only.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <vector>

#include "formats/aof.h"
#include "formats/aof_manifest.h"
#include "observe/pieces.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

using adapters::Fd;
using formats::AofFindings;
using formats::AofState;
using formats::RdbReader;

constexpr std::size_t longest_manifest = 16 << 20;

bool exists(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0;
}

// What an append-only file may begin with (aof.c: loadSingleAppendOnlyFile).
enum class Beginning { nothing, rdb, commands };

Beginning beginning_of(const Fd& fd) {
  std::array<char, 6> first{};
  const auto n = ::pread(fd.get(), first.data(), first.size(), 0);
  const std::string_view text(first.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  if (text.empty()) return Beginning::nothing;
  return text.starts_with("REDIS") || text == "VALKEY" ? Beginning::rdb : Beginning::commands;
}

// One file of the set, in the order in which the server loads them.
struct File {
  std::string name;
  std::string path;
  std::string role;
  bool last = false;
  Fd fd;
  Bytes size;
};

// What became of it.
struct Loaded {
  DatasetPart part;
  AofFindings commands;
  std::optional<Dataset> rdb;
  std::optional<DumpContents> contents;
  std::uint64_t would_drop = 0;
  std::optional<std::uint64_t> broken_at;
};

bool would_load(DatasetState s) {
  return s == DatasetState::valid || s == DatasetState::empty;
}

// Feeds the RDB at the beginning, then whatever follows it as commands.
class Reading {
 public:
  Reading(Beginning beginning, RdbReader reader, std::size_t biggest, std::uint64_t size)
      : rdb_(reader, {.biggest = biggest, .commands_follow = true}), commands_(size), size_(size) {
    in_rdb_ = beginning == Beginning::rdb;
  }

  bool take(std::span<const std::byte> bytes) {
    if (in_rdb_) {
      rdb_.feed(bytes);
      fed_ += bytes.size();
      if (!rdb_.settled()) return true;
      const auto ends = rdb_.contents().length;
      if (!ends) return false;
      in_rdb_ = false;
      commands_.emplace(size_, *ends);
      bytes = bytes.last(static_cast<std::size_t>(fed_ - *ends));
    }
    commands_->feed(bytes);
    return !commands_->settled();
  }
  [[nodiscard]] const formats::RdbCheck& rdb() const { return rdb_; }
  [[nodiscard]] AofFindings commands() const { return commands_ ? commands_->finish() : AofFindings{}; }

 private:
  formats::RdbCheck rdb_;
  std::optional<formats::AofCheck> commands_;
  std::uint64_t size_;
  std::uint64_t fed_ = 0;
  bool in_rdb_ = false;
};

// How the server takes commands that were cut (aof.c: loadSingleAppendOnlyFile, loadAppendOnlyFiles).
void judge_cut(const File& f, bool load_truncated, Loaded& l) {
  const auto drops = l.commands.size - std::min(l.commands.kept, l.commands.size);
  auto& p = l.part;
  p.state = DatasetState::truncated;
  p.detail = l.commands.detail;
  if (l.commands.unfit_to_go_on) {
    p.detail +=
        ". The server would load what is before and go on behind it, and what it writes from then on would be "
        "lost at the start after the next";
  } else if (!f.last) {
    p.detail +=
        ". It is not the last file: the server would refuse it, but cut it off first, so that the start after "
        "that would miss the rest without a word";
  } else if (!load_truncated) {
    p.detail += ", and with aof-load-truncated no the server refuses that";
  } else {
    p.state = DatasetState::valid;
    p.detail += "; the server would load what is before, and cut off the last " + std::to_string(drops) + " bytes";
    l.would_drop = drops;
  }
}

void judge_commands(const File& f, bool load_truncated, Loaded& l) {
  l.part.commands = l.commands.commands;
  l.broken_at = l.commands.broken_at;
  switch (l.commands.state) {
    case AofState::empty: break;
    case AofState::whole: l.part.state = DatasetState::valid; break;
    case AofState::cut: judge_cut(f, load_truncated, l); break;
    case AofState::corrupt:
      l.part.state = DatasetState::corrupt;
      l.part.detail = l.commands.detail;
      break;
  }
}

Loaded load(const File& f, bool load_truncated, RdbReader reader, const LookOptions& options) {
  Loaded l;
  l.part = {f.name, f.role, DatasetState::empty, {}, f.size, 0};
  const auto beginning = beginning_of(f.fd);
  if (beginning == Beginning::nothing) return l;
  Reading reading(beginning, reader, options.biggest, f.size.n);
  const auto read =
      each_piece(f.fd.get(), f.path, options.progress, [&](std::span<const std::byte> b) { return reading.take(b); });
  if (!read || *read == Pieces::given_up) {
    l.part.state = read ? DatasetState::unknown : DatasetState::unreadable;
    l.part.detail = read ? "the look at it was given up" : read.error().what;
    return l;
  }
  if (beginning == Beginning::rdb) {
    l.rdb = reading.rdb().finish();
    l.contents = reading.rdb().contents();
    l.part.state = l.rdb->state;
    l.part.detail = l.rdb->detail;
    l.broken_at = l.rdb->broken_at;
    if (!would_load(l.rdb->state)) return l;
  }
  l.commands = reading.commands();
  judge_commands(f, load_truncated, l);
  return l;
}

// Opens them all first: the server refuses a set with a missing file before it loads any.
std::optional<DatasetPart> open_all(std::vector<File>& files) {
  for (auto& f : files) {
    auto fd = open_regular(f.path);
    if (!fd && fd.error().os_error == ENOENT)
      return DatasetPart{f.name, f.role, DatasetState::corrupt, "the manifest names it, and it is missing", {}, 0};
    if (!fd) return DatasetPart{f.name, f.role, DatasetState::unreadable, fd.error().what, {}, 0};
    f.fd = std::move(*fd);
    f.size = size_of(f.fd.get());
  }
  files.back().last = true;
  return std::nullopt;
}

void spoil(Dataset& d, const DatasetPart& p) {
  d.state = p.state;
  d.detail = p.detail.starts_with(p.file) || p.state == DatasetState::unreadable ? p.detail : p.file + ": " + p.detail;
}

std::optional<std::uint64_t> sum(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

// Adds what one file brings to what the files before it did.
void add(const Loaded& l, Dataset& d) {
  d.parts.push_back(l.part);
  d.commands += l.commands.commands;
  d.would_drop += l.would_drop;
  if (l.broken_at) d.broken_at = l.broken_at;
  if (!would_load(l.part.state)) return spoil(d, l.part);
  if (l.part.state == DatasetState::valid) d.state = DatasetState::valid;
  if (!l.part.detail.empty()) d.detail = l.part.file + ": " + l.part.detail;
  if (l.rdb) {
    d.writer = l.rdb->writer;
    d.saved_unix = l.rdb->saved_unix;
    d.keys = l.rdb->keys;
    d.keys_with_expiry = l.rdb->keys_with_expiry;
    d.keys_at_most = sum(d.keys_at_most, l.rdb->keys);
  }
  if (l.commands.commands == 0) return;
  d.keys.reset();
  d.keys_with_expiry.reset();
  d.keys_at_most = sum(d.keys_at_most, l.commands.keys_at_most);
  d.saved_unix = l.commands.annotated_unix;
}

DatasetLook load_all(std::vector<File> files, bool load_truncated, RdbReader reader, const LookOptions& options) {
  DatasetLook look;
  auto& d = look.dataset;
  d.state = DatasetState::empty;
  d.keys_at_most = 0;
  if (const auto broken = open_all(files)) {
    d.parts.push_back(*broken);
    spoil(d, *broken);
    return look;
  }
  for (const auto& f : files) d.size = d.size + f.size;
  if (options.progress) options.progress->total = d.size.n;
  for (const auto& f : files) {
    auto l = load(f, load_truncated, reader, options);
    add(l, d);
    if (l.contents && !look.contents) look.contents = std::move(l.contents);
    if (!would_load(l.part.state)) break;
  }
  if (!would_load(d.state)) return look;
  if (files.size() > 1 && files.front().role == "base" && files.front().size.n == 0 && d.commands > 0) {
    d.state = DatasetState::corrupt;
    d.detail = files.front().name + " is empty while there are increments: the server would load only those";
  }
  if (d.state == DatasetState::empty) d.keys = d.keys_with_expiry = 0;
  return look;
}

DatasetLook starts_empty(const formats::ServerConf& conf, const std::string& why) {
  DatasetLook look;
  look.dataset.state = DatasetState::absent;
  look.dataset.detail = "appendonly is on and " + why + ": the server would start empty";
  if (exists(conf.rdb_path())) look.dataset.detail += "; " + conf.rdb_path() + " is not read";
  return look;
}

DatasetLook of_manifest_only(const std::string& path, DatasetState state, std::string detail) {
  DatasetLook look;
  look.dataset.file = path;
  look.dataset.state = state;
  look.dataset.detail = std::move(detail);
  return look;
}

std::vector<File> files_of(const formats::AofManifest& m, const std::string& directory) {
  std::vector<File> files;
  const auto add = [&](const formats::AofFile& f, const char* role) {
    File& to = files.emplace_back();
    to.name = f.name;
    to.path = directory + "/" + f.name;
    to.role = role;
  };
  if (m.base) add(*m.base, "base");
  for (const auto& f : m.incr) add(f, "increment");
  return files;
}

// The form of Redis 6.2 and before: commands, or an RDB followed by commands.
DatasetLook look_at_single(const std::string& path, bool load_truncated, RdbReader reader, const LookOptions& options) {
  std::vector<File> files(1);
  files[0].name = std::filesystem::path(path).filename().string();
  files[0].path = path;
  files[0].role = "single";
  auto look = load_all(std::move(files), load_truncated, reader, options);
  look.dataset.file = path;
  return look;
}

// An old single file is taken over when the manifest knows no other (aof.c: loadAppendOnlyFiles).
bool is_upgrade(const formats::AofManifest& m, const formats::ServerConf& conf) {
  if (!m.incr.empty()) return false;
  return !m.base || (m.base->name == conf.appendfilename && !exists(conf.aof_directory() + "/" + m.base->name));
}

std::string manifest_of(const formats::ServerConf& conf) {
  return conf.aof_directory() + "/" + conf.appendfilename + ".manifest";
}

std::string single_of(const formats::ServerConf& conf) {
  return (std::filesystem::path(conf.dir) / conf.appendfilename).string();
}

bool before_manifests(RdbReader reader) {
  constexpr int newest_before_manifests = 9;  // Redis 6.2
  return !reader.valkey && reader.newest > 0 && reader.newest <= newest_before_manifests;
}

}  // namespace

bool has_increments(const formats::ServerConf& conf, RdbReader reader) {
  if (before_manifests(reader)) {
    const auto fd = open_regular(single_of(conf));
    return fd && size_of(fd->get()).n > 0;
  }
  const auto text = read_regular(manifest_of(conf), longest_manifest);
  const auto manifest = text ? formats::aof_manifest(*text) : Result<formats::AofManifest>(text.error());
  return manifest && !manifest->incr.empty();
}

DatasetLook look_at_append_only(const formats::ServerConf& conf, RdbReader reader, LookOptions options) {
  const auto directory = conf.aof_directory();
  const auto manifest_path = manifest_of(conf);
  const auto single = single_of(conf);
  const auto old_form = [&] { return look_at_single(single, conf.aof_load_truncated, reader, options); };
  if (before_manifests(reader)) return exists(single) ? old_form() : starts_empty(conf, "there is no " + single);

  const auto text = read_regular(manifest_path, longest_manifest);
  if (!text && text.error().os_error == ENOENT)
    return exists(single) ? old_form() : starts_empty(conf, "there is no " + manifest_path);
  if (!text) return of_manifest_only(manifest_path, DatasetState::unreadable, text.error().what);
  const auto manifest = formats::aof_manifest(*text);
  if (!manifest)
    return of_manifest_only(manifest_path, DatasetState::corrupt, "the manifest: " + manifest.error().what);
  if (is_upgrade(*manifest, conf) && exists(single)) return old_form();
  auto files = files_of(*manifest, directory);
  if (files.empty()) return starts_empty(conf, manifest_path + " names no file");
  auto look = load_all(std::move(files), conf.aof_load_truncated, reader, options);
  look.dataset.file = manifest_path;
  return look;
}

}  // namespace slotwarden::observe
