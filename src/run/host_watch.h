// Keeps the host as its policy wants it: looks at the start, whenever a server has started, and every now and then;
// writes what is to be enforced, and tells of the rest. The kernel announces no change of a setting, so time must do.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <set>
#include <string>
#include <vector>

#include "control/host_report.h"
#include "control/outcome.h"
#include "facts/host_policy.h"
#include "run/bell.h"
#include "run/host_examiner.h"
#include "run/host_repair.h"
#include "run/services.h"

namespace slotwarden::run {

class HostWatch {
 public:
  HostWatch(Services& s, asio::thread_pool& scans, HostPolicy policy)
      : services_(s), policy_(std::move(policy)), examiner_(scans), bell_(s.loop) {}

  // Until the daemon stops.
  asio::awaitable<void> run();

  void look_soon() { bell_.ring(); }
  void take_up(HostPolicy policy);
  void end() { bell_.ring(); }

  // Of the last look.
  [[nodiscard]] const control::HostReport& report() const { return report_; }

  // Puts back what the kernel's files had before slotwarden wrote them, and enforces nothing from then on; or enforces
  // again. Remembered across restarts.
  asio::awaitable<std::vector<control::Outcome>> restore(bool restore, std::string who);

 private:
  asio::awaitable<void> recall();
  asio::awaitable<void> round();
  asio::awaitable<std::vector<Finding>> look();
  asio::awaitable<std::vector<Finding>> units_of_nobody();
  // Whether anything was written.
  asio::awaitable<bool> enforce(std::vector<Finding> findings);
  asio::awaitable<bool> enforce_one(Finding finding);
  asio::awaitable<Result<void>> remember_value(std::string file);
  void tell(const std::vector<Finding>& findings);
  [[nodiscard]] std::vector<HostSubject> subjects() const;
  [[nodiscard]] HostPolicy policy_in_force() const;

  Services& services_;
  HostPolicy policy_;
  HostExaminer examiner_;
  Bell bell_;
  control::HostReport report_;
  FoundValues found_;
  std::string restored_by_;       // empty: the policy is enforced
  std::set<std::string> told_;    // findings that were told of and last; remembered across restarts
  std::set<std::string> cannot_;  // repairs that failed and were told of
  std::string book_problem_;      // why `found_` could not be read: then nothing of the kernel's is written
};

}  // namespace slotwarden::run
