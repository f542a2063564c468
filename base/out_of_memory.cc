// SPDX-License-Identifier: BSD-2-Clause
#include "base/out_of_memory.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>

namespace xdpstats {
namespace {

// Enough to undo what was done for a device; large enough to be a mapping of its own, which goes
// back to the kernel when it is freed.
constexpr size_t kReserve = 512UL * 1024;

std::unique_ptr<char[]> reserve;

// What new calls when there is no memory. To return means: try again.
void give_reserve_back() {
  std::set_new_handler(nullptr); // from now on new throws
  reserve.reset();
}

iovec piece(const char *text) {
  return {const_cast<char *>(text), std::strlen(text)}; // writev() changes nothing
}

void say(const char *what, const char *why) {
  const iovec pieces[] = {piece(::program_invocation_short_name), piece(": "), piece(what),
                          piece(why), piece("\n")};
  // Nobody is left to be told that standard error cannot be written.
  static_cast<void>(::writev(STDERR_FILENO, pieces, sizeof(pieces) / sizeof(*pieces)) < 0);
}

void say_out_of_memory() { say("cannot go on: out of memory", ""); }

// An exception that could not even be allocated, or that was thrown before main() or by what must
// not throw.
[[noreturn]] void on_terminate() {
  if (const auto exception = std::current_exception()) {
    try {
      std::rethrow_exception(exception);
    } catch (const std::bad_alloc &) {
    } catch (...) {
      std::abort(); // a mistake of ours, for the core dump
    }
  }
  say_out_of_memory();
  ::_exit(EXIT_FAILURE);
}

// Before any other constructor of ours, which may need memory.
__attribute__((constructor(101))) void prepare_to_terminate() { std::set_terminate(on_terminate); }

} // namespace

int run_with_reserve(int (*body)(void *argument), void *argument) noexcept {
  try {
    reserve.reset(new char[kReserve]);
    std::set_new_handler(give_reserve_back);
    const int status = body(argument);
    std::set_new_handler(nullptr);
    reserve.reset();
    return status;
  } catch (const std::bad_alloc &) {
    say_out_of_memory();
  } catch (const std::exception &exception) {
    say("unexpected failure: ", exception.what());
  }
  return EXIT_FAILURE;
}

} // namespace xdpstats
