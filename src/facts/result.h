// A value or the reason why there is none. Functions below run/ return it and do not log; the caller adds a clause with
// `while_doing` where it knows more, and the coroutine that decides what to do about it writes the one log line.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace slotwarden {

// `what` is a clause for people, naming the file, port or peer: "cannot open /etc/redis/7000.conf: Permission denied".
struct Error {
  std::string what;
  int os_error = 0;  // errno where there was one
};

// Needed by result::value(), which this project does not call without checking.
[[noreturn]] inline void throw_exception_from_error(const Error& e, const boost::source_location&) {
  throw std::runtime_error(e.what);
}

template <class T>
using Result = boost::system::result<T, Error>;

[[nodiscard]] inline Error while_doing(std::string clause, Error e) {
  e.what = std::move(clause) + ": " + e.what;
  return e;
}

}  // namespace slotwarden
