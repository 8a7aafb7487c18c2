#include "control/explanation.h"

#include "control/fields.h"

namespace slotwarden::control {
namespace {

constexpr std::array rulings{Ruling::go, Ruling::wait, Ruling::refuse};

Json to_json(const ExplainedVerdict& v) {
  return Json{
      {"ruling", name(v.ruling)}, {"rule", v.rule}, {"because", v.because}, {"release", text_or_null(v.release)}};
}

Result<ExplainedVerdict> verdict_from_json(const Json& j) {
  Fields f(j, "a verdict");
  ExplainedVerdict v;
  f.one_of("ruling", v.ruling, rulings);
  f.text("rule", v.rule);
  f.text("because", v.because);
  f.text("release", v.release);
  return f.finish(std::move(v));
}

Json to_json(const Fact& x) {
  return Json{{"name", x.name},
              {"value", x.value},
              {"source", text_or_null(x.source)},
              {"age_ms", x.age_ms ? Json(*x.age_ms) : Json{}}};
}

Result<Fact> fact_from_json(const Json& j) {
  Fields f(j, "a fact");
  Fact x;
  f.text("name", x.name);
  f.text("value", x.value);
  f.text("source", x.source);
  f.number("age_ms", x.age_ms);
  return f.finish(std::move(x));
}

Result<std::string> sentence_from_json(const Json& j) {
  if (!j.is_string()) return Error{"holds what is not a sentence"};
  return Result<std::string>(boost::system::in_place_value, j.get<std::string>());
}

}  // namespace

ExplainedVerdict explained(const Verdict& v) {
  return {v.ruling, std::string(v.rule), std::string(v.because), std::string(v.release)};
}

Json to_json(const Explanation& e) {
  Json j = to_json(e.status);
  j["verdict"] = to_json(e.verdict);
  j["evidence"] = Json::array();
  for (const Fact& x : e.facts) j["evidence"].push_back(to_json(x));
  if (e.succession) j["succession"] = to_json(*e.succession);
  j["would_release"] = e.would_release;
  j["may_lose"] = e.may_lose;
  return j;
}

Json to_json(std::span<const Explanation> all) {
  Json j = Json::array();
  for (const Explanation& e : all) j.push_back(to_json(e));
  return j;
}

Result<Explanation> explanation_from_json(const Json& j) {
  Result<InstanceStatus> status = status_from_json(j);
  if (!status) return status.error();
  Fields f(j, "an explanation");
  Explanation e;
  e.status = std::move(*status);
  const Json* verdict = f.member("verdict");
  if (!verdict) return Error{"an explanation has no verdict"};
  Result<ExplainedVerdict> v = verdict_from_json(*verdict);
  if (!v) return v.error();
  e.verdict = std::move(*v);
  if (const Json* succession = f.member("succession")) {
    Result<ExplainedVerdict> s = verdict_from_json(*succession);
    if (!s) return s.error();
    e.succession = std::move(*s);
  }
  f.list("evidence", e.facts, fact_from_json);
  f.list("would_release", e.would_release, sentence_from_json);
  f.list("may_lose", e.may_lose, sentence_from_json);
  return f.finish(std::move(e));
}

Result<std::vector<Explanation>> explanations_from_json(const Json& j) {
  return list_from<Explanation>(j, explanation_from_json);
}

}  // namespace slotwarden::control
