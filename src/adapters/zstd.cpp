#include "adapters/zstd.h"

#include <zstd.h>

#include <new>

namespace slotwarden::adapters {

namespace {

constexpr int longest_window_log = 23;

Error failed(const char* doing, std::size_t code) {
  return {std::string(doing) + ": " + ZSTD_getErrorName(code)};
}

Piece filled(const std::vector<std::byte>& buffer, const ZSTD_outBuffer& out) {
  return Piece(buffer).first(out.pos);
}

}  // namespace

struct Compressor::Impl {
  Impl(int level, Sink sink) : to(std::move(sink)), raw(ZSTD_createCCtx()) {
    if (!raw) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(raw, ZSTD_c_compressionLevel, level);
  }
  ~Impl() { ZSTD_freeCCtx(raw); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> run(Piece more, ZSTD_EndDirective how) {
    ZSTD_inBuffer in{more.data(), more.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t left = ZSTD_compressStream2(raw, &out, &in, how);
      if (ZSTD_isError(left)) return failed("cannot compress", left);
      if (out.pos)
        if (auto taken = to(filled(buffer, out)); !taken) return taken;
      if (how == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
    }
  }

  Sink to;
  ZSTD_CCtx* raw;
  std::vector<std::byte> buffer = std::vector<std::byte>(ZSTD_CStreamOutSize());
};

Compressor::Compressor(int level, Sink to) : impl_(std::make_unique<Impl>(level, std::move(to))) {}
Compressor::~Compressor() = default;
Result<void> Compressor::feed(Piece more) {
  return impl_->run(more, ZSTD_e_continue);
}
Result<void> Compressor::finish() {
  return impl_->run({}, ZSTD_e_end);
}

struct Decompressor::Impl {
  explicit Impl(Sink sink) : to(std::move(sink)), raw(ZSTD_createDCtx()) {
    if (!raw) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(raw, ZSTD_d_windowLogMax, longest_window_log);
  }
  ~Impl() { ZSTD_freeDCtx(raw); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Sink to;
  ZSTD_DCtx* raw;
  std::vector<std::byte> buffer = std::vector<std::byte>(ZSTD_DStreamOutSize());
  bool ended = false;
};

Decompressor::Decompressor(Sink to) : impl_(std::make_unique<Impl>(std::move(to))) {}
Decompressor::~Decompressor() = default;

Result<void> Decompressor::feed(Piece more) {
  ZSTD_inBuffer in{more.data(), more.size(), 0};
  // As long as the buffer comes back full there may be more in store.
  for (bool full = false; in.pos < in.size || full;) {
    if (impl_->ended) return Error{"cannot decompress: there is something after the end"};
    ZSTD_outBuffer out{impl_->buffer.data(), impl_->buffer.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(impl_->raw, &out, &in);
    if (ZSTD_isError(hint)) return failed("cannot decompress", hint);
    impl_->ended = hint == 0;
    full = out.pos == out.size && !impl_->ended;
    if (out.pos)
      if (auto taken = impl_->to(filled(impl_->buffer, out)); !taken) return taken;
  }
  return {};
}

bool Decompressor::finished() const {
  return impl_->ended;
}

Result<std::string> squeeze(std::string_view piece, int level) {
  std::string frame(ZSTD_compressBound(piece.size()), '\0');
  const std::size_t size = ZSTD_compress(frame.data(), frame.size(), piece.data(), piece.size(), level);
  if (ZSTD_isError(size)) return failed("cannot compress", size);
  frame.resize(size);
  return Result<std::string>(boost::system::in_place_value, std::move(frame));
}

Result<std::string> unsqueeze(std::string_view frame, std::size_t at_most) {
  const unsigned long long told = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (told == ZSTD_CONTENTSIZE_ERROR || told == ZSTD_CONTENTSIZE_UNKNOWN)
    return Error{"cannot decompress: no frame that tells its size"};
  if (told > at_most)
    return Error{"cannot decompress: the frame tells of " + std::to_string(told) + " bytes, allowed are " +
                 std::to_string(at_most)};
  std::string piece(told, '\0');
  const std::size_t size = ZSTD_decompress(piece.data(), piece.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) return failed("cannot decompress", size);
  if (size != told) return Error{"cannot decompress: the frame does not hold what it tells"};
  return Result<std::string>(boost::system::in_place_value, std::move(piece));
}

}  // namespace slotwarden::adapters
