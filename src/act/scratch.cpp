#include "act/scratch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "facts/kept_copy.h"

namespace slotwarden::act {

namespace {

using adapters::Fd;
using adapters::os_error;

// All that a rehearsal makes there; the last two by way of the server.
constexpr std::array made{"dump.rdb", scratch_conf_name, scratch_output_name, scratch_identity_name, "process.new",
                          "s"};

bool write_whole(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto n = ::write(fd, data, size);
    if (n < 0 && errno != EINTR) return false;
    if (n <= 0) continue;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

Result<Fd> make_file(int folder, const std::string& path, std::string_view name, const Owner& owner) {
  Fd to(::openat(folder, std::string(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to) return os_error(fmt::format("cannot make {}/{}", path, name));
  if (owner.uid && ::fchown(to.get(), *owner.uid, owner.gid.value_or(-1)) != 0)
    return os_error(fmt::format("cannot give {}/{} to the server's user", path, name));
  return to;
}

Result<void> copy_dump(int from, int folder, const std::string& path, std::string_view name, const Owner& owner) {
  const auto to = make_file(folder, path, name, owner);
  if (!to) return to.error();
  std::vector<char> buffer(1 << 20);
  for (off_t at = 0;;) {
    const auto n = ::pread(from, buffer.data(), buffer.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("cannot read the generation");
    if (n == 0) return {};
    if (!write_whole(to->get(), buffer.data(), static_cast<std::size_t>(n)))
      return os_error(fmt::format("cannot write {}/{}", path, name));
    at += n;
  }
}

}  // namespace

std::string scratch_path(const std::string& data_directory) {
  return fmt::format("{}/{}/{}", data_directory, kept_folder, scratch_folder);
}

Result<void> remove_scratch(const std::string& data_directory) {
  const auto path = scratch_path(data_directory);
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder && (errno == ENOENT || errno == ENOTDIR)) return {};
  if (!folder) return os_error("cannot open " + path);
  for (const auto* name : made)
    if (::unlinkat(folder.get(), name, 0) != 0 && errno != ENOENT)
      return os_error(fmt::format("cannot remove {}/{}", path, name));
  if (::unlinkat(AT_FDCWD, path.c_str(), AT_REMOVEDIR) != 0) return os_error("cannot remove " + path);
  return {};
}

Result<Scratch> Scratch::make(const std::string& data_directory, Owner owner, int dump, std::string_view dump_name,
                              std::string_view conf) {
  if (auto removed = remove_scratch(data_directory); !removed) return removed.error();
  const auto path = scratch_path(data_directory);
  if (::mkdir(path.c_str(), 0700) != 0) return os_error("cannot make " + path);
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return os_error("cannot open " + path);
  if (owner.uid && ::fchown(folder.get(), *owner.uid, owner.gid.value_or(-1)) != 0)
    return os_error("cannot give " + path + " to the server's user");
  const auto open_file = fmt::format("/proc/self/fd/{}", dump);
  const std::string name(dump_name);
  if (::linkat(AT_FDCWD, open_file.c_str(), folder.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0)
    if (auto copied = copy_dump(dump, folder.get(), path, dump_name, owner); !copied) return copied.error();
  const auto to = make_file(folder.get(), path, scratch_conf_name, owner);
  if (!to) return to.error();
  if (!write_whole(to->get(), conf.data(), conf.size()))
    return os_error(fmt::format("cannot write {}/{}", path, scratch_conf_name));
  return Scratch(path, std::move(folder));
}

std::string Scratch::short_path() const {
  return fmt::format("/proc/self/fd/{}", folder_.get());
}

}  // namespace slotwarden::act
