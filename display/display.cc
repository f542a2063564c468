// SPDX-License-Identifier: BSD-2-Clause
#include "display/display.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "base/write_all.h"
#include "display/frame.h"
#include "display/output.h"
#include "display/screen.h"
#include "display/signals.h"
#include "display/table.h"
#include "display/teller.h"
#include "formats/exposition.h"
#include "formats/json.h"

namespace xdpstats {
namespace {

using Clock = std::chrono::steady_clock;

std::string joined(const std::vector<std::string> &lines) {
  std::string text;
  for (const auto &line : lines) {
    text += line + "\n";
  }
  return text;
}

Result<void> put(const DisplayOptions &options, const std::string &text) {
  return options.output.empty() ? write_all(STDOUT_FILENO, text, "standard output")
                                : replace_file(options.output, text);
}

TableStyle table_style(const DisplayOptions &options) {
  if (!options.output.empty()) {
    return {};
  }
  return {terminal_size(STDOUT_FILENO).columns, 0, wants_colour(STDOUT_FILENO)};
}

std::string render_for_machines(const DisplayOptions &options, const Snapshot &snapshot) {
  switch (options.format) {
  case Format::kTable:
    break;
  case Format::kJson:
    return render_json_lines(snapshot.samples, realtime_ns());
  case Format::kPrometheus:
    return render_exposition(snapshot, XDP_STATS_VERSION, Dialect::kClassic);
  case Format::kOpenMetrics:
    return render_exposition(snapshot, XDP_STATS_VERSION, Dialect::kOpenMetrics);
  }
  return "";
}

std::string left_out_note(size_t devices) {
  return group_thousands(devices) + (devices == 1 ? " more device" : " more devices");
}

bool uses_screen(const DisplayOptions &options) {
  return options.format == Format::kTable && options.output.empty() && ::isatty(STDOUT_FILENO) == 1;
}

// nullopt: go on. Otherwise: end with this exit status.
std::optional<int> after_writing(const DisplayOptions &options, const Result<void> &written) {
  if (written) {
    return std::nullopt;
  }
  // The signal that ended the writing is taken next.
  if (written.error().code == ECANCELED) {
    return std::nullopt;
  }
  // The reader has seen enough (| head), or the terminal was closed.
  if (options.output.empty() && (written.error().code == EPIPE || written.error().code == EIO)) {
    return 0;
  }
  print_error(options.program, written.error());
  return 1;
}

/// The state that watching keeps from one tick to the next.
class Watcher {
public:
  Watcher(const SnapshotSource &source, const DisplayOptions &options, bool on_screen)
      : source_(source), options_(options), teller_(options.program) {
    if (on_screen) {
      screen_.emplace(STDOUT_FILENO);
    }
  }

  Result<void> tick() {
    snapshot_ = source_();
    change_ = tracker_.update(snapshot_);
    now_ = realtime_ns();
    log_.add(change_.events, now_);
    left_out_ = arrange(options_.arrangement, snapshot_.samples, change_.rates);
    if (screen_) {
      return redraw();
    }
    if (options_.format == Format::kTable) {
      teller_.tell({}, snapshot_.problems);
      Snapshot readable = snapshot_;
      readable.problems.clear();
      return put(options_, joined(render_frame(title(), readable, change_.rates, change_.events,
                                               table_style(options_))) +
                               (options_.output.empty() ? "\n" : ""));
    }
    teller_.tell(change_.events, snapshot_.problems);
    // A file keeps its last contents when nothing at all could be read.
    if (!options_.output.empty() && snapshot_.samples.empty() && !snapshot_.problems.empty()) {
      return {};
    }
    return put(options_, render_for_machines(options_, snapshot_));
  }

  Result<void> redraw() {
    const TerminalSize size = terminal_size(STDOUT_FILENO);
    const TableStyle style = {size.columns, size.lines, wants_colour(STDOUT_FILENO)};
    return screen_->draw(render_frame(title(), snapshot_, change_.rates,
                                      {log_.lines().begin(), log_.lines().end()}, style));
  }

  void suspend() {
    screen_->leave();
    ::kill(::getpid(), SIGSTOP); // not SIGTSTP, which is blocked
  }

  [[nodiscard]] int status() const { return snapshot_.problems.empty() ? 0 : 1; }

private:
  [[nodiscard]] FrameTitle title() const {
    return {options_.program, options_.interval, now_, left_out_};
  }

  const SnapshotSource &source_;
  const DisplayOptions &options_;
  Teller teller_;
  RateTracker tracker_;
  EventLog log_;
  std::optional<Screen> screen_;
  Snapshot snapshot_;
  Change change_;
  uint64_t now_ = 0;
  size_t left_out_ = 0;
};

} // namespace

void print_error(const std::string &program, const Error &error) {
  std::string text = program + ": " + printable(error.message) + "\n";
  if (!error.hint.empty()) {
    text += "hint: " + printable(error.hint) + "\n";
  }
  // If this cannot be written, there is nobody left to tell.
  (void)write_all(STDERR_FILENO, text, "standard error");
}

int show_once(const SnapshotSource &source, const DisplayOptions &options) {
  Snapshot snapshot = source();
  for (const auto &problem : snapshot.problems) {
    print_error(options.program, problem);
  }
  if (snapshot.samples.empty() && !snapshot.problems.empty()) {
    return 1;
  }
  std::string text;
  if (options.format != Format::kTable) {
    text = render_for_machines(options, snapshot);
  } else {
    if (snapshot.remark) {
      print_error(options.program, *snapshot.remark);
    }
    std::vector<std::optional<Rates>> no_rates;
    const size_t left_out = arrange(options.arrangement, snapshot.samples, no_rates);
    text = joined(render_table(snapshot.samples, nullptr, table_style(options)));
    auto notes = table_notes(snapshot.samples);
    if (left_out > 0) {
      notes.push_back(left_out_note(left_out));
    }
    if (!notes.empty()) {
      text += "\n" + joined(notes);
    }
  }
  if (const auto status = after_writing(options, put(options, text))) {
    return *status;
  }
  return snapshot.problems.empty() ? 0 : 1;
}

int watch(const SnapshotSource &source, const DisplayOptions &options) {
  const bool on_screen = uses_screen(options);
  // Destroyed after the watcher: a signal that is still pending then takes effect only when the
  // screen has been restored.
  const SignalWaiter signals(on_screen);
  Watcher watcher(source, options, on_screen);
  auto next = Clock::now();
  for (uint64_t ticks = 1;; ++ticks) {
    if (const auto status = after_writing(options, watcher.tick())) {
      return *status;
    }
    if (ticks == options.count) {
      return watcher.status();
    }
    // Each tick comes a whole number of intervals after the first one. Ticks that were missed are
    // skipped.
    const auto late = Clock::now() - next;
    next += options.interval * (1 + late / options.interval);
    for (auto event = signals.wait_until(next); event != SignalWaiter::Event::kTimeout;
         event = signals.wait_until(next)) {
      if (event == SignalWaiter::Event::kStop) {
        return watcher.status();
      }
      if (event == SignalWaiter::Event::kSuspend) {
        watcher.suspend();
      }
      if (const auto status = after_writing(options, watcher.redraw())) {
        return *status;
      }
    }
  }
}

} // namespace xdpstats
