#include "run/questions.h"

#include "formats/cluster_nodes.h"
#include "formats/info.h"

namespace slotwarden::run {

std::vector<adapters::Command> who_are_you() {
  return {{"INFO"}, {"CLUSTER", "NODES"}};
}

std::vector<adapters::Command> do_you_live() {
  return {{"INFO"}};
}

NodeAnswer understood(const std::vector<adapters::Reply>& replies) {
  NodeAnswer a;
  const auto& info = replies[0];
  if (info.is_error())
    a.trouble = info.text;
  else if (auto parsed = formats::server_info(info.text))
    a.info = std::move(*parsed);
  else
    a.trouble = parsed.error().what;
  if (replies.size() < 2 || replies[1].is_error()) return a;
  if (auto view = formats::cluster_nodes(replies[1].text))
    a.view = std::move(*view);
  else if (a.trouble.empty())
    a.trouble = view.error().what;
  return a;
}

}  // namespace slotwarden::run
