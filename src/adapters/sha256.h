// SHA-256 by OpenSSL, fed in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace slotwarden::adapters {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;

  void feed(std::span<const std::byte> bytes);
  // How many bytes were fed.
  [[nodiscard]] std::uint64_t length() const { return length_; }
  // Of what was fed so far, in 64 hexadecimal digits; more may be fed afterwards. Empty where OpenSSL refuses.
  [[nodiscard]] std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* c) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  std::uint64_t length_ = 0;
  bool sound_ = false;
};

}  // namespace slotwarden::adapters
