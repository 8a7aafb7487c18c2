// Which of the copies kept of an instance's data may take the place of a dataset that is missing, damaged or much
// smaller than the record, without anybody's word?
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "facts/copy.h"
#include "facts/policy.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct KeptCandidate {
  Copy copy;          // as it was found when it was verified just now
  bool ours = false;  // this very node kept it: its note names the recorded node id
};

struct KeptEvidence {
  std::vector<KeptCandidate> candidates;
  Copy present;  // the dataset that is in place
  // What the instance held when it was last seen: keys, place in the stream, shard. Without one nothing is chosen.
  std::optional<Copy> record;
  StartPolicy policy;
};

struct KeptChoice {
  std::optional<std::size_t> best;  // into the candidates
  std::vector<Verdict> judged;      // one for each of them: go for the best one, refuse for the others
};

// Pure and total. Each candidate is judged (first match answers), and of those that pass the freshest is chosen:
//   kept-damaged   it is not whole, or the server would not load it
//   kept-stranger  nothing shows that it is of this shard: neither did this node keep it, nor does its note name the
//                  shard, nor is it of the record's replication history
//   kept-parted    it is of the history before the record's, from behind the point where the record's went on from it
//   kept-small     it has no keys, or fewer than policy.fewest_keys_percent of the recorded ones
//   kept-staler    what is in place is whole and has keys, and nothing shows that the copy is the fresher
//   kept-older     another one is fresher, or as fresh
//   kept-best      the one to take                                                             -> go
[[nodiscard]] KeptChoice choose_kept(const KeptEvidence& e);

[[nodiscard]] std::span<const RuleText> kept_rules();

// A file or a kept copy that an operator named by `accept-data`.
struct NamedEvidence {
  bool runs = false;  // the server whose dataset it is to replace
  Copy copy;          // as it was found when it was read through; its shard is the one that its note names
  bool ours = false;  // this very node kept it
  std::optional<Copy> record;
  // Of the keys that were looked at: how many there were, and how many are of slots that the instance owns. Both 0
  // where it owns none, or is no cluster node.
  std::size_t sampled = 0;
  std::size_t owned = 0;
};

// Pure and total; first match answers. The operator's word puts an older or a smaller copy in place, but not what the
// server could not load, nor nothing, nor what is another shard's:
//   named-running      the server runs
//   named-damaged      it is not whole, or the server would not load it
//   named-empty        it holds no keys, and the record has some
//   named-other-shard  its note names another shard and another node, or fewer than half of its keys are of slots that
//                      the instance owns (some may have moved since it was taken)
//   named-accepted                                                                                       -> go
[[nodiscard]] Verdict accept(const NamedEvidence& e);

[[nodiscard]] std::span<const RuleText> named_rules();

}  // namespace slotwarden::decide
