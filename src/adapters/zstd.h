// Compression by zstd, as a stream of pieces and as single frames. The only header of this room that speaks of it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"

namespace slotwarden::adapters {

using Piece = std::span<const std::byte>;
// Where bytes go, one piece after another. An error ends the work, and is what the work returns.
using Sink = std::function<Result<void>(Piece)>;

// What is fed, compressed; the memory that it takes does not depend on how much that is.
class Compressor {
 public:
  Compressor(int level, Sink to);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  [[nodiscard]] Result<void> feed(Piece more);
  // After the last piece; called once.
  [[nodiscard]] Result<void> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The reverse. Takes one frame whose window is at most 8 MiB, which bounds its memory whatever a stranger sends; a
// sink bounds what comes out.
class Decompressor {
 public:
  explicit Decompressor(Sink to);
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  [[nodiscard]] Result<void> feed(Piece more);
  // The frame's end was seen, and nothing after it.
  [[nodiscard]] bool finished() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One piece as a frame of its own.
[[nodiscard]] Result<std::string> squeeze(std::string_view piece, int level);
// The reverse, of at most so many bytes. Fails for anything that is not one whole frame of at most that.
[[nodiscard]] Result<std::string> unsqueeze(std::string_view frame, std::size_t at_most);

}  // namespace slotwarden::adapters
