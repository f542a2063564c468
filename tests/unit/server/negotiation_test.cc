// SPDX-License-Identifier: BSD-2-Clause
#include "server/negotiation.h"

#include <gtest/gtest.h>

namespace xdpstats {
namespace {

struct Case {
  const char *accept;
  Dialect dialect;
};

TEST(Negotiation, GivesEachClientWhatItPrefers) {
  const auto open = Dialect::kOpenMetrics;
  const auto classic = Dialect::kClassic;
  const Case cases[] = {
      // Prometheus 2.42
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0."
       "75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       open},
      // Prometheus 2.53
      {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0."
       "1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       open},
      // Prometheus 3, and with native histograms
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/"
       "openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
       "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       open},
      {"application/"
       "vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/"
       "plain;version=0.0.4;q=0.3,*/*;q=0.2",
       open},
      // Prometheus with scrape_protocols: [PrometheusText0.0.4]
      {"text/plain;version=0.0.4;q=0.5,*/*;q=0.4", classic},
      // Before OpenMetrics was finished
      {"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       classic},
      // VictoriaMetrics, curl, a browser, nobody in particular
      {"text/plain;version=0.0.4;q=1,*/*;q=0.1", classic},
      {"*/*", classic},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", classic},
      {"", classic},
      // People
      {"application/openmetrics-text", open},
      {"APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=1", open},
      {"application/openmetrics-text, text/plain", open},
      {"application/openmetrics-text;q=0.5, text/plain", classic},
      {"application/openmetrics-text;q=0.5, text/*;q=0.6", classic},
      {"application/openmetrics-text;q=0", classic},
      {"application/openmetrics-text;version=2.0.0", classic},
      {"application/json", classic},
      // Nonsense
      {",,;;=;q=,application/openmetrics-text;q=x", classic},
      {"application/openmetrics-text;q=2", classic},
      {"application/openmetrics-text;q=nan", classic},
  };
  for (const auto &[accept, dialect] : cases) {
    EXPECT_EQ(choose_dialect(accept), dialect) << accept;
  }
}

} // namespace
} // namespace xdpstats
