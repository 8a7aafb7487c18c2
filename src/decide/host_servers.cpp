// The findings about a server's process and its files.
#include <fmt/format.h>

#include "decide/deadline.h"
#include "decide/host_findings.h"

namespace slotwarden::decide {

namespace {

constexpr std::uint64_t server_default_maxclients = 10'000;

std::uint64_t wanted_maxclients(const ServerSeen& s) {
  const auto n = s.maxclients_by_file.value_or(s.settings.maxclients.value_or(server_default_maxclients));
  return static_cast<std::uint64_t>(std::max<std::int64_t>(n, s.settings.maxclients.value_or(0)));
}

std::string text_of_limit(std::uint64_t n) {
  return n == Limit::unlimited ? "unlimited" : std::to_string(n);
}

// Finds a soft limit below `least`.
void at_least(const HostRule& rule, Mode mode, std::uint64_t soft, std::uint64_t least, const ServerSeen& s,
              const char* option, Findings& into) {
  if (soft >= least) return;
  const auto text = text_of_limit(least);
  into.add(rule, mode, least == Limit::unlimited ? text : "at least " + text, text_of_limit(soft),
           fmt::format("prlimit --pid {} --{}={}:{}", s.pid.n, option, text, text));
}

// Where its file is not known: a server that lowers maxclients takes what its descriptors allow, to the last one. It
// might have been asked for exactly that; so this is told, and not mended.
bool lowered_itself(const ServerSeen& s) {
  constexpr std::int64_t server_reserve = 32;
  if (s.maxclients_by_file || !s.settings.maxclients || !s.limits) return false;
  const auto n = *s.settings.maxclients;
  return n > 0 && n < static_cast<std::int64_t>(server_default_maxclients) &&
         static_cast<std::uint64_t>(n + server_reserve) == s.limits->nofile.soft;
}

void judge_descriptors(const ServerSeen& s, const HostPolicy& p, Findings& into) {
  const auto need = descriptors_needed(s);
  const auto target = std::to_string(nofile_for(wanted_maxclients(s), s.process));
  const auto raise = fmt::format("prlimit --pid {} --nofile={}:{}", s.pid.n, target, target);
  if (s.limits && s.limits->nofile.soft < need)
    into.add(host_rule("limits.nofile"), p.nofile, fmt::format("at least {}", need),
             text_of_limit(s.limits->nofile.soft), raise, Repair{Repair::How::nofile, "nofile", target, s.port, s.pid});
  if (lowered_itself(s))
    into.add(
        host_rule("limits.maxclients"), p.maxclients, fmt::format("{}, the default", server_default_maxclients),
        fmt::format("{}, which is all that its {} descriptors allow", *s.settings.maxclients, s.limits->nofile.soft),
        fmt::format("prlimit --pid {} --nofile=11056:11056 && redis-cli -p {} CONFIG SET maxclients {}", s.pid.n,
                    s.port.n, server_default_maxclients));
  if (!s.maxclients_by_file || !s.settings.maxclients || *s.settings.maxclients >= *s.maxclients_by_file) return;
  const auto wanted = std::to_string(*s.maxclients_by_file);
  into.add(host_rule("limits.maxclients"), p.maxclients, wanted + ", as its file says",
           std::to_string(*s.settings.maxclients),
           fmt::format("{} && redis-cli -p {} CONFIG SET maxclients {}", raise, s.port.n, wanted),
           Repair{Repair::How::server_setting, "maxclients", wanted, s.port, s.pid});
}

// A command for the data directory; none for one that others use too, such as / or /tmp.
std::string on_directory(const DirectorySeen& d, const std::string& command) {
  constexpr std::uint32_t sticky = 01000;
  const bool shared = (d.mode & sticky) != 0 || std::ranges::count(d.path, '/') < 2;
  return shared ? "give the server a data directory of its own (`dir` in its file)" : command + " " + d.path;
}

}  // namespace

std::uint64_t descriptors_needed(const ServerSeen& s) {
  ProcessPolicy none;
  none.nofile_reserve = 0;
  return nofile_for(wanted_maxclients(s), none);
}

void judge_process(const ServerSeen& s, const HostPolicy& p, Findings& into) {
  judge_descriptors(s, p, into);
  if (s.limits) {
    const auto core = s.process.core_bytes < 0 ? Limit::unlimited : static_cast<std::uint64_t>(s.process.core_bytes);
    at_least(host_rule("limits.nproc"), p.nproc.mode, s.limits->nproc.soft, static_cast<std::uint64_t>(p.nproc.want), s,
             "nproc", into);
    at_least(host_rule("limits.core"), p.core, s.limits->core.soft, core, s, "core", into);
    at_least(host_rule("limits.memlock"), p.memlock.mode, s.limits->memlock.soft,
             static_cast<std::uint64_t>(p.memlock.want), s, "memlock", into);
  }
  const auto most = Bytes{static_cast<std::uint64_t>(p.swapped_bytes.want)};
  if (s.swapped && *s.swapped > most)
    into.add(host_rule("memory.swapped_bytes"), p.swapped_bytes.mode, "at most " + text_of(most), text_of(*s.swapped),
             "swapoff -a && swapon -a   # while there is memory for all of it");
}

void judge_files(const ServerSeen& s, const HostPolicy& p, Findings& into) {
  if (s.log && s.log->rotated == Tri::no && s.log->size.n > static_cast<std::uint64_t>(p.unrotated_bytes.want))
    into.add(host_rule("log.unrotated_bytes"), p.unrotated_bytes.mode,
             fmt::format("rotated, or at most {}", text_of(Bytes{static_cast<std::uint64_t>(p.unrotated_bytes.want)})),
             fmt::format("{}, {}", s.log->path, text_of(s.log->size)),
             fmt::format("printf '%s {{\\n  weekly\\n  rotate 8\\n  compress\\n  copytruncate\\n}}\\n' {} > "
                         "/etc/logrotate.d/redis-{}",
                         s.log->path, s.port.n));
  if (!s.directory) return;
  const auto& d = *s.directory;
  if (s.uid && *s.uid != d.owner)
    into.add(host_rule("directory.owner"), p.owner, fmt::format("uid {}, as whom it runs", *s.uid),
             fmt::format("uid {}", d.owner), on_directory(d, fmt::format("chown {}", *s.uid)));
  const auto allowed = static_cast<std::uint32_t>(p.permissions.want);
  if ((d.mode & 0777 & ~allowed) != 0)
    into.add(host_rule("directory.permissions"), p.permissions.mode, fmt::format("no more than {:04o}", allowed),
             fmt::format("{:04o}", d.mode), on_directory(d, fmt::format("chmod {:04o}", d.mode & allowed)));
  const auto largest = std::max(d.dataset, s.used_memory.value_or(Bytes{}));
  const Bytes need{largest.n / 100 * static_cast<std::uint64_t>(p.free_percent.want)};
  if (d.free < need)
    into.add(host_rule("disk.free_percent"), p.free_percent.mode, "at least " + text_of(need) + " free",
             text_of(d.free) + " at " + d.path, "make room on the file system of " + d.path);
}

}  // namespace slotwarden::decide
