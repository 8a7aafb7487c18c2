// What a server would load: dump.rdb, or with `appendonly yes` the append-only file by its manifest.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "formats/aof_manifest.h"
#include "formats/rdb.h"
#include "observe/files.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

using adapters::Fd;
using formats::RdbReader;

constexpr std::size_t piece = 1 << 20;
constexpr std::size_t longest_manifest = 16 << 20;

Dataset found(std::string file, DatasetState state, std::string detail) {
  Dataset d;
  d.file = std::move(file);
  d.state = state;
  d.detail = std::move(detail);
  return d;
}

bool exists(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0;
}

// -1 and errno on failure, as read(2), but whole unless the file ends.
ssize_t read_piece(int fd, std::span<std::byte> into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got = ::read(fd, into.data() + have, into.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

Bytes size_of(const Fd& fd) {
  struct stat s {};
  return ::fstat(fd.get(), &s) == 0 ? Bytes{static_cast<std::uint64_t>(s.st_size)} : Bytes{};
}

// The whole file, from its beginning.
Dataset check_rdb(const Fd& fd, const std::string& path, RdbReader reader) {
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  formats::RdbCheck check(reader);
  std::vector<std::byte> buffer(piece);
  for (;;) {
    const auto n = read_piece(fd.get(), buffer);
    if (n < 0) return found(path, DatasetState::unreadable, adapters::os_error("cannot read " + path).what);
    if (n == 0) break;
    check.feed(std::span(buffer).first(static_cast<std::size_t>(n)));
    if (check.settled()) break;
  }
  auto d = check.finish();
  d.file = path;
  d.size = std::max(d.size, size_of(fd));
  return d;
}

// What an append-only file may begin with (aof.c: loadSingleAppendOnlyFile).
enum class Beginning { nothing, rdb, commands, other };

Beginning beginning_of(const Fd& fd) {
  std::array<char, 6> first{};
  const auto n = ::pread(fd.get(), first.data(), first.size(), 0);
  const std::string_view text(first.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (text.empty()) return Beginning::nothing;
  if (text.starts_with("REDIS") || text == "VALKEY") return Beginning::rdb;
  return text.front() == '*' || text.front() == '#' ? Beginning::commands : Beginning::other;
}

// One file of a manifest, or the single append-only file of a server before 7.0.
struct Part {
  Fd fd;
  Beginning beginning = Beginning::other;
  Bytes size;
};

Result<Part> open_part(const std::string& path) {
  auto fd = open_regular(path);
  if (!fd) return fd.error();
  Part p;
  p.beginning = beginning_of(*fd);
  p.size = size_of(*fd);
  p.fd = std::move(*fd);
  return p;
}

Dataset broken_part(const std::string& name, const Error& e) {
  if (e.os_error == ENOENT)
    return found({}, DatasetState::corrupt, "the manifest names " + name + ", which is missing");
  return found({}, DatasetState::unreadable, e.what);
}

Dataset of_no_form(const std::string& name) {
  return found({}, DatasetState::corrupt, name + " begins neither as an RDB nor as commands");
}

Dataset look_at_base(const std::string& directory, const std::string& name, RdbReader reader) {
  const auto path = directory + "/" + name;
  const auto part = open_part(path);
  if (!part) return broken_part(name, part.error());
  if (part->beginning == Beginning::nothing) return found({}, DatasetState::empty, {});
  if (part->beginning == Beginning::other) return of_no_form(name);
  auto d = part->beginning == Beginning::rdb ? check_rdb(part->fd, path, reader) : found({}, DatasetState::valid, {});
  if (!d.detail.empty()) d.detail = name + ": " + d.detail;
  d.size = part->size;
  return d;
}

// The sum of their sizes; the first that would not load stops it.
Dataset look_at_increments(const std::string& directory, const std::vector<formats::AofFile>& files) {
  auto all = found({}, DatasetState::empty, {});
  for (const auto& file : files) {
    const auto part = open_part(directory + "/" + file.name);
    if (!part) return broken_part(file.name, part.error());
    if (part->beginning == Beginning::other) return of_no_form(file.name);
    all.size = all.size + part->size;
  }
  if (all.size.n > 0) all.state = DatasetState::valid;
  return all;
}

bool would_load(const Dataset& d) {
  return d.state == DatasetState::valid || d.state == DatasetState::empty;
}

Dataset look_at_manifest(const std::string& directory, const formats::AofManifest& manifest, RdbReader reader) {
  auto base = manifest.base ? look_at_base(directory, manifest.base->name, reader) : found({}, DatasetState::empty, {});
  if (!would_load(base)) return base;
  auto increments = look_at_increments(directory, manifest.incr);
  if (!would_load(increments)) return increments;
  if (increments.size.n == 0) {
    // The server takes neither id nor offset from the base of an append-only file.
    base.replid.clear();
    base.offset.reset();
    return base;
  }
  if (manifest.base && base.size.n == 0)
    return found({}, DatasetState::corrupt,
                 manifest.base->name + " is empty while there are increments: the server would load only those");
  increments.size = increments.size + base.size;
  increments.writer = base.writer;
  increments.detail = base.detail;
  return increments;
}

// The form of Redis 6.2: an RDB may be followed by commands, so what it holds cannot be told without walking it.
Dataset look_at_single(const std::string& path, RdbReader reader) {
  const auto part = open_part(path);
  if (!part) return found(path, DatasetState::unreadable, part.error().what);
  auto d =
      found(path, DatasetState::valid, "a single append-only file: only its presence and its beginning were checked");
  if (part->beginning == Beginning::nothing) d = found(path, DatasetState::empty, {});
  if (part->beginning == Beginning::other) d = of_no_form(path);
  if (part->beginning == Beginning::rdb) {
    const auto rdb = check_rdb(part->fd, path, reader);
    const bool decided = rdb.state != DatasetState::truncated && rdb.state != DatasetState::corrupt;
    if (decided) return rdb;
    d.writer = rdb.writer;
  }
  d.file = path;
  d.size = part->size;
  return d;
}

Dataset starts_empty(const formats::ServerConf& conf, const std::string& why) {
  auto detail = "appendonly is on and " + why + ": the server would start empty";
  if (exists(conf.rdb_path())) detail += "; " + conf.rdb_path() + " is not read";
  return found({}, DatasetState::absent, detail);
}

// An old single file is taken over when the manifest knows no other (aof.c: loadAppendOnlyFiles).
bool is_upgrade(const formats::AofManifest& m, const formats::ServerConf& conf) {
  if (!m.incr.empty()) return false;
  return !m.base || (m.base->name == conf.appendfilename && !exists(conf.aof_directory() + "/" + m.base->name));
}

Dataset look_at_aof(const formats::ServerConf& conf, RdbReader reader) {
  constexpr int newest_before_manifests = 9;  // Redis 6.2
  const bool before_manifests = !reader.valkey && reader.newest > 0 && reader.newest <= newest_before_manifests;
  const auto directory = conf.aof_directory();
  const auto manifest_path = directory + "/" + conf.appendfilename + ".manifest";
  const auto single = (std::filesystem::path(conf.dir) / conf.appendfilename).string();
  if (before_manifests)
    return exists(single) ? look_at_single(single, reader) : starts_empty(conf, "there is no " + single);

  const auto text = read_regular(manifest_path, longest_manifest);
  if (!text && text.error().os_error == ENOENT)
    return exists(single) ? look_at_single(single, reader) : starts_empty(conf, "there is no " + manifest_path);
  if (!text) return found(manifest_path, DatasetState::unreadable, text.error().what);
  const auto manifest = formats::aof_manifest(*text);
  if (!manifest) return found(manifest_path, DatasetState::corrupt, "the manifest: " + manifest.error().what);
  if (is_upgrade(*manifest, conf) && exists(single)) return look_at_single(single, reader);
  if (!manifest->base && manifest->incr.empty()) return starts_empty(conf, manifest_path + " names no file");
  auto d = look_at_manifest(directory, *manifest, reader);
  d.file = manifest_path;
  return d;
}

Dataset look_at_rdb(const formats::ServerConf& conf, RdbReader reader) {
  const auto path = conf.rdb_path();
  const auto fd = open_regular(path);
  if (fd) return check_rdb(*fd, path, reader);
  if (fd.error().os_error == ENOENT) return found({}, DatasetState::absent, "there is no " + path);
  return found(path, DatasetState::unreadable, fd.error().what);
}

}  // namespace

Dataset dataset(const formats::ServerConf& conf, int newest_rdb, bool valkey) {
  const RdbReader reader{newest_rdb, valkey};
  struct stat s {};
  if (::stat(conf.dir.c_str(), &s) != 0) {
    auto d =
        found({}, DatasetState::unreadable, adapters::os_error("cannot look at the data directory " + conf.dir).what);
    d.aof = conf.appendonly;
    return d;
  }
  auto d = conf.appendonly ? look_at_aof(conf, reader) : look_at_rdb(conf, reader);
  d.aof = conf.appendonly;
  return d;
}

}  // namespace slotwarden::observe
