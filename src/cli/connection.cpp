#include "cli/connection.h"

#include <grp.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace slotwarden::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct FreeReply {
  void operator()(redisReply* r) const noexcept { freeReplyObject(r); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

Answer answer_of(const redisReply& r) {
  Answer a;
  a.is_error = r.type == REDIS_REPLY_ERROR;
  if (r.str) a.text.assign(r.str, static_cast<std::size_t>(r.len));
  if (r.type == REDIS_REPLY_INTEGER) a.text = std::to_string(r.integer);
  for (std::size_t i = 0; i < r.elements; ++i) a.parts.push_back(answer_of(*r.element[i]).text);
  return a;
}

std::string group_of(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return "slotwarden";
  const group* g = ::getgrgid(st.st_gid);
  return g ? g->gr_name : std::to_string(st.st_gid);
}

// Why nobody can be reached there, and what to do.
std::string advice(const std::string& socket, int why) {
  switch (why) {
    case ENOENT:
      return "there is no " + socket +
             ": slotwardend is not running, or listens elsewhere (systemctl status slotwarden; "
             "-s SOCKET names another socket)";
    case ECONNREFUSED:
      return "nobody listens on " + socket + ": slotwardend is not running (systemctl start slotwarden)";
    case EACCES:
      return "permission denied on " + socket + ": only root and members of the group " + group_of(socket) +
             " may ask the daemon (usermod -aG " + group_of(socket) + " USER, then log in again)";
    default: return "cannot connect to " + socket + ": " + std::strerror(why);
  }
}

}  // namespace

void Connection::Free::operator()(redisContext* c) const noexcept {
  redisFree(c);
}

Result<Connection> Connection::open(const std::string& socket) {
  struct stat st {};
  if (::stat(socket.c_str(), &st) != 0) return Error{advice(socket, errno), errno};
  if (socket.size() >= sizeof(sockaddr_un::sun_path))
    return Error{"the path " + socket + " is too long for a socket: the kernel takes 107 characters"};
  const timeval patience{10, 0};
  errno = 0;
  redisContext* raw = redisConnectUnixWithTimeout(socket.c_str(), patience);
  const int why = errno;
  if (!raw) return Error{"out of memory"};
  Connection c{raw};
  if (raw->err) return Error{raw->err == REDIS_ERR_IO ? advice(socket, why) : std::string(raw->errstr), why};
  return c;
}

int Connection::fd() const {
  return context_->fd;
}

Error Connection::failure() const {
  if (context_->err == REDIS_ERR_EOF) return Error{"the daemon closed the connection"};
  return Error{"the connection to the daemon failed: " + std::string(context_->errstr)};
}

Result<void> Connection::send(std::span<const std::string> argv) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& a : argv) {
    words.push_back(a.data());
    sizes.push_back(a.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(argv.size()), words.data(), sizes.data()) != REDIS_OK)
    return failure();
  for (int done = 0; !done;)
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return failure();
  return {};
}

Result<std::optional<Answer>> Connection::receive() {
  if (redisBufferRead(context_.get()) != REDIS_OK) return failure();
  return buffered();
}

Result<std::optional<Answer>> Connection::buffered() {
  void* raw = nullptr;
  if (redisGetReplyFromReader(context_.get(), &raw) != REDIS_OK) return failure();
  const Reply reply{static_cast<redisReply*>(raw)};
  return reply ? std::optional(answer_of(*reply)) : std::nullopt;
}

Result<Answer> Connection::ask(std::span<const std::string> argv, std::optional<std::chrono::milliseconds> timeout) {
  if (const auto sent = send(argv); !sent) return sent.error();
  const auto deadline = Clock::now() + timeout.value_or(std::chrono::milliseconds{0});
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (timeout && left.count() <= 0)
      return Error{"no answer within " + std::to_string(timeout->count() / 1000) + " s: the daemon is busy or frozen",
                   ETIMEDOUT};
    pollfd watched{fd(), POLLIN, 0};
    const int ready = ::poll(&watched, 1, timeout ? static_cast<int>(left.count()) : -1);
    if (ready < 0 && errno != EINTR) return Error{std::string("poll failed: ") + std::strerror(errno), errno};
    if (ready <= 0) continue;
    Result<std::optional<Answer>> answer = receive();
    if (!answer) return answer.error();
    if (*answer) return std::move(**answer);
  }
}

}  // namespace slotwarden::cli
