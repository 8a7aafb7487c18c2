#include "adapters/delta.h"

#include <librsync.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/fd.h"

namespace slotwarden::adapters {

namespace {

// Eight bytes find a block again; the file's own sum, which the receiver checks, is what is trusted.
constexpr std::size_t strong_length = 8;
constexpr std::size_t piece_size = 256 * 1024;
constexpr int level = 3;  // of zstd

struct Free {
  void operator()(rs_signature_t* s) const noexcept { rs_free_sumset(s); }
  void operator()(rs_job_t* j) const noexcept { rs_job_free(j); }
};
using Signature = std::unique_ptr<rs_signature_t, Free>;
using JobHandle = std::unique_ptr<rs_job_t, Free>;
using Buffer = std::vector<char>;
// Fills the buffer, or as much as there is; 0 at the end.
using Source = std::function<Result<std::size_t>(Buffer&)>;

Error failed(const char* doing, rs_result code) {
  return {std::string(doing) + ": " + rs_strerror(code)};
}

Result<std::size_t> read_at(int fd, char* into, std::size_t room, std::uint64_t at) {
  std::size_t have = 0;
  while (have < room) {
    const ssize_t n = ::pread(fd, into + have, room - have, static_cast<off_t>(at + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return os_error("cannot read");
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  return have;
}

Source file_source(int fd, const std::function<bool()>& go_on) {
  return [fd, at = std::uint64_t{0}, &go_on](Buffer& into) mutable -> Result<std::size_t> {
    if (go_on && !go_on()) return Error{"given up"};
    auto n = read_at(fd, into.data(), into.size(), at);
    if (n) at += *n;
    return n;
  };
}

Piece piece(const char* from, std::size_t size) {
  return std::as_bytes(std::span(from, size));
}

// Runs a job over what the source gives, until it is done.
Result<void> drive(rs_job_t* job, const Source& from, const Sink& to, const char* doing) {
  Buffer in(piece_size), out(piece_size);
  rs_buffers_t b{};
  for (rs_result r = RS_BLOCKED; r == RS_BLOCKED;) {
    if (b.avail_in == 0 && !b.eof_in) {
      const auto n = from(in);
      if (!n) return while_doing(doing, n.error());
      b.next_in = in.data();
      b.avail_in = *n;
      b.eof_in = *n == 0;
    }
    b.next_out = out.data();
    b.avail_out = out.size();
    const std::size_t had = b.avail_in;
    r = rs_job_iter(job, &b);
    if (r != RS_DONE && r != RS_BLOCKED) return failed(doing, r);
    const std::size_t made = out.size() - b.avail_out;
    if (made)
      if (auto taken = to(piece(out.data(), made)); !taken) return taken;
    if (r == RS_BLOCKED && b.eof_in && made == 0 && b.avail_in == had) return failed(doing, RS_INPUT_ENDED);
  }
  return {};
}

// The base's blocks by their sums. What one job writes the other reads: it is never a file, nor in memory twice.
Result<Signature> sign(int base, Bytes block, const std::function<bool()>& go_on) {
  const JobHandle writer{rs_sig_begin(block.n, strong_length, RS_RK_BLAKE2_SIG_MAGIC)};
  rs_signature_t* raw = nullptr;
  const JobHandle reader{rs_loadsig_begin(&raw)};
  rs_buffers_t b{};
  const auto load = [&](Piece more) -> Result<void> {
    b.next_in = const_cast<char*>(reinterpret_cast<const char*>(more.data()));
    b.avail_in = more.size();
    const rs_result r = rs_job_iter(reader.get(), &b);
    if (r != RS_BLOCKED) return failed("cannot index the base", r);
    return {};
  };
  auto written = drive(writer.get(), file_source(base, go_on), load, "cannot sign the base");
  rs_result ended = RS_BLOCKED;
  if (written) {
    b.eof_in = 1;
    ended = rs_job_iter(reader.get(), &b);
  }
  Signature signature{raw};  // owned on every path, also where the reader came only half way
  if (!written) return written.error();
  if (ended != RS_DONE) return failed("cannot index the base", ended);
  if (const rs_result built = rs_build_hash_table(signature.get()); built != RS_DONE)
    return failed("cannot index the base", built);
  return signature;
}

class RsyncCodec final : public DeltaCodec {
 public:
  RsyncCodec() {
    rs_trace_to([](rs_loglevel, const char*) {});  // it would write to our stderr
  }

  [[nodiscard]] std::string_view name() const override { return "librsync-zstd"; }

  [[nodiscard]] Result<DeltaTally> encode(int base, int fresh, Bytes block, const Sink& to,
                                          const std::function<bool()>& go_on) const override {
    const auto began = std::chrono::steady_clock::now();
    auto signature = sign(base, block, go_on);
    if (!signature) return signature.error();
    DeltaTally tally;
    const auto signed_at = std::chrono::steady_clock::now();
    tally.signing = std::chrono::duration_cast<std::chrono::microseconds>(signed_at - began);
    Compressor out(level, [&](Piece more) -> Result<void> {
      tally.written = tally.written + Bytes{more.size()};
      return to(more);
    });
    const JobHandle job{rs_delta_begin(signature->get())};
    const auto feed = [&out](Piece more) { return out.feed(more); };
    if (auto done = drive(job.get(), file_source(fresh, go_on), feed, "cannot find what changed"); !done)
      return done.error();
    if (auto done = out.finish(); !done) return done.error();
    const rs_stats_t& s = *rs_job_statistics(job.get());
    tally.copied = Bytes{static_cast<std::uint64_t>(s.copy_bytes)};
    tally.literal = Bytes{static_cast<std::uint64_t>(s.lit_bytes)};
    tally.read = tally.copied + tally.literal;
    tally.searching =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - signed_at);
    return tally;
  }

  [[nodiscard]] Result<void> apply(int base, int delta, Bytes at_most, const Sink& to) const override {
    Patch patch{.base = base, .out = to, .left = at_most.n};
    patch.job.reset(rs_patch_begin(&Patch::copy, &patch));
    Decompressor in([&patch](Piece more) { return patch.take(more); });
    const std::function<bool()> always;
    const auto source = file_source(delta, always);
    Buffer buffer(piece_size);
    for (;;) {
      const auto n = source(buffer);
      if (!n) return while_doing("cannot read the delta", n.error());
      if (*n == 0) break;
      if (auto fed = in.feed(piece(buffer.data(), *n)); !fed) return while_doing("cannot apply the delta", fed.error());
    }
    if (!in.finished() || !patch.done) return Error{"cannot apply the delta: it is cut"};
    return {};
  }

 private:
  // One application: takes the delta as it is decompressed.
  struct Patch {
    int base;
    const Sink& out;
    std::uint64_t left;
    JobHandle job{};
    bool done = false;
    Buffer buffer = Buffer(piece_size);
    Error reading{};  // why the base could not be read

    static rs_result copy(void* self, rs_long_t at, std::size_t* length, void** into) {
      auto& p = *static_cast<Patch*>(self);
      if (at < 0) return RS_CORRUPT;
      const auto n = read_at(p.base, static_cast<char*>(*into), *length, static_cast<std::uint64_t>(at));
      if (!n) p.reading = n.error();
      if (!n) return RS_IO_ERROR;
      *length = *n;
      return *n ? RS_DONE : RS_INPUT_ENDED;  // beyond the end of the base
    }

    Result<void> give(std::size_t made) {
      if (made > left) return Error{"it makes more than was announced"};
      left -= made;
      return made ? out(piece(buffer.data(), made)) : Result<void>{};
    }

    Result<void> take(Piece more) {
      if (done) return Error{"something follows its end"};
      rs_buffers_t b{};
      b.next_in = const_cast<char*>(reinterpret_cast<const char*>(more.data()));
      b.avail_in = more.size();
      for (;;) {
        b.next_out = buffer.data();
        b.avail_out = buffer.size();
        const std::size_t had = b.avail_in;
        const rs_result r = rs_job_iter(job.get(), &b);
        if (!reading.what.empty()) return while_doing("the base", reading);
        if (r != RS_DONE && r != RS_BLOCKED) return Error{rs_strerror(r)};
        const bool full = b.avail_out == 0;
        if (auto given = give(buffer.size() - b.avail_out); !given) return given;
        done = r == RS_DONE;
        if (done && b.avail_in) return Error{"something follows its end"};
        if (done || (b.avail_in == 0 && !full)) return {};
        if (b.avail_in == had && b.avail_out == buffer.size()) return Error{"it comes to no end"};
      }
    }
  };
};

}  // namespace

const DeltaCodec& rsync_codec() {
  static const RsyncCodec codec;
  return codec;
}

}  // namespace slotwarden::adapters
