// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace xdpstats {
namespace {

TEST(GroupThousands, SetsACommaBeforeEveryThirdDigit) {
  EXPECT_EQ(group_thousands(0), "0");
  EXPECT_EQ(group_thousands(999), "999");
  EXPECT_EQ(group_thousands(1000), "1,000");
  EXPECT_EQ(group_thousands(123'456), "123,456");
  EXPECT_EQ(group_thousands(1'234'567), "1,234,567");
  EXPECT_EQ(group_thousands(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(ScaleRate, HasThreeSignificantDigits) {
  EXPECT_EQ(scale_rate(0), "0");
  EXPECT_EQ(scale_rate(0.5), "0.50");
  EXPECT_EQ(scale_rate(7), "7.00");
  EXPECT_EQ(scale_rate(12.34), "12.3");
  EXPECT_EQ(scale_rate(997), "997");
  EXPECT_EQ(scale_rate(1234), "1.23k");
  EXPECT_EQ(scale_rate(2'200'000), "2.20M");
  EXPECT_EQ(scale_rate(99'700'000'000), "99.7G");
  EXPECT_EQ(scale_rate(8.0 * 18446744073709551615.0), "148E");
}

TEST(ScaleRate, RoundsIntoTheNextPrefix) {
  EXPECT_EQ(scale_rate(9.994), "9.99");
  EXPECT_EQ(scale_rate(9.996), "10.0");
  EXPECT_EQ(scale_rate(99.96), "100");
  EXPECT_EQ(scale_rate(999.4), "999");
  EXPECT_EQ(scale_rate(999.6), "1.00k");
  EXPECT_EQ(scale_rate(999'600), "1.00M");
}

TEST(UtcTime, IsRfc3339) {
  EXPECT_EQ(utc_time(1'795'359'182'000'000'007), "2026-11-22T14:53:02.000000007Z");
  EXPECT_EQ(utc_time(0), "1970-01-01T00:00:00.000000000Z");
}

TEST(LocalTime, IsInTheTimeZone) {
  ::setenv("TZ", "XYZ-2", 1); // two hours east
  ::tzset();
  EXPECT_EQ(local_time(1'795'359'182'999'999'999), "2026-11-22 16:53:02");
  EXPECT_EQ(local_time(0), "-");
}

TEST(Printable, KeepsCharactersAndSpellsOtherBytes) {
  EXPECT_EQ(printable("eth0"), "eth0");
  EXPECT_EQ(printable("100%"), "100%");
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(printable("\xE2\x82\xAC \xF0\x9F\x90\x9D"), "\xE2\x82\xAC \xF0\x9F\x90\x9D");
  EXPECT_EQ(printable("a\xFFz"), "a%FFz");
  EXPECT_EQ(printable("\xC3"), "%C3");
  EXPECT_EQ(printable("\x80"), "%80");
}

TEST(Printable, SpellsWhatOnlyLooksLikeUtf8) {
  EXPECT_EQ(printable("\xC0\xAF"), "%C0%AF");               // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "%ED%A0%80");        // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "%F4%90%80%80"); // above U+10FFFF
  EXPECT_EQ(printable("\xE0\x80\x80"), "%E0%80%80");        // overlong
}

TEST(Printable, LeavesNothingThatDrivesATerminal) {
  EXPECT_EQ(printable("e\x1b[31m"), "e%1B[31m");
  EXPECT_EQ(printable("a\nb\x7f\t"), "a%0Ab%7F%09");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "%00");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "%C2%9B31m"); // CSI in one character
  EXPECT_EQ(printable("\xC2\xA0"), "\xC2\xA0");
}

TEST(Printable, LeavesNothingThatTurnsTextAround) {
  // U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069
  for (const std::string mark :
       {"\xD8\x9C", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAA",
        "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
        "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"}) {
    const std::string text = printable("x" + mark + "0hte");
    EXPECT_EQ(text.find(mark), std::string::npos) << text;
    EXPECT_EQ(text.substr(0, 2), "x%");
  }
  EXPECT_EQ(printable("\xE2\x80\x93 \xE2\x81\xB0"),
            "\xE2\x80\x93 \xE2\x81\xB0"); // their neighbours
}

TEST(PrintableLines, KeepsLinesAndTabs) {
  EXPECT_EQ(printable_lines("a\n\tb\x1b\r"), "a\n\tb%1B%0D");
}

TEST(NaturalLess, OrdersNumbersByValue) {
  std::vector<std::string> names = {"eth10", "eth2", "br0", "eth2.100", "eth2.20", "eth", "eth02"};
  std::sort(names.begin(), names.end(), natural_less);
  EXPECT_EQ(names, (std::vector<std::string>{"br0", "eth", "eth02", "eth2", "eth2.20", "eth2.100",
                                             "eth10"}));
}

TEST(NaturalLess, IsAStrictTotalOrder) {
  const std::vector<std::string> names = {"",    "0",   "00",  "a",  "a0",   "a00", "a01", "a1",
                                          "a-1", "a1b", "a10", "az", "a01b", "1a",  "1",   "01a"};
  for (const auto &one : names) {
    for (const auto &two : names) {
      EXPECT_EQ(one == two, !natural_less(one, two) && !natural_less(two, one))
          << one << ' ' << two;
      for (const auto &three : names) {
        if (natural_less(one, two) && natural_less(two, three)) {
          EXPECT_TRUE(natural_less(one, three)) << one << ' ' << two << ' ' << three;
        }
      }
    }
  }
}

TEST(DisplayWidth, CountsCharacters) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("eth0"), 4U);
  EXPECT_EQ(display_width("gr\xC3\xBC\xC3\x9F"), 4U);
}

} // namespace
} // namespace xdpstats
