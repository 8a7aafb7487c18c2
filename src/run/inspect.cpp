#include "run/inspect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>

#include "observe/dataset.h"
#include "observe/files.h"
#include "observe/version.h"
#include "run/config_files.h"

namespace slotwarden::run {

namespace {

constexpr auto usual_config = "/etc/slotwarden/slotwarden.toml";
constexpr auto told_every = std::chrono::milliseconds{100};

control::Inspection watched(const Watcher& watcher, observe::Progress& progress, std::string what,
                            const std::function<observe::DatasetLook()>& look) {
  auto looking = std::async(std::launch::async, look);
  while (looking.wait_for(told_every) != std::future_status::ready) watcher(progress.read, progress.total);
  watcher(progress.read, progress.total);
  auto found = looking.get();
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
  return watched(watcher, progress, file, [&] {
    return observe::look_at_dump(file, reader_of_its_product(file), {.biggest = biggest, .progress = &progress});
  });
}

Result<control::Inspection> inspect_dataset(const std::string& config_file, Port port, std::size_t biggest,
                                            const Watcher& watcher) {
  const auto loaded = load_config(config_file.empty() ? usual_config : config_file, std::nullopt);
  std::string mistakes;
  for (const auto& p : loaded.problems) mistakes += (mistakes.empty() ? "" : "; ") + config::describe(p);
  if (!mistakes.empty()) return Error{mistakes};
  const auto& all = loaded.config.instances;
  const auto one = std::ranges::find(all, port, &config::InstanceConfig::port);
  if (one == all.end()) return Error{fmt::format("no instance of port {} is configured", port.n)};
  const auto conf = observe::server_conf(one->config);
  if (!conf) return conf.error();
  const auto reader = reader_of(one->server);
  observe::Progress progress;
  return watched(watcher, progress, fmt::format("dataset of port {}", port.n),
                 [&] { return observe::look_at_dataset(*conf, reader, {.biggest = biggest, .progress = &progress}); });
}

}  // namespace slotwarden::run
