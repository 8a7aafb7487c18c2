#include "run/control_server.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <set>

#include "control/event_json.h"
#include "run/bell.h"
#include "run/control_client.h"

namespace slotwarden::run {
namespace {

using Local = asio::local::stream_protocol;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error failure(const std::string& what) {
  const int e = errno;
  return Error{what + ": " + std::strerror(e), e};
}

Result<sockaddr_un> address(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof a.sun_path)
    return Error{"control_socket \"" + path + "\" must have 1 to " + std::to_string(sizeof a.sun_path - 1) +
                 " characters: the kernel takes no longer path"};
  std::memcpy(a.sun_path, path.data(), path.size());
  return a;
}

int new_socket() {
  return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

// Removes the socket file of a daemon that is dead; anything else is an error.
Result<void> clear_stale(const sockaddr_un& at) {
  const std::string path = at.sun_path;
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return errno == ENOENT ? Result<void>{} : failure("cannot look at " + path);
  if (!S_ISSOCK(st.st_mode))
    return Error{path + " is there and is not a socket; move it away or choose another control_socket"};
  const Descriptor probe{new_socket()};
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 || errno == EAGAIN)
    return Error{"another slotwardend answers on " + path +
                 "; stop it first (slotwardenctl shutdown leaves its servers running)"};
  if (errno != ECONNREFUSED) return failure("cannot tell whether another slotwardend answers on " + path);
  if (::unlink(path.c_str()) != 0) return failure("cannot remove the stale socket " + path);
  return {};
}

// The group's number; nullopt where there is no such group.
std::optional<gid_t> find_group(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const group* g = ::getgrnam(name.c_str());
  return g ? std::optional(g->gr_gid) : std::nullopt;
}

// Bound, listening, 0660. The directory is locked meanwhile: of two daemons that start at once, one sees the other.
Result<Descriptor> bind_socket(const ControlOptions& o) {
  const Result<sockaddr_un> at = address(o.path);
  if (!at) return at.error();
  const std::size_t slash = o.path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : o.path.substr(0, slash + 1);
  const Descriptor lock{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (lock.get() < 0) return failure("cannot open the control socket's directory " + directory);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return failure("another slotwardend is starting in " + directory);
  if (const Result<void> cleared = clear_stale(*at); !cleared) return cleared.error();

  Descriptor s{new_socket()};
  if (s.get() < 0) return failure("cannot make a unix socket");
  ::fchmod(s.get(), 0600);  // bind takes the mode from here: nobody else connects before the group is set
  if (::bind(s.get(), reinterpret_cast<const sockaddr*>(&*at), sizeof *at) != 0)
    return failure("cannot bind " + o.path);
  if (const auto gid = find_group(o.group); gid && ::chown(o.path.c_str(), static_cast<uid_t>(-1), *gid) != 0)
    spdlog::warn("the group of {} stays as it is: it cannot be given to {} ({}); only this user and root can use it",
                 o.path, o.group, std::strerror(errno));
  if (::chmod(o.path.c_str(), 0660) != 0) return failure("cannot set the mode of " + o.path);
  if (::listen(s.get(), SOMAXCONN) != 0) return failure("cannot listen on " + o.path);
  return s;
}

// Only the local file: a directory service must not hold up the event loop.
std::string user_name(uid_t uid) {
  const std::unique_ptr<FILE, int (*)(FILE*)> passwd{::fopen("/etc/passwd", "re"), ::fclose};
  while (const struct passwd* p = passwd ? ::fgetpwent(passwd.get()) : nullptr)
    if (p->pw_uid == uid) return p->pw_name;
  return {};
}

}  // namespace

std::string describe(const Caller& c) {
  const std::string user = c.user.empty() ? "" : " (" + c.user + ")";
  return "uid " + std::to_string(c.uid) + user + ", pid " + std::to_string(c.pid);
}

struct ControlServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(const asio::any_io_executor& executor, ControlOptions o, Handler h)
      : on(executor), options(std::move(o)), handler(std::move(h)), acceptor(executor), pause(executor) {}

  const asio::any_io_executor on;
  const ControlOptions options;
  const Handler handler;
  Local::acceptor acceptor;
  asio::steady_timer pause;
  struct stat file {};  // what was bound, to remove nothing else
  std::set<std::shared_ptr<ControlClient>> clients;
  Bell somebody_left{on};
  std::map<uid_t, std::string> users;
  bool stopped = false;

  asio::awaitable<void> accept_clients();
  void take(Local::socket s);
  asio::awaitable<void> host(std::shared_ptr<ControlClient> client);
  std::optional<Caller> caller_of(Local::socket& s);
};

asio::awaitable<void> ControlServer::Impl::accept_clients() {
  const auto self = shared_from_this();
  while (!stopped) {
    boost::system::error_code failed;
    Local::socket s = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
    if (stopped) co_return;
    if (!failed) {
      take(std::move(s));
      continue;
    }
    spdlog::debug("control socket: cannot accept a client: {}", failed.message());
    pause.expires_after(std::chrono::milliseconds{100});  // out of descriptors, most likely
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
  }
}

std::optional<Caller> ControlServer::Impl::caller_of(Local::socket& s) {
  ucred c{};
  socklen_t size = sizeof c;
  if (::getsockopt(s.native_handle(), SOL_SOCKET, SO_PEERCRED, &c, &size) != 0) return std::nullopt;
  const auto [known, is_new] = users.try_emplace(c.uid);
  if (is_new) known->second = user_name(c.uid);
  return Caller{c.uid, c.gid, c.pid, known->second};
}

void ControlServer::Impl::take(Local::socket s) {
  const auto caller = caller_of(s);
  if (!caller) return;
  const std::size_t most = options.clients + (caller->uid == 0 ? options.reserved : 0);
  if (clients.size() >= most) {
    spdlog::debug("control client {}: turned away, {} are connected", describe(*caller), clients.size());
    const std::string why = control::error("ERR " + std::to_string(most) + " clients are connected already; try again");
    boost::system::error_code ignored;
    s.non_blocking(true, ignored);
    s.write_some(asio::buffer(why), ignored);
    return;
  }
  auto client = std::make_shared<ControlClient>(std::move(s), *caller, options, handler);
  clients.insert(client);
  asio::co_spawn(on, host(std::move(client)), asio::detached);
}

asio::awaitable<void> ControlServer::Impl::host(std::shared_ptr<ControlClient> client) {
  const auto self = shared_from_this();
  co_await client->serve();
  clients.erase(client);
  somebody_left.ring();
}

Result<std::unique_ptr<ControlServer>> ControlServer::listen(asio::any_io_executor on, ControlOptions options,
                                                             Handler handler) {
  Result<Descriptor> bound = bind_socket(options);
  if (!bound) return bound.error();
  auto impl = std::make_shared<Impl>(on, std::move(options), std::move(handler));
  ::stat(impl->options.path.c_str(), &impl->file);
  boost::system::error_code failed;
  impl->acceptor.assign(Local{}, bound->get(), failed);
  if (failed) return Error{"cannot watch the control socket: " + failed.message(), failed.value()};
  bound->release();
  asio::co_spawn(on, impl->accept_clients(), asio::detached);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

ControlServer::ControlServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ControlServer::~ControlServer() {
  stop();
}

void ControlServer::publish(const Event& e) {
  const std::array parts{control::bulk("message"), control::bulk("events"), control::document(control::to_json(e))};
  const auto message = std::make_shared<const std::string>(control::array(parts));
  for (const auto& client : impl_->clients) client->deliver(message);
}

void ControlServer::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  struct stat now {};
  const char* path = impl_->options.path.c_str();
  const bool ours = ::lstat(path, &now) == 0 && now.st_dev == impl_->file.st_dev && now.st_ino == impl_->file.st_ino;
  if (ours) ::unlink(path);
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  impl_->pause.cancel();
  for (const auto& client : impl_->clients) client->finish();
}

std::size_t ControlServer::clients() const {
  return impl_->clients.size();
}

asio::awaitable<void> ControlServer::served() {
  const auto impl = impl_;
  while (!impl->clients.empty()) co_await impl->somebody_left.wait(std::chrono::minutes{1});
}

}  // namespace slotwarden::run
