// The numbers by which journalctl -x finds the explanation of an event in units/slotwarden.catalog.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace slotwarden::run {

struct MessageId {
  std::string_view event;
  std::string_view id;  // 32 hexadecimal digits, never used for anything else
};

inline constexpr std::array message_ids{
    MessageId{"daemon-started", "9adc8e47489f4e8bae969b51fb1658e5"},
    MessageId{"daemon-stopped", "e2d10a3a242a4ba8adb1227ed7bd725f"},
    MessageId{"started", "c8d1964d567b41d18da0c821a6bcd8d0"},
    MessageId{"adopted", "4f5fb952373d4544a6a5ad5dc8b0037e"},
    MessageId{"exited", "442525b451a448eb8d32136ee5d0666f"},
    MessageId{"stopped", "6e2db411ac4945cdb103e23977514e35"},
    MessageId{"held", "f758558286d441c8b6155e40989a8f6c"},
    MessageId{"fatal", "7184abd5a4924505b39810c47a15add0"},
    MessageId{"succeeded", "e95e92c3cb10408ea1bcfbf1dfe912e4"},
    MessageId{"set-aside", "aae3d657178b41de998508e3dec53de5"},
    MessageId{"quarantine-failed", "880e6ea50cd44dfe9026b55272e5fca2"},
    MessageId{"installed", "5d0b2f6a1c5e4bd19d8e9a1d7f3c6e24"},
    MessageId{"proven", "29731d4829db4bd3895894d35900bb8f"},
    MessageId{"not-proven", "01c5805eea0b445a8feb8b9a84b1c126"},
    MessageId{"stranger", "91915a566a89408fbe1277c5b79b3350"},
    MessageId{"killed", "39b4ce34f53e4df182f41f0ebb111a8b"},
};

// Empty for an event that explains itself.
[[nodiscard]] constexpr std::string_view message_id(std::string_view event) {
  const auto found = std::ranges::find(message_ids, event, &MessageId::event);
  return found == message_ids.end() ? std::string_view() : found->id;
}

}  // namespace slotwarden::run
