// Work that blocks, away from the event loop: one thread for the state database (its writes stay in order), one for
// reading datasets, two for short looks at the host, which must not wait for a dataset of fifty gigabytes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace slotwarden::run {

namespace asio = boost::asio;

// What is being worked on, shared by the two threads: the worker fills `result`, then the loop is told.
template <class Work>
struct Job {
  Job(const asio::any_io_executor& on, Work w) : loop(on), done(on), work(std::move(w)) {}
  asio::any_io_executor loop;
  asio::steady_timer done;  // never expires; cancelled when the result is there
  Work work;
  std::optional<std::invoke_result_t<Work>> result;
};

// Runs `work` on `pool` and resumes the caller on its own executor with what it returned. `work` must not throw, nor
// touch what the event loop may change meanwhile: give it copies. The caller's executor is one thread.
template <class Work>
asio::awaitable<std::invoke_result_t<Work>> on(asio::thread_pool& pool, Work work) {
  const auto loop = co_await asio::this_coro::executor;
  auto job = std::make_shared<Job<Work>>(loop, std::move(work));
  job->done.expires_at(asio::steady_timer::time_point::max());
  asio::post(pool, [job] {
    job->result.emplace(job->work());
    asio::post(job->loop, [job] { job->done.cancel(); });
  });
  boost::system::error_code ignored;
  co_await job->done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return std::move(*job->result);
}

}  // namespace slotwarden::run
