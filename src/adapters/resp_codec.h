// RESP as text: requests out, replies in. The only file of the client side that knows hiredis.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/resp.h"

struct redisReader;

namespace slotwarden::adapters {

// Appends one request (an array of bulk strings) to `out`.
[[nodiscard]] Result<void> append_request(std::string& out, const Command& command);

// Takes bytes as they arrive and gives replies as they become whole. After an error it must not be used again.
class ReplyReader {
 public:
  // A reply may have at most `largest` bytes on the wire.
  explicit ReplyReader(std::size_t largest);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  [[nodiscard]] Result<void> feed(std::string_view bytes);
  // The next whole reply, or nullopt when more bytes are needed.
  [[nodiscard]] Result<std::optional<Reply>> next();
  // Bytes were fed that belong to no reply taken so far.
  [[nodiscard]] bool holds_more() const;

 private:
  struct Free {
    void operator()(redisReader* r) const noexcept;
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t largest_;
  std::size_t unfinished_ = 0;  // bytes fed since the last whole reply
};

}  // namespace slotwarden::adapters
