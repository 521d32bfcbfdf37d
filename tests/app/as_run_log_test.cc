#include "app/as_run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/as_run_recorder.h"
#include "http/routes.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::HasSubstr;
using testing::IsEmpty;

// Nothing is on but the guide.
class QuietAir final : public http::OnAir {
  public:
    [[nodiscard]] std::shared_ptr<const http::Presentation> channel(
        std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::vector<std::shared_ptr<const http::Presentation>> channels() const override {
        return {};
    }
    [[nodiscard]] std::shared_ptr<const http::Presentation> entry(std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const http::Guide> guide() const override { return guide_; }

  private:
    std::shared_ptr<const http::Guide> guide_ =
        std::make_shared<const http::Guide>(http::GuideChannels{
            std::make_shared<const http::GuideChannel>(http::GuideChannel{"main", "Main", {}})});
};

class HostField final : public http::HeaderSource {
  public:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        if (name != "Host") return std::nullopt;
        return "cinema.example";
    }
};

// A channel with airings of ten seconds, the first `recorded` of which have ended, and its routes.
class AsRunRoutes : public testing::Test {
  protected:
    AsRunRoutes() {
        channel_.id = "main";
        channel_.epoch = clock_.now();
        must(store_->create_channel(channel_));
        std::vector<playout::Airing> airings;
        for (std::int64_t i = 0; i < 100; ++i) {
            playout::Airing airing;
            airing.ordinal = i;
            airing.entry_id = i % 2 == 0 ? "even" : "odd";
            airing.media_id = "media";
            airing.start = seconds(10 * i);
            airing.duration = seconds(10);
            airing.first_sequence = i;
            airing.segment_count = 1;
            airings.push_back(airing);
        }
        must(store_->append_airings("main", airings));
        router_ = must(http::make_router({on_air_, clock_, metrics_, pages_, {}, &log_}));
    }

    void record(std::int64_t first, std::int64_t end) {
        std::vector<playout::AsRunRecord> records;
        for (const playout::Airing& airing : must(store_->list_airings("main", Ticks(0)))) {
            if (airing.ordinal < first || airing.ordinal >= end) continue;
            playout::AsRunRecord record;
            record.channel_id = "main";
            record.epoch = channel_.epoch;
            record.ordinal = airing.ordinal;
            record.entry_id = airing.entry_id;
            record.start = airing.start;
            record.duration = airing.duration;
            records.push_back(std::move(record));
        }
        must(store_->append_as_run(records));
    }

    http::Response get(const std::string& path, const std::string& query = "") {
        http::Request request;
        request.path = path;
        request.raw_path = path;
        request.query = http::Query(query);
        request.headers = &host_;
        const auto match = router_->find(http::Method::kGet, request.path, request.parameters);
        if (!match.route) return http::Response::empty(599);
        return match.route->handler(request);
    }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<store::Store> store_ = must(store::Store::open(folder_ / "matinee.db", clock_));
    store::Channel channel_;
    AsRunLog log_{*store_, clock_, folder_.path()};
    QuietAir on_air_;
    http::Metrics metrics_;
    http::StaticFiles pages_{folder_.path()};
    HostField host_;
    std::shared_ptr<const http::Router> router_;
};

TEST_F(AsRunRoutes, GiveALogThatIsCompleteAndGenuine) {
    clock_.advance(seconds(45));
    record(0, 3);  // the fourth has ended, and is not written down yet
    const http::Response response = get("/api/v1/channels/main/as-run");
    ASSERT_EQ(response.status, 200);
    const json document = json::parse(response.body.to_text());
    EXPECT_EQ(document["airings"].size(), 3U);
    EXPECT_EQ(document["period"]["to"], base::to_rfc3339(channel_.epoch + seconds(30)));
    const http::Response key = get("/api/v1/as-run/key");
    const auto trusted = must(VerifyingKey::from_pem(key.body.to_text()));
    EXPECT_THAT(must(check_json(response.body.to_text(), trusted)).faults, IsEmpty());
    EXPECT_EQ(get("/api/v1/channels/main/as-run.json").content_type, "application/json");
    const json entry = json::parse(get("/api/v1/entries/odd/as-run").body.to_text());
    EXPECT_EQ(entry["airings"].size(), 1U);
    EXPECT_EQ(entry["entry"], "odd");
}

TEST_F(AsRunRoutes, GiveTheSignatureOfCsvAlsoWhenTheLogHasGrown) {
    clock_.advance(seconds(45));
    record(0, 4);
    const http::Response csv = get("/api/v1/channels/main/as-run.csv",
                                   "from=" + base::to_rfc3339(channel_.epoch + seconds(10)));
    ASSERT_EQ(csv.headers.size(), 1U);
    const std::string link = csv.headers[0].second;
    const std::size_t question = link.find('?');
    ASSERT_THAT(link, HasSubstr("<as-run.csv.sig?from="));
    clock_.advance(seconds(100));
    record(4, 14);
    const http::Response signature = get("/api/v1/channels/main/as-run.csv.sig",
                                         link.substr(question + 1, link.find('>') - question - 1));
    const auto trusted = must(VerifyingKey::from_pem(must(log_.public_key())));
    const AsRunCheck check = must(check_csv(csv.body.to_text(), signature.body.to_text(), trusted));
    EXPECT_THAT(check.faults, IsEmpty());
    EXPECT_THAT(check.about, HasSubstr("3 airings"));
}

TEST_F(AsRunRoutes, RefuseWhatTheyCannotAnswer) {
    EXPECT_EQ(get("/api/v1/channels/none/as-run").status, 404);
    EXPECT_EQ(get("/api/v1/entries/none/as-run.csv").status, 404);
    EXPECT_EQ(get("/api/v1/channels/main/as-run", "from=yesterday").status, 400);
    EXPECT_EQ(get("/api/v1/channels/main/as-run.csv.sig",
                  "from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z")
                  .status,
              400);
    EXPECT_EQ(get("/api/v1/channels/main/as-run").status, 200) << "nothing has ended yet";
}

TEST_F(AsRunRoutes, AreBesideThoseOfTheGuide) {
    EXPECT_THAT(get("/guide.xml").body.to_text(), HasSubstr("https://cinema.example/watch/main"));
    EXPECT_THAT(get("/channels.m3u").body.to_text(),
                HasSubstr("https://cinema.example/channels/main/master.m3u8"));
}

TEST(DescribeMedia, TellsAPartFromTheWholeAndAnEndingFromBoth) {
    library::Manifest manifest;
    manifest.source_sha256 = "sha";
    manifest.frame_rate = {25, 1};
    store::Channel channel;
    playout::Airing airing;
    airing.duration = manifest.frame_rate.start_of(100);
    const auto described = [&](std::optional<Ticks> whole) {
        playout::AsRunRecord record = record_of(channel, airing);
        describe_media(record, manifest, manifest.frame_rate.start_of(100), whole);
        return record;
    };
    const Ticks whole = manifest.frame_rate.start_of(500);
    EXPECT_EQ(described(whole).ending(), "whole");
    manifest.variant.trim = {25, 125};
    EXPECT_EQ(described(whole).ending(), "part");
    EXPECT_EQ(described(whole).in, 25);
    EXPECT_EQ(described(whole).out, 125);
    manifest.variant.fade_frames = 20;
    EXPECT_EQ(described(whole).media_duration, manifest.frame_rate.start_of(475));
    EXPECT_EQ(described(whole).ending(), "cut short");
    EXPECT_FALSE(described(std::nullopt).media_duration);
}

}  // namespace
}  // namespace matinee::app
