// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/follow_fixture.h"
#include "tests/support/wait.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
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

Command command(const Following &following) {
  Command command = following.before;
  Command args = {"--pin", "--follow"};
  args.insert(args.end(), following.args.begin(), following.args.end());
  const Command run = loader(args);
  command.insert(command.end(), run.begin(), run.end());
  return command;
}

Environment environment(const Following &following, const std::string &socket) {
  Environment environment = following.env;
  environment.push_back("NOTIFY_SOCKET=" + socket);
  return environment;
}

} // namespace

ServiceManager::ServiceManager()
    : path_("/tmp/notify-" + std::to_string(::getpid())),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  static int number = 0;
  path_ += "-" + std::to_string(++number);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot bind " + path_);
  }
  thread_ = std::thread([this] { listen(); });
}

ServiceManager::~ServiceManager() {
  ending_ = true;
  thread_.join();
  ::unlink(path_.c_str());
}

void ServiceManager::listen() {
  std::array<char, 65536> buffer = {};
  while (!ending_) {
    pollfd ready = {socket_.get(), POLLIN, 0};
    const ssize_t length = ::poll(&ready, 1, 10) > 0
                               ? ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)
                               : 0;
    if (length > 0) {
      const std::lock_guard<std::mutex> lock(mutex_);
      heard_ += std::string(buffer.data(), static_cast<size_t>(length)) + "\n";
    }
  }
}

void ServiceManager::hear(const std::string &line) {
  wait_until("the service manager hears " + line, [&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    const size_t found = heard_.find(line + "\n");
    if (found != std::string::npos) {
      heard_.erase(0, found + line.size());
    }
    return found != std::string::npos;
  });
}

Follower::Follower(const std::vector<std::string> &devices, const Environment &env)
    : process_(command(devices), env) {
  for (const auto &device : devices) {
    wait_until(device + " is followed", [this, &device] {
      return process_.out().find(device + ": ") != std::string::npos || !process_.running();
    });
  }
  read_ = process_.out().size();
}

Follower::Follower(const Following &following)
    : process_(command(following), environment(following, service_manager_.path())) {
  try {
    service_manager_.hear("READY=1");
  } catch (const std::runtime_error &error) {
    throw std::runtime_error(error.what() + (" in\n" + log()));
  }
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
