#include "decide/certificate.h"

#include <array>

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t soon = 30;
constexpr std::int64_t very_soon = 7;

constexpr auto table = std::to_array<RuleText>({
    {Ruling::refuse, "certificate-unusable", "This host's certificate cannot be read: no generation travels.",
     "`slotwardenctl cert show` says what is wrong with it; `slotwardenctl cert issue` makes another one."},
    {Ruling::refuse, "certificate-not-yet", "This host's certificate is not valid yet: no generation travels.",
     "Set this host's clock, or that of the host that issued it."},
    {Ruling::refuse, "certificate-expired", "This host's certificate has expired: no generation travels.",
     "`slotwardenctl cert issue`, where the authority is; then put the file in its place."},
    {Ruling::wait, "certificate-expires-soon", "This host's certificate expires within a week.",
     "`slotwardenctl cert issue`, where the authority is; then put the file in its place."},
    {Ruling::wait, "certificate-expires", "This host's certificate expires within a month.",
     "`slotwardenctl cert issue`, where the authority is; then put the file in its place."},
    {Ruling::go, "certificate-good", "This host's certificate is valid for a month or more.", ""},
});
static_assert(well_formed(table));

consteval RuleText rule(std::string_view name) {
  return row_of(table, name);
}

}  // namespace

std::int64_t days_left(const CertificateEvidence& e) {
  const auto left = e.until_unix - e.now_unix;
  return left >= 0 ? left / day : (left - day + 1) / day;
}

Verdict certificate(const CertificateEvidence& e) {
  if (!e.readable) return says(rule("certificate-unusable"));
  if (e.now_unix < e.from_unix) return says(rule("certificate-not-yet"));
  const auto left = days_left(e);
  if (left < 0) return says(rule("certificate-expired"));
  if (left < very_soon) return says(rule("certificate-expires-soon"));
  if (left < soon) return says(rule("certificate-expires"));
  return says(rule("certificate-good"));
}

std::span<const RuleText> certificate_rules() {
  return table;
}

}  // namespace slotwarden::decide
