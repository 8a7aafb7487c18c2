#define BOOST_PROCESS_V2_PIDFD_OPEN 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <fstream>

#include "adapters/fd.h"
#include "adapters/process.h"
#include "adapters/spawn_child.h"

namespace slotwarden::adapters {

namespace {

namespace process = boost::process::v2;

// One page that parent and child both see.
class SharedProgress {
 public:
  SharedProgress()
      : page_(::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (page_ != MAP_FAILED) new (page_) Progress;
  }
  ~SharedProgress() {
    if (page_ != MAP_FAILED) ::munmap(page_, sizeof(Progress));
  }
  SharedProgress(const SharedProgress&) = delete;
  SharedProgress& operator=(const SharedProgress&) = delete;
  explicit operator bool() const { return page_ != MAP_FAILED; }
  Progress& operator*() const { return *static_cast<Progress*>(page_); }

 private:
  void* page_;
};

// Boost.Process runs this in the child. Where the preparation or exec fails it leaves without the daemon's exit
// handlers. (Boost 1.81 looks for the hook with other arguments than it calls it with: hence any.)
struct InChild {
  const ChildPlan& plan;
  Progress& progress;

  template <class Launcher>
  boost::system::error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*&) const {
    errno = prepare_child(plan, progress);  // which Boost.Process tells the parent
    return {errno, boost::system::system_category()};
  }
  template <class... Any>
  void on_exec_error(Any&&...) const {
    ::_exit(127);
  }
};

// Below 3 a descriptor would be in the way of the child's stdin, stdout and stderr.
Result<Fd> above_stderr(int fd, const std::string& path) {
  if (fd < 0) return os_error("cannot open " + path);
  if (fd > 2) return Fd(fd);
  const Fd low(fd);
  Fd high(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!high) return os_error("cannot open " + path);
  return high;
}

// Opened while still the daemon's user; the server needs no right to the directory. Links and pipes are refused: the
// directory may belong to somebody with fewer rights than we have.
Result<Fd> open_output(const std::string& path, const std::optional<Account>& owner) {
  if (path.empty()) return above_stderr(::open("/dev/null", O_WRONLY | O_CLOEXEC), "/dev/null");
  constexpr int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  int fd = ::open(path.c_str(), flags | O_CREAT | O_EXCL, 0640);
  const bool created = fd >= 0;
  if (!created && errno == EEXIST) fd = ::open(path.c_str(), flags);
  auto out = above_stderr(fd, path);
  if (!out) return out;
  struct stat s {};
  if (::fstat(out->get(), &s) != 0) return os_error("cannot open " + path);
  if (!S_ISREG(s.st_mode)) return Error{"cannot log to " + path + ": it is not a regular file", EINVAL};
  if (created && ::fchmod(out->get(), 0640) != 0) return os_error("cannot set the mode of " + path);
  if (created && owner && ::fchown(out->get(), owner->uid, owner->gid) != 0)
    return os_error("cannot give " + path + " to user " + owner->name);
  ::fcntl(out->get(), F_SETFL, O_APPEND);
  return out;
}

// The journal's own socket and no pipe of ours: a server that prints neither waits for the daemon nor dies with it.
Result<Fd> open_outputs(const SpawnRequest& r, const std::optional<Account>& owner) {
  if (!r.journal.empty()) {
    constexpr int without_levels = 0;
    const int fd = ::sd_journal_stream_fd(r.journal.c_str(), LOG_INFO, without_levels);
    if (fd >= 0) return above_stderr(fd, "the journal");
  }
  return open_output(r.output, owner);
}

// Empty when it cannot be read.
std::string first_line(const char* path) {
  std::string line;
  std::ifstream in(path);
  std::getline(in, line);
  return line;
}

// No process may have more descriptors than fs.nr_open, and asking for more is refused as if we lacked the privilege.
rlim_t allowed_by_kernel(std::uint64_t wanted) {
  const auto most = std::strtoull(first_line("/proc/sys/fs/nr_open").c_str(), nullptr, 10);
  return most > 0 ? std::min<std::uint64_t>(wanted, most) : wanted;
}

// Nothing to become when we are that user already, as a daemon without privileges always is.
Result<std::optional<Account>> account_to_become(const std::optional<std::string>& user) {
  if (!user) return std::optional<Account>{};
  auto found = account(*user);
  if (!found) return found.error();
  if (found->uid == ::geteuid() && found->uid != 0) return std::optional<Account>{};
  return std::optional<Account>{std::move(*found)};
}

Result<ChildPlan> plan_of(const SpawnRequest& r) {
  ChildPlan plan;
  plan.umask = r.umask;
  if (!r.identity_file.empty()) {
    plan.boot_id = first_line("/proc/sys/kernel/random/boot_id") + "\n";
    if (plan.boot_id == "\n") return Error{"cannot read /proc/sys/kernel/random/boot_id"};
    plan.identity_file = r.identity_file;
    plan.identity_temporary = r.identity_file + ".new";
  }
  plan.oom_score_adj = std::to_string(r.oom_score_adj);
  plan.nofile = r.nofile > 0 ? allowed_by_kernel(r.nofile) : 0;
  plan.core = r.core_bytes < 0 ? RLIM_INFINITY : static_cast<rlim_t>(r.core_bytes);
  if (r.nproc >= 0) plan.nproc = static_cast<rlim_t>(r.nproc);
  plan.inherited = r.inherited_fd;
  plan.directory = r.directory;
  if (r.dies_with_us) plan.dies_with = ::getpid();
  return plan;
}

std::string failed_step(const SpawnRequest& r, Step step) {
  switch (step) {
    case Step::start: return "cannot fork for " + r.executable;
    case Step::session: return "cannot start a session for " + r.executable;
    case Step::signals: return "cannot reset the signals for " + r.executable;
    case Step::identity: return "cannot write " + r.identity_file;
    case Step::limits: return "cannot set the limits of " + r.executable;
    case Step::descriptors: return "cannot arrange the descriptors of " + r.executable;
    case Step::user: return "cannot become user " + r.user.value_or("") + " (the daemon must be root or that user)";
    case Step::parent: return "cannot tie the life of " + r.executable + " to the daemon's";
    case Step::directory: return "cannot enter the directory " + r.directory;
    case Step::execute: return "cannot execute " + r.executable;
  }
  return "";
}

// The strings that execve wants, ending with a null.
std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const auto& t : texts) pointers.push_back(t.c_str());
  pointers.push_back(nullptr);
  return pointers;
}

// A context of its own: the daemon's is not told of the fork, so that neither its look-ups are waited for nor its
// descriptors registered again in the child.
void launch(process::posix::default_launcher& launcher, const SpawnRequest& r, const InChild& in_child,
            boost::system::error_code& error) {
  asio::io_context here(1);
  try {
    auto child = launcher(here.get_executor(), error, r.executable, r.arguments, in_child);
    if (!error) child.detach();
  } catch (const boost::system::system_error& out_of_descriptors) {
    error = out_of_descriptors.code();
  }
}

Result<Pid> launch(const SpawnRequest& r, const InChild& in_child) {
  process::posix::default_launcher launcher;
  const auto environment = pointers_to(r.environment);
  launcher.env = environment.data();
  if (r.inherited_fd >= 0) launcher.fd_whitelist.push_back(r.inherited_fd);
  boost::system::error_code error;
  launch(launcher, r, in_child, error);
  if (!error) return Pid{launcher.pid};
  if (launcher.pid > 0) {
    ::kill(launcher.pid, SIGKILL);  // a zombie already, unless it is Boost.Process that failed after the fork
    ::waitpid(launcher.pid, nullptr, 0);
  }
  return os_error(failed_step(r, in_child.progress.step), error.value());
}

}  // namespace

Result<Spawned> spawn(const SpawnRequest& r) {
  auto plan = plan_of(r);
  if (!plan) return plan.error();
  auto become = account_to_become(r.user);
  if (!become) return become.error();
  plan->become = std::move(*become);
  const auto input = above_stderr(::open("/dev/null", O_RDONLY | O_CLOEXEC), "/dev/null");
  if (!input) return input.error();
  const auto output = open_outputs(r, plan->become);
  if (!output) return output.error();
  plan->input = input->get();
  plan->output = output->get();
  const SharedProgress progress;
  if (!progress) return os_error("cannot share memory with the child of " + r.executable);
  const auto pid = launch(r, InChild{*plan, *progress});
  if (!pid) return pid.error();
  return Spawned{*pid, (*progress).nofile_granted};
}

}  // namespace slotwarden::adapters
