// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/follow_fixture.h"
#include "tests/support/wait.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace xdpstats::test {
namespace {

Command command(const std::vector<std::string> &devices) {
  Command command = loader({"--pin", "--observe", "--follow"});
  for (const auto &device : devices) {
    command.insert(command.end(), {"--dev", device});
  }
  return command;
}

} // namespace

Follower::Follower(const std::vector<std::string> &devices, const Environment &env)
    : process_(command(devices), env) {
  for (const auto &device : devices) {
    wait_until(device + " is followed", [this, &device] {
      return process_.out().find(device + ": ") != std::string::npos || !process_.running();
    });
  }
  read_ = process_.out().size();
}

void Follower::await(const std::string &text) {
  try {
    wait_until("the follower says '" + text + "'", [this, &text] {
      const std::string out = process_.out();
      const size_t found = out.find(text, read_);
      const size_t end = found == std::string::npos ? found : out.find('\n', found);
      read_ = end == std::string::npos ? read_ : end;
      return end != std::string::npos;
    });
  } catch (const std::runtime_error &error) {
    throw std::runtime_error(error.what() + (" in\n" + log()));
  }
}

size_t Follower::descriptors() const {
  size_t least = SIZE_MAX;
  for (int i = 0; i < 10; ++i) {
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(process_.pid()) +
                                                    "/fd");
    least = std::min(least, static_cast<size_t>(std::distance(begin(files), end(files))));
    std::this_thread::sleep_for(std::chrono::milliseconds(7));
  }
  return least;
}

size_t observers() {
  const auto links = nlohmann::json::parse(run_or_throw({"bpftool", "--json", "link", "show"}));
  size_t count = 0;
  for (const auto &link : links) {
    // libxdp's freplace links are of the same type.
    count += link["type"] == "tracing" && link.value("attach_type", "") == "trace_fexit" ? 1U : 0U;
  }
  return count;
}

} // namespace xdpstats::test
