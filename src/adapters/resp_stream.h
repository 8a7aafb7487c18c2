// The bytes below RESP: a socket, with or without TLS.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

#include "adapters/resp.h"

namespace slotwarden::adapters {

// Every operation is cancellable and ends with an error when close() is called meanwhile.
class RespStream {
 public:
  explicit RespStream(asio::any_io_executor on);
  ~RespStream();
  RespStream(const RespStream&) = delete;
  RespStream& operator=(const RespStream&) = delete;

  // Connects and, where `to` names certificates, shakes hands. Called once.
  [[nodiscard]] asio::awaitable<Result<void>> connect(Address to);
  [[nodiscard]] asio::awaitable<boost::system::error_code> write(std::string_view all);
  // Reads what has arrived, at least one byte unless an error is set.
  struct Chunk {
    std::size_t size = 0;
    boost::system::error_code error;
  };
  [[nodiscard]] asio::awaitable<Chunk> read_some(char* into, std::size_t room);
  [[nodiscard]] bool is_open() const;
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slotwarden::adapters
