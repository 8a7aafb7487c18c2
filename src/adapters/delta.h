// What changed from one file to another, and that applied again. How it is written is a codec's own affair: peers agree
// on one by its name, so that a better one can take its place.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "adapters/zstd.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::adapters {

// What became of the bytes of the new file.
struct DeltaTally {
  Bytes read;                              // of the new file
  Bytes copied;                            // found in the base
  Bytes literal;                           // not found there, so that they travel
  Bytes written;                           // to the sink, compressed
  std::chrono::microseconds signing{0};    // how long the base took
  std::chrono::microseconds searching{0};  // how long the new file took, with what the sink takes
};

// All blocking, for a worker thread. Files are read by pread from their beginning: the descriptors' positions neither
// matter nor move. Nothing read or received is trusted: whoever applies a delta verifies the result by a sum of its
// own.
class DeltaCodec {
 public:
  virtual ~DeltaCodec() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  // Writes what turns `base` into `fresh`. `go_on` is asked before each piece of either file and ends the work by
  // false. Beyond an index of the base (24 to 36 bytes for each block of it) it takes a few megabytes.
  [[nodiscard]] virtual Result<DeltaTally> encode(int base, int fresh, Bytes block, const Sink& to,
                                                  const std::function<bool()>& go_on) const = 0;

  // Writes what `delta` makes of `base`. Fails before more than `at_most` bytes have gone to the sink, whatever the
  // delta says, and for a delta that is cut or that something follows.
  [[nodiscard]] virtual Result<void> apply(int base, int delta, Bytes at_most, const Sink& to) const = 0;
};

// librsync's deltas (blocks found again by a rolling sum, and by eight bytes of BLAKE2), compressed by zstd.
[[nodiscard]] const DeltaCodec& rsync_codec();

}  // namespace slotwarden::adapters
