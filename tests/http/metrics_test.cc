#include "http/metrics.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::http {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, RendersCountsByRouteAndClass) {
    Metrics metrics;
    RouteMetrics& route = metrics.route("segment");
    route.finished(200, 1000, microseconds(300), microseconds(30'000));
    route.finished(206, 500, microseconds(100), microseconds(2'000));
    route.finished(404, 0, microseconds(100), microseconds(100));
    route.aborted();
    const std::string text = metrics.render();
    EXPECT_THAT(text, HasSubstr("# TYPE matinee_http_requests_total counter\n"));
    EXPECT_THAT(text,
                HasSubstr("matinee_http_requests_total{route=\"segment\",class=\"2xx\"} 2\n"));
    EXPECT_THAT(text,
                HasSubstr("matinee_http_requests_total{route=\"segment\",class=\"4xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("matinee_http_response_bytes_total{route=\"segment\"} 1500\n"));
    EXPECT_THAT(text, HasSubstr("matinee_http_aborted_total{route=\"segment\"} 1\n"));
    EXPECT_THAT(
        text, HasSubstr("matinee_http_request_seconds_bucket{route=\"segment\",le=\"0.001\"} 1\n"));
    EXPECT_THAT(
        text, HasSubstr("matinee_http_request_seconds_bucket{route=\"segment\",le=\"0.05\"} 3\n"));
    EXPECT_THAT(
        text, HasSubstr("matinee_http_request_seconds_bucket{route=\"segment\",le=\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("matinee_http_request_seconds_sum{route=\"segment\"} 0.0321\n"));
    EXPECT_THAT(text, HasSubstr("matinee_http_request_seconds_count{route=\"segment\"} 3\n"));
}

TEST(Metrics, ReturnsTheSameRouteForTheSameLabel) {
    Metrics metrics;
    EXPECT_EQ(&metrics.route("a"), &metrics.route("a"));
    EXPECT_NE(&metrics.route("a"), &metrics.route("b"));
}

TEST(Metrics, LosesNoCountBetweenThreads) {
    Metrics metrics;
    RouteMetrics& route = metrics.route("r");
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i) {  // more threads than shards
        threads.emplace_back([&route] {
            for (int n = 0; n < 1000; ++n) {
                route.finished(200, 3, microseconds(1), microseconds(1));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(route.totals().by_class[1], 20'000U);
    EXPECT_EQ(route.totals().body_bytes, 60'000U);
}

TEST(Metrics, CollectorsOfOneNameStandTogetherAndEndWithTheirRegistration) {
    Metrics metrics;
    const auto viewers = [](std::string channel, double value) {
        return [channel, value] {
            return std::vector<Metrics::Sample>{{{{"channel", channel}}, value}};
        };
    };
    const auto first =
        metrics.collect(Metrics::Kind::kGauge, "matinee_viewers", "Viewers.", viewers("a\"b", 1.5));
    const auto other = metrics.collect(Metrics::Kind::kCounter, "matinee_jobs_total", "Jobs.", [] {
        return std::vector<Metrics::Sample>{{{}, 7}};
    });
    {
        const auto second =
            metrics.collect(Metrics::Kind::kGauge, "matinee_viewers", "Viewers.", viewers("c", 2));
        EXPECT_THAT(metrics.render(), HasSubstr("# HELP matinee_viewers Viewers.\n"
                                                "# TYPE matinee_viewers gauge\n"
                                                "matinee_viewers{channel=\"a\\\"b\"} 1.5\n"
                                                "matinee_viewers{channel=\"c\"} 2\n"));
    }
    EXPECT_THAT(metrics.render(), HasSubstr("matinee_jobs_total 7\n"));
    EXPECT_THAT(metrics.render(), Not(HasSubstr("channel=\"c\"")));
}

TEST(ViewerCounter, CountsEachViewerOnceAndForgetsThem) {
    ViewerCounter counter;
    const seconds start(1'000'000);
    EXPECT_EQ(counter.count(start), 0U);
    for (int poll = 0; poll < 5; ++poll) {
        counter.seen(viewer_hash("192.0.2.1", "player"), start + seconds(poll * 4));
        counter.seen(viewer_hash("192.0.2.1", "browser"), start + seconds(poll * 4));
        counter.seen(viewer_hash("192.0.2.2", "player"), start + seconds(poll * 4));
    }
    EXPECT_EQ(counter.count(start + seconds(16)), 3U);
    EXPECT_EQ(counter.count(start + seconds(40)), 3U);
    EXPECT_EQ(counter.count(start + seconds(60)), 0U);
    counter.seen(viewer_hash("192.0.2.9", "player"), start + seconds(60));
    EXPECT_EQ(counter.count(start + seconds(61)), 1U);
}

TEST(ViewerCounter, EstimatesCrowdsWithinTwoPercent) {
    for (const std::uint64_t viewers : {1'000ULL, 5'000ULL, 20'000ULL}) {
        ViewerCounter counter;
        for (std::uint64_t i = 0; i < viewers; ++i) {
            counter.seen(viewer_hash(std::to_string(i), "player"), seconds(100));
        }
        const auto estimate = static_cast<double>(counter.count(seconds(100)));
        EXPECT_NEAR(estimate, static_cast<double>(viewers), 0.02 * static_cast<double>(viewers));
    }
}

}  // namespace
}  // namespace matinee::http
