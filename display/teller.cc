// SPDX-License-Identifier: BSD-2-Clause
#include "display/teller.h"

#include "display/display.h"

namespace xdpstats {

void Teller::tell(const std::vector<std::string> &events, const std::vector<Error> &problems) {
  for (const auto &event : events) {
    print_error(program_, {event, {}, 0});
  }
  std::vector<std::string> messages;
  for (const auto &problem : problems) {
    messages.push_back(problem.message);
  }
  if (messages != told_) {
    for (const auto &problem : problems) {
      print_error(program_, problem);
    }
    told_ = std::move(messages);
  }
}

} // namespace xdpstats
