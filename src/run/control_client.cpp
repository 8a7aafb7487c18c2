#include "run/control_client.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "control/commands.h"

namespace slotwarden::run {
namespace {

using control::RequestDecoder;

bool is_word(const std::string& given, std::string_view upper_case) {
  return std::ranges::equal(given, upper_case, [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
}

}  // namespace

ControlClient::ControlClient(Socket socket, Caller caller, const ControlOptions& options,
                             const ControlServer::Handler& handler)
    : socket_(std::move(socket)),
      caller_(std::move(caller)),
      options_(options),
      handler_(handler),
      frame_(socket_.get_executor()),
      write_(socket_.get_executor()),
      queued_(socket_.get_executor()) {}

asio::awaitable<void> ControlClient::serve() {
  try {
    co_await read_requests();
  } catch (const std::exception& e) {
    spdlog::debug("control client {}: {}", describe(caller_), e.what());
  }
  close();
}

asio::awaitable<void> ControlClient::read_requests() {
  std::array<char, 4096> chunk;
  while (!finishing_ || subscribed_) {
    boost::system::error_code failed;
    const std::size_t n =
        co_await socket_.async_read_some(asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return;
    decoder_.feed({chunk.data(), n});
    busy_ = true;
    const bool stay = co_await answer_all();
    busy_ = false;
    if (!stay) co_return;
    watch_frame();
  }
}

asio::awaitable<bool> ControlClient::answer_all() {
  for (;;) {
    RequestDecoder::Next next = decoder_.next();
    if (std::holds_alternative<RequestDecoder::NeedMore>(next)) co_return true;
    frame_.call_off();
    if (const auto* garbage = std::get_if<RequestDecoder::Garbage>(&next)) {
      spdlog::debug("control client {}: {}", describe(caller_), garbage->why);
      std::string reply = control::error("ERR " + garbage->why);
      co_await send(std::move(reply));
      co_return false;
    }
    auto argv = std::get<RequestDecoder::Arguments>(std::move(next));
    const bool stay = co_await answer(std::move(argv));
    if (!stay || (finishing_ && !subscribed_)) co_return false;
  }
}

asio::awaitable<bool> ControlClient::answer(RequestDecoder::Arguments argv) {
  std::string reply;
  const bool quits = is_word(argv.front(), "QUIT");
  if (quits) {
    reply = control::simple("OK");
  } else if (Result<control::Request> request = control::parse(argv); !request) {
    reply = control::error(request.error().what);
  } else {
    reply = co_await reply_to(std::move(*request));
  }
  const bool sent = co_await send(std::move(reply));
  co_return sent && !quits;
}

asio::awaitable<std::string> ControlClient::reply_to(control::Request r) {
  if (r.command == "SUBSCRIBE") {
    subscribe();
    co_return control::array(std::array{control::bulk("subscribe"), control::bulk(r.topic), control::integer(1)});
  }
  if (r.command == "PING" && subscribed_)
    co_return control::array(std::array{control::bulk("pong"), control::bulk("")});
  if (subscribed_)
    co_return control::error("ERR a subscriber may only SUBSCRIBE, PING and QUIT; use another connection");
  if (r.command == "PING") co_return control::simple("PONG");
  if (r.command == "HELP") co_return control::bulk(control::help_json(r.topic));
  if (finishing_) co_return control::error("ERR the daemon is ending");
  std::string failure;
  try {
    co_return co_await handler_(std::move(r), caller_);
  } catch (const std::exception& e) {
    failure = e.what();
  }
  spdlog::debug("control client {}: its request failed: {}", describe(caller_), failure);
  co_return control::error("ERR " + failure);
}

asio::awaitable<bool> ControlClient::send(std::string bytes) {
  if (!subscribed_) co_return co_await write(bytes);
  queued_bytes_ += bytes.size();
  queue_.push_back(std::make_shared<const std::string>(std::move(bytes)));
  if (queued_bytes_ > options_.queued_bytes || queue_.size() > options_.queued_events) overflow();
  queued_.ring();
  co_return true;
}

asio::awaitable<bool> ControlClient::write(const std::string& bytes) {
  write_.arm(options_.write_deadline, [self = shared_from_this()] {
    spdlog::debug("control client {}: it does not read its replies, dropped", describe(self->caller_));
    self->close();
  });
  boost::system::error_code failed;
  co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, failed));
  write_.call_off();
  co_return !failed;
}

void ControlClient::subscribe() {
  if (std::exchange(subscribed_, true)) return;
  auto logged = [self = shared_from_this()](std::exception_ptr failure) {
    if (failure) spdlog::debug("control client {}: its events could not be written", describe(self->caller_));
  };
  asio::co_spawn(socket_.get_executor(), write_events(), std::move(logged));
}

asio::awaitable<void> ControlClient::write_events() {
  const auto self = shared_from_this();
  while (socket_.is_open()) {
    if (queue_.empty() && finishing_) break;
    if (queue_.empty()) {
      co_await queued_.wait(std::chrono::hours{1});
      continue;
    }
    const Message m = queue_.front();
    queue_.pop_front();
    queued_bytes_ -= m->size();
    const bool written = co_await write(*m);
    if (!written) break;
  }
  close();
}

void ControlClient::deliver(const Message& m) {
  if (!subscribed_ || finishing_) return;
  queue_.push_back(m);
  queued_bytes_ += m->size();
  if (queue_.size() > options_.queued_events || queued_bytes_ > options_.queued_bytes) overflow();
  queued_.ring();
}

// The queue makes room for one last message.
void ControlClient::overflow() {
  spdlog::debug("control client {}: {} events wait for it, dropped", describe(caller_), queue_.size());
  const std::string lost = std::to_string(queue_.size());
  queue_.clear();
  queue_.push_back(std::make_shared<const std::string>(
      control::error("ERR this subscriber reads too slowly: " + lost + " messages were not sent; EVENTS has them")));
  queued_bytes_ = queue_.front()->size();
  finishing_ = true;
}

void ControlClient::finish() {
  finishing_ = true;
  queued_.ring();
  if (!busy_ && !subscribed_) close();
}

void ControlClient::watch_frame() {
  if (!decoder_.partial() || frame_.armed()) return;
  frame_.arm(options_.frame_deadline, [self = shared_from_this()] {
    spdlog::debug("control client {}: a request was begun and not finished, dropped", describe(self->caller_));
    if (!self->subscribed_) {  // otherwise it could land inside an event
      const std::string why = control::error("ERR a request was begun and not finished in time");
      boost::system::error_code ignored;
      self->socket_.write_some(asio::buffer(why), ignored);
    }
    self->close();
  });
}

void ControlClient::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  frame_.call_off();
  write_.call_off();
  queued_.ring();
}

}  // namespace slotwarden::run
