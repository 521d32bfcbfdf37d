#include "http/metrics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace matinee::http {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

std::size_t this_threads_shard() {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t shard = next.fetch_add(1, kRelaxed) % kMetricShards;
    return shard;
}

std::string escaped_label(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

double in_seconds(std::uint64_t microseconds) {
    return static_cast<double>(microseconds) / 1e6;
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void histogram(std::string& out, std::string_view name, std::string_view route,
               const RouteMetrics::Histogram& histogram) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
        below += histogram.buckets[i];
        const std::string bound =
            i < kLatencyBounds.size()
                ? fmt::format("{}", in_seconds(static_cast<std::uint64_t>(kLatencyBounds[i])))
                : "+Inf";
        fmt::format_to(std::back_inserter(out), "{}_bucket{{route=\"{}\",le=\"{}\"}} {}\n", name,
                       route, bound, below);
    }
    fmt::format_to(std::back_inserter(out), "{0}_sum{{route=\"{1}\"}} {2}\n", name, route,
                   in_seconds(histogram.microseconds));
    fmt::format_to(std::back_inserter(out), "{0}_count{{route=\"{1}\"}} {2}\n", name, route, below);
}

}  // namespace

void RouteMetrics::AtomicHistogram::add(std::chrono::microseconds value) {
    const auto bucket = std::ranges::lower_bound(kLatencyBounds, value.count());
    buckets[static_cast<std::size_t>(bucket - kLatencyBounds.begin())].fetch_add(1, kRelaxed);
    microseconds.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0)),
                           kRelaxed);
}

void RouteMetrics::AtomicHistogram::add_to(Histogram& sum) const {
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        sum.buckets[i] += buckets[i].load(kRelaxed);
    }
    sum.microseconds += microseconds.load(kRelaxed);
}

void RouteMetrics::finished(int status, std::uint64_t body_bytes,
                            std::chrono::microseconds handling, std::chrono::microseconds whole) {
    Shard& shard = shards_[this_threads_shard()];
    const int status_class = std::clamp(status / 100, 1, 5);
    shard.by_class[static_cast<std::size_t>(status_class - 1)].fetch_add(1, kRelaxed);
    shard.body_bytes.fetch_add(body_bytes, kRelaxed);
    shard.handling.add(handling);
    shard.whole.add(whole);
}

void RouteMetrics::aborted() {
    shards_[this_threads_shard()].aborted.fetch_add(1, kRelaxed);
}

RouteMetrics::Totals RouteMetrics::totals() const {
    Totals totals;
    for (const Shard& shard : shards_) {
        for (std::size_t i = 0; i < shard.by_class.size(); ++i) {
            totals.by_class[i] += shard.by_class[i].load(kRelaxed);
        }
        totals.aborted += shard.aborted.load(kRelaxed);
        totals.body_bytes += shard.body_bytes.load(kRelaxed);
        shard.handling.add_to(totals.handling);
        shard.whole.add_to(totals.whole);
    }
    return totals;
}

RouteMetrics& Metrics::route(std::string_view label) {
    const std::scoped_lock lock(mutex_);
    for (const auto& route : routes_) {
        if (route->label() == label) return *route;
    }
    return *routes_.emplace_back(std::make_unique<RouteMetrics>(std::string(label)));
}

Metrics::Registration Metrics::collect(Kind kind, std::string name, std::string help,
                                       Collect collect) {
    const std::scoped_lock lock(mutex_);
    const std::uint64_t id = next_id_++;
    collectors_.push_back({id, kind, std::move(name), std::move(help), std::move(collect)});
    return {this, id};
}

void Metrics::remove(std::uint64_t id) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(collectors_, [id](const Collector& collector) { return collector.id == id; });
}

std::string Metrics::render() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::pair<const RouteMetrics*, RouteMetrics::Totals>> routes;
    for (const auto& route : routes_) {
        routes.emplace_back(route.get(), route->totals());
    }
    std::string out;
    const auto line = std::back_inserter(out);

    head(out, "matinee_http_requests_total", "counter", "Responses sent, by route and class.");
    for (const auto& [route, totals] : routes) {
        for (std::size_t i = 0; i < totals.by_class.size(); ++i) {
            if (totals.by_class[i] == 0) continue;
            fmt::format_to(line, "matinee_http_requests_total{{route=\"{}\",class=\"{}xx\"}} {}\n",
                           escaped_label(route->label()), i + 1, totals.by_class[i]);
        }
    }
    head(out, "matinee_http_aborted_total", "counter",
         "Requests whose client left, or was cut off, before the response was sent.");
    for (const auto& [route, totals] : routes) {
        fmt::format_to(line, "matinee_http_aborted_total{{route=\"{}\"}} {}\n",
                       escaped_label(route->label()), totals.aborted);
    }
    head(out, "matinee_http_response_bytes_total", "counter",
         "Bytes of content in responses sent in full.");
    for (const auto& [route, totals] : routes) {
        fmt::format_to(line, "matinee_http_response_bytes_total{{route=\"{}\"}} {}\n",
                       escaped_label(route->label()), totals.body_bytes);
    }
    head(out, "matinee_http_handling_seconds", "histogram",
         "From the end of a request's head until its response was ready to be sent.");
    for (const auto& [route, totals] : routes) {
        histogram(out, "matinee_http_handling_seconds", escaped_label(route->label()),
                  totals.handling);
    }
    head(out, "matinee_http_request_seconds", "histogram",
         "From the end of a request's head until its response was sent.");
    for (const auto& [route, totals] : routes) {
        histogram(out, "matinee_http_request_seconds", escaped_label(route->label()), totals.whole);
    }

    // All samples of one name must stand together.
    std::map<std::string_view, std::vector<const Collector*>> by_name;
    for (const Collector& collector : collectors_) {
        by_name[collector.name].push_back(&collector);
    }
    for (const auto& [name, collectors] : by_name) {
        head(out, name, collectors.front()->kind == Kind::kGauge ? "gauge" : "counter",
             collectors.front()->help);
        for (const Collector* collector : collectors) {
            for (const Sample& sample : collector->collect()) {
                std::string labels;
                for (const auto& [key, value] : sample.labels) {
                    fmt::format_to(std::back_inserter(labels), "{}{}=\"{}\"",
                                   labels.empty() ? "" : ",", key, escaped_label(value));
                }
                if (!labels.empty()) labels = "{" + labels + "}";
                fmt::format_to(line, "{}{} {}\n", name, labels, sample.value);
            }
        }
    }
    return out;
}

void ViewerCounter::seen(std::uint64_t viewer_hash, Seconds now) {
    const std::int64_t number = now.count() / kWindowSeconds;
    Window& window = windows_[static_cast<std::size_t>(number) % windows_.size()];
    std::int64_t current = window.number.load(std::memory_order_acquire);
    if (current != number &&
        window.number.compare_exchange_strong(current, number, std::memory_order_acq_rel)) {
        for (auto& word : window.bits) {
            word.store(0, kRelaxed);
        }
    }
    const std::size_t bit = viewer_hash % kBits;
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    auto& word = window.bits[bit / 64];
    // Most of the time the bit is there already: reading does not take the cache line away.
    if ((word.load(kRelaxed) & mask) == 0) word.fetch_or(mask, kRelaxed);
}

std::uint64_t ViewerCounter::count(Seconds now) const {
    const std::int64_t number = now.count() / kWindowSeconds;
    std::array<std::uint64_t, kBits / 64> seen{};
    for (const Window& window : windows_) {
        const std::int64_t age = number - window.number.load(std::memory_order_acquire);
        if (age < 0 || age > kWindowsBack) continue;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            seen[i] |= window.bits[i].load(kRelaxed);
        }
    }
    std::size_t ones = 0;
    for (const std::uint64_t word : seen) {
        ones += static_cast<std::size_t>(std::popcount(word));
    }
    // Linear counting (Whang et al. 1990): n = -m ln(empty / m). A full map says at least so many.
    const double bits = kBits;
    const double empty = std::max<double>(1.0, bits - static_cast<double>(ones));
    return static_cast<std::uint64_t>(std::llround(-bits * std::log(empty / bits)));
}

std::uint64_t viewer_hash(std::string_view address, std::string_view user_agent) {
    // FNV-1a, then a final mix: its low bits alone are weak.
    std::uint64_t hash = 14695981039346656037ULL;
    const auto add = [&hash](std::string_view text) {
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        }
    };
    add(address);
    add(std::string_view("\0", 1));
    add(user_agent);
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
    return hash;
}

}  // namespace matinee::http
