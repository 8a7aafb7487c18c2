#include "decide/start.h"

#include "decide/start_rules.h"

using namespace std::chrono_literals;

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;
using Answer = std::optional<StartVerdict>;

consteval RuleText rule(std::string_view name) {
  return row_of(start_table, name);
}

StartVerdict held(const RuleText& row) {
  return {.verdict = says(row)};
}
StartVerdict wait(const RuleText& row, std::optional<milliseconds> again) {
  return {.verdict = says(row, again)};
}
StartVerdict fatal(const RuleText& row) {
  return {.verdict = says(row), .fatal = true};
}

// The start of one that claims nothing, or whose data may go.
StartVerdict go(const RuleText& row, const StartEvidence& e) {
  return {.verdict = says(row), .set_aside = would_not_load(e.dataset)};
}

// The start of one whose replicas must not copy from it before its keys were counted.
StartVerdict go_quarantined(const RuleText& row, const StartEvidence& e) {
  return {.verdict = says(row), .quarantine = true, .set_aside = would_not_load(e.dataset)};
}

bool nothing_to_load(DatasetState s) {
  return s == DatasetState::absent || s == DatasetState::empty;
}

bool whole(const StartEvidence& e) {
  return e.dataset == DatasetState::valid && !shrunken(e.dataset_keys, e.recorded_keys, e.policy);
}

bool passes_dataset_rules(const StartEvidence& e) {
  return e.forced || e.policy.data_may_go;
}

Answer operator_and_restarts(const StartEvidence& e) {
  if (!e.wanted_up) return held(rule("operator-stop"));
  if (e.held && !e.forced) return held(rule("operator-hold"));
  if (e.server_usable == Tri::no) return fatal(rule("unusable"));
  if (e.restarts_spent && !e.forced) return fatal(rule("restarts-spent"));
  return std::nullopt;
}

Answer host(const StartEvidence& e) {
  if (e.directory_free == Tri::no) return held(rule("directory-taken"));
  if (e.port_free == Tri::no) return held(rule("port-taken"));
  if (e.orphans == Tri::yes) return wait(rule("orphans"), 50ms);
  if (e.backoff_left > 0ms && !e.forced) return wait(rule("backoff"), e.backoff_left);
  if (e.directory_writable == Tri::no) return held(rule("directory-unwritable"));
  if (e.disk_full == Tri::yes) return held(rule("disk-full"));
  for (const Tri fact : {e.server_usable, e.directory_free, e.port_free, e.orphans, e.directory_writable, e.disk_full})
    if (fact == Tri::unknown) return wait(rule("host-unknown"), 200ms);
  return std::nullopt;
}

// What speaks against loading this dataset where it will be the master's. `missed` says whether anybody would miss data
// if there were none.
Answer dataset_speaks_against(const StartEvidence& e, bool missed) {
  if (e.dataset == DatasetState::unknown) return wait(rule("dataset-unread"), 50ms);
  if (nothing_to_load(e.dataset) && missed) return held(rule("empty-dataset"));
  if (would_not_load(e.dataset)) return held(rule("bad-dataset"));
  if (shrunken(e.dataset_keys, e.recorded_keys, e.policy)) return held(rule("shrunken-dataset"));
  return std::nullopt;
}

// What speaks against the dataset, or that a kept copy is to take its place.
StartVerdict mended(const StartVerdict& held_by, const StartEvidence& e) {
  const bool may = e.policy.install_kept && e.recorded_keys > 0 && held_by.verdict.ruling == Ruling::refuse;
  if (!may || e.kept_copy == Tri::no) return held_by;
  if (e.kept_copy == Tri::unknown) return wait(rule("kept-unread"), 50ms);
  auto v = wait(rule("kept-copy"), 10ms);
  v.install = true;
  return v;
}

StartVerdict standalone(const StartEvidence& e) {
  if (!passes_dataset_rules(e))
    if (auto v = dataset_speaks_against(e, e.recorded_keys > 0)) return mended(*v, e);
  return go(rule("not-a-cluster-node"), e);
}

// A start without a nodes.conf: the first one, or the operator's word that the old identity is lost.
StartVerdict new_node(const StartEvidence& e) {
  if (e.dataset == DatasetState::unknown) return wait(rule("dataset-unread"), 50ms);
  if (e.recorded) {
    auto v = go_quarantined(rule("forced"), e);
    v.set_aside = e.dataset != DatasetState::absent;
    return v;
  }
  if (would_not_load(e.dataset) && !passes_dataset_rules(e)) return held(rule("bad-dataset"));
  return go(rule("first-start"), e);
}

Answer identity(const StartEvidence& e) {
  if (e.nodes_file == NodesFile::damaged) return held(rule("nodes-damaged"));
  if (e.nodes_file == NodesFile::absent && e.recorded && !e.forced) return held(rule("nodes-lost"));
  if (e.nodes_file != NodesFile::absent && e.same_identity == Tri::no) return held(rule("foreign-identity"));
  if (e.nodes_file == NodesFile::unknown || e.cluster_enabled == Tri::unknown)
    return wait(rule("identity-unknown"), 200ms);
  if (e.nodes_file == NodesFile::absent) return new_node(e);
  const bool open = e.role_by_file == Role::master && e.owns_slots == Tri::unknown;
  if (e.same_identity == Tri::unknown || e.role_by_file == Role::unknown || open)
    return wait(rule("identity-unknown"), 200ms);
  return std::nullopt;
}

// Those whose start does not hang on what their dataset is worth, and those for whom somebody answers.
Answer need_not_wait(const StartEvidence& e) {
  if (e.role_by_file == Role::master && e.owns_slots == Tri::no) return go(rule("never-owned"), e);
  const bool in_turn = e.loading_at_once > 0 && e.others_loading >= e.loading_at_once && !e.forced;
  if (e.role_by_file == Role::replica) return in_turn ? wait(rule("replicas-turn"), 500ms) : go(rule("replica"), e);
  const bool unread = e.dataset == DatasetState::unknown;
  // Unread, it could not be set aside where it must, and the one forced start would be wasted on it.
  if (e.forced) return unread ? wait(rule("dataset-unread"), 50ms) : go_quarantined(rule("forced"), e);
  if (e.succession == Succession::settled)
    return in_turn ? wait(rule("replicas-turn"), 500ms) : go_quarantined(rule("settled"), e);
  if (e.in_place && unread) return wait(rule("dataset-unread"), 50ms);
  if (e.in_place && whole(e) && e.older_than_record != Tri::yes) return go_quarantined(rule("in-place"), e);
  const bool waited = e.succession == Succession::impossible || e.waited >= e.policy.longest_wait;
  if (e.policy.data_may_go && waited) return go(rule("cache-waited"), e);
  return std::nullopt;
}

bool alone(const StartEvidence& e) {
  const bool no_votes = e.cold_start || e.lost_majority || e.cut_off || e.replicas_unheard;
  return e.shard_is_here == Tri::yes && e.best_of_shard && e.succession == Succession::unknown && no_votes;
}

Answer succession_open(const StartEvidence& e) {
  if (alone(e) || e.succession == Succession::impossible) return std::nullopt;
  if (e.succession == Succession::unknown) {
    if (e.cold_start) return wait(rule("cold-start"), 1s);
    if (e.lost_majority) return wait(rule("lost-majority"), 1s);
    if (e.cut_off) return wait(rule("cut-off"), 500ms);
  }
  std::optional<milliseconds> again;
  if (e.policy.data_may_go) again = e.policy.longest_wait - e.waited;
  return wait(rule("succession-open"), again);
}

// A master that owns slots and that nobody succeeds.
StartVerdict in_place_of_itself(const StartEvidence& e) {
  const bool never_held_keys = e.recorded && e.recorded_keys == 0;
  if (auto v = dataset_speaks_against(e, !never_held_keys))
    return alone(e) || e.majority == Tri::yes ? mended(*v, e) : *v;
  if (alone(e)) return go_quarantined(rule("shard-is-here"), e);
  if (e.majority == Tri::yes) return go_quarantined(rule("in-its-own-place"), e);
  return wait(rule("unproven"), 500ms);
}

}  // namespace

StartVerdict start(const StartEvidence& e) {
  if (auto v = operator_and_restarts(e)) return *v;
  if (auto v = host(e)) return *v;
  if (e.cluster_enabled == Tri::no) return standalone(e);
  if (auto v = identity(e)) return *v;
  if (auto v = need_not_wait(e)) return *v;
  if (auto v = succession_open(e)) return *v;
  return in_place_of_itself(e);
}

std::span<const RuleText> start_rules() {
  return start_table;
}

bool wants_kept_copy(const StartEvidence& e) {
  auto unread = e;
  unread.kept_copy = Tri::unknown;
  return start(unread).verdict.rule == "kept-unread";
}

bool shrunken(std::optional<std::uint64_t> keys, std::uint64_t recorded, const StartPolicy& p) {
  if (!keys || recorded == 0) return false;
  // In floating point: garbage in a header may be as large as the type, and must not wrap around into "enough".
  return *keys == 0 || static_cast<double>(*keys) * 100 < static_cast<double>(recorded) * p.fewest_keys_percent;
}

bool would_not_load(DatasetState s) {
  switch (s) {
    case DatasetState::unknown:
    case DatasetState::absent:
    case DatasetState::empty:
    case DatasetState::valid: return false;
    case DatasetState::truncated:
    case DatasetState::corrupt:
    case DatasetState::foreign:
    case DatasetState::too_new:
    case DatasetState::unreadable: return true;
  }
  return true;
}

}  // namespace slotwarden::decide
