// SPDX-License-Identifier: BSD-2-Clause
#include "plugin/config.h"

#include <strings.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/text.h"

namespace xdpstats {
namespace {

// collectd cuts off what is longer than this in each part of a value list's name (DATA_MAX_NAME_LEN
// less the final NUL).
constexpr size_t kMaxLabelLength = 127;

// Upper and lower case are the same, as in collectd's own keys.
bool is_key(const ConfigItem &item, const char *key) {
  return ::strcasecmp(item.key.c_str(), key) == 0;
}

std::string value_text(const ConfigItem::Value &value) {
  if (const auto *text = std::get_if<std::string>(&value)) {
    return "\"" + *text + "\"";
  }
  if (const auto *truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  char number[32];
  std::snprintf(number, sizeof(number), "%g", std::get<double>(value));
  return number;
}

// collectd does not tell plugins the line number. So the message quotes the line.
std::string line_text(const ConfigItem &item) {
  std::string line = item.key;
  for (const auto &value : item.values) {
    line += " " + value_text(value);
  }
  return line;
}

class Parser {
public:
  explicit Parser(Config &config) : config_(config) {}

  void parse_block(const ConfigItem &block) {
    for (const auto &item : block.children) {
      if (is_key(item, "Map")) {
        parse_map(item);
      } else {
        parse_option(item);
      }
    }
  }

  std::vector<std::string> take_warnings() { return std::move(warnings_); }

private:
  void parse_option(const ConfigItem &item) {
    if (is_key(item, "PinRoot")) {
      if (auto path = absolute_path(item)) {
        config_.pin_root = std::move(*path);
      }
    } else if (is_key(item, "Interface")) {
      if (const auto pattern = only_value<std::string>(item, "one string")) {
        if (auto added = config_.interfaces.add(*pattern); !added) {
          warn(item, added.error().message);
        }
      }
    } else if (is_key(item, "IgnoreSelected")) {
      if (const auto ignore = only_value<bool>(item, "true or false, without quotes")) {
        config_.interfaces.set_ignore_selected(*ignore);
      }
    } else {
      warn(item, "there is no such option");
    }
  }

  void parse_map(const ConfigItem &block) {
    context_ = "<" + line_text(block) + ">";
    auto source = map_source(block);
    context_.clear();
    if (source) {
      config_.maps.push_back(std::move(*source));
    }
  }

  std::optional<MapSource> map_source(const ConfigItem &block) {
    MapSource source;
    for (const auto &item : block.children) {
      if (!is_key(item, "Path")) {
        warn(item, "there is no such option");
      } else if (auto path = absolute_path(item)) {
        source.path = std::move(*path);
      }
    }
    if (block.values.size() != 1 || !std::holds_alternative<std::string>(block.values[0])) {
      warn_block("it needs one label: <Map \"label\">");
      return std::nullopt;
    }
    source.label = std::get<std::string>(block.values[0]);
    if (source.label.empty() || source.label.size() > kMaxLabelLength) {
      warn_block("its label must have 1 to " + std::to_string(kMaxLabelLength) + " characters");
      return std::nullopt;
    }
    if (printable(source.label) != source.label) {
      warn_block("its label holds what no output can show");
      return std::nullopt;
    }
    if (source.path.empty()) {
      warn_block("it needs a Path");
      return std::nullopt;
    }
    const bool taken =
        std::any_of(config_.maps.begin(), config_.maps.end(),
                    [&source](const MapSource &other) { return other.label == source.label; });
    if (taken) {
      warn_block("there is another map with this label");
      return std::nullopt;
    }
    return source;
  }

  std::optional<std::string> absolute_path(const ConfigItem &item) {
    auto path = only_value<std::string>(item, "one string");
    if (!path) {
      return std::nullopt;
    }
    // A relative path would depend on the BaseDir of collectd.
    if (path->empty() || path->front() != '/') {
      warn(item, "it must be an absolute path");
      return std::nullopt;
    }
    while (path->size() > 1 && path->back() == '/') {
      path->pop_back();
    }
    return path;
  }

  template <typename Type>
  std::optional<Type> only_value(const ConfigItem &item, const char *wanted) {
    if (!item.children.empty() || item.values.size() != 1 ||
        !std::holds_alternative<Type>(item.values[0])) {
      warn(item, std::string("its value must be ") + wanted);
      return std::nullopt;
    }
    return std::get<Type>(item.values[0]);
  }

  void warn(const ConfigItem &item, const std::string &reason) {
    warnings_.push_back("ignoring '" + line_text(item) + "'" +
                        (context_.empty() ? "" : " in " + context_) + ": " + reason);
  }

  void warn_block(const std::string &reason) {
    warnings_.push_back("ignoring " + context_ + ": " + reason);
  }

  Config &config_;
  std::vector<std::string> warnings_;
  std::string context_; // the enclosing <Map> block, empty outside of one
};

} // namespace

std::vector<std::string> apply_config(const ConfigItem &block, Config &config) {
  Parser parser(config);
  parser.parse_block(block);
  return parser.take_warnings();
}

} // namespace xdpstats
