// The only header over libedit: lines typed at a terminal, with history and completion.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slotwarden::cli {

class LineEditor {
 public:
  using Instances = std::function<std::vector<std::string>()>;

  // The history is kept in `history_file` of the user's home directory, mode 0600; without a home it is not kept.
  // `instances` is asked when Tab is pressed.
  LineEditor(std::string prompt, const std::string& history_file, Instances instances);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // Without its line end; nullopt at the end of the input.
  [[nodiscard]] std::optional<std::string> read();

  struct State;  // what libedit's callbacks see

 private:
  std::unique_ptr<State> state_;
};

}  // namespace slotwarden::cli
