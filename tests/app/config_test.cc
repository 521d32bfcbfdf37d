#include "app/config.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_support.h"

namespace matinee::app {
namespace {

using test::must;
using test::TempFolder;
using testing::AllOf;
using testing::HasSubstr;

Config parse(std::string_view text) {
    return must(parse_config(text, "/data/matinee.toml"));
}

std::string complaint(std::string_view text) {
    const auto config = parse_config(text, "/data/matinee.toml");
    return config ? "" : config.error().to_string();
}

TEST(Config, IsAllDefaultsWhenEmpty) {
    EXPECT_EQ(parse(""), Config{});
    EXPECT_EQ(parse("[server]\n[house]\n[channel]\n[jobs]\n[worker]\n"), Config{});
}

TEST(Config, PrintedDefaultsAreTheDefaults) {
    EXPECT_EQ(parse(default_config_text()), Config{});
    for (const char* key : {"listen",
                            "threads",
                            "certificate",
                            "key",
                            "dvr_window_seconds",
                            "segment_seconds",
                            "hold_back_seconds",
                            "concurrent",
                            "watchdog_seconds",
                            "sandbox",
                            "memory_mb",
                            "hours",
                            "disk_gb",
                            "padding",
                            "speed_preset",
                            "quantizer",
                            "gop_seconds",
                            "max_frame_rate",
                            "audio_kbps",
                            "loudness_lufs",
                            "true_peak_dbtp",
                            "max_kbps"}) {
        EXPECT_THAT(default_config_text(), HasSubstr(std::string(key) + " = "));
    }
}

TEST(Config, TakesEverySetting) {
    const Config config = parse(R"(
[server]
listen = "[::]:443"
threads = 8
certificate = "tls/chain.pem"
key = "/etc/key.pem"
[channel]
dvr_window_seconds = 7200
segment_seconds = 6
hold_back_seconds = 30
[jobs]
concurrent = 2
watchdog_seconds = 60
[worker]
sandbox = "required"
memory_mb = 4000
hours = 12
disk_gb = 50
[house]
padding = "black"
speed_preset = "slow"
quantizer = 20
gop_seconds = 3
max_frame_rate = 30
audio_kbps = 128
loudness_lufs = -16
true_peak_dbtp = -2.5
[[house.rungs]]
name = "hd"
width = 1280
height = 720
max_kbps = 2500
[[house.rungs]]
name = "sd"
width = 640
height = 360
max_kbps = 800
)");
    EXPECT_EQ(config.server.listen, (ListenAddress{"::", 443}));
    EXPECT_EQ(config.server.threads, 8U);
    EXPECT_EQ(config.server.certificate, "/data/tls/chain.pem");
    EXPECT_EQ(config.server.key, "/etc/key.pem");
    EXPECT_EQ(config.channel.dvr_window.count(), 7200);
    EXPECT_EQ(config.channel.segment.count(), 6);
    EXPECT_EQ(config.channel.hold_back.count(), 30);
    EXPECT_EQ(config.jobs.concurrent, 2U);
    EXPECT_EQ(config.jobs.watchdog.count(), 60);
    EXPECT_EQ(config.worker,
              (WorkerConfig{prepare::SandboxMode::kRequired, 4000, std::chrono::hours(12), 50}));
    EXPECT_EQ(config.house.padding, library::Padding::kBlack);
    EXPECT_EQ(config.house.speed_preset, "slow");
    EXPECT_EQ(config.house.quantizer, 20U);
    EXPECT_EQ(config.house.gop_seconds, 3U);
    EXPECT_EQ(config.house.max_frame_rate, 30U);
    EXPECT_EQ(config.house.audio_kbps, 128U);
    EXPECT_EQ(config.house.loudness_lufs, -16.0);
    EXPECT_EQ(config.house.true_peak_dbtp, -2.5);
    EXPECT_EQ(config.house.rungs,
              (std::vector<library::Rung>{{"hd", 1280, 720, 2500}, {"sd", 640, 360, 800}}));
}

TEST(Config, RefusesASandboxItDoesNotKnowAndTooLittleMemory) {
    EXPECT_THAT(complaint("[worker]\nsandbox = \"none\""),
                AllOf(HasSubstr("line 2"), HasSubstr("required, best or off")));
    EXPECT_THAT(complaint("[worker]\nmemory_mb = 64"),
                AllOf(HasSubstr("line 2"), HasSubstr("less than 500")));
    EXPECT_THAT(complaint("[worker]\nhours = 0"), HasSubstr("line 2"));
}

TEST(Config, LeavesLevelsAloneWhenTold) {
    EXPECT_EQ(parse("[house]\nloudness_lufs = false").house.loudness_lufs, std::nullopt);
    EXPECT_THAT(complaint("[house]\nloudness_lufs = true"), HasSubstr("line 2"));
}

TEST(Config, SaysWhomThingsAreFor) {
    const Config config =
        parse("[access]\nentries = \"protected\"\nmetrics = \"protected\"\nsession_hours = 2");
    EXPECT_EQ(config.access.entries, EntryAccess::kProtected);
    EXPECT_TRUE(config.access.metrics_protected);
    EXPECT_EQ(config.access.session, std::chrono::hours(2));
}

TEST(Config, NamesTheLineOfAWrongKeyAndTheRightOne) {
    EXPECT_THAT(complaint("\n[server]\nlisten = \"127.0.0.1:1\"\nthread = 4\n"),
                AllOf(HasSubstr("/data/matinee.toml, line 4"), HasSubstr("no key \"thread\""),
                      HasSubstr("in [server]"), HasSubstr("did you mean \"threads\"?")));
    EXPECT_THAT(complaint("[sever]\nlisten = \"127.0.0.1:1\""),
                AllOf(HasSubstr("line 1"), HasSubstr("no section \"sever\""),
                      HasSubstr("did you mean \"server\"?")));
    EXPECT_THAT(complaint("[jobs]\nzzzzzzzzzz = 1"),
                HasSubstr("known here: concurrent, watchdog_seconds"));
    EXPECT_THAT(complaint("[[house.rungs]]\nname = \"hd\"\nwidht = 2"),
                AllOf(HasSubstr("line 3"), HasSubstr("did you mean \"width\"?")));
}

TEST(Config, NamesTheLineOfAWrongValue) {
    EXPECT_THAT(complaint("[server]\n\nthreads = \"four\""),
                AllOf(HasSubstr("line 3"), HasSubstr("\"threads\" must be a whole number")));
    EXPECT_THAT(complaint("[server]\nthreads = -1"), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[server]\nthreads = 1.5"), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[server]\nlisten = 8443"), HasSubstr("must be a text"));
    EXPECT_THAT(complaint("[server]\nlisten = \"8443\""),
                AllOf(HasSubstr("line 2"), HasSubstr("ADDRESS:PORT")));
    EXPECT_THAT(complaint("server = 1"), HasSubstr("\"server\" must be a table"));
    EXPECT_THAT(complaint("[house]\nrungs = 4"), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[house]\npadding = \"pink\""), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[house]\ntrue_peak_dbtp = \"low\""), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[access]\nentries = \"privat\""),
                AllOf(HasSubstr("line 2"), HasSubstr("\"protected\"")));
    EXPECT_THAT(complaint("[access]\nmetrics = \"auto\""), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[access]\nsession_hours = 0"), HasSubstr("line 2"));
    EXPECT_THAT(complaint("[server\n"), HasSubstr("line 1"));
    EXPECT_THAT(complaint("[server]\nthreads = 1\nthreads = 2"), HasSubstr("line 3"));
}

TEST(Config, RefusesWhatDoesNotFitTogether) {
    EXPECT_THAT(complaint("[server]\ncertificate = \"a.pem\""),
                AllOf(HasSubstr("line 2"), HasSubstr("go together")));
    EXPECT_THAT(complaint("[channel]\nsegment_seconds = 5"),
                AllOf(HasSubstr("line 2"), HasSubstr("multiple")));
    EXPECT_THAT(complaint("[channel]\nhold_back_seconds = 12"),
                AllOf(HasSubstr("line 2"), HasSubstr("at least 18")));
    EXPECT_THAT(complaint("[house]\nspeed_preset = \"warp\""), HasSubstr("[house]"));
    EXPECT_EQ(parse("[channel]\nsegment_seconds = 8").channel.hold_back.count(), 36);
}

TEST(Config, FileIsOptional) {
    const TempFolder folder;
    EXPECT_EQ(must(load_config(folder / "matinee.toml")), Config{});
    std::ofstream(folder / "matinee.toml") << "[jobs]\nconcurrent = 3\n";
    EXPECT_EQ(must(load_config(folder / "matinee.toml")).jobs.concurrent, 3U);
    std::ofstream(folder / "matinee.toml") << "[jobs]\nconcurent = 3\n";
    EXPECT_THAT(load_config(folder / "matinee.toml").error().message(),
                HasSubstr((folder / "matinee.toml").string() + ", line 2"));
    EXPECT_EQ(load_config(folder.path()).error().code(), ErrorCode::kDenied);
}

TEST(ListenAddress, ReadsAndWrites) {
    for (const char* text : {"127.0.0.1:8443", "0.0.0.0:0", "[::1]:443", "[::]:65535"}) {
        EXPECT_EQ(to_string(must(parse_listen_address(text))), text);
    }
    for (const char* text :
         {"", ":", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8x", "::1:443",
          "[127.0.0.1]:1", "localhost:1", "1.2.3:4", "[::1:443", "127.0.0.1:-1", "127.0.0.1: 1"}) {
        EXPECT_FALSE(parse_listen_address(text)) << text;
    }
}

TEST(DataFolder, FollowsTheEnvironment) {
    ::setenv("HOME", "/home/anna", 1);
    ::setenv("XDG_DATA_HOME", "/data", 1);
    EXPECT_EQ(must(default_data_folder()), "/data/matinee");
    ::setenv("XDG_DATA_HOME", "relative", 1);
    EXPECT_EQ(must(default_data_folder()), "/home/anna/.local/share/matinee");
    ::unsetenv("XDG_DATA_HOME");
    EXPECT_EQ(must(default_data_folder()), "/home/anna/.local/share/matinee");
    ::unsetenv("HOME");
    EXPECT_EQ(default_data_folder().error().code(), ErrorCode::kNotFound);
}

TEST(Config, ReadsWhatUploadsMayTakeAndWhatColumnsMean) {
    const auto config = parse_config(
        "[uploads]\nmax_file_gb = 0.5\nkeep_free_gb = 3\nexpire_hours = 2\n"
        "[import.columns]\nDateiname = \"file\"\n\"Titel (RU)\" = \"title.ru\"\n",
        "matinee.toml");
    ASSERT_TRUE(config) << config.error().to_string();
    EXPECT_EQ(config->uploads.max_file, 500'000'000U);
    EXPECT_EQ(config->uploads.keep_free, 3'000'000'000U);
    EXPECT_EQ(config->uploads.expire, std::chrono::hours(2));
    EXPECT_EQ(config->import.columns.at("Titel (RU)"), "title.ru");
    for (const char* wrong : {"[uploads]\nmax_file_gb = -1\n", "[uploads]\nmax_file = 1\n",
                              "[import.columns]\nA = \"titel\"\n", "[import.columns]\nA = 1\n"}) {
        const auto refused = parse_config(wrong, "matinee.toml");
        ASSERT_FALSE(refused) << wrong;
        EXPECT_NE(refused.error().to_string().find("line 2"), std::string::npos)
            << refused.error().to_string();
    }
}

}  // namespace
}  // namespace matinee::app
