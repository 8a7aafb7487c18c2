# What every program is compiled with beyond the warnings: exploit mitigations in a release, sanitizers where asked.
option(SLOTWARDEN_HARDENING "Exploit mitigations of gcc 12 and clang 14 (optimised builds only)" OFF)
set(SLOTWARDEN_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined")

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(slotwarden_hardening INTERFACE)
if(SLOTWARDEN_HARDENING)
  # A target with the property UNOPTIMISED is compiled without what needs an optimiser.
  set(unoptimised $<BOOL:$<TARGET_PROPERTY:UNOPTIMISED>>)
  target_compile_options(slotwarden_hardening INTERFACE -U_FORTIFY_SOURCE
    $<IF:${unoptimised},-O0,-D_FORTIFY_SOURCE=3> -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection
    $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i686")
    target_compile_options(slotwarden_hardening INTERFACE -fcf-protection=full)
  endif()
  target_link_options(slotwarden_hardening INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()
if(SLOTWARDEN_SANITIZE)
  # What gcc 12 believes about uninitialised values is wrong once a sanitizer has rewritten the code.
  target_compile_options(slotwarden_hardening INTERFACE -fsanitize=${SLOTWARDEN_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(slotwarden_hardening INTERFACE -fsanitize=${SLOTWARDEN_SANITIZE})
endif()
