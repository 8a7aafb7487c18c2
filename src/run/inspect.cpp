#include "run/inspect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "observe/dataset.h"
#include "observe/files.h"
#include "observe/version.h"
#include "run/local_config.h"

namespace slotwarden::run {

namespace {

control::Inspection inspected(std::string what, observe::DatasetLook found) {
  return {std::move(what), std::move(found.dataset), std::move(found.contents)};
}

// No server is named that would read it: the newest of its product. Whatever is no RDB is foreign to both.
formats::RdbReader reader_of_its_product(const std::string& file) {
  std::array<char, 6> magic{};
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd >= 0) {
    const auto got = ::pread(fd, magic.data(), magic.size(), 0);
    ::close(fd);
    if (got < static_cast<ssize_t>(magic.size())) magic = {};
  }
  const bool valkey = std::string_view(magic.data(), magic.size()) == "VALKEY";
  ServerVersion newest;
  newest.kind = valkey ? ServerKind::valkey : ServerKind::redis;
  newest.major = 99;
  return {formats::newest_rdb(newest), valkey};
}

formats::RdbReader reader_of(const std::string& server) {
  const auto version = observe::server_version(server);
  return {version ? formats::newest_rdb(*version) : 0, version && version->kind == ServerKind::valkey};
}

}  // namespace

Result<control::Inspection> inspect_dump(const std::string& file, std::size_t biggest, const Watcher& watcher) {
  observe::Progress progress;
  auto found = watched(watcher, progress, [&] {
    return observe::look_at_dump(file, reader_of_its_product(file), {.biggest = biggest, .progress = &progress});
  });
  return inspected(file, std::move(found));
}

Result<control::Inspection> inspect_dataset(const std::string& config_file, Port port, std::size_t biggest,
                                            const Watcher& watcher) {
  const auto loaded = local_config(config_file);
  if (!loaded) return loaded.error();
  const auto one = local_instance(*loaded, port);
  if (!one) return one.error();
  const auto conf = observe::server_conf(one->config);
  if (!conf) return conf.error();
  const auto reader = reader_of(one->server);
  observe::Progress progress;
  auto found = watched(watcher, progress, [&] {
    return observe::look_at_dataset(*conf, reader, {.biggest = biggest, .progress = &progress});
  });
  return inspected(fmt::format("dataset of port {}", port.n), std::move(found));
}

}  // namespace slotwarden::run
