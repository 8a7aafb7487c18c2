// The files that `slotwardenctl adopt` writes, as texts.
#pragma once

#include <string>

#include "facts/take_over.h"

namespace slotwarden::decide {

// What a unit's drop-ins are called. The name sorts behind others, because the last one wins.
inline constexpr auto drop_in_name = "zz-slotwarden.conf";               // below /run: until the host goes down
inline constexpr auto lasting_drop_in_name = "zz-slotwarden-kept.conf";  // below /etc

// The unit neither restarts nor stops its server. `delegating`: so that a process can be put back into its group.
[[nodiscard]] std::string disarming_drop_in(bool delegating);
// The unit does not start while that file of slotwarden's configuration is there.
[[nodiscard]] std::string lasting_drop_in(Port port, const std::string& configuration);
// The port that a lasting drop-in is about; 0 when it is none.
[[nodiscard]] Port port_of_drop_in(std::string_view text);
// For tmpfiles.d: what the unit made below /run when it started. Empty when that is nothing.
[[nodiscard]] std::string directories_of(const Unit& u);
// Of slotwarden's configuration: the [[instance]].
[[nodiscard]] std::string instance_of(const TakeOver& t, bool with_user);

}  // namespace slotwarden::decide
