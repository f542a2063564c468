// SPDX-License-Identifier: BSD-2-Clause
#include "server/answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "formats/exposition.h"
#include "formats/json.h"
#include "server/page.h"

namespace xdpstats {
namespace {

constexpr char kType[] = "Content-Type";
constexpr char kPlainText[] = "text/plain; charset=utf-8";

Answer metrics(const Snapshot &snapshot, Dialect dialect, const char *type) {
  return {200,
          {{kType, type}, {"Vary", "Accept"}},
          render_exposition(snapshot, XDP_STATS_VERSION, dialect)};
}

} // namespace

Answer render_answer(const Snapshot &snapshot, Rendering rendering) {
  if (snapshot.samples.empty() && !snapshot.problems.empty()) {
    Answer answer = {503, {{kType, kPlainText}}, {}};
    for (const auto &problem : snapshot.problems) {
      answer.body += printable(problem.message) + "\n";
      if (!problem.hint.empty()) {
        answer.body += "hint: " + printable(problem.hint) + "\n";
      }
    }
    return answer;
  }
  switch (rendering) {
  case Rendering::kJson:
    return {
        200, {{kType, "application/x-ndjson"}}, render_json_lines(snapshot.samples, realtime_ns())};
  case Rendering::kOpenMetrics:
    return metrics(snapshot, Dialect::kOpenMetrics,
                   "application/openmetrics-text; version=1.0.0; charset=utf-8");
  case Rendering::kClassic:
    break;
  }
  return metrics(snapshot, Dialect::kClassic, "text/plain; version=0.0.4; charset=utf-8");
}

Answer page_answer() {
  return {200,
          {{kType, "text/html; charset=utf-8"},
           {"Content-Security-Policy", std::string(kPagePolicy)},
           {"Cross-Origin-Resource-Policy", "same-origin"},
           {"Referrer-Policy", "no-referrer"}},
          std::string(kPage)};
}

Answer refuse(unsigned status) {
  if (status == 405) {
    return {status,
            {{kType, kPlainText}, {"Allow", "GET, HEAD"}},
            "Not allowed: there are GET and HEAD only.\n"};
  }
  return {status, {{kType, kPlainText}}, "Not found: there are /, /metrics and /json.\n"};
}

} // namespace xdpstats
