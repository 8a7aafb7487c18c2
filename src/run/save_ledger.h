// Every fork of this host, whoever ordered it: seen in /proc and in what the servers say, judged when it ends.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decide/save.h"
#include "decide/save_watch.h"
#include "run/save_state.h"
#include "run/services.h"

namespace slotwarden::run {

// Memory as it was a moment ago, and who is in which part of it.
struct MemoryNow {
  std::vector<decide::MemoryDomain> domains;  // the first is the host's
  std::map<Port, std::vector<std::size_t>> of;
  std::string problem;  // why it is not known; then `domains` is empty
};

class SaveLedger {
 public:
  // `on_begin` is called with each child that is seen to have begun.
  SaveLedger(Services& s, std::function<void(Pid)> on_begin) : services_(s), on_begin_(std::move(on_begin)) {}

  [[nodiscard]] SaveState& of(Port p) { return states_[p]; }
  [[nodiscard]] const std::map<Port, SaveState>& all() const { return states_; }

  // Looks for children that came or went, and learns from what the servers last said. No network; a few small files.
  // A child that went is only noted: its server must be asked (`ended`) before it can be judged.
  void look();
  // Ports whose child has gone and whose result is not known yet.
  [[nodiscard]] std::vector<Port> gone() const;
  // Judges what became of the child that went, by an INFO that was asked for afterwards.
  void ended(Instance& i, const ServerInfo& info);
  // A fork that was ordered and could not be seen: its child was too quick.
  void came_and_went(Instance& i, SaveState& s);

  [[nodiscard]] MemoryNow memory(int reserve_percent) const;
  [[nodiscard]] std::vector<decide::ForkUnderWay> forks(const MemoryNow& m) const;
  [[nodiscard]] std::vector<decide::WatchedFork> watched(const MemoryNow& m) const;
  [[nodiscard]] bool forking() const;
  // What is left now of the scarcest memory: what is gone of it since a fork began may be its doing.
  void note_room(Bytes left);
  // Writes the record down, without waiting.
  void remember(SaveState& s);

  // What a fork of it will copy, by its own history.
  [[nodiscard]] decide::CowEvidence cow_evidence(const Instance& i, const SaveState& s, ForkKind kind) const;

 private:
  void look_at(Instance& i, SaveState& s);
  void began(Instance& i, SaveState& s, const ForkedChild& child);
  static void learn(const ServerInfo& info, SaveState& s);
  static void learn_save(const ServerInfo& info, SaveState& s);
  static void learn_rate(const ServerInfo& info, SaveState& s);

  Services& services_;
  std::function<void(Pid)> on_begin_;
  std::map<Port, SaveState> states_;
};

}  // namespace slotwarden::run
