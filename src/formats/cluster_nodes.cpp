#include "formats/cluster_nodes.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr std::uint16_t bus_port_increment = 10'000;  // CLUSTER_PORT_INCR

// What is wrong with a line; empty when nothing is.
using Fault = std::string;

Fault quote(std::string_view what, std::string_view text) {
  return std::string(what) + " '" + std::string(text.substr(0, 60)) + "'";
}

// Names and values that the server writes behind the address (cluster.c: isValidAuxChar).
bool is_aux_text(std::string_view text) {
  constexpr std::string_view forbidden = "!#$%&()*+;<>?@[]^{|}~=";
  return std::ranges::none_of(text,
                              [&](char c) { return c <= ' ' || c == '\x7f' || forbidden.find(c) != forbidden.npos; });
}

// "shard-id=...", "tls-port=0", ... A name that is not known here is the server's to judge: it knows its own version.
Fault read_aux(std::string_view field, ClusterNode& node) {
  const auto whole = field;
  const auto name = take_until(field, '=');
  if (name.empty() || name.size() == whole.size() || !is_aux_text(name) || !is_aux_text(field))
    return quote("bad auxiliary field", whole);
  if (name == "shard-id") {
    if (!is_hex40(field)) return quote("bad shard id", field);
    node.shard_id = field;
  }
  if (name.ends_with("-port") && !whole_number<std::uint16_t>(field)) return quote("bad auxiliary field", whole);
  return {};
}

// "10.0.0.1:7000@17000", "::1:7000@17000", ":0@0"; "@bus" is absent in files of old servers.
Fault read_address(std::string_view address, ClusterNode& node) {
  const auto whole = address;
  const auto colon = address.rfind(':');
  if (colon == address.npos) return quote("no port in the address", whole);
  node.at.host = address.substr(0, colon);
  address.remove_prefix(colon + 1);
  const bool has_bus = address.find('@') != address.npos;
  const auto port = whole_number<std::uint16_t>(take_until(address, '@'));
  if (!port) return quote("bad port in the address", whole);
  const auto bus = has_bus ? whole_number<std::uint16_t>(address)
                           : std::optional(static_cast<std::uint16_t>(*port + bus_port_increment));
  if (!bus) return quote("bad bus port in the address", whole);
  node.at.port = Port{*port};
  node.bus_port = *bus;
  return {};
}

Fault read_location(std::string_view field, ClusterNode& node) {
  if (auto fault = read_address(take_until(field, ','), node); !fault.empty()) return fault;
  node.hostname = take_until(field, ',');
  while (!field.empty())
    if (auto fault = read_aux(take_until(field, ','), node); !fault.empty()) return fault;
  return {};
}

Fault read_flag(std::string_view flag, ClusterNode& node) {
  const auto is = [&](std::string_view name) { return same_word(name, flag); };
  const auto become = [&](Role role) {
    const bool first = node.role == Role::unknown;
    node.role = role;
    return first ? Fault{} : Fault("more than one of the flags master and slave");
  };
  if (is("master") || is("primary")) return become(Role::master);
  if (is("slave") || is("replica")) return become(Role::replica);
  if (is("myself")) return node.myself = true, Fault{};
  if (is("fail?")) return node.pfail = true, Fault{};
  if (is("fail")) return node.fail = true, Fault{};
  if (is("handshake")) return node.handshake = true, Fault{};
  if (is("noaddr")) return node.noaddr = true, Fault{};
  if (is("nofailover")) return node.nofailover = true, Fault{};
  if (is("noflags")) return {};
  return quote("unknown flag", flag);
}

Fault read_flags(std::string_view flags, ClusterNode& node) {
  do {
    if (auto fault = read_flag(take_until(flags, ','), node); !fault.empty()) return fault;
  } while (!flags.empty());
  return {};
}

Fault read_master(std::string_view field, ClusterNode& node) {
  if (field == "-") return {};
  if (!is_hex40(field)) return quote("bad master id", field);
  if (node.role == Role::replica) node.master = NodeId{std::string(field)};
  return {};
}

Fault read_state(std::string_view& rest, ClusterNode& node) {
  const auto ping = take_word(rest);
  const auto pong = take_word(rest);
  const auto epoch = take_word(rest);
  const auto link = take_word(rest);
  if (!whole_number<std::int64_t>(ping)) return quote("bad ping time", ping);
  if (!whole_number<std::int64_t>(pong)) return quote("bad pong time", pong);
  const auto n = whole_number<std::uint64_t>(epoch);
  if (!n) return quote("bad configuration epoch", epoch);
  if (link != "connected" && link != "disconnected") return quote("bad link state", link);
  node.config_epoch = Epoch{*n};
  node.link_up = link == "connected";
  return {};
}

// "[5->-ID]" (leaving) or "[5-<-ID]" (arriving).
Fault read_open_slot(std::string_view token, ClusterNode& node) {
  const auto whole = token;
  token.remove_prefix(1);
  const auto slot = whole_number<std::uint16_t>(take_until(token, '-'));
  const bool leaving = token.starts_with(">-");
  if (!slot || *slot >= Slots{}.size() || (!leaving && !token.starts_with("<-")) || !token.ends_with(']'))
    return quote("bad open slot", whole);
  token = token.substr(2, token.size() - 3);
  if (!is_hex40(token)) return quote("bad open slot", whole);
  (leaving ? node.migrating : node.importing).push_back({*slot, NodeId{std::string(token)}});
  return {};
}

// The slots from `first` to `last`, both included.
Slots range(std::size_t first, std::size_t last) {
  const auto length = last - first + 1;
  return (~Slots{} >> (Slots{}.size() - length)) << first;
}

Fault listed_twice(const Slots& twice) {
  std::size_t slot = 0;
  while (!twice.test(slot)) ++slot;
  return "slot " + std::to_string(slot) + " is listed twice";
}

// "5" or "0-5460". `taken` holds the slots of the lines before.
Fault read_slots(std::string_view token, ClusterNode& node, Slots& taken) {
  const auto whole = token;
  const bool has_end = token.find('-') != token.npos;
  const auto first = whole_number<std::uint16_t>(take_until(token, '-'));
  const auto last = has_end ? whole_number<std::uint16_t>(token) : first;
  if (!first || !last || *last >= Slots{}.size() || *first > *last) return quote("bad slot", whole);
  if (!has_end) {
    if (taken.test(*first)) return listed_twice(Slots{}.set(*first));
    node.slots.set(*first);
    taken.set(*first);
    return {};
  }
  const auto slots = range(*first, *last);
  if ((taken & slots).any()) return listed_twice(taken & slots);
  node.slots |= slots;
  taken |= slots;
  return {};
}

Fault read_node(std::string_view line, ClusterNode& node, Slots& taken) {
  const auto id = take_word(line);
  if (!is_hex40(id)) return quote("bad node id", id);
  node.id = NodeId{std::string(id)};
  const auto location = take_word(line);
  const auto flags = take_word(line);
  const auto master = take_word(line);
  if (auto fault = read_location(location, node); !fault.empty()) return fault;
  if (auto fault = read_flags(flags, node); !fault.empty()) return fault;
  if (auto fault = read_master(master, node); !fault.empty()) return fault;
  if (auto fault = read_state(line, node); !fault.empty()) return fault;
  for (auto token = take_word(line); !token.empty(); token = take_word(line)) {
    auto fault = token.front() == '[' ? read_open_slot(token, node) : read_slots(token, node, taken);
    if (!fault.empty()) return fault;
  }
  return {};
}

// "currentEpoch 7 lastVoteEpoch 6"; the server passes over variables that it does not know.
Fault read_vars(std::string_view line, ClusterView& view) {
  for (auto name = take_word(line); !name.empty(); name = take_word(line)) {
    const auto value = take_word(line);
    const bool current = same_word("currentepoch", name);
    if (value.empty()) return quote("no value for the variable", name);
    if (!current && !same_word("lastvoteepoch", name)) continue;
    const auto n = whole_number<std::uint64_t>(value);
    if (!n) return quote("bad epoch", value);
    (current ? view.current_epoch : view.last_vote_epoch) = Epoch{*n};
  }
  return {};
}

struct Reading {
  ClusterView view;
  Slots taken;
  std::unordered_map<NodeId, int> line_of;
  int myself_line = 0;
};

Fault add_node(std::string_view line, int number, Reading& r) {
  auto& node = r.view.nodes.emplace_back();
  if (auto fault = read_node(line, node, r.taken); !fault.empty()) return fault;
  if (const auto [other, first] = r.line_of.emplace(node.id, number); !first)
    return "the same node as in line " + std::to_string(other->second);
  if (!node.myself) return {};
  if (r.myself_line > 0) return "a second node that is myself, besides that of line " + std::to_string(r.myself_line);
  r.myself_line = number;
  if (node.role == Role::unknown) return "the node itself is neither master nor replica";
  if (node.role == Role::replica && !node.master.known()) return "the node itself is a replica of no master";
  return {};
}

Result<ClusterView> read(std::string_view text, bool is_file) {
  if (text.find('\0') != text.npos) return Error{"it holds NUL bytes: it was not written whole"};
  if (!text.ends_with('\n')) {
    const auto last = std::ranges::count(text, '\n') + (text.empty() ? 0 : 1);
    return line_error(static_cast<int>(last), "cut off: the last line does not end with a newline");
  }
  Reading r;
  Lines lines(text);
  while (const auto line = lines.next()) {
    auto rest = *line;
    const auto first = take_word(rest);
    if (first.empty()) continue;  // the server pads the file with newlines while it shortens it
    const bool vars = is_file && same_word("vars", first);
    if (auto fault = vars ? read_vars(rest, r.view) : add_node(*line, lines.number(), r); !fault.empty())
      return line_error(lines.number(), fault);
  }
  if (r.myself_line == 0) return Error{"no node is flagged myself"};
  return std::move(r.view);
}

}  // namespace

Result<ClusterView> cluster_nodes(std::string_view reply) {
  return read(reply, false);
}

Result<ClusterView> nodes_conf(std::string_view file) {
  return read(file, true);
}

}  // namespace slotwarden::formats
