// SPDX-License-Identifier: BSD-2-Clause
#include "loader/system/library_log.h"

#include <bpf/libbpf.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/write_all.h"

namespace xdpstats {
namespace {

// The libraries take a plain function, so what it writes to has to be a global.
struct {
  bool verbose = false;
  std::string held_back;
} state;

// The libraries are C and must not see an exception.
int keep(bool debug, const char *format, va_list arguments) noexcept try {
  if (debug && !state.verbose) {
    return 0;
  }
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length > 0) {
    std::string text(static_cast<size_t>(length) + 1, '\0');
    std::vsnprintf(text.data(), text.size(), format, arguments);
    text.pop_back();
    if (state.verbose) {
      // Whoever has had enough of waiting for a reader is not asked again for each line.
      state.verbose = write_all(STDERR_FILENO, printable_lines(text), "standard error").has_value();
    }
    if (!debug) {
      state.held_back += text;
    }
  }
  return length;
} catch (const std::bad_alloc &) {
  return 0; // the message is lost, not the work that it is about
}

// Of an errno, or of a code of libbpf's own, 4000 and up.
std::string reason_of(int code) {
  std::array<char, 128> reason = {};
  libbpf_strerror(std::abs(code), reason.data(), reason.size());
  return reason.data();
}

} // namespace

void capture_library_log(bool verbose) {
  state.verbose = verbose;
  libbpf_set_print([](libbpf_print_level level, const char *format, va_list arguments) {
    return keep(level == LIBBPF_DEBUG, format, arguments);
  });
  libxdp_set_print([](libxdp_print_level level, const char *format, va_list arguments) {
    return keep(level == LIBXDP_DEBUG, format, arguments);
  });
}

void forget_library_log() { state.held_back.clear(); }

Failure library_failure(std::string what, int code, std::string hint) {
  const std::string log = std::exchange(state.held_back, {});
  const std::string reason = kernel_message_in(log);
  if (hint.empty() && reason.find("upper device already has a program") != std::string::npos) {
    hint =
        "while a device above it (a VLAN, a bond) has an XDP program the kernel lets nobody change "
        "this one: stop counting that first";
  }
  Failure error = failure(std::move(what) + ": " + (reason.empty() ? reason_of(code) : reason),
                          std::move(hint));
  error.value().code = std::abs(code);
  // With --verbose it has been on the screen already.
  if (reason.empty() && !state.verbose && !log.empty()) {
    error.value().message += "\n" + log;
    error.value().message.erase(error.value().message.find_last_not_of('\n') + 1);
  }
  return error;
}

std::string kernel_message_in(const std::string &log) {
  // nlattr.c of libbpf: "Kernel error message: %s\n".
  constexpr std::string_view kMarker = "Kernel error message: ";
  const size_t marker = log.rfind(kMarker);
  if (marker == std::string::npos) {
    return "";
  }
  const size_t begin = marker + kMarker.size();
  return log.substr(begin, log.find('\n', begin) - begin);
}

} // namespace xdpstats
