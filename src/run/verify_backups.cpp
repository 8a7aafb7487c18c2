#include "run/verify_backups.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "observe/files.h"
#include "observe/kept.h"
#include "run/gate.h"
#include "run/generations.h"
#include "run/local_config.h"

namespace slotwarden::run {

namespace {

// One instance, with what is to be read of it.
struct Work {
  control::PortVerification found;
  formats::RdbReader reader;
  std::vector<observe::KeptFile> files;
  std::string in_place;
};

bool is_there(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0;
}

// The folder of an append-only file is nothing to load a dump from; what was bad when it was set aside is still that.
bool to_be_read(const observe::KeptFile& f) {
  const bool useless = f.noted && f.copy.state != DatasetState::unknown && f.copy.state != DatasetState::valid;
  return !f.copy.aof && !useless;
}

std::string cannot_list(const std::string& directory) {
  std::error_code failure;
  const std::filesystem::directory_iterator data(directory, failure);
  if (failure) return fmt::format("cannot read {}: {}", directory, failure.message());
  const auto folder = directory + "/" + kept_folder;
  const std::filesystem::directory_iterator kept(folder, failure);
  if (failure && failure.value() != ENOENT) return fmt::format("cannot read {}: {}", folder, failure.message());
  return {};
}

Work work_of(const config::Loaded& loaded, const config::InstanceConfig& i) {
  Work w;
  w.found.port = i.port;
  w.found.enabled = loaded.config.policy_of(i).backup.enabled;
  const auto conf = observe::server_conf(i.config);
  w.found.trouble = conf ? cannot_list(conf->dir) : conf.error().what;
  if (!w.found.trouble.empty()) {
    w.found.trouble += "; run it as root or as the server's user";
    return w;
  }
  auto all = listed(*conf);
  w.reader = reader_of(i.server);
  w.in_place = all.in_place;
  for (auto& f : all.files)
    if (to_be_read(f)) w.files.push_back(std::move(f));
  return w;
}

std::uint64_t size_of(const std::string& path) {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0 ? static_cast<std::uint64_t>(s.st_size) : 0;
}

void read_all(Work& w, std::uint64_t& done, std::uint64_t total, const Watcher& watcher) {
  for (const auto& f : w.files) {
    const auto size = size_of(f.path);
    observe::Progress progress;
    const Watcher of_all = [&](std::uint64_t read, std::uint64_t) { watcher(done + read, total); };
    const auto look =
        watched(of_all, progress, [&] { return observe::verify(f, w.reader, {.progress = &progress}).look.dataset; });
    done += size;
    if (look.state != DatasetState::valid && !is_there(f.path) && !is_there(f.path + ".json")) continue;  // outdated
    control::VerifiedGeneration g;
    g.copy = f.copy;
    if (!g.copy.keys) g.copy.keys = look.keys;
    g.noted = f.noted;
    g.in_place = f.copy.name == w.in_place;
    g.state = look.state;
    g.detail = look.detail;
    g.size = look.size.n > 0 ? look.size : Bytes{size};
    w.found.copies.push_back(std::move(g));
  }
}

}  // namespace

Result<std::vector<control::PortVerification>> verify_backups(const std::string& config_file,
                                                              const std::vector<std::string>& targets,
                                                              const Watcher& watcher) {
  const auto loaded = local_config(config_file);
  if (!loaded) return loaded.error();
  const auto instances = local_instances(*loaded, targets);
  if (!instances) return instances.error();
  std::vector<Work> work;
  std::uint64_t total = 0, done = 0;
  for (const auto& i : *instances) {
    work.push_back(work_of(*loaded, i));
    for (const auto& f : work.back().files) total += size_of(f.path);
  }
  std::vector<control::PortVerification> all;
  for (auto& w : work) {
    read_all(w, done, total, watcher);
    all.push_back(std::move(w.found));
  }
  return all;
}

}  // namespace slotwarden::run
