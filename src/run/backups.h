// Makes a generation of each good save of the instances of this host, in turn; puts that of a replica into its master's
// data directory where the master is of this host too; and has the hook run for each new one.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control/backups.h"
#include "facts/finding.h"
#include "run/generations.h"
#include "run/services.h"

namespace slotwarden::run {

class Backups {
 public:
  explicit Backups(Services& s) : services_(s), bell_(s.loop) {}

  // A save of it was seen, or it has begun to serve: it is looked at soon.
  void wake(Port p);
  // Until the daemon stops. All instances are looked at now and then too: what was missed is found.
  asio::awaitable<void> run();
  void end();

  // Called with each generation that is new, after it was kept: for whoever sends it to another host.
  std::function<void(Instance&, const KeptCopy&)> kept;

  // Shown with the port's backups for as long as what it returns lives: "reading, 45 %".
  [[nodiscard]] std::shared_ptr<observe::Progress> show_reading(Port p);
  // What is kept of these.
  asio::awaitable<std::vector<control::PortBackups>> list(std::vector<Instance*> which);
  // Saves that were found bad or could not be kept, and have not been followed by one that was kept.
  [[nodiscard]] std::vector<Finding> findings() const;

 private:
  struct Bad {
    std::string signature;
    std::string what;
  };
  asio::awaitable<void> tend(Instance& i);
  asio::awaitable<void> tell(Instance& i, SavesKept k);
  // Told when it is news, since it is tried again every minute; `what` is empty when all is well.
  void tell_trouble(Port p, std::map<Port, std::string>& known, std::string_view doing, const std::string& what);
  asio::awaitable<void> send_to_master(Instance& i, const KeptCopy& k);

  Services& services_;
  Bell bell_;
  std::set<Port> woken_;
  std::map<Port, Bad> bad_;
  std::map<Port, std::string> unkept_;  // why what it saved last is no generation, though nothing is known against it
  std::map<Port, std::string> unremoved_;  // why outdated ones are still there
  std::set<Port> seen_;                    // were looked at by this daemon
  std::map<Port, std::weak_ptr<observe::Progress>> reading_;
  std::shared_ptr<observe::Progress> progress_;  // of the reading that is under way
};

}  // namespace slotwarden::run
