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
#include <sstream>
#include <string_view>
#include <utility>

#include "base/confinement.h"
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

constexpr char kNoPrivilege[] =
    "root of a user namespace may load no BPF programs: run it as root of the machine";
constexpr char kUntyped[] =
    "the program's main function does not declare its argument as 'struct xdp_md *'; what that "
    "takes instead this kernel's lockdown forbids: compile the program with that declaration";

// What these words of the kernel mean, and what helps; empty if nothing is known.
std::string known_way_out(const std::string &log) {
  // bpf_object__probe_loading() of libbpf, which guesses at RLIMIT_MEMLOCK.
  if (log.find("Couldn't load trivial BPF program") != std::string::npos) {
    return is_in_user_namespace() ? kNoPrivilege
           : is_under_seccomp()   ? "a seccomp filter holds this process, as containers do: it has "
                                    "to allow bpf(2)"
                                  : "";
  }
  struct Known {
    std::string_view words;
    const char *hint;
  };
  constexpr Known kKnown[] = {
      {"upper device already has a program",
       "while a device above it (a VLAN, a bond) has an XDP program the kernel lets nobody change "
       "this one: stop counting that first"},
      // lockdown=confidentiality; only programs for arguments of another type read that way.
      {"cannot use helper bpf_probe_read", kUntyped},
      {"unknown func bpf_probe_read", kUntyped}, // before 6.10
      // check_attach_btf_id() of kernel/bpf/verifier.c, since 6.13 and in stable series.
      {"changes packet data, while original does not",
       "on this kernel a program that changes packets joins no chain of a libxdp before 1.5.5: "
       "update libxdp, or attach without its chain, by LIBXDP_SKIP_DISPATCHER=1 in the "
       "environment"},
  };
  for (const Known &known : kKnown) {
    if (log.find(known.words) != std::string::npos) {
      return known.hint;
    }
  }
  return "";
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
  const std::string refusal = verifier_reason_in(log);
  if (std::string known = known_way_out(log); !known.empty()) {
    hint = std::move(known);
  }
  if (!refusal.empty()) {
    what += ": the verifier refused it: " + refusal;
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

std::string verifier_reason_in(const std::string &log) {
  // libbpf.c: "prog '%s': -- BEGIN PROG LOAD LOG --\n%s-- END PROG LOAD LOG --\n". The verifier
  // gives its reason last, before its statistics: "processed 4 insns (limit 1000000) …".
  const size_t end = log.rfind("-- END PROG LOAD LOG --");
  const size_t begin = log.rfind("-- BEGIN PROG LOAD LOG --\n", end);
  if (end == std::string::npos || begin == std::string::npos) {
    return "";
  }
  std::istringstream lines(log.substr(begin, end - begin));
  std::string reason;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (!line.empty() && !line.starts_with("processed ")) {
      reason = line;
    }
  }
  return reason;
}

} // namespace xdpstats
