// Carries out one repair of a finding, and remembers what was there before.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "adapters/resp.h"
#include "control/outcome.h"
#include "facts/finding.h"
#include "facts/result.h"

namespace slotwarden::run {

namespace asio = boost::asio;

// Says what was done: "/proc/sys/vm/swappiness: 60 is 1 now". A server's setting is read back, because a server may
// accept a value and take another. `connection` may be null for what is not asked of a server.
asio::awaitable<Result<std::string>> carry_out(Repair repair, adapters::RespConnection* connection);

// The values that the kernel's files had before slotwarden wrote them for the first time, by file. As text it is one
// line for each; a text that is not in that form is an error, never half a book.
using FoundValues = std::map<std::string, std::string>;
[[nodiscard]] std::string to_text(const FoundValues& found);
[[nodiscard]] Result<FoundValues> found_values(const std::string& text);

// Writes each of them back, one outcome for each.
[[nodiscard]] std::vector<control::Outcome> put_back(const FoundValues& found);

// Under these names the state database has them, and whether an operator has put them back (by whom; empty: no).
inline constexpr auto found_note = "host.found";
inline constexpr auto restored_note = "host.restored";

}  // namespace slotwarden::run
