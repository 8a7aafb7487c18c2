#include "control/rehearsal.h"

#include "control/fields.h"
#include "control/timestamp.h"

namespace slotwarden::control {

Json to_json(const std::optional<Proof>& p) {
  if (!p) return nullptr;
  return Json{{"generation", p->generation},  {"sha256", text_or_null(p->sha256)}, {"keys", p->keys},
              {"at", rfc3339(p->at_unix_ms)}, {"loaded_ms", p->loaded_ms},         {"memory", p->memory.n}};
}

Json to_json(const std::optional<Unproven>& u) {
  if (!u) return nullptr;
  return Json{{"generation", u->generation}, {"at", rfc3339(u->at_unix_ms)}, {"rule", u->rule}, {"detail", u->detail}};
}

std::string rehearsed_text(const Rehearsed& r) {
  return write(Json{{"proven", to_json(r.proven)}, {"not_proven", to_json(r.failed)}});
}

Result<Rehearsed> rehearsed_from_json(const Json& j) {
  Rehearsed r;
  Fields all(j, "a rehearsal");
  std::optional<std::int64_t> at;
  if (const auto* m = all.member("proven")) {
    Proof p;
    Fields f(*m, "a proof");
    f.text("generation", p.generation);
    f.text("sha256", p.sha256);
    f.number("keys", p.keys);
    f.time("at", at);
    f.number("loaded_ms", p.loaded_ms);
    f.number("memory", p.memory.n);
    p.at_unix_ms = at.value_or(0);
    auto read = f.finish(std::move(p));
    if (!read) return read.error();
    r.proven = std::move(*read);
  }
  if (const auto* m = all.member("not_proven")) {
    Unproven u;
    Fields f(*m, "a failed rehearsal");
    f.text("generation", u.generation);
    f.time("at", at);
    f.text("rule", u.rule);
    f.text("detail", u.detail);
    u.at_unix_ms = at.value_or(0);
    auto read = f.finish(std::move(u));
    if (!read) return read.error();
    r.failed = std::move(*read);
  }
  return all.finish(std::move(r));
}

}  // namespace slotwarden::control
