#if defined(__aarch64__)

#include <arm_neon.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

#include "formats/crc64_folding.h"

#if defined(__clang__)
#define WITH_PMULL [[gnu::target("aes")]]
#else
#define WITH_PMULL [[gnu::target("+crypto")]]
#endif

namespace slotwarden::formats {

namespace {

WITH_PMULL inline uint64x2_t load(const std::byte* p) {
  return vreinterpretq_u64_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(p)));
}

// The low half of the block is what was read first.
WITH_PMULL inline uint64x2_t carried(uint64x2_t block, Crc64Fold by) {
  const auto first = vmull_p64(vgetq_lane_u64(block, 0), by.first);
  const auto second = vmull_p64(vgetq_lane_u64(block, 1), by.second);
  return veorq_u64(vreinterpretq_u64_p128(first), vreinterpretq_u64_p128(second));
}

WITH_PMULL Crc64Remainder fold(std::uint64_t crc, const std::byte* data, std::size_t size) {
  static constexpr auto stride = crc64_fold(crc64_stride);
  static constexpr auto gather = crc64_gather();
  uint64x2_t lane[crc64_lanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < crc64_lanes; ++i) lane[i] = load(data + crc64_block * i);
  lane[0] = veorq_u64(lane[0], vcombine_u64(vcreate_u64(crc), vcreate_u64(0)));

  for (const auto* const end = data + size; (data += crc64_stride) != end;) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < crc64_lanes; ++i)
      lane[i] = veorq_u64(carried(lane[i], stride), load(data + crc64_block * i));
  }
  auto sum = lane[crc64_lanes - 1];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < gather.size(); ++i) sum = veorq_u64(sum, carried(lane[i], gather[i]));

  Crc64Remainder remainder;
  vst1q_u8(reinterpret_cast<std::uint8_t*>(remainder.data()), vreinterpretq_u8_u64(sum));
  return remainder;
}

bool has_pmull() {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_PMULL) != 0;
#else
  return false;
#endif
}

}  // namespace

std::vector<Crc64Way> crc64_folding_ways() {
  if (!has_pmull()) return {};
  return {{"PMULL", crc64_by_folding<fold, crc64_stride>}};
}

}  // namespace slotwarden::formats

#endif
