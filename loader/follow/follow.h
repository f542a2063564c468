// SPDX-License-Identifier: BSD-2-Clause
// --follow: stays, and keeps devices counted until it is told to end.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "loader/follow/backoff.h"
#include "loader/follow/follow_request.h"
#include "loader/follow/followed_device.h"
#include "loader/follow/gone_devices.h"
#include "loader/follow/job.h"
#include "loader/follow/link_events.h"
#include "loader/follow/service_manager.h"
#include "loader/follow/wanted_devices.h"

namespace xdpstats {

class Follow {
public:
  /// Watches from here on; signals that ask for an end are kept for wait(). Fails where nothing
  /// could ever be counted, as where the kernel refuses tracing programs.
  [[nodiscard]] static Result<Follow> begin(FollowRequest request);

  struct Report {
    std::vector<std::string> lines;
    std::vector<std::string> notes;
    std::vector<Error> errors;
    bool ended = false; ///< a signal came, or nothing is left to follow
  };
  /// Waits until something has happened that is worth a word.
  [[nodiscard]] Report wait();

  /// Each device that was there has been counted, is waited for, or was reported.
  [[nodiscard]] bool is_ready() const { return ready_; }
  /// Whether none of them could be followed.
  [[nodiscard]] bool has_failed() const { return failed_; }

  /// Ends following and leaves all devices counted. Returns what failed.
  [[nodiscard]] std::vector<Error> end();

  /// What the devices do, as a line for systemctl status.
  [[nodiscard]] std::string status() const;

private:
  struct Followed {
    std::unique_ptr<FollowedDevice> device;
    Backoff looking;      ///< of check()
    Backoff beginning;    ///< of what begins to count it
    bool awaited = false; ///< is_ready() waits for the first try to count it
    bool ended = false;
  };

  Follow(FollowRequest request, WantedDevices wanted, UniqueFd signals, LinkEvents events)
      : request_(std::move(request)), wanted_(std::move(wanted)), signals_(std::move(signals)),
        events_(std::move(events)), gone_(request_.forget) {}

  void follow(const Discovery &discovery);
  void take_events(Report &report);
  Result<void> list_devices();
  void discover(Report &report);
  void check_devices(Report &report);
  void check(Followed &followed, Report &report);
  void retire(Followed &followed, Report &report);
  void tell(Followed &followed, const Result<DeviceNews> &news, Backoff &trouble, Report &report);
  void tell(const Error &error, Report &report);
  void take_job(Report &report);
  void become_ready();
  [[nodiscard]] bool has_news(const Report &report, bool was_ready) const;
  void begin_job(Report &report);
  void begin_forgetting(Report &report);

  FollowRequest request_;
  WantedDevices wanted_;
  ObserverCode code_;
  UniqueFd signals_;
  LinkEvents events_;
  Watchdog watchdog_;
  std::list<Followed> devices_;
  std::vector<NamedNetdev> seen_; ///< devices that may have to be followed from now on
  std::set<uint32_t> left_;       ///< by ifindex: matched by a pattern, but in other hands
  GoneDevices gone_;
  std::optional<Job> job_;      ///< one at a time, as they would wait for each other
  Followed *at_work_ = nullptr; ///< whose job_ that is; null: it forgets
  bool listed_ = false;         ///< the devices that are there have been seen
  uint64_t looked_at_ = 0;      ///< when announcements were last taken; ns since 1970 UTC, 0: never
  uint64_t covered_until_ = 0;  ///< when they were taken the time before
  bool ready_ = false;
  bool failed_ = false;
  Backoff trouble_; ///< of what is no device's own
};

} // namespace xdpstats
