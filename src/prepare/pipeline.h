// Running pipelines: the bus, the watchdog, cancellation.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prepare/gst.h"
#include "prepare/pipeline_text.h"
#include "prepare/source_info.h"
#include "prepare/stop.h"

namespace matinee::prepare {

// A pipeline that goes to NULL when this ends. Thread-bound, its elements' callbacks excepted.
class Pipeline {
  public:
    // Parses `description`; kInternal with GStreamer's reason, `name` in the message. Elements that
    // are not installed are kUnsupported and named.
    static Result<Pipeline> parse(const std::string& name, const std::string& description);

    // parse() of the description `name`, filled in (prepare/pipeline_text.h).
    static Result<Pipeline> load(const std::string& name, const Values& values);

    Pipeline(Pipeline&&) noexcept = default;
    Pipeline& operator=(Pipeline&&) = delete;
    ~Pipeline() { stop(); }

    [[nodiscard]] GstElement* get() const { return bin_.get(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Result<Ref<GstElement>> element(const std::string& element_name) const {
        return element_named(bin_.get(), element_name);
    }

    Result<void> play();
    // To NULL: every thread of it has ended when this returns. Idempotent.
    void stop();

    // What elements complained of without giving up: damaged pictures and the like.
    [[nodiscard]] std::int64_t warnings() const { return warnings_; }
    [[nodiscard]] const std::string& last_warning() const { return last_warning_; }

    // Takes what is on the bus. True when the pipeline has ended; the error it ended with.
    Result<bool> poll();

  private:
    Pipeline(std::string name, Ref<GstElement> bin)
        : name_(std::move(name)), bin_(std::move(bin)) {}

    std::string name_;
    Ref<GstElement> bin_;
    bool eos_ = false;
    std::int64_t warnings_ = 0;
    std::string last_warning_;
};

// Any part of the work that moves says so here; the watchdog looks whether it goes up.
// Thread-safe.
class Heartbeat {
  public:
    void beat() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t count() const noexcept {
        return count_.load(std::memory_order_relaxed);
    }

  private:
    std::atomic<std::uint64_t> count_ = 0;
};

struct Supervision {
    const StopFlag& stop;
    const Heartbeat& heartbeat;
    std::chrono::milliseconds stall_timeout{30'000};
    std::function<void()> on_tick = [] {};  // a few times a second, in the calling thread
};

// Runs all to their ends. Returns the first error of any; kCancelled when asked to stop;
// kExhausted when nothing moved for the stall timeout. The pipelines are stopped in any case,
// the first in `pipelines` first: list those that others block on later. `before_stop` is called
// first, to wake callbacks that wait for each other.
Result<void> run_all(
    std::span<Pipeline* const> pipelines, const Supervision& supervision,
    const std::function<void()>& before_stop = [] {});

// A bus error in words for a producer, code included.
Error error_from_message(GstMessage* message);

// Connects `uridecodebin name=source` of `pipeline` to a file: only the stream called
// `stream_id` is decoded, and linked to the sink pad of the element called `into`. Its timestamps
// are mended before the decoder sees them, which would not understand `jumps`.
Result<void> select_stream(const Pipeline& pipeline, const std::string& path,
                           const std::string& stream_id, const std::string& into,
                           const std::vector<TimeJump>& jumps = {});

}  // namespace matinee::prepare
