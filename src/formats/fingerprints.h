// Whether the members of one value are all different, told from 64 bits of each, in a bounded amount of memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slotwarden::formats {

// The same for the same bytes, however they are cut: fingerprint(fingerprint(first_print, a), b).
inline constexpr std::uint64_t first_print = ~std::uint64_t{0};
[[nodiscard]] std::uint64_t fingerprint(std::uint64_t print, std::span<const std::byte> bytes);

class Fingerprints {
 public:
  // Among more members than this no repeated one is found.
  static constexpr std::size_t most = 1 << 18;

  // A new value of about `expected` members.
  void begin(std::uint64_t expected);
  // False when it was added before.
  bool add(std::uint64_t print);

 private:
  void grow();
  bool put(std::uint64_t print);

  std::vector<std::uint64_t> slots_;  // 0: free; a power of two of them are in use
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace slotwarden::formats
