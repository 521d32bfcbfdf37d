#include "playout/as_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::playout {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const Instant kEpoch{milliseconds(1'795'464'000'000)};  // 2026-11-23T20:00:00Z

AsRunRecord record() {
    AsRunRecord record;
    record.channel_id = "main";
    record.epoch = kEpoch;
    record.ordinal = 7;
    record.entry_id = "paper-boats";
    record.titles = {{"en", "Paper Boats"}, {"zh", "纸船"}};
    record.author = "林小满";
    record.country = "CN";
    record.media_id = "0123";
    record.source_sha256 = "abcd";
    record.rate = media::FrameRate{24000, 1001};
    record.start = Ticks(900'045);  // 10.0005 s
    record.duration = record.rate->start_of(240);
    record.media_duration = record.duration;
    return record;
}

TEST(AsRun, SaysInstantsToTheMillisecondAndLengthsToTheFrame) {
    const AsRunRecord whole = record();
    EXPECT_EQ(whole.starts_at(), kEpoch + milliseconds(10'000));
    EXPECT_EQ(whole.ends_at(), kEpoch + milliseconds(20'010));  // 10.0005 + 10.01
    EXPECT_EQ(whole.frames(), 240);
    EXPECT_FALSE(whole.cut_short());
    AsRunRecord shorter = whole;
    shorter.duration = shorter.rate->start_of(239);
    EXPECT_EQ(shorter.frames(), 239);
    EXPECT_TRUE(shorter.cut_short());
    AsRunRecord part = whole;
    EXPECT_EQ(part.ending(), "whole");
    part.out = 100;
    EXPECT_EQ(part.ending(), "part");
    EXPECT_EQ(shorter.ending(), "cut short");
    EXPECT_THAT(as_run_csv(std::vector{part}).back(), HasSubstr(",part,"));
    EXPECT_THAT(as_run_csv(std::vector{part}).back(), EndsWith(",0,100\r\n"));
}

TEST(AsRun, HasALineARecord) {
    const auto lines = as_run_csv(std::vector{record()});
    EXPECT_THAT(
        lines,
        ElementsAre("channel,ordinal,entry,title,titles,author,country,start,end,duration,ending,"
                    "epoch,start_ticks,end_ticks,frame_rate,frames,media,subtitles,source_sha256,"
                    "incidents,in,out\r\n",
                    "main,7,paper-boats,Paper Boats,en: Paper Boats; zh: 纸船,林小满,CN,"
                    "2026-11-23T20:00:10.000Z,2026-11-23T20:00:20.010Z,0:00:10.010,whole,"
                    "2026-11-23T20:00:00.000Z,900045,1800945,24000/1001,240,0123,,abcd,,0,\r\n"));
}

TEST(AsRun, LeavesOpenWhatIsNotKnownAnyMore) {
    AsRunRecord gone = record();
    gone.titles.clear();
    gone.rate.reset();
    gone.media_duration.reset();
    gone.duration = std::chrono::hours(30);
    EXPECT_EQ(gone.title(), "paper-boats");
    EXPECT_FALSE(gone.cut_short());
    EXPECT_THAT(as_run_csv(std::vector{gone})[1], testing::HasSubstr(",30:00:00.000,whole,"));
    EXPECT_THAT(as_run_csv(std::vector{gone})[1], testing::HasSubstr(",,,0123,"));
}

// Fields of one line, read as RFC 4180 says.
std::vector<std::string> fields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

TEST(AsRun, QuotesWhatWouldEndAFieldOrALine) {
    AsRunRecord odd = record();
    odd.titles = {{"en", "\"Stop\", she said\r\nand went"}};
    odd.author = "a,b";
    odd.marks = {{kEpoch + seconds(12), "cut-short", "it, fell\nbehind"},
                 {kEpoch + seconds(13), "off-air", ""}};
    const auto lines = as_run_csv(std::vector{odd, record()});
    std::string csv;
    for (const std::string& line : lines) {
        csv += line;
    }
    const auto cut = csv_lines(csv);
    ASSERT_EQ(cut.size(), 3U);
    EXPECT_EQ(cut[2], lines[2]);
    const auto found = fields(cut[1]);
    ASSERT_EQ(found.size(), 22U);
    EXPECT_EQ(found[3], "\"Stop\", she said\r\nand went");
    EXPECT_EQ(found[5], "a,b");
    EXPECT_EQ(found[19],
              "2026-11-23T20:00:12.000Z cut-short: it, fell\nbehind; "
              "2026-11-23T20:00:13.000Z off-air");
}

TEST(AsRun, HasLinesAlsoOfCsvThatIsNotWhole) {
    EXPECT_TRUE(csv_lines("").empty());
    EXPECT_THAT(csv_lines("a\r\nb"), ElementsAre("a\r\n", "b"));
    EXPECT_THAT(csv_lines("a\r\n\"b\r\nc"), ElementsAre("a\r\n", "\"b\r\nc"));
}

}  // namespace
}  // namespace matinee::playout
