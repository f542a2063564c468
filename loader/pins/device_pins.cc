// SPDX-License-Identifier: BSD-2-Clause
#include "loader/pins/device_pins.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "pinning/info_record.h"

namespace xdpstats {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kGroupDirectory = 0750;
constexpr mode_t kGroupMap = 0640;

// nullopt: nothing is pinned there.
Result<std::optional<CountersMap>> open_stats(const std::string &path) {
  auto fd = open_pinned_map(path);
  if (!fd && fd.error().code == ENOENT) {
    return std::nullopt;
  }
  auto map = fd ? adopt_counters(std::move(*fd), path) : Failure(fd.error());
  if (!map) {
    Error error = map.error();
    if (error.code == 0) {
      error.hint = "somebody else pinned it: remove it, or use another --pin-root";
    }
    return Failure(error);
  }
  return std::move(*map);
}

// A directory that does not exist yet is made by us later.
Result<void> check_device_directory(const std::string &path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory.valid()) {
    return check_pin_directory(directory.get(), path);
  }
  if (errno == ENOENT) {
    return {};
  }
  return os_failure("cannot open directory '" + path + "'", errno);
}

Result<void> take_permissions(const std::string &from, const std::string &to) {
  const auto old = GivenPin::open(from);
  const auto made = GivenPin::open(to);
  if (!old || !made) {
    return Failure(!old ? old.error() : made.error());
  }
  if (!made->set(old->group(), old->mode() & 0777U)) {
    return os_failure("cannot give '" + to + "' the permissions of '" + from + "'", errno);
  }
  return {};
}

const char *kind_name(MapKind kind) { return kind == MapKind::kShared ? "array" : "percpu"; }

} // namespace

Result<DevicePins> DevicePins::open(const std::string &pin_root, const std::string &device) {
  DevicePins pins{PinPath(pin_root, device)};
  if (auto trusted = check_device_directory(pins.path_.directory); !trusted) {
    return Failure(trusted.error());
  }
  auto stats = open_stats(pins.path_.stats_map);
  if (!stats) {
    return Failure(stats.error());
  }
  pins.stats_ = std::move(*stats);
  auto staged = open_stats(pins.path_.staged_map);
  if (!staged) {
    return Failure(staged.error());
  }
  pins.staged_ = std::move(*staged);

  // A record that cannot be read is written anew by the next change, and hinders nobody from
  // unloading.
  const auto map = InfoMap::open(pins.path_.info_map);
  const auto info = map ? map->read() : Failure(map.error());
  if (info) {
    pins.info_ = *info;
  }
  pins.info_pinned_ = info.has_value();
  return pins;
}

DevicePins::DevicePins(DevicePins &&other) noexcept
    : path_(std::move(other.path_)), stats_(std::move(other.stats_)),
      staged_(std::move(other.staged_)), kept_(other.kept_), info_pinned_(other.info_pinned_),
      info_(other.info_), created_(std::exchange(other.created_, {})),
      given_(std::exchange(other.given_, {})) {}

DevicePins::~DevicePins() {
  if (!kept_) {
    roll_back();
  }
}

void DevicePins::roll_back() noexcept {
  kept_ = false;
  take_from_group();
  for (auto path = created_.rbegin(); path != created_.rend(); ++path) {
    if (::unlink(path->c_str()) != 0 && errno == EISDIR) {
      ::rmdir(path->c_str());
    }
  }
  created_.clear();
}

void DevicePins::take_from_group() noexcept {
  for (const GivenPin &given : given_) {
    given.restore();
  }
  given_.clear();
}

bool DevicePins::exists() const { return ::access(path_.directory.c_str(), F_OK) == 0; }

// Makes room in created_ before something is created, so that noting it cannot fail afterwards.
std::string DevicePins::to_note(const std::string &path) {
  created_.reserve(created_.size() + 1);
  return path;
}

Result<void> DevicePins::create_directory() {
  std::string made = to_note(path_.directory);
  if (::mkdir(path_.directory.c_str(), kPrivateDirectory) == 0) {
    created_.push_back(std::move(made));
    return {};
  }
  if (errno == EEXIST) {
    return {};
  }
  return os_failure("cannot create directory '" + path_.directory + "'", errno);
}

Result<void> DevicePins::pin(int fd, const std::string &path) {
  std::string made = to_note(path);
  if (bpf_obj_pin(fd, path.c_str()) != 0) {
    return os_failure("cannot pin a map at '" + path + "'", errno);
  }
  created_.push_back(std::move(made));
  return {};
}

Result<void> DevicePins::create_missing(std::optional<MapKind> kind) {
  if (stats_ && kind && *kind != stats_->kind) {
    return failure("cannot keep the counters in '" + path_.stats_map + "': they are of kind " +
                       kind_name(stats_->kind) + ", not " + kind_name(*kind),
                   "leave out --map, or add --reset to start at zero with the other kind");
  }
  if (stats_ && info_pinned_) {
    return {};
  }
  if (auto made = create_directory(); !made) {
    return made;
  }
  if (!stats_) {
    auto created = create_counters(kind.value_or(MapKind::kPerCpu));
    if (!created) {
      return Failure(created.error());
    }
    if (auto pinned = pin(created->fd.get(), path_.stats_map); !pinned) {
      return pinned;
    }
    stats_ = std::move(*created);
  }
  return info_pinned_ ? Result<void>{} : write_info(info_);
}

Result<void> DevicePins::stage_new_counters(MapKind kind) {
  auto created = create_counters(kind);
  if (!created) {
    return Failure(created.error());
  }
  if (auto pinned = pin(created->fd.get(), path_.staged_map); !pinned) {
    return pinned;
  }
  if (auto taken = take_permissions(path_.stats_map, path_.staged_map); !taken) {
    return taken;
  }
  staged_ = std::move(*created);
  return {};
}

Result<void> DevicePins::publish_staged() {
  if (::rename(path_.staged_map.c_str(), path_.stats_map.c_str()) != 0) {
    return os_failure("cannot rename '" + path_.staged_map + "'", errno);
  }
  std::erase(created_, path_.staged_map);
  stats_ = std::exchange(staged_, std::nullopt);
  return {};
}

void DevicePins::discard_staged() {
  ::unlink(path_.staged_map.c_str());
  staged_.reset();
}

Result<void> DevicePins::give_to_group(gid_t group) {
  // The counters that --reset will replace stay as they are.
  const std::pair<const std::string &, mode_t> targets[] = {
      {path_.directory, kGroupDirectory},
      {staged_ ? path_.staged_map : path_.stats_map, kGroupMap},
      {path_.info_map, kGroupMap}};
  for (const auto &[path, mode] : targets) {
    auto pin = GivenPin::open(path);
    if (!pin) {
      return Failure(pin.error());
    }
    given_.push_back(std::move(*pin));
    if (!given_.back().set(group, mode)) {
      return os_failure("cannot give '" + path + "' to the group", errno);
    }
  }
  return {};
}

Result<void> DevicePins::write_info(const xdp_stats_info &info) {
  xdp_stats_info record = info;
  record.abi = XDP_STATS_INFO_ABI;
  record.generation = info_.generation + 1;
  record.generation_end = record.generation;
  const auto map = create_info_map(record);
  if (!map) {
    return Failure(Error{"cannot write '" + path_.info_map + "': " + map.error().message,
                         map.error().hint, map.error().code});
  }
  if (::unlink(path_.staged_info.c_str()) != 0 && errno != ENOENT) {
    return os_failure("cannot remove '" + path_.staged_info + "'", errno);
  }
  if (bpf_obj_pin(map->get(), path_.staged_info.c_str()) != 0) {
    return os_failure("cannot pin a map at '" + path_.staged_info + "'", errno);
  }
  const bool existed = ::access(path_.info_map.c_str(), F_OK) == 0;
  auto done = existed ? take_permissions(path_.info_map, path_.staged_info) : Result<void>{};
  // Readers see that the directory changed, and read the record again.
  if (done && ::rename(path_.staged_info.c_str(), path_.info_map.c_str()) != 0) {
    done = os_failure("cannot rename '" + path_.staged_info + "'", errno);
  }
  if (!done) {
    ::unlink(path_.staged_info.c_str());
    return done;
  }
  if (!existed) {
    created_.push_back(path_.info_map);
  }
  info_ = record;
  info_pinned_ = true;
  return {};
}

Result<LossesMap> DevicePins::provide_losses(bool restart) {
  if (!restart) {
    auto present = LossesMap::open(path_.losses_map);
    if (!present && present.error().code != ENOENT) {
      return present;
    }
    if (present) {
      const auto given = take_permissions(path_.stats_map, path_.losses_map);
      return given ? std::move(present) : Failure(given.error());
    }
  }
  auto map = create_losses_map();
  if (!map) {
    return Failure(map.error());
  }
  const std::string &staged = path_.staged_losses;
  if (::unlink(staged.c_str()) != 0 && errno != ENOENT) {
    return os_failure("cannot remove '" + staged + "'", errno);
  }
  if (bpf_obj_pin(map->get(), staged.c_str()) != 0) {
    return os_failure("cannot pin a map at '" + staged + "'", errno);
  }
  auto done = take_permissions(path_.stats_map, staged);
  if (done && ::rename(staged.c_str(), path_.losses_map.c_str()) != 0) {
    done = os_failure("cannot rename '" + staged + "'", errno);
  }
  if (!done) {
    ::unlink(staged.c_str());
    return Failure(done.error());
  }
  return LossesMap::adopt(std::move(*map), path_.losses_map);
}

Result<void> DevicePins::remove() {
  for (const auto &path :
       {path_.observer, path_.staged_observer, path_.staged_map, path_.staged_info,
        path_.staged_losses, path_.stats_map, path_.losses_map, path_.info_map}) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return os_failure("cannot remove '" + path + "'", errno);
    }
  }
  struct stat directory = {};
  if (::stat(path_.directory.c_str(), &directory) == 0) {
    // What a killed follower left; a living one sees that the device is gone.
    ::rmdir(follower_lock_directory(path_.root, directory.st_ino).c_str());
  }
  if (::rmdir(path_.directory.c_str()) != 0 && errno != ENOENT) {
    return os_failure("cannot remove directory '" + path_.directory + "'", errno);
  }
  created_.clear();
  return {};
}

Result<gid_t> group_id(const std::string &name) {
  const group *entry = ::getgrnam(name.c_str());
  if (entry != nullptr) {
    return entry->gr_gid;
  }
  gid_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  // As chgrp(1) does. The largest one means "leave it" to the kernel.
  if (error == std::errc() && end == name.data() + name.size() && id != static_cast<gid_t>(-1)) {
    return id;
  }
  return failure("cannot find group '" + name + "'", "create it with: groupadd --system " + name);
}

} // namespace xdpstats
