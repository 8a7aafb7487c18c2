// What it costs to bring a dump to another host by each way, for `./dev bench sync`: one JSON object on stdout.
//
//   delta_cost delta BASE NEW BLOCK OUT   OUT becomes NEW by way of BASE; "travels" is the delta
//   delta_cost whole NEW OUT              as it is
//   delta_cost squeezed NEW OUT           in compressed pieces, as the channel sends them
//   delta_cost plan EVIDENCE              what decide/transfer.h would choose; EVIDENCE and the answer are JSON
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "adapters/delta.h"
#include "adapters/fd.h"
#include "decide/transfer.h"

using namespace slotwarden;
using adapters::Fd;
using Json = nlohmann::json;

namespace {

constexpr std::size_t piece = 256 * 1024;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "delta_cost: " << what << '\n';
  std::exit(1);
}

Fd opened(const std::string& path, int flags) {
  Fd fd{::open(path.c_str(), flags | O_CLOEXEC, 0600)};
  if (!fd) fail(adapters::os_error("cannot open " + path).what);
  return fd;
}

std::uint64_t size_of(const Fd& fd) {
  return static_cast<std::uint64_t>(::lseek(fd.get(), 0, SEEK_END));
}

Result<void> put(const Fd& fd, adapters::Piece p) {
  if (::write(fd.get(), p.data(), p.size()) != static_cast<ssize_t>(p.size()))
    return adapters::os_error("cannot write");
  return {};
}

double cpu_seconds() {
  rusage u{};
  ::getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

std::uint64_t memory(std::string_view what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(what)) return std::stoull(line.substr(what.size() + 1)) * 1024;
  return 0;
}

// The wall and processor seconds that `work` takes.
Json timed(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  const double before = cpu_seconds();
  work();
  return {{"cpu", cpu_seconds() - before},
          {"wall", std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()}};
}

Json by_delta(const std::string& base_path, const std::string& fresh_path, std::uint64_t block,
              const std::string& out) {
  const Fd base = opened(base_path, O_RDONLY), fresh = opened(fresh_path, O_RDONLY);
  const Fd delta = opened(out + ".delta", O_RDWR | O_CREAT | O_TRUNC), made = opened(out, O_WRONLY | O_CREAT | O_TRUNC);
  const std::uint64_t size = size_of(fresh), at_start = memory("VmRSS:");
  adapters::DeltaTally tally;
  std::uint64_t left = size_of(base) / piece + 2 + (size_of(base) % piece != 0), index = 0;
  double signing = 0;
  const double before = cpu_seconds();
  const auto go_on = [&] {
    if (left && --left == 0) {  // the base is read: what is in memory now is its index
      index = memory("VmRSS:") - at_start;
      signing = cpu_seconds() - before;
    }
    return true;
  };
  auto encoding = timed([&] {
    const auto done = adapters::rsync_codec().encode(
        base.get(), fresh.get(), Bytes{block}, [&](auto p) { return put(delta, p); }, go_on);
    if (!done) fail(done.error().what);
    tally = *done;
  });
  const std::uint64_t peak = memory("VmHWM:") - at_start;
  encoding["sign"] = signing;
  const auto applying = timed([&] {
    const auto done =
        adapters::rsync_codec().apply(base.get(), delta.get(), Bytes{size}, [&](auto p) { return put(made, p); });
    if (!done) fail(done.error().what);
  });
  return {{"travels", tally.written.n}, {"literal", tally.literal.n},
          {"encode", encoding},         {"apply", applying},
          {"index_bytes", index},       {"above_index_bytes", peak > index ? peak - index : 0}};
}

Json whole(const std::string& fresh_path, const std::string& out, bool squeezed) {
  const Fd fresh = opened(fresh_path, O_RDONLY), made = opened(out, O_WRONLY | O_CREAT | O_TRUNC);
  std::uint64_t travels = 0;
  auto cost = timed([&] {
    std::string buffer(piece, '\0');
    while (const ssize_t n = ::read(fresh.get(), buffer.data(), piece)) {
      if (n < 0) fail(adapters::os_error("cannot read " + fresh_path).what);
      std::string_view text(buffer.data(), static_cast<std::size_t>(n));
      std::string again;
      if (squeezed) {
        const auto frame = adapters::squeeze(text, 1);
        if (!frame) fail(frame.error().what);
        travels += frame->size();
        again = adapters::unsqueeze(*frame, piece).value();
        text = again;
      } else {
        travels += text.size();
      }
      if (const auto done = put(made, std::as_bytes(std::span(text))); !done) fail(done.error().what);
    }
  });
  cost["travels"] = travels;
  return cost;
}

Json plan(const Json& given) {
  decide::TransferEvidence e;
  e.size = Bytes{given.at("size")};
  e.base_size = Bytes{given.at("base_size")};
  e.keys = given.at("keys");
  e.writes = given.at("writes").get<std::uint64_t>();
  e.base = decide::DeltaBase::same_process;
  e.records_use = Tri::no;
  e.squeezed = given.at("squeezed");
  if (given.contains("bandwidth")) e.bandwidth = Bytes{given.at("bandwidth")};
  const auto speed = [&](const char* name, Bytes& into) {
    if (given.contains(name)) into = Bytes{given.at(name)};
  };
  speed("sign", e.speeds.sign);
  speed("find", e.speeds.find);
  speed("miss", e.speeds.miss);
  speed("patch", e.speeds.patch);
  speed("squeeze", e.speeds.squeeze);
  speed("plain", e.speeds.plain);
  const auto p = decide::plan_transfer(e);
  const auto method = p.method == decide::TransferMethod::delta   ? "delta"
                      : p.method == decide::TransferMethod::whole ? "whole"
                                                                  : "squeezed";
  return {{"rule", p.verdict.rule},
          {"method", method},
          {"block", p.block.n},
          {"travels", p.travels.n},
          {"seconds", std::chrono::duration<double>(p.takes).count()}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> a(argv + 1, argv + argc);
  if (a.size() == 5 && a[0] == "delta")
    std::cout << by_delta(a[1], a[2], std::stoull(a[3]), a[4]) << '\n';
  else if (a.size() == 3 && (a[0] == "whole" || a[0] == "squeezed"))
    std::cout << whole(a[1], a[2], a[0] == "squeezed") << '\n';
  else if (a.size() == 2 && a[0] == "plan")
    std::cout << plan(Json::parse(a[1])) << '\n';
  else
    fail("delta BASE NEW BLOCK OUT | whole NEW OUT | squeezed NEW OUT | plan EVIDENCE");
}
