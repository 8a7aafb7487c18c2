#include "decide/transfer_speeds.h"

#include <algorithm>
#include <optional>

namespace slotwarden::decide {

namespace {

using std::chrono::microseconds;

constexpr std::size_t samples_kept = 5;
constexpr Bytes smallest = 4_MiB;
constexpr microseconds shortest{2000};
constexpr std::uint64_t absurd = 50;
constexpr int forgets_after = 16;
constexpr std::uint32_t least_left = 10, most_left = 1000;  // thousandths

Bytes& of(TransferSpeeds& s, TransferWork w) {
  switch (w) {
    case TransferWork::sign: return s.sign;
    case TransferWork::find: return s.find;
    case TransferWork::miss: return s.miss;
    case TransferWork::squeeze: return s.squeeze;
    case TransferWork::plain: break;
  }
  return s.plain;
}

template <class T>
T median(std::vector<T> all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::ranges::nth_element(all, middle);
  return *middle;
}

template <class T>
void keep(std::vector<T>& all, T sample) {
  all.push_back(sample);
  if (all.size() > samples_kept) all.erase(all.begin());
}

double seconds(microseconds t) {
  return std::chrono::duration<double>(t).count();
}

// What `bytes` in `took` come to; nothing where that tells nothing.
std::optional<Bytes> measured(TransferWork w, double bytes, double took) {
  if (bytes < static_cast<double>(smallest.n) || took < seconds(shortest)) return std::nullopt;
  TransferSpeeds defaults;
  const auto usual = static_cast<double>(of(defaults, w).n);
  const double speed = bytes / took;
  if (speed > usual * absurd || speed < usual / absurd) return std::nullopt;
  return Bytes{static_cast<std::uint64_t>(speed)};
}

// By what is known of both the one byte and the other: what took most of the time is learned of the rest.
std::pair<TransferWork, std::optional<Bytes>> search(const TransferSpeeds& known, const TransferMeasured& m) {
  const double finding = static_cast<double>(m.found.n) / static_cast<double>(known.find.n);
  const double missing = static_cast<double>(m.missed.n) / static_cast<double>(known.miss.n);
  const double took = seconds(m.searching);
  if (finding >= missing)
    return {TransferWork::find, measured(TransferWork::find, static_cast<double>(m.found.n), took - missing)};
  return {TransferWork::miss, measured(TransferWork::miss, static_cast<double>(m.missed.n), took - finding)};
}

void learn_left(TransferHistory& h, Port port, Bytes plain, Bytes packed) {
  if (plain < smallest) return;
  const auto left =
      static_cast<std::uint32_t>(std::clamp<std::uint64_t>(packed.n / (plain.n / most_left), least_left, most_left));
  keep(h.left[port], left);
}

}  // namespace

void learn(TransferHistory& h, Port port, const TransferMeasured& m) {
  std::map<TransferWork, std::optional<Bytes>> seen;
  seen[TransferWork::sign] = measured(TransferWork::sign, static_cast<double>(m.base.n), seconds(m.signing));
  if (const auto [work, speed] = search(speeds(h), m); m.searching > shortest) seen[work] = speed;
  const auto sending = m.squeezed ? TransferWork::squeeze : TransferWork::plain;
  seen[sending] = measured(sending, static_cast<double>(m.whole.n), seconds(m.sending));
  for (const auto w : transfer_works) {
    auto& samples = h.speeds[w];
    auto& unused = h.unused[w];
    if (const auto at = seen.find(w); at != seen.end() && at->second) {
      keep(samples, *at->second);
      unused = 0;
    } else if (++unused >= forgets_after) {
      unused = 0;
      if (!samples.empty()) samples.erase(samples.begin());
    }
  }
  if (m.squeezed)
    learn_left(h, port, m.whole, m.sent);
  else
    learn_left(h, port, m.missed, m.written);
}

TransferSpeeds speeds(const TransferHistory& h) {
  TransferSpeeds s;
  for (const auto& [work, samples] : h.speeds)
    if (!samples.empty()) of(s, work) = median(samples);
  return s;
}

double squeezed(const TransferHistory& h, Port port) {
  const auto at = h.left.find(port);
  if (at == h.left.end() || at->second.empty()) return TransferEvidence{}.squeezed;
  return static_cast<double>(median(at->second)) / most_left;
}

}  // namespace slotwarden::decide
