#include "app/progress_display.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include <fmt/format.h>

namespace matinee::app {

namespace {

constexpr std::chrono::milliseconds kRedraw{250};

bool is_open(const store::Job& job) {
    return job.state == store::JobState::kQueued || job.state == store::JobState::kRunning;
}

std::string name_of(const store::Job& job) {
    return job.variant.empty() ? job.entry_id : job.entry_id + " with subtitles in the picture";
}

// The line on the terminal that is drawn over again and again.
class StatusLine {
  public:
    explicit StatusLine(std::FILE* told)
        : told_(told), on_terminal_(::isatty(::fileno(told)) == 1) {}
    ~StatusLine() { clear(); }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void draw(const std::string& text) {
        if (!on_terminal_) return;
        fmt::print(told_, "\r\x1b[2K{}", text);
        std::fflush(told_);
        drawn_ = true;
    }
    // A line that stays.
    void say(const std::string& text) {
        clear();
        fmt::print(told_, "{}\n", text);
        std::fflush(told_);
    }

  private:
    void clear() {
        if (drawn_) fmt::print(told_, "\r\x1b[2K");
        drawn_ = false;
    }
    std::FILE* const told_;
    const bool on_terminal_;
    bool drawn_ = false;
};

std::string status_of(const std::vector<store::Job>& jobs, std::size_t total) {
    double done = 0;
    std::string running;
    for (const store::Job& job : jobs) {
        if (job.state == store::JobState::kRunning) {
            done += job.fraction;
            if (running.empty()) running = fmt::format("{} ({})", name_of(job), job.stage);
        }
        if (!is_open(job)) done += 1;
    }
    const double fraction = total == 0 ? 1.0 : done / static_cast<double>(total);
    return fmt::format("preparing {} {:3.0f} %  {}", bar(fraction, 30), std::floor(fraction * 100),
                       running);
}

}  // namespace

std::string bar(double fraction, std::size_t width) {
    const double filled = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(width);
    std::string text;
    for (std::size_t i = 0; i < width; ++i) {
        text += static_cast<double>(i) + 0.5 < filled ? "█" : "░";
    }
    return text;
}

Result<Preparation> show_preparation(store::Store& store, const StopSignals& signals,
                                     std::FILE* told, const std::function<void()>& meanwhile) {
    // Jobs that are open now; those that come while we wait belong to somebody else's batch.
    std::set<std::string> batch;
    for (const store::Job& job : TRY(store.list_jobs())) {
        if (is_open(job)) batch.insert(job.id);
    }
    Preparation outcome;
    std::set<std::string> ended;
    StatusLine line(told);
    while (ended.size() < batch.size()) {
        if (meanwhile) meanwhile();
        std::vector<store::Job> jobs;
        for (store::Job& job : TRY(store.list_jobs())) {
            if (batch.contains(job.id)) jobs.push_back(std::move(job));
        }
        std::ranges::reverse(jobs);  // oldest first
        for (const store::Job& job : jobs) {
            if (is_open(job) || !ended.insert(job.id).second) continue;
            const std::string count = fmt::format("[{}/{}]", ended.size(), batch.size());
            if (job.state == store::JobState::kDone) {
                ++outcome.ready;
                line.say(fmt::format("{} ✓ {}", count, name_of(job)));
            } else {
                ++outcome.failed;
                line.say(fmt::format("{} ✗ {}: {}", count, name_of(job),
                                     job.reason.empty() ? "cancelled" : job.reason));
            }
        }
        line.draw(status_of(jobs, batch.size()));
        if (ended.size() < batch.size() && signals.wait_for(kRedraw)) {
            outcome.stopped = true;
            break;
        }
    }
    return outcome;
}

}  // namespace matinee::app
