// SPDX-License-Identifier: BSD-2-Clause
#include <bpf/bpf.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "sender.skel.h"
#include "tests/support/frames.h"
#include "tests/support/programs/sender.h"
#include "tests/support/veth.h"

namespace xdpstats::test {

struct LiveFrames::Sender {
  struct Destroy {
    void operator()(sender *opened) const { sender__destroy(opened); }
  };
  std::unique_ptr<sender, Destroy> object{sender__open()};
};

LiveFrames::LiveFrames(std::string device)
    : device_(std::move(device)), sender_(std::make_unique<Sender>()) {
  sender *object = sender_->object.get();
  if (object == nullptr) {
    throw std::runtime_error("cannot open the sender's BPF object");
  }
  object->rodata->target_ifindex = ifindex_of(device_);
  if (const int error = sender__load(object); error != 0) {
    throw std::system_error(-error, std::generic_category(), "cannot load the sender");
  }
}

LiveFrames::~LiveFrames() = default;

void LiveFrames::send(uint64_t count, const std::vector<uint8_t> &frame) {
  if (count == 0 || count > std::numeric_limits<int>::max()) {
    throw std::runtime_error("cannot send " + std::to_string(count) + " frames at once");
  }
  sender *object = sender_->object.get();
  if (frame.size() < sizeof(object->bss->head)) {
    throw std::runtime_error("cannot send a frame of " + std::to_string(frame.size()) + " bytes");
  }
  std::memcpy(object->bss->head, frame.data(), sizeof(object->bss->head));

  // If the receiving end is slow (on an emulated machine), its ring of 256 frames fills up and
  // refuses the rest of a batch. What was refused is sent again, so that exactly `count` frames
  // arrive.
  const uint64_t before = device_statistic(device_, "tx_packets");
  for (uint64_t sent = 0; sent != count;) {
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
                .data_size_in = static_cast<__u32>(frame.size()),
                .repeat = static_cast<int>(count - sent), .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
    const int error = bpf_prog_test_run_opts(bpf_program__fd(object->progs.sender), &options);
    if (error != 0) {
      throw std::system_error(-error, std::generic_category(),
                              "cannot send " + std::to_string(frame.size()) +
                                  " bytes by a test run");
    }
    const uint64_t progress = device_statistic(device_, "tx_packets") - before;
    if (progress <= sent || progress > count) {
      throw std::runtime_error(device_ + " sent " + std::to_string(progress) + " frames, not " +
                               std::to_string(count));
    }
    sent = progress;
  }
}

} // namespace xdpstats::test
