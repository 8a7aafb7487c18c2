#include "observe/files.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "formats/cluster_nodes.h"
#include "formats/numbers.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr std::size_t longest_conf = 4 << 20;
constexpr std::size_t longest_nodes_conf = 256 << 20;
constexpr int deepest_include = 8;

using Directives = std::vector<formats::Directive>;

// Follows includes as the server does: in place, relative to the directory that it is in by then (`dir` changes it).
class ConfReader {
 public:
  explicit ConfReader(std::filesystem::path home) : home_(std::move(home)) {}

  Result<void> read(const std::string& path, int depth) {
    if (depth > deepest_include)
      return Error{path + ": files include each other over " + std::to_string(deepest_include) + " levels"};
    const auto text = read_regular(path, longest_conf, Links::follow);
    if (!text) return text.error();
    auto directives = formats::parse_directives(*text);
    if (!directives) return while_doing(path, directives.error());
    // Read by itself first, so that an error names the file along with the line.
    if (const auto own = formats::server_conf(*directives); !own) return while_doing(path, own.error());
    for (auto& d : *directives)
      if (auto taken = take(std::move(d), path, depth); !taken) return taken;
    return {};
  }
  [[nodiscard]] const Directives& all() const { return all_; }

 private:
  Result<void> take(formats::Directive d, const std::string& path, int depth) {
    if (d.name == "include") {
      if (d.arguments.size() != 1) return Error{path + ": line " + std::to_string(d.line) + ": include wants one file"};
      return include((home_ / d.arguments.front()).string(), depth);
    }
    if (d.name == "dir" && d.arguments.size() == 1) home_ /= d.arguments.front();
    all_.push_back(std::move(d));
    return {};
  }

  // A pattern (Redis 7.0 and later) may match nothing; a plain name must exist.
  Result<void> include(const std::string& path, int depth) {
    if (path.find_first_of("*?[") == path.npos) return read(path, depth + 1);
    glob_t found{};
    const std::unique_ptr<glob_t, decltype(&::globfree)> release(&found, &::globfree);
    if (::glob(path.c_str(), 0, nullptr, &found) != 0) return {};
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
      if (auto r = read(found.gl_pathv[i], depth + 1); !r) return r;
    return {};
  }

  std::filesystem::path home_;
  Directives all_;
};

// The process that a temporary file is named after: temp-4711.rdb (BGSAVE), temp-1795231052.4711.rdb (a replica's
// sync), temp-rewriteaof-4711.aof and temp-rewriteaof-bg-4711.aof.
std::optional<std::int32_t> writer_of(std::string_view name) {
  constexpr std::string_view prefix = "temp-";
  const bool rdb = name.ends_with(".rdb");
  if (!name.starts_with(prefix) || (!rdb && !name.ends_with(".aof"))) return std::nullopt;
  name = name.substr(prefix.size(), name.size() - prefix.size() - 4);
  if (rdb) {
    if (const auto dot = name.find('.'); dot != name.npos) {
      if (!formats::whole_number<std::int64_t>(name.substr(0, dot))) return std::nullopt;
      name.remove_prefix(dot + 1);
    }
    return formats::whole_number<std::int32_t>(name);
  }
  for (const std::string_view kind : {"rewriteaof-bg-", "rewriteaof-"})
    if (name.starts_with(kind)) return formats::whole_number<std::int32_t>(name.substr(kind.size()));
  return std::nullopt;
}

bool lives(std::int32_t pid) {
  struct stat s {};
  return pid > 0 && ::stat(("/proc/" + std::to_string(pid)).c_str(), &s) == 0;
}

}  // namespace

Result<std::vector<formats::Directive>> server_directives(const std::string& path) {
  std::error_code failure;
  const auto whole = std::filesystem::absolute(path, failure);
  if (failure) return adapters::os_error("cannot resolve " + path, failure.value());
  ConfReader reader(whole.parent_path());
  if (const auto r = reader.read(path, 0); !r) return r.error();
  return reader.all();
}

Result<formats::ServerConf> server_conf(const std::string& path) {
  const auto directives = server_directives(path);
  if (!directives) return directives.error();
  auto conf = formats::server_conf(*directives);
  if (!conf) return while_doing(path, conf.error());
  return conf;
}

NodesConf nodes_conf(const std::string& path) {
  NodesConf n;
  const auto text = read_regular(path, longest_nodes_conf);
  if (!text) {
    n.absent = text.error().os_error == ENOENT;
    if (!n.absent) n.damage = text.error().what;
    return n;
  }
  n.absent = text->empty();
  if (n.absent) return n;
  auto view = formats::nodes_conf(*text);
  if (view)
    n.view = std::move(*view);
  else
    n.damage = path + ": " + view.error().what;
  return n;
}

std::vector<std::string> leftover_temporaries(const std::string& directory) {
  std::vector<std::string> left;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure)) {
    const auto writer = writer_of(at->path().filename().string());
    if (writer && !lives(*writer)) left.push_back(at->path().string());
  }
  std::ranges::sort(left);
  return left;
}

}  // namespace slotwarden::observe
