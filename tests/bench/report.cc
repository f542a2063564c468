// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/report.h"

namespace xdpstats::bench {
namespace {

nlohmann::ordered_json as_json(const Summary &summary) {
  return {{"median", summary.median}, {"low", summary.low}, {"high", summary.high}};
}

} // namespace

void Report::figure(const std::string &name, const std::string &unit, const Summary &summary) {
  auto figure = as_json(summary);
  figure["name"] = name;
  figure["unit"] = unit;
  json_["figures"].push_back(std::move(figure));
}

void Report::count(const std::string &name, const std::string &unit, double value) {
  figure(name, unit, {value, value, value});
}

void Report::claim(const std::string &text, const Summary &ratio, Bound bound, double limit) {
  auto claim = as_json(ratio);
  claim["claim"] = text;
  claim["bound"] = bound == Bound::kAtMost ? "at most" : "at least";
  claim["limit"] = limit;
  claim["holds"] = bound == Bound::kAtMost ? ratio.median <= limit : ratio.median >= limit;
  json_["claims"].push_back(std::move(claim));
}

void Report::missing(const std::string &what, const std::string &reason) {
  json_["missing"].push_back({{"what", what}, {"reason", reason}});
}

} // namespace xdpstats::bench
