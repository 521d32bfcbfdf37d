// What the server counts, as Prometheus reads it (text exposition format 0.0.4).
//
// Counting takes no lock and shares no cache line between threads: every thread adds to a shard
// of its own, reading adds the shards up. Thread-safe throughout.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace matinee::http {

inline constexpr std::size_t kMetricShards = 16;

// Upper bounds of the latency buckets, in microseconds; a last bucket has none.
inline constexpr std::array<std::int64_t, 14> kLatencyBounds = {
    250,    500,     1'000,   2'500,     5'000,     10'000,     25'000,
    50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000, 30'000'000};

// Requests of one route.
class RouteMetrics {
  public:
    explicit RouteMetrics(std::string label) : label_(std::move(label)) {}

    // A response sent in full. `handling`: until it was ready to be sent; `whole`: until its last
    // byte was taken by the kernel. Both from the end of the request's head.
    void finished(int status, std::uint64_t body_bytes, std::chrono::microseconds handling,
                  std::chrono::microseconds whole);

    // The client went away, or was cut off, before its response was sent in full.
    void aborted();

    struct Histogram {
        std::array<std::uint64_t, kLatencyBounds.size() + 1> buckets{};  // not cumulative
        std::uint64_t microseconds = 0;                                  // of all together
    };
    struct Totals {
        std::array<std::uint64_t, 5> by_class{};  // 1xx, 2xx ... 5xx
        std::uint64_t aborted = 0;
        std::uint64_t body_bytes = 0;
        Histogram handling;
        Histogram whole;
    };
    [[nodiscard]] Totals totals() const;
    [[nodiscard]] const std::string& label() const { return label_; }

  private:
    struct AtomicHistogram {
        std::array<std::atomic<std::uint64_t>, kLatencyBounds.size() + 1> buckets{};
        std::atomic<std::uint64_t> microseconds{0};

        void add(std::chrono::microseconds value);
        void add_to(Histogram& sum) const;
    };
    struct alignas(64) Shard {
        std::array<std::atomic<std::uint64_t>, 5> by_class{};
        std::atomic<std::uint64_t> aborted{0};
        std::atomic<std::uint64_t> body_bytes{0};
        AtomicHistogram handling;
        AtomicHistogram whole;
    };

    std::string label_;
    std::array<Shard, kMetricShards> shards_;
};

class Metrics {
  public:
    enum class Kind : std::uint8_t { kGauge, kCounter };

    struct Sample {
        std::vector<std::pair<std::string, std::string>> labels;
        double value = 0;
    };
    // Called on whichever thread renders.
    using Collect = std::function<std::vector<Sample>()>;

    // Ends a collector's time: after its destructor the callback runs no more. Must not outlive
    // the Metrics.
    class Registration {
      public:
        Registration() = default;
        Registration(Metrics* metrics, std::uint64_t id) : metrics_(metrics), id_(id) {}
        Registration(Registration&& other) noexcept
            : metrics_(std::exchange(other.metrics_, nullptr)), id_(other.id_) {}
        Registration& operator=(Registration&& other) noexcept {
            std::swap(metrics_, other.metrics_);
            std::swap(id_, other.id_);
            return *this;
        }
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;
        ~Registration() {
            if (metrics_) metrics_->remove(id_);
        }

      private:
        Metrics* metrics_ = nullptr;
        std::uint64_t id_ = 0;
    };

    // The counters of a label, made at the first call. Lives as long as this.
    RouteMetrics& route(std::string_view label);

    // `name` in full ("matinee_jobs"), `help` one line. Collectors of one name share a help text.
    [[nodiscard]] Registration collect(Kind kind, std::string name, std::string help,
                                       Collect collect);

    // Everything, in a stable order.
    [[nodiscard]] std::string render() const;

    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  private:
    struct Collector {
        std::uint64_t id = 0;
        Kind kind = Kind::kGauge;
        std::string name;
        std::string help;
        Collect collect;
    };

    void remove(std::uint64_t id);

    mutable std::mutex mutex_;  // guards the lists, not the counting
    std::vector<std::unique_ptr<RouteMetrics>> routes_;
    std::vector<Collector> collectors_;
    std::uint64_t next_id_ = 0;
};

// How many different viewers asked for something lately. An estimate in bounded memory (8 KB),
// by linear counting over windows of ten seconds: exact but for hash collisions, within 2 % up to
// some 20,000 viewers. A viewer is whatever the caller hashes: address and user agent.
//
// Thread-safe and lock-free. A viewer seen in the very moment a window is reused may be missed
// until it is seen again.
class ViewerCounter {
  public:
    using Seconds = std::chrono::seconds;

    // `now`: any steady or wall clock's seconds, the same one always.
    void seen(std::uint64_t viewer_hash, Seconds now);
    [[nodiscard]] std::uint64_t count(Seconds now) const;

  private:
    static constexpr std::size_t kBits = 16384;
    static constexpr std::int64_t kWindowSeconds = 10;
    static constexpr std::int64_t kWindowsBack = 3;  // and the one that is now: 30 to 40 s

    struct Window {
        std::atomic<std::int64_t> number{-1};
        std::array<std::atomic<std::uint64_t>, kBits / 64> bits{};
    };
    std::array<Window, kWindowsBack + 1> windows_;
};

// For ViewerCounter.
std::uint64_t viewer_hash(std::string_view address, std::string_view user_agent);

}  // namespace matinee::http
