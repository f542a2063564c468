// SPDX-License-Identifier: BSD-2-Clause
// Names of devices and directories, and what outputs make of them.
#include "base/text.h"
#include "pinning/pin_path.h"
#include "tests/fuzz/fuzz.h"

using namespace xdpstats;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (!text.empty()) {
    require(unescape_device(escape_device(text)) == text, "an escaped name reads back");
  }
  if (const auto device = unescape_device(text)) {
    require(escape_device(*device) == text, "a name has one spelling");
  }
  const std::string shown = printable(text);
  require(printable(shown) == shown, "what is printable stays");
  require(printable_lines(shown) == shown, "one line is printable as several");
  require(display_width(shown) <= shown.size(), "a character is a byte at least");
  for (const char c : shown) {
    require(static_cast<unsigned char>(c) >= ' ' && c != '\x7f', "no control character is shown");
  }
  if (is_device_name(text)) {
    require(device_spelled(shown) == text, "--dev takes what outputs write");
  }
  const std::string_view half = text.substr(0, size / 2);
  const std::string_view rest = text.substr(size / 2);
  require(!(natural_less(half, rest) && natural_less(rest, half)), "an order has one direction");
  require((half == rest) == (!natural_less(half, rest) && !natural_less(rest, half)),
          "an order tells different names apart");
  return 0;
}
