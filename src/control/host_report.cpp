#include "control/host_report.h"

#include <algorithm>

#include "control/fields.h"

namespace slotwarden::control {

namespace {

Json to_json(const HostReport& r, const Finding& f) {
  return Json{{"setting", f.setting},
              {"port", f.port.n == 0 ? Json{} : Json(f.port.n)},
              {"expected", f.expected},
              {"actual", f.actual},
              {"severity", name(f.severity)},
              {"why", f.why},
              {"fix", f.fix},
              {"mode", name(f.mode)},
              {"kept", is_kept(r, f)}};
}

}  // namespace

bool is_kept(const HostReport& r, const Finding& f) {
  if (!r.kept || f.mode != Mode::enforce || !f.repair) return false;
  const auto server = std::ranges::find(r.servers, f.port, &LookedAtServer::port);
  return f.port.n == 0 || (server != r.servers.end() && server->managed);
}

void sort_by_severity(std::vector<Finding>& findings) {
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    return std::pair(b.severity, a.port) < std::pair(a.severity, b.port);
  });
}

Json to_json(const HostReport& r) {
  Json findings = Json::array();
  for (const auto& f : r.findings) findings.push_back(to_json(r, f));
  Json servers = Json::array();
  for (const auto& s : r.servers)
    servers.push_back(Json{{"port", s.port.n}, {"pid", s.pid.n}, {"policy", s.policy}, {"managed", s.managed}});
  return Json{{"findings", findings}, {"not_seen", r.blind}, {"servers", servers}, {"daemon", r.kept}};
}

}  // namespace slotwarden::control
