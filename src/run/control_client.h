// One connection to the control socket, from its first byte to its last.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "control/codec.h"
#include "run/bell.h"
#include "run/control_server.h"

namespace slotwarden::run {

// Does something later unless it is called off first. What is armed keeps the owner alive.
class Deadline {
 public:
  explicit Deadline(const asio::any_io_executor& on) : timer_(on) {}
  [[nodiscard]] bool armed() const { return armed_; }

  template <class Act>
  void arm(std::chrono::milliseconds in, Act act) {
    armed_ = true;
    const unsigned mine = ++turn_;
    timer_.expires_after(in);
    timer_.async_wait([this, mine, act = std::move(act)](const boost::system::error_code& cancelled) {
      if (cancelled || !armed_ || mine != turn_) return;
      armed_ = false;
      act();
    });
  }

  void call_off() {
    armed_ = false;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  bool armed_ = false;
  unsigned turn_ = 0;  // a timer that fired just before it was armed again is out of turn
};

// Owned by its coroutines. Everything runs on the socket's executor, one thread.
class ControlClient : public std::enable_shared_from_this<ControlClient> {
 public:
  using Socket = asio::local::stream_protocol::socket;
  using Message = std::shared_ptr<const std::string>;  // one for all subscribers

  // `options` and `handler` outlive it; after finish() the handler is not called again.
  ControlClient(Socket socket, Caller caller, const ControlOptions& options, const ControlServer::Handler& handler);

  // Answers requests until the client leaves, breaks a rule or is finished. Does not throw what a client can cause.
  [[nodiscard]] asio::awaitable<void> serve();
  // For subscribers; nothing for others. Never waits.
  void deliver(const Message& m);
  // Leaves as soon as the reply under way, or the events queued, are written.
  void finish();

  [[nodiscard]] const Caller& caller() const { return caller_; }

 private:
  [[nodiscard]] asio::awaitable<void> read_requests();
  // False when the connection is to be closed.
  [[nodiscard]] asio::awaitable<bool> answer_all();
  [[nodiscard]] asio::awaitable<bool> answer(control::RequestDecoder::Arguments argv);
  [[nodiscard]] asio::awaitable<std::string> reply_to(control::Request r);
  [[nodiscard]] asio::awaitable<bool> send(std::string bytes);
  [[nodiscard]] asio::awaitable<bool> write(const std::string& bytes);
  [[nodiscard]] asio::awaitable<void> write_events();
  void watch_frame();
  void subscribe();
  void overflow();
  void close();

  Socket socket_;
  const Caller caller_;
  const ControlOptions& options_;
  const ControlServer::Handler& handler_;
  control::RequestDecoder decoder_;
  Deadline frame_;          // armed iff a request was begun and is not whole
  Deadline write_;          // armed iff something is being written
  bool busy_ = false;       // a request is being answered
  bool finishing_ = false;  // leave when nothing is under way
  // Of subscribers; from then on replies go through the queue too.
  bool subscribed_ = false;
  std::deque<Message> queue_;
  std::size_t queued_bytes_ = 0;
  Bell queued_;
};

}  // namespace slotwarden::run
