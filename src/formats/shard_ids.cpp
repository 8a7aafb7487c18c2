#include "formats/shard_ids.h"

namespace slotwarden::formats {

std::optional<ShardIdConflict> shard_id_conflict(const ClusterView& view) {
  for (const auto& n : view.nodes) {
    if (n.role != Role::replica || n.shard_id.empty()) continue;
    const auto* master = view.find(n.master);
    if (!master || master->shard_id.empty() || master->shard_id == n.shard_id) continue;
    return ShardIdConflict{n.id, n.shard_id, master->id, master->shard_id};
  }
  return std::nullopt;
}

bool refuses_shard_id_conflict(ServerVersion server) {
  const int release = server.major * 100 + server.minor;
  switch (server.kind) {
    case ServerKind::unknown: return false;
    case ServerKind::redis: return (release == 702 && server.patch < 6) || (release == 704 && server.patch < 1);
    case ServerKind::valkey:
      return (release == 702 && server.patch < 12) || (release == 800 && server.patch < 6) ||
             (release == 801 && server.patch < 4);
  }
  return false;
}

std::string describe(const ShardIdConflict& c) {
  return "replica " + c.replica.brief() + " is listed with the shard id " + c.shard_id + ", its master " +
         c.master.brief() + " with " + c.masters_shard_id +
         ", and this server refuses to load that; keep a copy of the file, and write the master's shard id into the "
         "replica's line";
}

}  // namespace slotwarden::formats
