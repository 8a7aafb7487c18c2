// What a host is to be like, and how far slotwarden may go to make it so. Defaults are those of policies/host.toml;
// config/ fills it from the files of that name.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "facts/save_policy.h"

namespace slotwarden {

// off: not looked at. audit: told, with the command that mends it. enforce: mended where that is possible.
enum class Mode { off, audit, enforce };

[[nodiscard]] constexpr std::string_view name(Mode m) {
  switch (m) {
    case Mode::off: return "off";
    case Mode::audit: return "audit";
    case Mode::enforce: return "enforce";
  }
  return "";
}

// One setting: the value, and what is done where another one is found.
template <class T>
struct Wanted {
  T want{};
  Mode mode = Mode::audit;
  friend bool operator==(const Wanted&, const Wanted&) = default;
};
using WantedNumber = Wanted<std::int64_t>;
// Words separated by blanks are all accepted; the first is the one that is proposed and set.
using WantedText = Wanted<std::string>;

// The members are named as the kernel names the setting; the sections of the file are in the comments.
struct HostPolicy {
  Mode mode = Mode::enforce;  // the most that is done about any setting
  std::chrono::milliseconds check_every{60'000};

  // [vm]
  WantedNumber overcommit_memory{1, Mode::enforce};
  WantedNumber swappiness{1, Mode::enforce};
  WantedNumber zone_reclaim_mode{0, Mode::enforce};
  WantedNumber max_map_count{65'530, Mode::enforce};  // at least
  // [transparent_hugepage]
  WantedText thp_enabled{"never madvise", Mode::enforce};
  WantedText thp_defrag{"never madvise defer+madvise", Mode::enforce};
  // [net]
  WantedNumber somaxconn{65'535, Mode::enforce};            // at least
  WantedNumber tcp_max_syn_backlog{65'535, Mode::enforce};  // at least
  Mode ip_local_reserved_ports = Mode::enforce;
  // [fs]
  WantedNumber file_max{1'000'000, Mode::enforce};  // at least
  WantedNumber nr_open{1'048'576, Mode::enforce};   // at least
  // [kernel]
  WantedNumber pid_max{32'768, Mode::enforce};      // at least
  WantedNumber threads_max{32'768, Mode::enforce};  // at least
  WantedText clocksource{"tsc kvm-clock arch_sys_counter hyperv_clocksource_tsc_page", Mode::audit};

  // [memory]
  WantedNumber servers_percent{80, Mode::audit};       // at most: all maxmemory together, of the memory there is
  WantedNumber swapped_bytes{1'048'576, Mode::audit};  // at most, of each server
  // [disk]
  WantedNumber free_percent{100, Mode::audit};  // at least: free space, of the size of the dataset
  Mode one_device = Mode::off;
  // [directory]
  Mode owner = Mode::audit;
  WantedNumber permissions{0750, Mode::audit};  // no more than these
  // [log]
  WantedNumber unrotated_bytes{67'108'864, Mode::audit};  // at most, while nothing rotates it

  // [limits], of each server's process
  Mode nofile = Mode::enforce;
  Mode maxclients = Mode::enforce;
  WantedNumber nproc{4'096, Mode::audit};  // at least
  Mode core = Mode::audit;
  WantedNumber memlock{65'536, Mode::audit};  // at least

  HostSavePolicy saves;  // [saves]
};

}  // namespace slotwarden
