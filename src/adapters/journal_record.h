// systemd's journal, written to with fields that it can be asked for.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace slotwarden::adapters {

// Whether our stderr goes to the journal, as systemd sees to for a service.
[[nodiscard]] bool logs_to_journal();

// One record. Names are upper case; values may be anything. False: it could not be delivered.
bool send_to_journal(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace slotwarden::adapters
