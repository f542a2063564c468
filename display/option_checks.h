// SPDX-License-Identifier: BSD-2-Clause
// What both commands demand of their options' values. Made for CLI11's check(): each returns the
// complaint, or nothing if the value will do.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace xdpstats {

/// Words and what they stand for, in the order in which people are told.
template <typename Value> using Choices = std::vector<std::pair<std::string, Value>>;

template <typename Number> bool read_number(const std::string &text, Number &number) {
  const char *end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
}

// Shorter, and the reading itself becomes what is measured; longer is a mistyped number.
inline std::string check_interval(const std::string &text) {
  double seconds = 0;
  // Not the other way round, which lets "nan" pass.
  return read_number(text, seconds) && seconds >= 0.01 && seconds <= 31622400
             ? ""
             : "'" + text + "' is not a number of seconds from 0.01 to 31622400";
}

// CLI11 itself takes -1 for 2^64-1.
inline std::string check_count(const std::string &text) {
  uint64_t number = 0;
  return read_number(text, number) && number > 0 ? ""
                                                 : "'" + text + "' is not a positive whole number";
}

// What an unset variable of a script makes of an option must not look like one that was not given.
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

/// What a word that check_choice lets pass stands for.
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
