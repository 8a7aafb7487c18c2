#include "cli/known_instances.h"

#include <array>

#include "cli/connection.h"
#include "control/status.h"

namespace slotwarden::cli {

std::vector<std::string> known_instances(const std::string& socket) {
  std::vector<std::string> names;
  Result<Connection> daemon = Connection::open(socket);
  if (!daemon) return names;
  const Result<Answer> answer = daemon->ask(std::array<std::string, 1>{"STATUS"}, std::chrono::milliseconds{500});
  if (!answer || answer->is_error) return names;
  const Result<control::Json> j = control::read(answer->text);
  if (!j) return names;
  const auto all = control::statuses_from_json(*j);
  if (!all) return names;
  for (const control::InstanceStatus& s : *all) {
    names.push_back(std::to_string(s.port.n));
    names.push_back(s.policy);
  }
  return names;
}

}  // namespace slotwarden::cli
