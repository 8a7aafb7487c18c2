// Runs one coroutine on a loop of its own until it has ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace slotwarden::tests {

template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
  auto done = boost::asio::co_spawn(loop, std::move(work), boost::asio::use_future);
  loop.restart();
  loop.run();
  return done.get();
}

}  // namespace slotwarden::tests
