// SPDX-License-Identifier: BSD-2-Clause
#include "server/listen_address.h"

#include <gtest/gtest.h>

namespace xdpstats {
namespace {

TEST(ListenAddress, ReadsWhatTheManualNames) {
  const auto texts = [](const std::string &text) {
    std::string all;
    const auto addresses = parse_listen_address(text);
    for (const auto &address : addresses ? *addresses : std::vector<SocketAddress>()) {
      all += address.text() + (address.is_local() ? " local " : " remote ");
    }
    return addresses ? all : addresses.error().message;
  };
  EXPECT_EQ(texts("9973"), "127.0.0.1:9973 local [::1]:9973 local ");
  EXPECT_EQ(texts("127.8.0.1:80"), "127.8.0.1:80 local ");
  EXPECT_EQ(texts("0.0.0.0:65535"), "0.0.0.0:65535 remote ");
  EXPECT_EQ(texts("192.0.2.7:9973"), "192.0.2.7:9973 remote ");
  EXPECT_EQ(texts("[::1]:9973"), "[::1]:9973 local ");
  EXPECT_EQ(texts("[2001:db8::7]:9973"), "[2001:db8::7]:9973 remote ");
  EXPECT_EQ(texts("[fe80::1%lo]:9973"), "[fe80::1%lo]:9973 remote ");
  EXPECT_EQ(texts("unix:/run/x.sock"), "unix:/run/x.sock local ");
  EXPECT_EQ(texts("systemd"), "");
}

TEST(ListenAddress, RefusesTheRest) {
  for (const std::string text : {"", "0", "65536", "-1", " 80", "80 ", "localhost:80", "1.2.3.4",
                                 "1.2.3:80", "1.2.3.4:0", "1.2.3.4:", ":80", "::1:80", "[::1]",
                                 "[]:80", "[1.2.3.4]:80", "[::1:80", "unix:", "tcp:80"}) {
    const auto addresses = parse_listen_address(text);
    ASSERT_FALSE(addresses) << text;
    EXPECT_EQ(addresses.error().message,
              "--listen: '" + text +
                  "' is not PORT, ADDRESS:PORT, [IPV6]:PORT, unix:PATH or systemd");
  }
  EXPECT_FALSE(parse_listen_address("unix:" + std::string(108, 'x')));
  EXPECT_TRUE(parse_listen_address("unix:" + std::string(107, 'x')));
}

} // namespace
} // namespace xdpstats
