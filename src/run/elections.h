// The elections of a shard, put off while its master is restored: its replicas are told not to stand by themselves
// (cluster-replica-no-failover). That is written down before it is set; whichever daemon finds it puts it back.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "control/explanation.h"
#include "decide/elections.h"
#include "facts/finding.h"
#include "facts/put_off.h"
#include "run/questions.h"
#include "run/services.h"

namespace slotwarden::run {

// The replicas of a shard, asked a moment ago.
struct ShardAsked {
  std::vector<PutOff> able;         // can be told
  std::size_t by_themselves = 0;    // do not stand by their own configuration
  std::vector<std::string> unable;  // cannot be told, and why
  NodeId successor;                 // one of them owns the shard's slots by its own word
  // One clause for the plan of a restore; empty where there is no replica.
  [[nodiscard]] std::string in_words() const;
};

class Elections {
 public:
  explicit Elections(Services& s) : services_(s), bell_(s.loop), rested_(s.loop) {}

  // Until the daemon stops: puts back what was set, once the master serves and its replica misses it no more, or is
  // gone for good; what an earlier daemon has left too.
  asio::awaitable<void> run();
  void end() { bell_.ring(); }

  // Asks the replicas of `i`; changes nothing.
  asio::awaitable<ShardAsked> ask(const Instance& i);
  [[nodiscard]] bool restoring(Port p) const { return restoring_.contains(p); }
  // For as long as it lives nothing is put back for `p`; one at a time.
  class Restoring {
   public:
    Restoring(Elections& e, Port p) : elections_(e), port_(p) { elections_.restoring_.insert(port_); }
    ~Restoring() {
      elections_.restoring_.erase(port_);
      elections_.bell_.ring();
    }
    Restoring(const Restoring&) = delete;
    Restoring& operator=(const Restoring&) = delete;

   private:
    Elections& elections_;
    Port port_;
  };
  // Tells those that are able, while a Restoring lives; what could not be told is an event.
  asio::awaitable<void> put_off(const Instance& i, ShardAsked asked);

  [[nodiscard]] std::vector<control::Fact> facts_of(const Instance& i) const;
  // Replicas of this host that are kept from elections by nobody that this daemon knows of.
  [[nodiscard]] std::vector<Finding> findings() const;

 private:
  asio::awaitable<void> recall();
  asio::awaitable<void> look_for_left();
  asio::awaitable<bool> is_left(const Instance& i);
  asio::awaitable<void> round();
  asio::awaitable<void> look_at(PutOff p);
  asio::awaitable<void> drop(PutOff p, std::string told);
  asio::awaitable<Result<void>> set(const Instance& i, PutOff p, std::string value);
  [[nodiscard]] Instance* instance(Port p) const;
  [[nodiscard]] decide::Restored master(const Instance& i) const;

  Services& services_;
  Bell bell_;
  Bell rested_;
  std::vector<PutOff> all_;
  std::set<Port> restoring_;
  std::set<std::string> told_;
  std::set<Port> left_;
  bool at_work_ = false;  // a round is under way
};

}  // namespace slotwarden::run
