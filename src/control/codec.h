// RESP2 on the control socket: replies to bytes, bytes to requests. hiredis's reader does the parsing; the limits are
// ours.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/json.h"

namespace slotwarden::control {

// Replies. Line ends inside a simple string or an error become spaces.
[[nodiscard]] std::string bulk(std::string_view text);
[[nodiscard]] std::string document(const Json& j);  // a bulk string: what every command answers
[[nodiscard]] std::string simple(std::string_view text);
[[nodiscard]] std::string integer(long long n);
// `message` begins with its code: "USAGE …", "REFUSED rule because", "ERR …", "UNKNOWN …".
[[nodiscard]] std::string error(std::string_view message);
[[nodiscard]] std::string refused(std::string_view rule, std::string_view because);
// Of elements that are encoded already.
[[nodiscard]] std::string array(std::span<const std::string> encoded);

// A client's bytes, turned into arguments. Feed what was read, then call next() until it wants more.
// Accepts arrays of bulk strings, and lines as a person types them ("STATUS 7000", quotes allowed).
class RequestDecoder {
 public:
  static constexpr std::size_t longest_frame = 64 * 1024;
  static constexpr std::size_t most_arguments = 128;
  static constexpr std::size_t longest_line = 4 * 1024;

  struct NeedMore {};
  using Arguments = std::vector<std::string>;  // at least one
  struct Garbage {
    std::string why;  // for the error reply; close the connection after it, next() answers the same from now on
  };
  using Next = std::variant<NeedMore, Arguments, Garbage>;

  explicit RequestDecoder(std::size_t longest = longest_frame);
  ~RequestDecoder();
  RequestDecoder(RequestDecoder&&) noexcept;
  RequestDecoder& operator=(RequestDecoder&&) noexcept;

  void feed(std::string_view bytes);
  [[nodiscard]] Next next();
  // A frame was begun and is not whole.
  [[nodiscard]] bool partial() const;

 private:
  struct Reader;
  [[nodiscard]] Next next_array();
  [[nodiscard]] Next next_line();
  [[nodiscard]] Next broken(std::string why);

  std::size_t longest_;             // bytes of one frame
  std::string waiting_;             // bytes of frames that were not begun yet
  std::unique_ptr<Reader> reader_;  // set iff in the middle of an array
  std::string garbage_;             // set iff broken
};

}  // namespace slotwarden::control
