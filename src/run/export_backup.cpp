#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "act/exported.h"
#include "adapters/record_json.h"
#include "adapters/sha256.h"
#include "adapters/store.h"
#include "control/topology.h"
#include "formats/kept_copy.h"
#include "observe/files.h"
#include "observe/kept.h"
#include "observe/read_file.h"
#include "run/clock.h"
#include "run/gate.h"
#include "run/local_config.h"
#include "run/verify_backups.h"

namespace slotwarden::run {

namespace {

constexpr auto topology_name = "topology.json";
constexpr auto sums_name = "SHA256SUMS";

std::string sum_of_text(std::string_view text) {
  adapters::Sha256 sum;
  sum.feed(std::as_bytes(std::span(text)));
  return sum.hex();
}

Result<observe::KeptFile> find(const formats::ServerConf& conf, Port port, const std::string& name) {
  auto all = observe::kept_copies(conf.dir);
  const auto at = std::ranges::find_if(all, [&](const auto& f) { return f.copy.name == name; });
  if (at == all.end())
    return Error{fmt::format("there is no generation {} in {}/{}; slotwardenctl backups {} lists those that are there",
                             name, conf.dir, kept_folder, port.n),
                 ENOENT};
  if (at->copy.aof)
    return Error{fmt::format("{} is the folder of an append-only file, which is not exported: name a dump", name)};
  return std::move(*at);
}

// What is left of a generation that is not what was kept: its sentence.
Error refused(const observe::KeptFile& f, const Dataset& d, Port port, const std::string& directory) {
  return Error{
      fmt::format("{} is {}{}{}; it was not exported, and nothing was left in {}. Which ones are good says: "
                  "slotwardenctl backups verify {}",
                  f.copy.name, name(d.state), d.detail.empty() ? "" : ": ", d.detail, directory, port.n)};
}

control::Topology topology_of(const config::Loaded& loaded, const config::InstanceConfig& i,
                              const formats::ServerConf& conf, const KeptCopy& note, std::string& trouble) {
  control::Topology t;
  t.exported_unix_ms = unix_ms();
  t.port = i.port;
  t.config = i.config;
  t.server = i.server;
  if (auto j = control::read(formats::kept_note(note))) t.generation = std::move(*j);
  t.generation["name"] = note.name;
  const auto lacks = [&](const std::string& what) { trouble += (trouble.empty() ? "" : "; ") + what; };
  if (conf.cluster_enabled) {
    auto nodes = observe::nodes_conf(conf.nodes_path());
    if (nodes.view)
      t.cluster = std::move(nodes.view);
    else
      lacks(nodes.absent ? conf.nodes_path() + " is not there" : nodes.damage);
  }
  const auto store = adapters::Store::open_read_only(loaded.config.host.state_dir);
  const auto records = store ? (*store)->records() : Result<std::vector<Record>>(store.error());
  if (!records) lacks(records.error().what);
  if (records)
    for (const auto& r : *records)
      if (auto j = control::read(adapters::to_json(r)); r.port == i.port && j) t.record = std::move(*j);
  return t;
}

struct Copied {
  Bytes size;
  std::string sha256;
  std::uint64_t keys = 0;
};

// Copies it, and reads back what was written. Half of the bar each.
Result<Copied> copy_and_read_back(act::ExportFolder& folder, const observe::KeptFile& f, formats::RdbReader reader,
                                  Port port, const std::string& directory, const Watcher& watcher) {
  const auto from = observe::open_regular(f.path);
  if (!from) return from.error();
  struct stat s {};
  if (::fstat(from->get(), &s) != 0) return adapters::os_error("cannot look at " + f.path);
  const Bytes size{static_cast<std::uint64_t>(s.st_size)};
  const auto copied =
      folder.copy(from->get(), size, f.copy.name, [&](std::uint64_t done) { watcher(done, 2 * size.n); });
  if (!copied) return copied.error();
  // Without a sum in its note the file itself is what the copy is compared with.
  std::string expected = f.copy.sha256;
  if (expected.empty()) {
    adapters::Sha256 sum;
    (void)observe::look_at_open_dump(from->get(), f.path, reader, {.digest = &sum});
    if (sum.length() == size.n) expected = sum.hex();
  }
  auto written = f;
  written.path = folder.path_of(f.copy.name);
  observe::Progress progress;
  adapters::Sha256 digest;
  const Watcher second = [&](std::uint64_t read, std::uint64_t) { watcher(size.n + read, 2 * size.n); };
  auto back = watched(second, progress,
                      [&] { return observe::verify(written, reader, {.progress = &progress, .digest = &digest}); });
  auto& d = back.look.dataset;
  if (d.state == DatasetState::valid && (back.sha256.empty() || back.sha256 != expected)) {
    d.state = DatasetState::corrupt;
    d.detail = "what was read back is not what was written";
  }
  if (d.state != DatasetState::valid) return refused(f, d, port, directory);
  return Copied{d.size, back.sha256, d.keys.value_or(0)};
}

std::string folder_name(Port port, const std::string& generation) {
  const auto dot = generation.rfind(".rdb");
  return fmt::format("{}-{}", port.n, generation.substr(0, dot == 0 ? generation.npos : dot));
}

}  // namespace

Result<control::Exported> export_backup(const std::string& config_file, Port port, const std::string& generation,
                                        const std::string& directory, const Watcher& watcher) {
  const auto loaded = local_config(config_file);
  if (!loaded) return loaded.error();
  const auto instance = local_instance(*loaded, port);
  if (!instance) return instance.error();
  const auto conf = observe::server_conf(instance->config);
  if (!conf) return conf.error();
  const auto file = find(*conf, port, generation);
  if (!file) return file.error();
  auto folder = act::ExportFolder::begin(directory, folder_name(port, generation));
  if (!folder) return folder.error();
  const auto copied = copy_and_read_back(*folder, *file, reader_of(instance->server), port, directory, watcher);
  if (!copied) return copied.error();
  control::Exported e;
  e.port = port;
  e.generation = generation;
  e.keys = copied->keys;
  e.cleared = folder->cleared();
  e.files.push_back({generation, copied->size, copied->sha256});
  const auto topology = control::topology_file(topology_of(*loaded, *instance, *conf, file->copy, e.trouble));
  if (auto written = folder->write(topology_name, topology); !written) return written.error();
  e.files.push_back({topology_name, Bytes{topology.size()}, sum_of_text(topology)});
  std::vector<control::SumLine> lines;
  for (const auto& f : e.files) lines.push_back({f.sha256, f.file});
  if (auto written = folder->write(sums_name, control::sums_file(lines)); !written) return written.error();
  auto done = folder->finish();
  if (!done) return done.error();
  e.directory = std::move(*done);
  return e;
}

}  // namespace slotwarden::run
