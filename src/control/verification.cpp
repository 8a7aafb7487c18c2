#include "control/verification.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/fields.h"
#include "control/timestamp.h"

namespace slotwarden::control {

namespace {

Json json_of(Port port, const VerifiedGeneration& g) {
  const auto& k = g.copy;
  return Json{{"generation", k.name},
              {"why", text_or_null(k.why)},
              {"state", name(g.state)},
              {"detail", g.detail},
              {"do", text_or_null(what_to_do(port, g))},
              {"keys", k.keys ? Json(*k.keys) : Json(nullptr)},
              {"size", g.size.n},
              {"kept", g.noted ? Json(rfc3339(k.kept_unix_ms)) : Json(nullptr)},
              {"saved", k.saved_unix ? Json(rfc3339(*k.saved_unix * 1000)) : Json(nullptr)},
              {"in_place", g.in_place},
              {"sha256", text_or_null(k.sha256)}};
}

bool unread(const VerifiedGeneration& g) {
  return g.state == DatasetState::unreadable || g.state == DatasetState::unknown;
}

}  // namespace

std::string what_to_do(Port port, const VerifiedGeneration& g) {
  if (g.state == DatasetState::valid) return {};
  if (unread(g)) return "run it as root or as the server's user; if it is so even then, look at the disk: dmesg";
  std::string what;
  if (g.in_place)
    what = fmt::format(
        "it is the server's dump as well, which would not load: slotwardenctl save {} --now, before the server is "
        "restarted; ",
        port.n);
  else
    what = fmt::format("have another one made: slotwardenctl save {} --now; ", port.n);
  return what + "then look at the disk (dmesg, smartctl), and move this one and its note elsewhere";
}

ExitCode exit_code(const std::vector<PortVerification>& all) {
  bool failed = false, bad = false;
  for (const auto& p : all) {
    failed = failed || !p.trouble.empty() || std::ranges::any_of(p.copies, unread);
    bad = bad || (p.enabled && p.copies.empty()) ||
          std::ranges::any_of(p.copies, [](const VerifiedGeneration& g) { return g.state != DatasetState::valid; });
  }
  return failed ? ExitCode::failed : bad ? ExitCode::refused : ExitCode::done;
}

Json to_json(const std::vector<PortVerification>& all) {
  Json out = Json::array();
  for (const auto& p : all) {
    Json copies = Json::array();
    for (const auto& g : p.copies) copies.push_back(json_of(p.port, g));
    out.push_back(
        Json{{"port", p.port.n}, {"enabled", p.enabled}, {"trouble", text_or_null(p.trouble)}, {"copies", copies}});
  }
  return out;
}

Json to_json(const Exported& e) {
  Json files = Json::array();
  for (const auto& f : e.files) files.push_back(Json{{"file", f.file}, {"size", f.size.n}, {"sha256", f.sha256}});
  return Json{{"port", e.port.n}, {"directory", e.directory},           {"generation", e.generation}, {"files", files},
              {"keys", e.keys},   {"trouble", text_or_null(e.trouble)}, {"cleared", e.cleared}};
}

}  // namespace slotwarden::control
