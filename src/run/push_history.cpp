// What the sending of generations has learned, and what is told of it.
#include <fmt/format.h>

#include "formats/transfer_history.h"
#include "run/push.h"
#include "run/words.h"

namespace slotwarden::run {

asio::awaitable<void> Pusher::recall() {
  std::string key(history_key);
  const auto text = co_await services_.memory.get(std::move(key));
  if (!text) co_return;  // told by the memory itself; the defaults do
  if (auto known = formats::transfer_history(*text)) history_ = std::move(*known);
}

std::vector<control::Fact> Pusher::facts_of(const Instance& i) const {
  std::vector<control::Fact> facts;
  const auto known = known_.find(i.port());
  if (known == known_.end()) return facts;
  const auto add = [&](const char* name, std::string value, const char* source) {
    control::Fact f;
    f.name = name;
    f.value = std::move(value);
    f.source = source;
    f.age_ms = 0;
    facts.push_back(std::move(f));
  };
  if (!known->second.last.empty()) add("last transfer", known->second.last, "the transfer");
  const auto s = decide::speeds(history_);
  std::size_t samples = 0;
  for (const auto& [work, all] : history_.speeds) samples += all.size();
  add("transfer speeds",
      fmt::format("a second: signs {}, finds {}, misses {}, compresses {}, sends {}; {:.0f} % left by compression",
                  in_words(s.sign), in_words(s.find), in_words(s.miss), in_words(s.squeeze), in_words(s.plain),
                  100 * decide::squeezed(history_, i.port())),
      samples ? "the last transfers of this host" : "defaults: nothing was measured yet");
  return facts;
}

}  // namespace slotwarden::run
