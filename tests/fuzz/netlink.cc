// SPDX-License-Identifier: BSD-2-Clause
// What rtnetlink answers.
#include <linux/rtnetlink.h>

#include <cstring>
#include <vector>

#include "base/netdev.h"
#include "tests/fuzz/fuzz.h"

using namespace xdpstats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // Of just that size and on the heap, so that a byte too far is noticed; aligned as a buffer is.
  const std::vector<char> bytes(data, data + size);
  for_each_message(bytes.data(), bytes.size(), [&bytes](const nlmsghdr *message) {
    const auto *begin = reinterpret_cast<const char *>(message);
    fuzz::require(begin + message->nlmsg_len <= bytes.data() + bytes.size(),
                  "a message is within what was received");
    const NamedNetdev named = parse_link(message);
    fuzz::require(named.name.size() < message->nlmsg_len, "a name is within its message");
    return true;
  });
  return 0;
}
