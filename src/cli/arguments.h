// What a person wrote behind slotwardenctl, or at its prompt.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/local.h"
#include "control/request.h"
#include "facts/result.h"

namespace slotwarden::cli {

struct Globals {
  std::string socket;
  std::string status_file;  // what the daemon publishes, read when it does not answer
  bool json = false;
  std::optional<int> leave;          // set: nothing to do but to end with this code; `text` was wanted
  std::string text;                  // help, version or what is wrong
  std::vector<std::string> command;  // and its arguments; empty for the prompt
  Local local;                       // what needs no daemon; set by the program, not by arguments
};

// Sockets and files from the environment where it names them (SLOTWARDEN_SOCKET, SLOTWARDEN_STATE).
[[nodiscard]] Globals read_arguments(int argc, const char* const* argv, const char* version);

// One command, split into what the daemon is asked and what slotwardenctl itself obeys.
struct Order {
  control::Request request;
  bool json = false;
  bool follow = false;
  bool yes = false;
  bool verbose = false;
  bool fix = false;
  bool keys = false;
  bool plan = false;          // ADOPT, GIVE-BACK
  bool unsupervised = false;  // GIVE-BACK
  std::string policy;         // ADOPT; empty: storage
  std::size_t biggest = 0;
  std::string config_file;                        // empty: the usual one
  std::string directory = "/etc/slotwarden/tls";  // CERT
  int days = 0;                                   // CERT; 0: as long as usual
  std::optional<std::chrono::milliseconds> timeout;
};

// The error is a sentence with the command's form; exit code 2.
[[nodiscard]] Result<Order> read_order(std::span<const std::string> words);

}  // namespace slotwarden::cli
