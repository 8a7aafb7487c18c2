#include "run/services.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>

#include "adapters/journal_record.h"

namespace slotwarden::run {

void move(Instance& i, decide::LifeEvent on) {
  const auto to = decide::next(i.state, on);
  if (to != i.state) {
    i.state = to;
    i.state_since = now();
    i.state_since_unix_ms = unix_ms();
  }
  for (auto* w : i.watchers) w->ring();
}

std::string Services::journal_name(Port p) {
  static const bool to_journal = adapters::logs_to_journal();
  return to_journal ? "redis-" + std::to_string(p.n) : "";
}

void start(const asio::any_io_executor& on, std::string name, asio::awaitable<void> work) {
  asio::co_spawn(on, std::move(work), [name = std::move(name)](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const boost::system::system_error& e) {
      if (e.code() != asio::error::operation_aborted) spdlog::error("{} ended: {}", name, e.what());
    } catch (const std::exception& e) {
      spdlog::error("{} ended: {}", name, e.what());
    }
  });
}

}  // namespace slotwarden::run
