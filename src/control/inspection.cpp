#include "control/inspection.h"

#include <fmt/format.h>

#include "control/timestamp.h"

namespace slotwarden::control {

namespace {

template <class T>
Json or_null(const std::optional<T>& v) {
  return v ? Json(*v) : Json(nullptr);
}

std::string sum(std::uint64_t n) {
  return fmt::format("{:016x}", n);
}

Json parts_of(const Dataset& d) {
  Json all = Json::array();
  for (const auto& p : d.parts)
    all.push_back(Json{{"file", p.file},
                       {"role", p.role},
                       {"state", name(p.state)},
                       {"detail", p.detail},
                       {"size", p.size.n},
                       {"commands", p.commands}});
  return all;
}

Json contents_of(const DumpContents& c) {
  Json databases = Json::array();
  for (const auto& d : c.databases)
    databases.push_back(Json{{"number", d.number}, {"keys", d.keys}, {"keys_with_expiry", d.with_expiry}});
  Json kinds = Json::object();
  for (std::size_t k = 0; k < value_kinds; ++k)
    if (c.of_kind[k] > 0) kinds[std::string(name(static_cast<ValueKind>(k)))] = c.of_kind[k];
  Json biggest = Json::array();
  for (const auto& b : c.biggest)
    biggest.push_back(Json{{"key", b.name},
                           {"key_length", b.name_length},
                           {"database", b.database},
                           {"type", name(b.kind)},
                           {"size", b.size.n},
                           {"at", b.at}});
  Json aux = Json::object();
  for (const auto& [key, value] : c.aux) aux[key] = value;
  return Json{{"version", c.version},
              {"valkey", c.valkey},
              {"checksum", name(c.checksum)},
              {"sum_found", sum(c.sum_found)},
              {"sum_expected", sum(c.sum_expected)},
              {"databases", databases},
              {"keys", c.keys},
              {"keys_with_expiry", c.with_expiry},
              {"types", kinds},
              {"functions", c.functions},
              {"biggest", biggest},
              {"aux", aux}};
}

}  // namespace

Json to_json(const Inspection& i) {
  const auto& d = i.dataset;
  const auto saved = d.saved_unix ? Json(rfc3339(*d.saved_unix * 1000)) : Json(nullptr);
  return Json{{"what", i.what},
              {"state", name(d.state)},
              {"detail", d.detail},
              {"file", d.file},
              {"append_only", d.aof},
              {"size", d.size.n},
              {"broken_at", or_null(d.broken_at)},
              {"keys", or_null(d.keys)},
              {"keys_with_expiry", or_null(d.keys_with_expiry)},
              {"keys_at_most", or_null(d.keys_at_most)},
              {"commands", d.commands},
              {"would_drop", d.would_drop},
              {"replid", d.replid.empty() ? Json(nullptr) : Json(d.replid)},
              {"offset", d.offset ? Json(d.offset->n) : Json(nullptr)},
              {"saved", saved},
              {"writer", d.writer},
              {"parts", parts_of(d)},
              {"contents", i.contents ? contents_of(*i.contents) : Json(nullptr)}};
}

ExitCode exit_code(const Inspection& i) {
  switch (i.dataset.state) {
    case DatasetState::valid: return ExitCode::done;
    case DatasetState::unreadable: return ExitCode::failed;
    case DatasetState::unknown:
    case DatasetState::absent:
    case DatasetState::empty:
    case DatasetState::truncated:
    case DatasetState::corrupt:
    case DatasetState::foreign:
    case DatasetState::too_new: return ExitCode::refused;
  }
  return ExitCode::failed;
}

}  // namespace slotwarden::control
