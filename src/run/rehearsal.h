// Loads the newest generation of an instance in a server of its own, counts its keys, and remembers what that proved.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/backups.h"
#include "control/explanation.h"
#include "control/outcome.h"
#include "decide/rehearsal.h"
#include "facts/finding.h"
#include "facts/rehearsal.h"
#include "observe/kept.h"
#include "run/services.h"

namespace slotwarden::run {

class SaveRotation;

class Rehearsals {
 public:
  Rehearsals(Services& s, SaveRotation& saves) : services_(s), saves_(saves), bell_(s.loop) {}

  // Until the daemon stops: clears what an earlier one has left, and rehearses by itself where the policy says so.
  asio::awaitable<void> run();
  void end();
  // There is a new generation.
  void wake() { bell_.ring(); }

  // One after another. done: proven; refused: not now, or nothing to rehearse; failed: not proven.
  asio::awaitable<std::vector<control::Outcome>> rehearse(std::vector<Instance*> which, std::string who);

  // Adds what was proven to what is listed.
  void add_to(std::vector<control::PortBackups>& all) const;
  [[nodiscard]] std::vector<control::Fact> facts_of(const Instance& i) const;
  // Instances whose newest rehearsal proved nothing.
  [[nodiscard]] std::vector<Finding> findings() const;

 private:
  struct Generation;
  asio::awaitable<void> recall(Port p);
  asio::awaitable<void> clear(Instance& i);
  asio::awaitable<void> look_for_work();
  [[nodiscard]] bool due(const Instance& i) const;
  asio::awaitable<control::Outcome> rehearse_one(Instance& i, std::string who);
  asio::awaitable<control::Outcome> attempt(Instance& i, std::string who);
  asio::awaitable<control::Outcome> load(Instance& i, std::shared_ptr<Generation> g, Bytes predicted, std::string who);
  // Judges, remembers in `known_`, and tells.
  control::Outcome told_of(const Instance& i, const Generation& g, const decide::RehearsedEvidence& e, Proof p,
                           const std::string& why, const std::string& who);
  asio::awaitable<void> remember(Instance& i);
  [[nodiscard]] decide::RehearsalEvidence evidence(std::optional<Bytes> predicted) const;

  Services& services_;
  SaveRotation& saves_;
  Bell bell_;
  bool busy_ = false;
  std::shared_ptr<observe::Progress> progress_;  // of the reading or loading that is under way
  Port at_;                                      // whose it is
  const char* doing_ = "";
  std::map<Port, Rehearsed> known_;
  std::set<Port> recalled_;
  std::map<Port, Instant> tried_;
};

}  // namespace slotwarden::run
