#include "prepare/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/log.h"

namespace matinee::prepare {

std::string_view to_string(Stage stage) {
    switch (stage) {
        case Stage::kDiscover:
            return "discover";
        case Stage::kLoudness:
            return "loudness";
        case Stage::kEncode:
            return "encode";
        case Stage::kFinish:
            return "finish";
        case Stage::kVerify:
            return "verify";
    }
    return "";
}

std::string progress_line(Stage stage, double fraction) {
    return fmt::format(R"({{"stage":"{}","fraction":{:.3f}}})", to_string(stage),
                       std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0));
}

std::string done_line(const library::Manifest& manifest, const std::string& directory) {
    return fmt::format(R"({{"done":{{"media_id":{},"duration_seconds":{:.6f},"duration_ticks":{},)"
                       R"("frame_rate":"{}/{}","directory":{}}}}})",
                       log::json_string(manifest.media_id),
                       static_cast<double>(manifest.duration.count()) / media::kVideoTimescale,
                       manifest.duration.count(), manifest.frame_rate.numerator,
                       manifest.frame_rate.denominator, log::json_string(directory));
}

std::string available_line(const std::string& directory, std::int64_t groups) {
    return fmt::format(R"({{"available":{{"directory":{},"groups":{}}}}})",
                       log::json_string(directory), groups);
}

std::string error_line(const Error& error) {
    return fmt::format(R"({{"error":{{"code":{},"message":{}}}}})",
                       log::json_string(base::to_string(error.code())),
                       log::json_string(error.to_string()));
}

std::optional<double> ProgressFilter::pass(Stage stage, double fraction, TimePoint now) {
    fraction = std::clamp(std::isfinite(fraction) ? fraction : 0.0, 0.0, 1.0);
    const bool new_stage = stage_ != stage;
    if (!new_stage) {
        if (fraction <= fraction_) return std::nullopt;
        if (now - last_ < std::chrono::milliseconds(200)) return std::nullopt;
    }
    stage_ = stage;
    fraction_ = fraction;
    last_ = now;
    return fraction;
}

void ProgressReporter::report(Stage stage, double fraction) {
    if (style_ == ProgressStyle::kQuiet) return;
    const auto shown = filter_.pass(stage, fraction, std::chrono::steady_clock::now());
    if (!shown) return;
    if (style_ == ProgressStyle::kJsonLines) {
        fmt::print("{}\n", progress_line(stage, *shown));
        std::fflush(stdout);
        return;
    }
    constexpr int kWidth = 30;
    const int full = static_cast<int>(*shown * kWidth);
    fmt::print(stderr, "\r{:9} [{:#<{}}{:.<{}}] {:3.0f} %", to_string(stage), "", full, "",
               kWidth - full, *shown * 100);
    std::fflush(stderr);
    bar_shown_ = true;
}

void ProgressReporter::end_bar() {
    if (bar_shown_) fmt::print(stderr, "\n");
    bar_shown_ = false;
}

void ProgressReporter::available(const std::string& directory, std::int64_t groups) {
    if (style_ != ProgressStyle::kJsonLines) return;
    fmt::print("{}\n", available_line(directory, groups));
    std::fflush(stdout);
}

void ProgressReporter::done(const library::Manifest& manifest, const std::string& directory) {
    end_bar();
    if (style_ == ProgressStyle::kJsonLines) {
        fmt::print("{}\n", done_line(manifest, directory));
        std::fflush(stdout);
    }
}

void ProgressReporter::failed(const Error& error) {
    end_bar();
    if (style_ == ProgressStyle::kJsonLines) {
        fmt::print("{}\n", error_line(error));
        std::fflush(stdout);
    } else if (style_ == ProgressStyle::kBar) {
        fmt::print(stderr, "{}\n", error.to_string());
    }
}

}  // namespace matinee::prepare
