#include "adapters/spawn_child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace slotwarden::adapters {

namespace {

bool write_all(int fd, const char* data, std::size_t size) noexcept {
  while (size > 0) {
    const auto n = ::write(fd, data, size);
    if (n < 0 && errno != EINTR) return false;
    if (n <= 0) continue;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// Handlers of ours must not run in the child, and an ignored signal would stay ignored in the server. Some numbers are
// the C library's own or cannot be changed: their refusal does not matter.
bool clean_signals() noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &plain, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

// Our own line of /proc/self/stat: pid, session and start time are the server's from here on.
bool copy_stat(int into) noexcept {
  char text[1024];
  const int from = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (from < 0) return false;
  const auto n = ::read(from, text, sizeof text);
  ::close(from);
  return n > 0 && write_all(into, text, static_cast<std::size_t>(n));
}

bool leave_identity(const ChildPlan& plan) noexcept {
  if (plan.identity_file.empty()) return true;
  const char* temporary = plan.identity_temporary.c_str();
  const int fd = ::open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = write_all(fd, plan.boot_id.data(), plan.boot_id.size()) && copy_stat(fd);
  const bool closed = ::close(fd) == 0;
  return written && closed && ::rename(temporary, plan.identity_file.c_str()) == 0;
}

// Without the privilege to go lower the inherited value stays.
void set_oom_score(const ChildPlan& plan) noexcept {
  const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  write_all(fd, plan.oom_score_adj.data(), plan.oom_score_adj.size());
  ::close(fd);
}

// Soft and hard alike; where the hard limit cannot be raised, all that it allows.
bool limit(int resource, rlim_t wanted) noexcept {
  rlimit both{wanted, wanted};
  const auto kind = static_cast<__rlimit_resource_t>(resource);
  if (::setrlimit(kind, &both) == 0) return true;
  if (errno != EPERM || ::getrlimit(kind, &both) != 0) return false;
  both.rlim_cur = both.rlim_max;
  return ::setrlimit(kind, &both) == 0;
}

bool set_limits(const ChildPlan& plan, Progress& progress) noexcept {
  if (plan.nofile > 0 && !limit(RLIMIT_NOFILE, plan.nofile)) return false;
  if (!limit(RLIMIT_CORE, plan.core)) return false;
  if (plan.nproc && !limit(RLIMIT_NPROC, *plan.nproc)) return false;
  rlimit granted{};
  if (::getrlimit(RLIMIT_NOFILE, &granted) != 0) return false;
  progress.nofile_granted = granted.rlim_cur;
  return true;
}

// Everything above stderr closes at exec, except what the server is to inherit. Asio's sockets are not close-on-exec by
// themselves, and Boost.Process closes only what lies above the highest descriptor that it keeps.
bool arrange_descriptors(const ChildPlan& plan) noexcept {
  if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.output, 2) < 0) return false;
  if (::syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0) return false;
  return plan.inherited < 0 || ::fcntl(plan.inherited, F_SETFD, 0) == 0;
}

// Capabilities that the daemon was lent are its own; one that is not root would hand them on to every server.
bool change_user(const ChildPlan& plan) noexcept {
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return false;
  if (!plan.become) return true;
  const auto& a = *plan.become;
  return ::setgroups(a.groups.size(), a.groups.data()) == 0 && ::setresgid(a.gid, a.gid, a.gid) == 0 &&
         ::setresuid(a.uid, a.uid, a.uid) == 0;
}

// After the change of the user, which would undo it. The parent may have died before.
bool tie_to_parent(const ChildPlan& plan) noexcept {
  if (plan.dies_with == 0) return true;
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return false;
  errno = ESRCH;
  return ::getppid() == plan.dies_with;
}

}  // namespace

int prepare_child(const ChildPlan& plan, Progress& progress) noexcept {
  const auto failed = [] { return errno != 0 ? errno : EIO; };
  progress.step = Step::session;
  if (::setsid() < 0) return failed();
  progress.step = Step::signals;
  if (!clean_signals()) return failed();
  ::umask(static_cast<mode_t>(plan.umask));
  progress.step = Step::identity;
  if (!leave_identity(plan)) return failed();
  set_oom_score(plan);
  progress.step = Step::limits;
  if (!set_limits(plan, progress)) return failed();
  progress.step = Step::descriptors;
  if (!arrange_descriptors(plan)) return failed();
  progress.step = Step::user;
  if (!change_user(plan)) return failed();
  progress.step = Step::parent;
  if (!tie_to_parent(plan)) return failed();
  progress.step = Step::directory;
  if (::chdir(plan.directory.c_str()) != 0) return failed();
  progress.step = Step::execute;
  return 0;
}

}  // namespace slotwarden::adapters
