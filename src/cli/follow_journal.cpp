#include "cli/follow_journal.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

namespace slotwarden::cli {

control::ExitCode follow_journal(const Console& c, const std::string& identifier) {
  c.out << std::flush;
  std::string name = "journalctl";
  std::string follow = "--follow";
  std::string from_now = "--lines=0";
  std::string plain = "--output=cat";
  std::string whose = "--identifier=" + identifier;
  std::array arguments{name.data(),  follow.data(), from_now.data(),
                       plain.data(), whose.data(),  static_cast<char*>(nullptr)};
  pid_t pid = 0;
  if (const int refused = ::posix_spawnp(&pid, name.c_str(), nullptr, nullptr, arguments.data(), environ)) {
    c.err << "slotwardenctl: cannot run journalctl: " << std::strerror(refused) << '\n';
    return control::ExitCode::failed;
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? control::ExitCode::failed : control::ExitCode::done;
}

}  // namespace slotwarden::cli
