#include "act/unit_files.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "act/publish.h"
#include "adapters/fd.h"

namespace slotwarden::act {

namespace {

namespace fs = std::filesystem;

constexpr auto lasting_home = "/etc/systemd/system";
constexpr auto passing_home = "/run/systemd/system";

fs::path directory_of(const std::string& unit, Lasts lasts) {
  return fs::path(lasts == Lasts::always ? lasting_home : passing_home) / (unit + ".d");
}

std::string directories_file(Port port) {
  return "/etc/tmpfiles.d/slotwarden-" + std::to_string(port.n) + ".conf";
}

Result<void> write_below(const fs::path& directory, const std::string& name, const std::string& text) {
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (failure) return Error{"cannot create " + directory.string() + ": " + failure.message(), failure.value()};
  return publish((directory / name).string(), text, 0644);
}

Result<void> gone(const std::string& file) {
  if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
  return adapters::os_error("cannot remove " + file);
}

}  // namespace

Result<void> write_drop_in(const std::string& unit, Lasts lasts, const std::string& name, const std::string& text) {
  return write_below(directory_of(unit, lasts), name, text);
}

Result<void> remove_drop_in(const std::string& unit, Lasts lasts, const std::string& name) {
  const auto directory = directory_of(unit, lasts);
  if (auto done = gone((directory / name).string()); !done) return done;
  (void)gone((directory / (name + ".new")).string());  // of a write that was killed
  (void)::rmdir(directory.c_str());                    // refused where others' drop-ins are
  return {};
}

std::vector<DropIn> drop_ins(const std::string& name) {
  std::vector<DropIn> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(lasting_home, ignored)) {
    if (entry.path().extension() != ".d") continue;
    std::ifstream file(entry.path() / name);
    if (!file) continue;
    std::stringstream text;
    text << file.rdbuf();
    const auto written = fs::last_write_time(entry.path() / name, ignored);
    const auto age = fs::file_time_type::clock::now() - written;
    all.push_back({entry.path().stem().string(), text.str(), std::chrono::duration_cast<std::chrono::seconds>(age)});
  }
  return all;
}

Result<void> write_directories(Port port, const std::string& text) {
  return write_below("/etc/tmpfiles.d", fs::path(directories_file(port)).filename(), text);
}

Result<void> remove_directories(Port port) {
  return gone(directories_file(port));
}

}  // namespace slotwarden::act
