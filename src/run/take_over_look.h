// Gathers the evidence for decide::take_over: for slotwardenctl, which shows it, and for the daemon, which acts on it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "config/config.h"
#include "decide/take_over.h"
#include "facts/take_over.h"

namespace slotwarden::run {

namespace asio = boost::asio;

struct TakeOverQuestion {
  Port port;
  Pid pid;                          // that listens there; 0: nobody does
  config::InstanceConfig instance;  // as configured, or as guessed: the server itself names its file
  bool configured = false;          // by slotwarden's configuration, which says so itself
  bool committing = false;
  std::string state_dir;  // of the daemon, whose own hand on a data directory speaks against nothing
};

struct TakeOverLook {
  TakeOver found;                     // without verdict, steps and configuration
  decide::TakeOverEvidence evidence;  // all but `configuration_fits`
  std::optional<ProcessIdentity> identity;
};

// `blocking` asks /proc and systemd.
asio::awaitable<TakeOverLook> look_to_take_over(TakeOverQuestion q, asio::thread_pool& blocking);

}  // namespace slotwarden::run
