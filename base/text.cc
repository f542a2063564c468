// SPDX-License-Identifier: BSD-2-Clause
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace xdpstats {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr char kHexDigits[] = "0123456789ABCDEF";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The length of the character at the start of `text`; 0 if there is none. The range of the second
// byte excludes overlong spellings, surrogates and numbers above U+10FFFF (RFC 3629).
size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    low = first == 0xE0 ? 0xA0 : 0x80;
    high = first == 0xED ? 0x9F : 0xBF;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    low = first == 0xF0 ? 0x90 : 0x80;
    high = first == 0xF4 ? 0x8F : 0xBF;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < low || second > high) {
    return 0;
  }
  for (size_t i = 2; i < length; ++i) {
    if (!is_continuation(text[i])) {
      return 0;
    }
  }
  return length;
}

// C0 and DEL, and also C1 (U+0080 to U+009F), which some terminals obey.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7F ||
         (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

// Removes the number at the start of `text`, and returns it without leading zeros: "0" for zero, ""
// if there is no number.
std::string_view take_number(std::string_view &text) {
  size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') {
    ++length;
  }
  std::string_view number = text.substr(0, length);
  text.remove_prefix(length);
  while (number.size() > 1 && number[0] == '0') {
    number.remove_prefix(1);
  }
  return number;
}

// Between U+2000 and U+206F: line and paragraph separators and the marks by which the direction of
// writing changes, which make a text look like another one. U+061C is one more of them.
bool is_misleading(std::string_view character) {
  if (character == "\xD8\x9C") {
    return true;
  }
  if (character.size() != 3 || character[0] != '\xE2') {
    return false;
  }
  const auto middle = static_cast<unsigned char>(character[1]);
  const auto last = static_cast<unsigned char>(character[2]);
  return (middle == 0x80 && (last == 0x8E || last == 0x8F || (last >= 0xA8 && last <= 0xAE))) ||
         (middle == 0x81 && last >= 0xA6 && last <= 0xA9);
}

std::string clean(std::string_view text, std::string_view kept) {
  std::string result;
  while (!text.empty()) {
    const size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<size_t>(length, 1));
    text.remove_prefix(character.size());
    const bool harmless = length > 0 && !is_control(character) && !is_misleading(character);
    if (harmless || kept.find(character) != std::string_view::npos) {
      result += character;
      continue;
    }
    for (const char byte : character) {
      append_escaped(result, byte);
    }
  }
  return result;
}

std::string broken_down(const std::tm &time, const char *format) {
  std::array<char, 64> buffer = {};
  return {buffer.data(), std::strftime(buffer.data(), buffer.size(), format, &time)};
}

} // namespace

std::string group_thousands(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t left = digits.size(); left > 3; left -= 3) {
    digits.insert(left - 3, 1, ',');
  }
  return digits;
}

std::string scale_rate(double rate) {
  if (rate == 0) {
    return "0";
  }
  static constexpr std::array kPrefixes = {"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  // 999.5 and more would be written as 1000.
  while (rate >= 999.5 && prefix + 1 < kPrefixes.size()) {
    rate /= 1000;
    ++prefix;
  }
  const int decimals = rate >= 99.95 ? 0 : rate >= 9.995 ? 1 : 2;
  std::array<char, 64> buffer = {};
  const int length =
      std::snprintf(buffer.data(), buffer.size(), "%.*f%s", decimals, rate, kPrefixes[prefix]);
  return {buffer.data(), static_cast<size_t>(length)};
}

std::string local_time(uint64_t ns) {
  if (ns == 0) {
    return "-";
  }
  const auto seconds = static_cast<time_t>(ns / kNsPerSecond);
  std::tm time = {};
  ::localtime_r(&seconds, &time);
  return broken_down(time, "%Y-%m-%d %H:%M:%S");
}

std::string utc_time(uint64_t ns) {
  const auto seconds = static_cast<time_t>(ns / kNsPerSecond);
  std::tm time = {};
  ::gmtime_r(&seconds, &time);
  std::array<char, 16> fraction = {};
  std::snprintf(fraction.data(), fraction.size(), ".%09uZ",
                static_cast<unsigned>(ns % kNsPerSecond));
  return broken_down(time, "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

void append_escaped(std::string &text, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  text += '%';
  text += kHexDigits[value >> 4U];
  text += kHexDigits[value & 0xfU];
}

std::string printable(std::string_view text) { return clean(text, ""); }

std::string printable_lines(std::string_view text) { return clean(text, "\n\t"); }

bool natural_less(std::string_view one, std::string_view other) {
  const std::string_view whole_one = one;
  const std::string_view whole_other = other;
  while (!one.empty() && !other.empty()) {
    const std::string_view number = take_number(one);
    const std::string_view other_number = take_number(other);
    if (!number.empty() && !other_number.empty()) {
      if (number.size() != other_number.size()) {
        return number.size() < other_number.size();
      }
      if (number != other_number) {
        return number < other_number;
      }
    } else if (!number.empty() || !other_number.empty()) {
      return number.empty() ? one[0] < '0' : other[0] > '0';
    } else {
      if (one[0] != other[0]) {
        return one[0] < other[0];
      }
      one.remove_prefix(1);
      other.remove_prefix(1);
    }
  }
  if (one.empty() != other.empty()) {
    return one.empty();
  }
  return whole_one < whole_other; // they differ only in leading zeros
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (const char c : text) {
    width += is_continuation(c) ? 0 : 1;
  }
  return width;
}

} // namespace xdpstats
