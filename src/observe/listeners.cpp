#include "observe/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "adapters/fd.h"

namespace slotwarden::observe {

namespace {

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 wanted;
};

Question listeners_of(int family) {
  Question q{};
  q.header.nlmsg_len = sizeof q;
  q.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  q.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  q.wanted.sdiag_family = static_cast<std::uint8_t>(family);
  q.wanted.sdiag_protocol = IPPROTO_TCP;
  q.wanted.idiag_states = 1U << TCP_LISTEN;
  return q;
}

enum class Read { more, done, failed };

// Takes the messages of one datagram. On failure errno says why.
Read take(const char* bytes, std::size_t length, std::vector<Listener>& into) {
  const auto* m = reinterpret_cast<const nlmsghdr*>(bytes);
  for (; NLMSG_OK(m, length); m = NLMSG_NEXT(m, length)) {
    if (m->nlmsg_type == NLMSG_DONE) return Read::done;
    if (m->nlmsg_type == NLMSG_ERROR) {
      errno = -static_cast<const nlmsgerr*>(NLMSG_DATA(m))->error;
      return errno == ENOENT ? Read::done : Read::failed;  // no such family here
    }
    const auto* s = static_cast<const inet_diag_msg*>(NLMSG_DATA(m));
    into.push_back({Port{ntohs(s->id.idiag_sport)}, s->idiag_inode});
  }
  return Read::more;
}

Error failure(const char* what) {
  return Error{std::string("cannot ") + what + " the kernel's list of listening sockets: " + std::strerror(errno),
               errno};
}

}  // namespace

Result<std::vector<Listener>> listening_sockets(int family) {
  const adapters::Fd kernel(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (kernel.get() < 0) return failure("open");
  const auto question = listeners_of(family);
  if (::send(kernel.get(), &question, sizeof question, 0) < 0) return failure("ask for");
  std::vector<Listener> all;
  alignas(nlmsghdr) std::array<char, 32768> answer;
  for (;;) {
    const auto got = ::recv(kernel.get(), answer.data(), answer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure("read");
    switch (take(answer.data(), static_cast<std::size_t>(got), all)) {
      case Read::more: break;
      case Read::done: return all;
      case Read::failed: return failure("read");
    }
  }
}

}  // namespace slotwarden::observe
