// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xdpstats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

ConfigItem line(std::string key, std::vector<ConfigItem::Value> values) {
  return {std::move(key), std::move(values), {}};
}

ConfigItem map_block(std::vector<ConfigItem::Value> labels, std::vector<ConfigItem> children) {
  return {"Map", std::move(labels), std::move(children)};
}

struct Applied {
  Config config;
  std::vector<std::string> warnings;
};

Applied apply(std::vector<ConfigItem> items) {
  Applied applied;
  applied.warnings = apply_config({"Plugin", {"xdp_stats"}, std::move(items)}, applied.config);
  return applied;
}

TEST(PluginConfig, NothingIsNeeded) {
  const auto [config, warnings] = apply({});
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(config.pin_root, "/sys/fs/bpf/xdp_stats");
  EXPECT_THAT(config.maps, IsEmpty());
  EXPECT_TRUE(config.interfaces.selects("anything"));
}

TEST(PluginConfig, EveryOptionIsTakenWhateverItsCase) {
  const auto [config, warnings] =
      apply({line("pinroot", {"/run/bpf/"}), line("INTERFACE", {"eth0"}),
             line("Interface", {"/^veth[0-9]+$/"}),
             map_block({"xdp-filter"}, {line("path", {"/sys/fs/bpf/xdp-filter/xdp_stats_map"})})});
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(config.pin_root, "/run/bpf");
  EXPECT_TRUE(config.interfaces.selects("eth0"));
  EXPECT_TRUE(config.interfaces.selects("veth12"));
  EXPECT_FALSE(config.interfaces.selects("veth"));
  EXPECT_THAT(config.interfaces.expected(), ElementsAre("eth0"));
  ASSERT_EQ(config.maps.size(), 1u);
  EXPECT_EQ(config.maps[0].label, "xdp-filter");
  EXPECT_EQ(config.maps[0].path, "/sys/fs/bpf/xdp-filter/xdp_stats_map");
}

TEST(PluginConfig, SeveralBlocksAddUp) {
  Config config;
  const auto first = apply_config({"Plugin", {}, {line("Interface", {"eth0"})}}, config);
  const auto second = apply_config({"Plugin", {}, {line("Interface", {"eth1"})}}, config);
  EXPECT_THAT(first, IsEmpty());
  EXPECT_THAT(second, IsEmpty());
  EXPECT_THAT(config.interfaces.expected(), ElementsAre("eth0", "eth1"));
}

// Each wrong item gives one warning and has no effect; the good items before and after it apply.
struct WrongItem {
  ConfigItem item;
  std::string warning;
};

TEST(PluginConfig, WrongItemsAreNamedAndTheRestHolds) {
  const std::vector<WrongItem> wrong = {
      WrongItem{line("Interfaces", {"eth0"}),
                "ignoring 'Interfaces \"eth0\"': there is no such option"},
      WrongItem{line("Interface", {5.0}), "ignoring 'Interface 5': its value must be one string"},
      WrongItem{line("Interface", {}), "ignoring 'Interface': its value must be one string"},
      WrongItem{line("Interface", {"a", "b"}),
                "ignoring 'Interface \"a\" \"b\"': its value must be one string"},
      WrongItem{line("Interface", {""}), "ignoring 'Interface \"\"': an interface name"},
      WrongItem{line("Interface", {"/(/"}),
                "ignoring 'Interface \"/(/\"': '/(/' is not a regular expression: "},
      WrongItem{line("IgnoreSelected", {"true"}),
                "ignoring 'IgnoreSelected \"true\"': its value must be true or false"},
      WrongItem{line("IgnoreSelected", {1.0}),
                "ignoring 'IgnoreSelected 1': its value must be true or false"},
      WrongItem{line("PinRoot", {true}), "ignoring 'PinRoot true': its value must be one string"},
      WrongItem{line("PinRoot", {"relative"}),
                "ignoring 'PinRoot \"relative\"': it must be an absolute path"},
      WrongItem{line("PinRoot", {""}), "ignoring 'PinRoot \"\"': it must be an absolute path"},
      WrongItem{ConfigItem{"PinRoot", {"/b"}, {line("x", {})}},
                "ignoring 'PinRoot \"/b\"': its value must be one string"},
      WrongItem{map_block({}, {line("Path", {"/m"})}), "ignoring <Map>: it needs one label"},
      WrongItem{map_block({7.0}, {line("Path", {"/m"})}), "ignoring <Map 7>: it needs one label"},
      WrongItem{map_block({""}, {line("Path", {"/m"})}), "ignoring <Map \"\">: its label must"},
      WrongItem{map_block({std::string(128, 'x')}, {line("Path", {"/m"})}),
                "ignoring <Map \"" + std::string(128, 'x') + "\">: its label must"},
      WrongItem{map_block({"m"}, {}), "ignoring <Map \"m\">: it needs a Path"}};
  for (const auto &[item, warning] : wrong) {
    SCOPED_TRACE(warning);
    const auto [config, warnings] =
        apply({line("PinRoot", {"/a"}), item, line("Interface", {"good"})});
    EXPECT_THAT(warnings, ElementsAre(StartsWith(warning)));
    EXPECT_EQ(config.pin_root, "/a");
    EXPECT_THAT(config.interfaces.expected(), ElementsAre("good"));
    EXPECT_FALSE(config.interfaces.selects("other"));
    EXPECT_THAT(config.maps, IsEmpty());
  }
}

TEST(PluginConfig, WrongItemsInAMapNameTheMap) {
  const auto [config, warnings] =
      apply({map_block({"m"}, {line("Path", {"/m"}), line("Size", {5.0})}),
             map_block({"n"}, {line("Path", {3.0})})});
  EXPECT_THAT(warnings,
              ElementsAre("ignoring 'Size 5' in <Map \"m\">: there is no such option",
                          "ignoring 'Path 3' in <Map \"n\">: its value must be one string",
                          "ignoring <Map \"n\">: it needs a Path"));
  ASSERT_EQ(config.maps.size(), 1u);
  EXPECT_EQ(config.maps[0].path, "/m");
}

TEST(PluginConfig, ASecondMapWithTheSameLabelIsIgnored) {
  const auto [config, warnings] =
      apply({map_block({"m"}, {line("Path", {"/1"})}), map_block({"m"}, {line("Path", {"/2"})})});
  EXPECT_THAT(warnings, ElementsAre("ignoring <Map \"m\">: there is another map with this label"));
  ASSERT_EQ(config.maps.size(), 1u);
  EXPECT_EQ(config.maps[0].path, "/1");
}

DeviceFilter filter(const std::vector<std::string> &patterns, bool ignore) {
  DeviceFilter result;
  for (const auto &pattern : patterns) {
    EXPECT_TRUE(result.add(pattern)) << pattern;
  }
  result.set_ignore_selected(ignore);
  return result;
}

TEST(PluginDeviceFilter, IgnoreSelectedTurnsTheListAround) {
  const auto only = filter({"eth0", "/^veth/"}, false);
  const auto but = filter({"eth0", "/^veth/"}, true);
  for (const auto *device : {"eth0", "veth", "veth9"}) {
    EXPECT_TRUE(only.selects(device)) << device;
    EXPECT_FALSE(but.selects(device)) << device;
  }
  for (const auto *device : {"eth01", "xveth", "lo"}) {
    EXPECT_FALSE(only.selects(device)) << device;
    EXPECT_TRUE(but.selects(device)) << device;
  }
  EXPECT_THAT(but.expected(), IsEmpty());
}

TEST(PluginDeviceFilter, AnEmptyListSelectsAllEitherWay) {
  EXPECT_TRUE(filter({}, false).selects("eth0"));
  EXPECT_TRUE(filter({}, true).selects("eth0"));
}

TEST(PluginDeviceFilter, ExpressionsAreExtendedAndUnanchored) {
  EXPECT_TRUE(filter({"/th(0|1)/"}, false).selects("eth1.7"));
  EXPECT_TRUE(filter({"/0{2}$/"}, false).selects("eth0.100"));
  EXPECT_FALSE(filter({"/ETH/"}, false).selects("eth0"));
}

TEST(PluginDeviceFilter, ASlashAloneMakesNoExpression) {
  EXPECT_THAT(filter({"//"}, false).expected(), ElementsAre("//"));
  EXPECT_THAT(filter({"/eth"}, false).expected(), ElementsAre("/eth"));
}

} // namespace
} // namespace xdpstats
