#if defined(__x86_64__)

#include <immintrin.h>

#include "formats/crc64_folding.h"

#define WITH_PCLMUL [[gnu::target("pclmul")]]
#define WITH_VPCLMUL [[gnu::target("avx2,pclmul,vpclmulqdq")]]

namespace slotwarden::formats {

namespace {

__m128i load(const std::byte* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// In the order of the bytes: what was read first is in the low half.
__m128i factors(Crc64Fold f) {
  return _mm_set_epi64x(static_cast<long long>(f.second), static_cast<long long>(f.first));
}

WITH_PCLMUL inline __m128i carried(__m128i block, __m128i by) {
  return _mm_xor_si128(_mm_clmulepi64_si128(block, by, 0x00), _mm_clmulepi64_si128(block, by, 0x11));
}

WITH_PCLMUL Crc64Remainder fold(std::uint64_t crc, const std::byte* data, std::size_t size) {
  static constexpr auto stride = crc64_fold(crc64_stride);
  static constexpr auto gather = crc64_gather();
  __m128i lane[crc64_lanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < crc64_lanes; ++i) lane[i] = load(data + crc64_block * i);
  lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi64_si128(static_cast<long long>(crc)));

  const auto by = factors(stride);
  for (const auto* const end = data + size; (data += crc64_stride) != end;) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < crc64_lanes; ++i)
      lane[i] = _mm_xor_si128(carried(lane[i], by), load(data + crc64_block * i));
  }
  auto sum = lane[crc64_lanes - 1];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < gather.size(); ++i) sum = _mm_xor_si128(sum, carried(lane[i], factors(gather[i])));

  Crc64Remainder remainder;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(remainder.data()), sum);
  return remainder;
}

// Two blocks in each lane: half the instructions. 512 bits would halve them again, but then memory is what is waited
// for.
constexpr std::size_t wide_lane = 2 * crc64_block;
constexpr std::size_t wide_stride = 2 * crc64_stride;

WITH_VPCLMUL inline __m256i load_wide(const std::byte* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

WITH_VPCLMUL inline __m256i carried(__m256i blocks, __m256i by) {
  return _mm256_xor_si256(_mm256_clmulepi64_epi128(blocks, by, 0x00), _mm256_clmulepi64_epi128(blocks, by, 0x11));
}

WITH_VPCLMUL Crc64Remainder fold_wide(std::uint64_t crc, const std::byte* data, std::size_t size) {
  static constexpr auto stride = crc64_fold(wide_stride);
  __m256i lane[crc64_lanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < crc64_lanes; ++i) lane[i] = load_wide(data + wide_lane * i);
  lane[0] = _mm256_xor_si256(lane[0], _mm256_set_epi64x(0, 0, 0, static_cast<long long>(crc)));

  const auto by = _mm256_broadcastsi128_si256(factors(stride));
  for (const auto* const end = data + size; (data += wide_stride) != end;) {
#pragma GCC unroll 8
    for (std::size_t i = 0; i < crc64_lanes; ++i)
      lane[i] = _mm256_xor_si256(carried(lane[i], by), load_wide(data + wide_lane * i));
  }
  std::array<std::byte, wide_stride> folded;
  for (std::size_t i = 0; i < crc64_lanes; ++i)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(folded.data() + wide_lane * i), lane[i]);
  return fold(0, folded.data(), folded.size());
}

}  // namespace

std::vector<Crc64Way> crc64_folding_ways() {
  std::vector<Crc64Way> ways;
  if (!__builtin_cpu_supports("pclmul")) return ways;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq"))
    ways.push_back({"VPCLMULQDQ", crc64_by_folding<fold_wide, wide_stride>});
  ways.push_back({"PCLMULQDQ", crc64_by_folding<fold, crc64_stride>});
  return ways;
}

}  // namespace slotwarden::formats

#endif
