// SPDX-License-Identifier: BSD-2-Clause
#include "loader/follow/follow_request.h"

#include <cerrno>
#include <memory>
#include <utility>

#include "loader/attach/counting_object.h"
#include "loader/pins/pin_root_lock.h"

namespace xdpstats {
namespace {

Result<void> read_program(CountRequest &count) {
  if (count.source != Source::kProgram) {
    return {};
  }
  auto read = read_program_file(count.program);
  if (!read) {
    return Failure(read.error());
  }
  count.program_file = std::make_shared<const ProgramFile>(std::move(*read));
  const auto opened = open_user_program(*count.program_file); // is it one?
  return opened ? Result<void>{} : Failure(opened.error());
}

} // namespace

Result<void> check_follow_request(FollowRequest &request, ObserverCode &code) {
  auto checked = check_request(request.count);
  if (checked) {
    checked = read_program(request.count);
  }
  if (checked && request.count.source == Source::kObserve) {
    checked = code.prepare("cannot observe");
  }
  if (!checked) {
    return checked;
  }
  const auto root =
      PinRootLock::acquire(request.count.pin_root, true, std::chrono::milliseconds(0));
  return root || root.error().code == EWOULDBLOCK ? Result<void>{} : Failure(root.error());
}

} // namespace xdpstats
