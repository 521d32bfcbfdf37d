// Telling how far the work is: to a program as JSON lines, to a person as a bar.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "library/manifest.h"

namespace matinee::prepare {

enum class Stage { kDiscover, kLoudness, kEncode, kFinish, kVerify };

std::string_view to_string(Stage stage);

// {"stage":"encode","fraction":0.25}
std::string progress_line(Stage stage, double fraction);
// {"done":{"directory":"...","duration_seconds":12.3,"media_id":"..."}}
std::string done_line(const library::Manifest& manifest, const std::string& directory);
// {"available":{"directory":"...","groups":12}}
std::string available_line(const std::string& directory, std::int64_t groups);
// {"error":{"code":"invalid","message":"..."}}
std::string error_line(const Error& error);

// Lets through each change of stage and at most five fractions a second, never one that is
// lower than before within its stage. Pure but for the clock it is given. Reentrant.
class ProgressFilter {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // The fraction to show, if it is time to.
    std::optional<double> pass(Stage stage, double fraction, TimePoint now);

  private:
    std::optional<Stage> stage_;
    double fraction_ = 0;
    TimePoint last_{};
};

enum class ProgressStyle {
    kQuiet,
    kJsonLines,  // on standard output
    kBar,        // on standard error
};

// Thread-bound.
class ProgressReporter {
  public:
    explicit ProgressReporter(ProgressStyle style) : style_(style) {}

    void report(Stage stage, double fraction);
    // So many groups of pictures can be played already (library/growing_entry.h); to programs only.
    void available(const std::string& directory, std::int64_t groups);
    void done(const library::Manifest& manifest, const std::string& directory);
    void failed(const Error& error);

  private:
    void end_bar();

    ProgressStyle style_;
    ProgressFilter filter_;
    bool bar_shown_ = false;
};

}  // namespace matinee::prepare
