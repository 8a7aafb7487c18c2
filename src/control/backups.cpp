#include "control/backups.h"

#include "control/fields.h"
#include "control/rehearsal.h"
#include "control/timestamp.h"

namespace slotwarden::control {

namespace {

constexpr std::array states{DatasetState::unknown, DatasetState::absent,    DatasetState::empty,
                            DatasetState::valid,   DatasetState::truncated, DatasetState::corrupt,
                            DatasetState::foreign, DatasetState::too_new,   DatasetState::unreadable};

template <class T>
Json or_null(const std::optional<T>& v) {
  return v ? Json(*v) : Json(nullptr);
}

Json json_of(const ListedCopy& l) {
  const auto& k = l.copy;
  return Json{{"generation", k.name},
              {"why", k.why},
              {"state", name(k.state)},
              {"keys", or_null(k.keys)},
              {"size", k.size.n},
              {"kept", rfc3339(k.kept_unix_ms)},
              {"saved", k.saved_unix ? Json(rfc3339(*k.saved_unix * 1000)) : Json(nullptr)},
              {"in_place", l.in_place},
              {"append_only", k.aof},
              {"shard", text_or_null(k.shard)},
              {"node", text_or_null(k.node.hex)},
              {"saved_by", text_or_null(k.saved_by.hex)},
              {"replid", text_or_null(k.replid)},
              {"offset", k.offset ? Json(k.offset->n) : Json(nullptr)},
              {"sha256", text_or_null(k.sha256)},
              {"detail", k.detail},
              {"trouble", text_or_null(l.trouble)}};
}

Result<ListedCopy> copy_from_json(const Json& j) {
  ListedCopy l;
  auto& k = l.copy;
  Fields f(j, "a kept copy");
  std::optional<std::int64_t> kept, saved, offset;
  f.text("generation", k.name);
  f.text("why", k.why);
  f.one_of("state", k.state, states);
  f.number("keys", k.keys);
  f.number("size", k.size.n);
  f.time("kept", kept);
  f.time("saved", saved);
  f.flag("in_place", l.in_place);
  f.flag("append_only", k.aof);
  f.text("shard", k.shard);
  f.text("node", k.node.hex);
  f.text("saved_by", k.saved_by.hex);
  f.text("replid", k.replid);
  f.number("offset", offset);
  f.text("sha256", k.sha256);
  f.text("detail", k.detail);
  f.text("trouble", l.trouble);
  k.kept_unix_ms = kept.value_or(0);
  if (saved) k.saved_unix = *saved / 1000;
  if (offset) k.offset = Offset{*offset};
  return f.finish(std::move(l));
}

Result<PortBackups> port_from_json(const Json& j) {
  PortBackups b;
  Fields f(j, "a port's backups");
  f.number("port", b.port.n);
  f.flag("enabled", b.enabled);
  f.text("trouble", b.trouble);
  f.text("doing", b.doing);
  f.list("copies", b.copies, copy_from_json);
  auto rehearsed = rehearsed_from_json(j);
  if (!rehearsed) return rehearsed.error();
  b.rehearsed = std::move(*rehearsed);
  return f.finish(std::move(b));
}

}  // namespace

Json to_json(const std::vector<PortBackups>& all) {
  Json out = Json::array();
  for (const auto& b : all) {
    Json copies = Json::array();
    for (const auto& c : b.copies) copies.push_back(json_of(c));
    out.push_back(Json{{"port", b.port.n},
                       {"enabled", b.enabled},
                       {"trouble", text_or_null(b.trouble)},
                       {"doing", text_or_null(b.doing)},
                       {"copies", copies},
                       {"proven", to_json(b.rehearsed.proven)},
                       {"not_proven", to_json(b.rehearsed.failed)}});
  }
  return out;
}

Result<std::vector<PortBackups>> backups_from_json(const Json& j) {
  return list_from<PortBackups>(j, port_from_json);
}

}  // namespace slotwarden::control
