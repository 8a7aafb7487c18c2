// Runs every fuzz entry point over its seeds and over mutations of them: the same on every machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#define ENTRY(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzz_entries.inc"
#undef ENTRY

namespace {

struct Entry {
  const char* name;
  int (*run)(const std::uint8_t*, std::size_t);
};

const Entry entries[] = {
#define ENTRY(name) {#name, fuzz_##name},
#include "fuzz_entries.inc"
#undef ENTRY
};

// Of each seed, but fewer where there are many.
constexpr std::size_t most_mutations = 2'000;
constexpr std::size_t most_runs = 12'000;

std::vector<std::string> seeds_of(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  const auto look_in = [&](const std::string& directory) {
    for (const auto& f : std::filesystem::recursive_directory_iterator(directory))
      if (f.is_regular_file()) paths.push_back(f.path());
  };
  look_in(std::string(FUZZ_CORPUS "/") + name);
  if (name == "rdb") look_in(RDB_CORPUS);
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

// A few of: a byte changed, a bit flipped, a piece cut out, doubled or moved, the end cut off.
std::string mutated(std::string text, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random() % n); };
  for (auto times = 1 + below(4); times > 0 && !text.empty(); --times) {
    const auto at = below(text.size());
    const auto length = 1 + below(std::min<std::size_t>(text.size() - at, 40));
    switch (below(6)) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text[at] = static_cast<char>(text[at] ^ 1 << below(8)); break;
      case 2: text.erase(at, length); break;
      case 3: text.insert(below(text.size()), text.substr(at, length)); break;
      case 4: text.resize(at); break;
      default: text.insert(at, std::string(below(8), static_cast<char>(random()))); break;
    }
  }
  return text;
}

void run(const Entry& e, const std::string& text) {
  // A copy of exactly this length, so that a sanitizer sees the first byte read behind it.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  ASSERT_EQ(e.run(bytes.data(), bytes.size()), 0);
}

class FuzzReplay : public testing::TestWithParam<Entry> {};

TEST_P(FuzzReplay, HoldsOverItsSeedsAndTheirMutations) {
  const auto seeds = seeds_of(GetParam().name);
  ASSERT_FALSE(seeds.empty()) << "no seeds for " << GetParam().name;
  std::mt19937_64 random(20'240'917);
  run(GetParam(), "");
  const auto mutations = std::min(most_mutations, most_runs / seeds.size());
  for (const auto& seed : seeds) {
    run(GetParam(), seed);
    for (std::size_t i = 0; i < mutations; ++i) run(GetParam(), mutated(seed, random));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, FuzzReplay, testing::ValuesIn(entries),
                         [](const auto& at) { return std::string(at.param.name); });

}  // namespace
