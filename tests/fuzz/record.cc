// SPDX-License-Identifier: BSD-2-Clause
// The info record, as somebody else may have written it, and what every format makes of it.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/clock.h"
#include "base/text.h"
#include "display/frame.h"
#include "formats/exposition.h"
#include "formats/json.h"
#include "pinning/info_record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/fake_kernel.h"

using namespace xdpstats;
using fuzz::require;

namespace {

void require_lines(const std::string &text) {
  require(printable_lines(text) == text, "an output drives no terminal and is UTF-8");
}

void require_tables(const DeviceSample &sample, size_t width) {
  const Snapshot snapshot = {{sample}, {Error{sample.name, sample.name, 0}}, {}};
  for (const auto &line : render_frame({"fuzz", std::chrono::seconds(1), realtime_ns()}, snapshot,
                                       {std::nullopt}, {}, TableStyle{width, 24, false})) {
    require(printable(line) == line, "a line of a table is printable");
  }
}

// Both dialects: comments, or NAME{LABELS} VALUE with quotes that match; NAME VALUE too.
void require_exposition(const std::string &text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ")) {
      continue;
    }
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (quoted && line[i] == '\\') {
        ++i;
      } else if (line[i] == '"') {
        quoted = !quoted;
      }
    }
    require(!quoted && line.starts_with("xdp_stats_") && line.rfind(' ') != std::string::npos,
            "each line is a sample");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto &kernel = test::FakeKernel::get();
  kernel = test::FakeKernel();
  kernel.info.type = BPF_MAP_TYPE_ARRAY;
  kernel.info.key_size = sizeof(__u32);
  kernel.info.value_size = sizeof(xdp_stats_info);
  kernel.info.max_entries = 1;
  kernel.lookup = [data, size](__u32, void *value) {
    std::memset(value, 0, sizeof(xdp_stats_info));
    std::memcpy(value, data, std::min(size, sizeof(xdp_stats_info)));
    auto *record = static_cast<xdp_stats_info *>(value);
    record->generation_end = record->generation; // a torn record is read again, and no more
    return 0;
  };
  const auto map = InfoMap::open("/pin");
  require(map.has_value(), "the map opens");
  const auto record = map->read();
  if (!record) {
    require_lines(record.error().message);
    return 0;
  }
  DeviceSample sample;
  // The name of a device is another stranger's.
  sample.name = size > sizeof(xdp_stats_info)
                    ? fuzz::text_of(data, size).substr(sizeof(xdp_stats_info))
                    : std::string_view(record->device);
  sample.info = *record;
  NetworkView network;
  network.devices[record->device] = Netdev{.ifindex = record->ifindex};
  sample.verdict = judge_counting(*record, network);
  for (const size_t width : {20U, 80U, 300U}) {
    require_tables(sample, width);
  }
  const std::string json = render_json_lines({sample}, realtime_ns());
  require_lines(json);
  require(!nlohmann::json::parse(json, nullptr, false).is_discarded(), "JSON is valid");
  for (const Dialect dialect : {Dialect::kClassic, Dialect::kOpenMetrics}) {
    const std::string text = render_exposition({{sample}, {}, {}}, "1", dialect);
    require_lines(text);
    require_exposition(text);
  }
  return 0;
}
