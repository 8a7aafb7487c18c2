#include "cli/bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cli/print.h"

namespace slotwarden::cli {

namespace {

constexpr std::size_t columns = 30;
constexpr std::chrono::milliseconds drawn_every{50};

}  // namespace

Bar::~Bar() {
  if (shown_) c_.err << "\r\033[K" << std::flush;
}

void Bar::show(std::uint64_t read, std::uint64_t total) {
  const auto at = Clock::now();
  const std::chrono::duration<double> passed = at - began_;
  if (!wanted_ || total == 0 || passed < std::chrono::seconds{1} || at - drawn_ < drawn_every) return;
  shown_ = true;
  drawn_ = at;
  const double share = std::min(1.0, static_cast<double>(read) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(share * columns);
  const double speed = static_cast<double>(read) / passed.count();
  const double left = speed > 0 ? static_cast<double>(total - std::min(read, total)) / speed : 0;
  c_.err << fmt::format("\r[{}{}] {:3.0f} %  {} of {}  {}/s  {:.0f} s left \033[K", std::string(full, '#'),
                        std::string(columns - full, ' '), share * 100, size_text(read), size_text(total),
                        size_text(static_cast<std::uint64_t>(speed)), left)
         << std::flush;
}

}  // namespace slotwarden::cli
