// SPDX-License-Identifier: BSD-2-Clause
// What the sections of the bench pass to tests/bench/run: one JSON object each.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/bench/rounds.h"

namespace xdpstats::bench {

enum class Bound { kAtMost, kAtLeast };

class Report {
public:
  explicit Report(std::string title) { json_["title"] = std::move(title); }

  void figure(const std::string &name, const std::string &unit, const Summary &summary);
  /// A count, the same in every round.
  void count(const std::string &name, const std::string &unit, double value);
  /// A ratio of values that were measured alternately in this run, and the limit for it.
  void claim(const std::string &text, const Summary &ratio, Bound bound, double limit);
  /// Something that could not be measured here, and the reason.
  void missing(const std::string &what, const std::string &reason);

  [[nodiscard]] const nlohmann::ordered_json &json() const { return json_; }

private:
  nlohmann::ordered_json json_ = {{"title", ""},
                                  {"figures", nlohmann::ordered_json::array()},
                                  {"claims", nlohmann::ordered_json::array()},
                                  {"missing", nlohmann::ordered_json::array()}};
};

/// The sections. Each throws std::exception if it cannot measure what it should.
[[nodiscard]] Report bench_packet();
[[nodiscard]] Report bench_wire();
[[nodiscard]] Report bench_reading();
[[nodiscard]] Report bench_loading();

} // namespace xdpstats::bench
