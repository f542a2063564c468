// SPDX-License-Identifier: BSD-2-Clause
#include "loader/losses/losses_set.h"

#include <bpf/bpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "bpf/losses.h"
#include "loader/losses/losses_programs.h"
#include "loader/pins/pin_access.h"
#include "loader/system/program_info.h"

namespace xdpstats {
namespace {

Result<void> remove_pins(const LossesPath &path) {
  std::vector<std::string> pins = {path.devices};
  for (const char *program : kLossesPrograms) {
    pins.push_back(path.link(program));
  }
  for (const std::string &pin : pins) {
    if (::unlink(pin.c_str()) != 0 && errno != ENOENT) {
      return os_failure("cannot remove '" + pin + "'", errno);
    }
  }
  if (::rmdir(path.directory.c_str()) != 0 && errno != ENOENT) {
    return os_failure("cannot remove directory '" + path.directory + "'", errno);
  }
  return {};
}

Result<void> pin(int fd, const std::string &path) {
  return bpf_obj_pin(fd, path.c_str()) == 0 ? Result<void>{}
                                            : os_failure("cannot pin at '" + path + "'", errno);
}

Result<void> pin_all(const LossesPath &path, const LossesPrograms &programs) {
  if (::mkdir(path.directory.c_str(), 0700) != 0) {
    return os_failure("cannot create directory '" + path.directory + "'", errno);
  }
  auto pinned = pin(programs.devices.get(), path.devices);
  for (size_t index = 0; index < programs.links.size() && pinned; ++index) {
    pinned = pin(programs.links[index].get(), path.link(kLossesPrograms[index]));
  }
  return pinned;
}

Result<void> add(int devices, uint64_t key, int map) {
  if (bpf_map_update_elem(devices, &key, &map, BPF_ANY) == 0) {
    return {};
  }
  return os_failure("cannot count the lost frames of one more device", errno,
                    errno == E2BIG ? "no more than " + std::to_string(LOSSES_DEVICES) +
                                         " devices of one pin root can have them counted"
                                   : "");
}

} // namespace

Result<std::optional<LossesSet>> LossesSet::open(const std::string &pin_root) {
  LossesPath path(pin_root);
  UniqueFd devices(bpf_obj_get(path.devices.c_str()));
  if (!devices.valid()) {
    const int error = errno;
    if (error == ENOENT) {
      return std::nullopt;
    }
    return os_failure("cannot open '" + path.devices + "'", error);
  }
  bpf_map_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(devices.get(), &info, &length) != 0 ||
      info.type != BPF_MAP_TYPE_HASH_OF_MAPS || info.key_size != sizeof(uint64_t)) {
    return failure("'" + path.devices + "' is no map of xdp-stats",
                   "somebody else pinned it: remove it, or use another --pin-root");
  }
  return LossesSet(std::move(path), std::move(devices));
}

Result<LossesSet> LossesSet::provide(const std::string &pin_root, const LossesMap &map) {
  auto present = open(pin_root);
  if (!present) {
    return Failure(present.error());
  }
  if (*present && (*present)->is_complete()) {
    return std::move(**present);
  }
  const LossesPath path(pin_root);
  // Kept open while the former programs go, so that no map goes with them.
  std::vector<std::pair<uint64_t, UniqueFd>> kept;
  if (*present) {
    for (const Entry &entry : (*present)->entries()) {
      kept.emplace_back(entry.key, UniqueFd(bpf_map_get_fd_by_id(entry.map_id)));
    }
  }
  if (auto removed = remove_pins(path); !removed) {
    return Failure(removed.error());
  }
  auto created = create(path, map.fd());
  for (const auto &[key, fd] : kept) {
    if (created && fd.valid()) {
      if (auto added = add(created->devices_.get(), key, fd.get()); !added) {
        return Failure(added.error());
      }
    }
  }
  return created;
}

Result<LossesSet> LossesSet::create(const LossesPath &path, int like) {
  auto programs = attach_losses_programs(like);
  if (!programs) {
    return Failure(programs.error());
  }
  if (auto pinned = pin_all(path, *programs); !pinned) {
    static_cast<void>(remove_pins(path));
    return Failure(pinned.error());
  }
  return LossesSet(path, std::move(programs->devices));
}

// Whether all programs are there and are those of this version.
bool LossesSet::is_complete() const {
  bpf_map_info info = {};
  __u32 length = sizeof(info);
  return bpf_obj_get_info_by_fd(devices_.get(), &info, &length) == 0 &&
         std::string_view(info.name) == kLossesSetName &&
         std::all_of(std::begin(kLossesPrograms), std::end(kLossesPrograms),
                     [this](const char *program) {
                       const UniqueFd link(bpf_obj_get(path_.link(program).c_str()));
                       return link.valid() && link_by_fd(link.get()).has_value();
                     });
}

std::vector<LossesSet::Entry> LossesSet::entries() const {
  std::vector<Entry> all;
  uint64_t key = 0;
  const uint64_t *last = nullptr;
  while (bpf_map_get_next_key(devices_.get(), last, &key) == 0) {
    uint32_t id = 0;
    if (bpf_map_lookup_elem(devices_.get(), &key, &id) == 0) {
      all.push_back({key, id});
    }
    last = &key;
  }
  return all;
}

Result<void> LossesSet::count(const ObserverKeys &keys, const LossesMap &map) {
  for (const Entry &entry : entries()) {
    if (entry.map_id == map.id() && std::find(keys.begin(), keys.end(), entry.key) == keys.end() &&
        bpf_map_delete_elem(devices_.get(), &entry.key) != 0) {
      return os_failure("cannot stop counting the lost frames of a device", errno);
    }
  }
  for (const uint64_t key : keys) {
    if (auto added = add(devices_.get(), key, map.fd()); !added) {
      return added;
    }
  }
  return {};
}

Result<void> LossesSet::forget(uint32_t map_id) {
  bool used = false;
  for (const Entry &entry : entries()) {
    if (entry.map_id != map_id) {
      used = true;
    } else if (bpf_map_delete_elem(devices_.get(), &entry.key) != 0) {
      return os_failure("cannot stop counting the lost frames of a device", errno);
    }
  }
  return used ? Result<void>{} : remove_pins(path_);
}

} // namespace xdpstats
