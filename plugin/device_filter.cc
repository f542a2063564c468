// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/device_filter.h"

#include <algorithm>

namespace xdpstats {

Result<void> DeviceFilter::add(const std::string &pattern) {
  if (pattern.empty()) {
    return failure("an interface name cannot be empty");
  }
  if (pattern.size() <= 2 || pattern.front() != '/' || pattern.back() != '/') {
    names_.insert(pattern);
    return {};
  }
  const std::string expression = pattern.substr(1, pattern.size() - 2);
  // The plain delete is right until it is compiled: regfree() is only for compiled expressions.
  auto regex = std::make_unique<regex_t>();
  if (const int status = ::regcomp(regex.get(), expression.c_str(), REG_EXTENDED | REG_NOSUB);
      status != 0) {
    char reason[256];
    ::regerror(status, regex.get(), reason, sizeof(reason));
    return failure("'" + pattern + "' is not a regular expression: " + reason);
  }
  expressions_.push_back(std::unique_ptr<regex_t, FreeRegex>(regex.release()));
  return {};
}

bool DeviceFilter::selects(const std::string &device) const {
  if (names_.empty() && expressions_.empty()) {
    return true;
  }
  const bool listed =
      names_.contains(device) ||
      std::any_of(expressions_.begin(), expressions_.end(), [&device](const auto &regex) {
        return ::regexec(regex.get(), device.c_str(), 0, nullptr, 0) == 0;
      });
  return listed != ignore_selected_;
}

const std::set<std::string> &DeviceFilter::expected() const {
  static const std::set<std::string> kNone;
  return ignore_selected_ ? kNone : names_;
}

} // namespace xdpstats
