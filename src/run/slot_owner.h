// Whether the masters of an instance's cluster still take it for the owner of its slots.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "run/services.h"

namespace slotwarden::run {

struct OwnerAsked {
  std::size_t voters = 0;     // masters with slots, itself included; 0: it is no cluster node, or owns nothing
  std::size_t answering = 0;  // itself included, whether it runs or not
  std::size_t naming_it = 0;  // of those: with every one of its slots; itself included
  NodeId other;               // whom a majority names for some of them
  [[nodiscard]] bool majority_answers() const { return voters == 0 || answering > voters / 2; }
  [[nodiscard]] bool majority_names_it() const { return voters == 0 || naming_it > voters / 2; }
};

// By the record's nodes and slots. Ends as soon as a majority has answered, or cannot any more, and after 10 s.
asio::awaitable<OwnerAsked> ask_for_owner(const Instance& i, Services& s);

}  // namespace slotwarden::run
