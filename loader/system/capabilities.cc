// SPDX-License-Identifier: BSD-2-Clause
#include "loader/system/capabilities.h"

#include <algorithm>
#include <cerrno>
#include <memory>

namespace xdpstats {
namespace {

struct CapFree {
  void operator()(void *state) const { ::cap_free(state); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, CapFree>;

std::string upper_name(cap_value_t capability) {
  const std::unique_ptr<char, CapFree> name(::cap_to_name(capability));
  std::string upper = name ? name.get() : "capability " + std::to_string(capability);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

} // namespace

Result<void> keep_capabilities(const std::vector<cap_value_t> &wanted) {
  const Capabilities old(::cap_get_proc());
  const Capabilities kept(::cap_init());
  if (!old || !kept) {
    return os_failure("cannot read this process's capabilities", errno);
  }
  for (const cap_value_t capability : wanted) {
    cap_flag_value_t permitted = CAP_CLEAR;
    if (::cap_get_flag(old.get(), capability, CAP_PERMITTED, &permitted) == 0 &&
        permitted == CAP_SET) {
      ::cap_set_flag(kept.get(), CAP_PERMITTED, 1, &capability, CAP_SET);
      ::cap_set_flag(kept.get(), CAP_EFFECTIVE, 1, &capability, CAP_SET);
    }
  }
  if (::cap_set_proc(kept.get()) != 0) {
    return os_failure("cannot drop capabilities", errno);
  }
  return {};
}

bool has_capability(cap_value_t capability) {
  const Capabilities now(::cap_get_proc());
  cap_flag_value_t value = CAP_CLEAR;
  return now && ::cap_get_flag(now.get(), capability, CAP_EFFECTIVE, &value) == 0 &&
         value == CAP_SET;
}

Result<void> require_capabilities(const std::vector<cap_value_t> &needed,
                                  const std::string &purpose) {
  std::string missing;
  int count = 0;
  for (const cap_value_t capability : needed) {
    const bool replaced =
        (capability == CAP_BPF || capability == CAP_PERFMON) && has_capability(CAP_SYS_ADMIN);
    if (!replaced && !has_capability(capability)) {
      missing += (missing.empty() ? "" : " and ") + upper_name(capability);
      count++;
    }
  }
  if (missing.empty()) {
    return {};
  }
  return failure("not enough privilege: " + missing + (count == 1 ? " is" : " are") +
                     " needed to " + purpose,
                 "run it as root, for example with sudo");
}

} // namespace xdpstats
