#include "run/config_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ranges>
#include <system_error>

#include "facts/result.h"

namespace slotwarden::run {

namespace {

namespace fs = std::filesystem;

// Far more than anybody writes by hand; a larger file is something else.
constexpr std::size_t largest_file = 1U << 20;

class File {
 public:
  // O_NONBLOCK: a FIFO must not hold up the start.
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Error os_error(std::string clause) {
  const int code = errno;
  return {fmt::format("{}: {}", clause, std::strerror(code)), code};
}

Result<std::string> text_of(const File& file) {
  std::string text;
  char part[16'384];
  for (;;) {
    const auto n = ::read(file.fd(), part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("cannot be read");
    if (n == 0) return {boost::system::in_place_value, std::move(text)};  // an Error can be made of a string, too
    text.append(part, static_cast<std::size_t>(n));
    if (text.size() > largest_file) return Error{"is larger than 1 MiB, so it is not a configuration"};
  }
}

Result<std::string> read_file(const std::string& path) {
  const File file{path};
  struct stat status {};
  if (file.fd() < 0) return os_error("cannot be opened");
  if (::fstat(file.fd(), &status) != 0) return os_error("cannot be examined");
  if (!S_ISREG(status.st_mode)) return Error{"is not a regular file; put one in its place"};
  return text_of(file);
}

void add(const std::string& path, std::vector<config::SourceFile>& files, std::vector<config::Problem>& problems) {
  auto text = read_file(path);
  if (text)
    files.push_back({path, std::move(*text)});
  else
    problems.push_back({path, 0, text.error().what});
}

// The directory's *.toml by name; editors' and packages' leavings (.x.toml, x.toml~, x.toml.dpkg-new) are none.
void add_directory(const std::string& directory, bool required, std::vector<config::SourceFile>& files,
                   std::vector<config::Problem>& problems) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
    const auto& path = at->path();
    if (path.extension() == ".toml" && !path.filename().native().starts_with('.')) paths.push_back(path.native());
  }
  if (error && (required || error != std::errc::no_such_file_or_directory))
    problems.push_back({directory, 0, "cannot be listed: " + error.message()});
  std::ranges::sort(paths);
  for (const auto& path : paths) add(path, files, problems);
}

std::string beside(const std::string& main_file, const char* name) {
  return (fs::path{main_file}.parent_path() / name).lexically_normal().native();
}

}  // namespace

std::vector<std::string> policy_directories(const std::string& main_file, const std::optional<std::string>& given) {
  if (given) return {*given};
  std::vector<std::string> directories{beside(main_file, "policies")};
  for (const char* usual : {"/etc/slotwarden/policies", "/usr/share/slotwarden/policies"})
    if (usual != directories.front()) directories.emplace_back(usual);
  return directories;
}

ConfigFiles read_config_files(const std::string& main_file, const std::optional<std::string>& policies_dir) {
  ConfigFiles files;
  add(main_file, files.config, files.problems);
  add_directory(beside(main_file, "conf.d"), false, files.config, files.problems);
  for (const auto& directory : policy_directories(main_file, policies_dir))
    add_directory(directory, policies_dir.has_value(), files.policies, files.problems);
  return files;
}

config::Loaded load_config(const std::string& main_file, const std::optional<std::string>& policies_dir) {
  auto files = read_config_files(main_file, policies_dir);
  auto loaded = config::load(files.config, files.policies);
  if (!files.problems.empty()) loaded.host_sound = false;
  loaded.problems.insert(loaded.problems.begin(), files.problems.begin(), files.problems.end());
  return loaded;
}

std::vector<std::string> mistakes(const std::vector<config::Problem>& problems) {
  constexpr std::size_t most = 20;
  std::vector<std::string> all;
  for (const auto& p : problems | std::views::take(most)) all.push_back(config::describe(p));
  if (problems.size() > most)
    all.push_back(fmt::format("and {} more; slotwardend --check-config tells all of them", problems.size() - most));
  return all;
}

}  // namespace slotwarden::run
