// A directory of a test's own, and files in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slotwarden::test {

// Made on construction under the system's temporary directory, gone with all that is in it on destruction.
class Scratch {
 public:
  Scratch() {
    auto name = (std::filesystem::temp_directory_path() / "slotwarden-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = std::filesystem::canonical(name).string();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Makes the directories that `name` needs.
  std::string write(std::string_view name, std::string_view text) const {
    const auto file = *this / name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
    return file;
  }
  // Damage in place, which costs less than writing the file anew.
  void cut(std::string_view name, std::size_t size) const { std::filesystem::resize_file(*this / name, size); }
  void flip(std::string_view name, std::size_t bit) const {
    std::fstream file(*this / name, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(bit / 8);
    file.seekg(at);
    const auto spoiled = static_cast<char>(file.get() ^ 1 << bit % 8);
    file.seekp(at);
    file.put(spoiled);
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream in(*this / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

 private:
  std::string path_;
};

}  // namespace slotwarden::test
