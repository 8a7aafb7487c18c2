// How a host's certificate stands: do the wardens of other hosts still believe it, and for how long?
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "facts/verdict.h"

namespace slotwarden::decide {

struct CertificateEvidence {
  bool readable = false;
  std::int64_t now_unix = 0;
  std::int64_t from_unix = 0;
  std::int64_t until_unix = 0;
};

// Pure and total; go: good for a month or more. Wait: somebody must issue another one in time. Refuse: nobody believes
// it.
[[nodiscard]] Verdict certificate(const CertificateEvidence& e);

// Whole days that are left; negative once it has expired.
[[nodiscard]] std::int64_t days_left(const CertificateEvidence& e);

[[nodiscard]] std::span<const RuleText> certificate_rules();

}  // namespace slotwarden::decide
