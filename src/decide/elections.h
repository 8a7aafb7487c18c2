// When replicas that were kept from elections, while their master was restored, may stand again.
#pragma once

#include "facts/cluster.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// How the restored master stands.
enum class Restored {
  coming,   // the restore is under way, or its server is wanted and does not serve yet
  serving,  // its keys were counted, and it answers
  gone,     // it is not wanted, or held by a rule that refuses: nobody waits for it any more
};

struct PutOffEvidence {
  Restored master = Restored::coming;
  bool answered = false;  // the replica did, and what follows is known
  bool same_process = false;
  bool still_set = false;
  Role role = Role::unknown;
  bool follows = false;        // the restored master
  bool misses_master = false;  // its own view calls that node failed, or possibly failed
};

enum class PutOffStep { keep, put_back, forget };

// First match answers.
//   keep      the replica did not answer: asked again
//   forget    another process, which reads its own file, or somebody has put it back
//   put_back  it is master, or follows another node: the shard was decided without this restore
//   keep      the master is coming
//   put_back  the master is gone: the replica has the data, and is to be elected
//   keep      the master serves, and the replica still misses it: it would stand at once
//   put_back  the master serves, and is not missed
[[nodiscard]] PutOffStep after_restore(const PutOffEvidence& e);

}  // namespace slotwarden::decide
