#include "adapters/login_manager.h"

#include <poll.h>
#include <time.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <deque>

#include "adapters/fd.h"
#include "adapters/system_bus.h"

namespace slotwarden::adapters {

namespace {

constexpr auto login_name = "org.freedesktop.login1";
constexpr auto login_path = "/org/freedesktop/login1";
constexpr auto login_manager = "org.freedesktop.login1.Manager";
constexpr auto owner_changes =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.freedesktop.login1'";

using std::chrono::microseconds;

std::string said(const sd_bus_error* e) {
  return std::string(e->message ? e->message : e->name ? e->name : "no reason given");
}

}  // namespace

struct LoginManager::Impl {
  Impl(const asio::any_io_executor& on, Bus b, int fd) : bus(std::move(b)), readiness(on, fd), alarm(on) {}

  Bus bus;
  asio::posix::stream_descriptor readiness;  // a duplicate of the bus's, which closes its own
  asio::steady_timer alarm;
  std::deque<Word> heard;
  std::string trouble;  // why nothing will be heard any more
  Fd lock;
  microseconds longest{0};

  [[nodiscard]] int listen();
  void take(sd_bus_message* answer);
  asio::awaitable<void> until_ready(const std::shared_ptr<Impl>& self);

  static int on_listening(sd_bus_message* m, void* mine, sd_bus_error*);
  static int on_shutdown(sd_bus_message* m, void* mine, sd_bus_error*);
  static int on_owner(sd_bus_message* m, void* mine, sd_bus_error*);
  static int on_lock(sd_bus_message* m, void* mine, sd_bus_error*);
  static int on_longest(sd_bus_message* m, void* mine, sd_bus_error*);
};

int LoginManager::Impl::on_listening(sd_bus_message* m, void* mine, sd_bus_error*) {
  if (const auto* e = ::sd_bus_message_get_error(m)) static_cast<Impl*>(mine)->trouble = said(e);
  return 0;
}

int LoginManager::Impl::on_shutdown(sd_bus_message* m, void* mine, sd_bus_error*) {
  int down = 0;
  if (::sd_bus_message_read(m, "b", &down) < 0) return 0;
  static_cast<Impl*>(mine)->heard.push_back({down ? News::going_down : News::called_off, {}});
  return 0;
}

int LoginManager::Impl::on_owner(sd_bus_message* m, void* mine, sd_bus_error*) {
  const char* name = nullptr;
  const char* before = nullptr;
  const char* after = nullptr;
  if (::sd_bus_message_read(m, "sss", &name, &before, &after) < 0) return 0;
  if (*after) static_cast<Impl*>(mine)->heard.push_back({News::appeared, {}});
  return 0;
}

int LoginManager::Impl::on_lock(sd_bus_message* m, void* mine, sd_bus_error*) {
  static_cast<Impl*>(mine)->take(m);
  return 0;
}

int LoginManager::Impl::on_longest(sd_bus_message* m, void* mine, sd_bus_error*) {
  std::uint64_t us = 0;
  if (!::sd_bus_message_get_error(m) && ::sd_bus_message_read(m, "v", "t", &us) >= 0)
    static_cast<Impl*>(mine)->longest = microseconds(us);
  return 0;
}

// The descriptor belongs to the message, and the lock lasts as long as a copy of it is open.
void LoginManager::Impl::take(sd_bus_message* answer) {
  if (const auto* e = ::sd_bus_message_get_error(answer)) {
    heard.push_back({News::no_lock, said(e)});
    return;
  }
  int theirs = -1;
  if (::sd_bus_message_read(answer, "h", &theirs) >= 0) lock.reset(::fcntl(theirs, F_DUPFD_CLOEXEC, 3));
  if (lock)
    heard.push_back({News::lock, {}});
  else
    heard.push_back({News::no_lock, std::string("its answer cannot be used: ") + std::strerror(errno)});
}

int LoginManager::Impl::listen() {
  const int done = ::sd_bus_match_signal_async(bus.get(), nullptr, login_name, login_path, login_manager,
                                               "PrepareForShutdown", on_shutdown, on_listening, this);
  return done < 0 ? done : ::sd_bus_add_match_async(bus.get(), nullptr, owner_changes, on_owner, on_listening, this);
}

// Returns when the bus has something to do: bytes came, may be sent, or one of its calls is overdue.
asio::awaitable<void> LoginManager::Impl::until_ready(const std::shared_ptr<Impl>& self) {
  const int events = ::sd_bus_get_events(bus.get());
  std::uint64_t until_us = UINT64_MAX;
  (void)::sd_bus_get_timeout(bus.get(), &until_us);
  if (until_us == UINT64_MAX)
    alarm.expires_at(asio::steady_timer::time_point::max());
  else  // of the monotonic clock, which is the steady one of this C++ library
    alarm.expires_at(asio::steady_timer::time_point(microseconds(until_us)));
  const auto ready = [self](const boost::system::error_code& ended) {
    if (ended != asio::error::operation_aborted) self->alarm.cancel();
  };
  if (events & POLLIN) readiness.async_wait(asio::posix::stream_descriptor::wait_read, ready);
  if (events & POLLOUT) readiness.async_wait(asio::posix::stream_descriptor::wait_write, ready);
  boost::system::error_code ignored;
  co_await alarm.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  readiness.cancel(ignored);
}

LoginManager::LoginManager(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

LoginManager::~LoginManager() {
  boost::system::error_code ignored;
  impl_->readiness.cancel(ignored);
  impl_->alarm.cancel();
}

Result<std::unique_ptr<LoginManager>> LoginManager::connect(const asio::any_io_executor& on) {
  auto bus = system_bus();
  if (!bus) return bus.error();
  const int fd = ::fcntl(::sd_bus_get_fd(bus->get()), F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return os_error("cannot wait for the system bus");
  auto impl = std::make_shared<Impl>(on, std::move(*bus), fd);
  if (const int done = impl->listen(); done < 0) return bus_failure("cannot listen to logind", done);
  return std::unique_ptr<LoginManager>(new LoginManager(std::move(impl)));
}

asio::awaitable<Result<LoginManager::Word>> LoginManager::next() {
  const auto impl = impl_;
  for (;;) {
    int done = 1;
    while (done > 0 && impl->heard.empty()) done = ::sd_bus_process(impl->bus.get(), nullptr);
    if (!impl->heard.empty()) {
      Word word = std::move(impl->heard.front());
      impl->heard.pop_front();
      co_return word;
    }
    if (done < 0) co_return bus_failure("the system bus has gone", done);
    if (!impl->trouble.empty()) co_return Error{"the system bus tells nothing of logind: " + impl->trouble};
    co_await impl->until_ready(impl);
  }
}

void LoginManager::ask_for_lock(const std::string& why) {
  auto* bus = impl_->bus.get();
  (void)::sd_bus_call_method_async(bus, nullptr, login_name, login_path, "org.freedesktop.DBus.Properties", "Get",
                                   Impl::on_longest, impl_.get(), "ss", login_manager, "InhibitDelayMaxUSec");
  const int asked =
      ::sd_bus_call_method_async(bus, nullptr, login_name, login_path, login_manager, "Inhibit", Impl::on_lock,
                                 impl_.get(), "ssss", "shutdown", "slotwarden", why.c_str(), "delay");
  if (asked < 0) impl_->heard.push_back({News::no_lock, std::strerror(-asked)});
}

void LoginManager::release() {
  impl_->lock.reset();
}

std::chrono::milliseconds LoginManager::longest_delay() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(impl_->longest);
}

}  // namespace slotwarden::adapters
