// SPDX-License-Identifier: BSD-2-Clause
// How both commands check the values of options. Made for CLI11's check(): each function returns
// the complaint, or an empty string if the value is acceptable.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace xdpstats {

/// Words and the values they stand for, in the order in which messages list them.
template <typename Value> using Choices = std::vector<std::pair<std::string, Value>>;

template <typename Number> bool read_number(const std::string &text, Number &number) {
  const char *end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
}

// strtod(), with what from_chars() takes: for a double the latter needs libm, and a twelfth of the
// time that xdp-stats takes would go into loading it.
inline bool read_number(const std::string &text, double &number) {
  if (text.starts_with('+') || text.find_first_not_of("0123456789.eE+-") != std::string::npos) {
    return false;
  }
  char *stopped = nullptr;
  number = std::strtod(text.c_str(), &stopped);
  return !text.empty() && stopped == text.c_str() + text.size();
}

// A shorter interval would mostly measure the reading itself; a longer one is a typing error.
inline std::string check_interval(const std::string &text) {
  double seconds = 0;
  // Written this way round so that "nan" is refused.
  return read_number(text, seconds) && seconds >= 0.01 && seconds <= 31622400
             ? ""
             : "'" + text + "' is not a number of seconds from 0.01 to 31622400";
}

// CLI11 itself accepts -1 and makes 2^64-1 of it.
inline std::string check_count(const std::string &text) {
  uint64_t number = 0;
  return read_number(text, number) && number > 0 ? ""
                                                 : "'" + text + "' is not a positive whole number";
}

/// Whole seconds, 0 included; ten years at most.
inline std::string check_seconds(const std::string &text) {
  uint64_t number = 0;
  return read_number(text, number) && number <= 316224000
             ? ""
             : "'" + text + "' is not a whole number of seconds from 0 to 316224000";
}

// An empty value usually comes from an unset shell variable. It is refused, so that it is not
// mistaken for an option that was not given.
inline std::string check_not_empty(const std::string &text) {
  return text.empty() ? "its value is empty" : "";
}

template <typename Value>
std::string check_choice(const std::string &text, const Choices<Value> &choices) {
  std::string all;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].first == text) {
      return "";
    }
    all += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i].first;
  }
  return "'" + text + "' is not " + all;
}

/// The value of a word that check_choice has accepted.
template <typename Value> Value chosen(const std::string &text, const Choices<Value> &choices) {
  Value value = choices.front().second;
  for (const auto &[word, meaning] : choices) {
    if (word == text) {
      value = meaning;
    }
  }
  return value;
}

} // namespace xdpstats
