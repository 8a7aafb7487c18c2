#include "adapters/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace slotwarden::adapters {

void Sha256::Free::operator()(evp_md_ctx_st* c) const noexcept {
  EVP_MD_CTX_free(c);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  sound_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&& other) noexcept = default;
Sha256& Sha256::operator=(Sha256&& other) noexcept = default;

void Sha256::feed(std::span<const std::byte> bytes) {
  length_ += bytes.size();
  sound_ = sound_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::string Sha256::hex() const {
  if (!sound_) return {};
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!copy || EVP_MD_CTX_copy_ex(copy.get(), context_.get()) != 1 ||
      EVP_DigestFinal_ex(copy.get(), digest.data(), &size) != 1)
    return {};
  std::string text;
  for (unsigned int n = 0; n < size; ++n) text += fmt::format("{:02x}", digest[n]);
  return text;
}

}  // namespace slotwarden::adapters
