#include "run/certificate_watch.h"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "decide/certificate.h"
#include "run/certificates.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto look_every = 1h;

}  // namespace

asio::awaitable<void> CertificateWatch::look() {
  auto work = [file = file_] { return show_certificates(file); };
  const auto found = co_await on(services_.scans, std::move(work));
  decide::CertificateEvidence e;
  e.now_unix = unix_ms() / 1000;
  if (found && !found->empty()) {
    e.readable = true;
    e.from_unix = found->front().from_unix;
    e.until_unix = found->front().until_unix;
  }
  const auto before = std::exchange(verdict_, decide::certificate(e));
  const auto left = decide::days_left(e);
  if (!found)
    actual_ = found.error().what;
  else
    actual_ = left >= 0 ? fmt::format("{} expires in {} day{}", file_, left, left == 1 ? "" : "s")
                        : fmt::format("{} expired {} day{} ago", file_, -left, left == -1 ? "" : "s");
  if (verdict_.rule == before.rule) co_return;
  if (verdict_.ruling != Ruling::go)
    services_.journal.warn(Port{}, "certificate", verdict_, fmt::format("{} ({})", verdict_.because, actual_));
  else if (!before.rule.empty())
    services_.journal.note(Port{}, "certificate", verdict_, actual_);
}

asio::awaitable<void> CertificateWatch::run() {
  if (file_.empty()) co_return;
  asio::steady_timer timer(services_.loop);
  while (!services_.stopping) {
    co_await look();
    timer.expires_after(look_every);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

std::vector<Finding> CertificateWatch::findings() const {
  if (verdict_.rule.empty() || verdict_.ruling == Ruling::go) return {};
  Finding f;
  f.setting = "peer_certificate";
  f.expected = "valid for a month or more";
  f.actual = actual_;
  f.severity = verdict_.rule == "certificate-expires" ? Severity::warning : Severity::danger;
  f.why = "Without it no generation reaches the master's host.";
  f.fix = std::string(verdict_.release);
  return {f};
}

}  // namespace slotwarden::run
