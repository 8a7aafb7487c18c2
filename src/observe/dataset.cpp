#include "observe/dataset.h"

#include <sys/stat.h>

#include <algorithm>

#include "observe/append_only.h"
#include "observe/files.h"
#include "observe/pieces.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

DatasetLook found(std::string file, DatasetState state, std::string detail) {
  DatasetLook look;
  look.dataset.file = std::move(file);
  look.dataset.state = state;
  look.dataset.detail = std::move(detail);
  return look;
}

}  // namespace

DatasetLook look_at_open_dump(int fd, const std::string& path, formats::RdbReader reader, LookOptions options) {
  const auto size = size_of(fd);
  if (options.progress) options.progress->total += size.n;
  formats::RdbCheck check(reader, {.biggest = options.biggest});
  const auto read = each_piece(fd, path, options.progress, [&](std::span<const std::byte> bytes) {
    check.feed(bytes);
    if (options.digest) options.digest->feed(bytes);
    return !check.settled();
  });
  if (!read) return found(path, DatasetState::unreadable, read.error().what);
  if (*read == Pieces::given_up) return found(path, DatasetState::unknown, "the look at it was given up");
  DatasetLook look{check.finish(), check.contents()};
  auto& d = look.dataset;
  d.file = path;
  d.size = std::max(d.size, size);
  d.parts.push_back({path.substr(path.rfind('/') + 1), "dump", d.state, d.detail, d.size, 0});
  return look;
}

DatasetLook look_at_dump(const std::string& path, formats::RdbReader reader, LookOptions options) {
  const auto fd = open_regular(path);
  if (fd) return look_at_open_dump(fd->get(), path, reader, options);
  if (fd.error().os_error == ENOENT) return found({}, DatasetState::absent, "there is no " + path);
  return found(path, DatasetState::unreadable, fd.error().what);
}

DatasetLook look_at_dataset(const formats::ServerConf& conf, formats::RdbReader reader, LookOptions options) {
  struct stat s {};
  DatasetLook look;
  if (::stat(conf.dir.c_str(), &s) != 0)
    look =
        found({}, DatasetState::unreadable, adapters::os_error("cannot look at the data directory " + conf.dir).what);
  else
    look =
        conf.appendonly ? look_at_append_only(conf, reader, options) : look_at_dump(conf.rdb_path(), reader, options);
  look.dataset.aof = conf.appendonly;
  return look;
}

Dataset dataset(const formats::ServerConf& conf, int newest_rdb, bool valkey) {
  return look_at_dataset(conf, {newest_rdb, valkey}).dataset;
}

}  // namespace slotwarden::observe
