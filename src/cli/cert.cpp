#include "cli/cert.h"

#include <chrono>

#include "cli/print.h"
#include "cli/table.h"
#include "control/timestamp.h"

namespace slotwarden::cli {

namespace {

using control::ExitCode;
constexpr std::int64_t a_day = 24 * 60 * 60;
constexpr std::int64_t soon = 30 * a_day;

std::int64_t left(const CertificateFile& f) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return f.until_unix - std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Cell validity(const CertificateFile& f) {
  if (left(f) <= 0) return {"expired", Paint::bad};
  const auto days = left(f) / a_day;
  return {std::to_string(days) + (days == 1 ? " day" : " days"), left(f) < soon ? Paint::warning : Paint::good};
}

control::Json as_json(const std::vector<CertificateFile>& all) {
  auto j = control::Json::array();
  for (const auto& f : all)
    j.push_back(control::Json{{"file", f.file},
                              {"cluster", f.cluster},
                              {"host", f.host},
                              {"from", control::rfc3339(f.from_unix * 1000)},
                              {"until", control::rfc3339(f.until_unix * 1000)},
                              {"seconds_left", left(f)},
                              {"sha256", f.sha256}});
  return j;
}

void print(const Console& c, const std::vector<CertificateFile>& all) {
  Table t({{"FILE"}, {"CLUSTER"}, {"HOST"}, {"UNTIL"}, {"LEFT", Table::Align::right}, {"SHA-256"}});
  for (const auto& f : all)
    t.row({{printable(f.file)},
           {f.cluster.empty() ? "not of slotwarden" : f.cluster},
           {!f.host.empty() || f.cluster.empty() ? f.host : "(the authority)"},
           {local_time(f.until_unix * 1000).substr(0, 10)},
           validity(f),
           {f.sha256.substr(0, 16)}});
  t.print(c);
}

}  // namespace

ExitCode cert(const Console& c, const Globals& g, const Order& order, bool json) {
  const auto& r = order.request;
  if (!g.local.certificates) {
    c.err << "slotwardenctl: this program cannot make certificates\n";
    return ExitCode::failed;
  }
  const int days = order.days != 0 ? order.days : r.topic == "init" ? 3650 : 397;
  const auto all = g.local.certificates(r.topic, r.file, order.directory, days);
  if (!all) {
    c.err << "slotwardenctl: " << printable(all.error().what) << '\n';
    return ExitCode::failed;
  }
  if (json)
    c.out << control::write(as_json(*all)) << '\n';
  else
    print(c, *all);
  const auto expired = [](const CertificateFile& f) { return left(f) <= 0; };
  return std::any_of(all->begin(), all->end(), expired) ? ExitCode::failed : ExitCode::done;
}

}  // namespace slotwarden::cli
