// Carries out what the control socket asks.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "config/load.h"
#include "control/explanation.h"
#include "control/host_report.h"
#include "control/outcome.h"
#include "control/replies.h"
#include "control/request.h"
#include "control/saves.h"
#include "run/control_server.h"
#include "run/services.h"

namespace slotwarden::run {

class Backups;
class Elections;
class Pusher;
class Rehearsals;

// What commands need of the daemon as a whole.
struct DaemonHooks {
  // The configuration's files against what runs; the error lists every mistake in them.
  std::function<Result<control::RereadReply>()> compare;
  std::function<std::vector<control::Outcome>()> take_up;
  // By run/adoption.h.
  std::function<Result<config::InstanceConfig>(Port)> configured;
  std::function<void()> shut_down;
  std::function<control::HostReport()> host_report;
  std::function<asio::awaitable<std::vector<control::Outcome>>(bool restore, std::string who)> host_restore;
  std::function<asio::awaitable<std::vector<control::Outcome>>(std::vector<Instance*> which, bool at_once,
                                                               std::string who)>
      save;
  std::function<asio::awaitable<std::vector<control::Outcome>>(std::vector<Instance*> which, std::string who)>
      release_saves;
  std::function<control::SavesReply(const std::vector<Instance*>& which)> saves;
  std::function<std::vector<control::Fact>(const Instance& i)> save_facts;
  Backups& backups;
  Rehearsals& rehearsals;
  Elections& elections;
  const std::unique_ptr<Pusher>& pusher;  // set iff generations are sent to other hosts
  std::string version;
};

class Commands {
 public:
  Commands(Services& s, DaemonHooks hooks) : services_(s), hooks_(std::move(hooks)) {}

  // The whole RESP reply.
  asio::awaitable<std::string> handle(control::Request r, Caller caller);

 private:
  [[nodiscard]] Result<std::vector<Instance*>> targets(const control::Request& r) const;
  asio::awaitable<std::string> changing(const control::Request& r, const std::vector<Instance*>& which, Caller caller);
  asio::awaitable<std::vector<control::Outcome>> start_all(const control::Request& r, std::vector<Instance*> which,
                                                           std::string who);
  asio::awaitable<std::vector<control::Outcome>> stop_all(const control::Request& r, std::vector<Instance*> which,
                                                          std::string who);
  asio::awaitable<std::vector<control::Outcome>> restart_all(const control::Request& r, std::vector<Instance*> which,
                                                             std::string who);
  asio::awaitable<std::vector<control::Outcome>> roll(const control::Request& r, std::vector<Instance*> which,
                                                      std::string who);
  asio::awaitable<std::vector<control::Outcome>> hold_all(const control::Request& r, std::vector<Instance*> which,
                                                          std::string who, bool held);
  [[nodiscard]] std::vector<control::Outcome> signal_all(const control::Request& r, const std::vector<Instance*>& which,
                                                         const std::string& who);
  asio::awaitable<std::string> events(const control::Request& r, const std::vector<Instance*>& which);
  asio::awaitable<std::string> backups(std::vector<Instance*> which);
  asio::awaitable<std::string> tail(const control::Request& r, Instance& i);
  [[nodiscard]] std::string reading(const control::Request& r, const std::vector<Instance*>& which);

  Services& services_;
  DaemonHooks hooks_;
};

}  // namespace slotwarden::run
