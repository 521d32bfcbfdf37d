#include "app/reload.h"

#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Config config(const std::string& text) {
    auto parsed = parse_config(text, "/etc/matinee.toml");
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().to_string());
    return parsed ? *std::move(parsed) : Config{};
}

TEST(Reload, TakesNothingUpWhereNothingHasChanged) {
    const Reload reload = plan_reload(config(""), config(""));
    EXPECT_THAT(reload.changed, IsEmpty());
    EXPECT_THAT(reload.restart, IsEmpty());
    EXPECT_EQ(reload.config, Config{});
}

TEST(Reload, TakesUpWhatViewersDoNotNotice) {
    const Reload reload = plan_reload(config(""), config(R"(
[server]
trusted_proxies = ["10.0.0.0/8"]
forwarded = "forwarded"
log_level = "debug"
[jobs]
concurrent = 3
[worker]
memory_mb = 900
[access]
entries = "protected"
metrics = "protected"
)"));
    EXPECT_THAT(reload.changed,
                ElementsAre("server.trusted_proxies", "server.forwarded", "server.log_level",
                            "jobs", "worker", "access.entries", "access.metrics"));
    EXPECT_THAT(reload.restart, IsEmpty());
    EXPECT_EQ(reload.config.jobs.concurrent, 3U);
    EXPECT_EQ(reload.config.server.log_level, log::Level::kDebug);
}

TEST(Reload, LeavesWhatViewersHaveFetchedToARestart) {
    const Config running = config("");
    const Reload reload = plan_reload(running, config(R"(
[server]
listen = "0.0.0.0:8443"
threads = 3
certificate = "a.pem"
key = "a.key"
[channel]
hold_back_seconds = 30
[house]
quantizer = 30
[jobs]
concurrent = 2
[access]
session_hours = 1
)"));
    EXPECT_THAT(reload.changed, ElementsAre("jobs"));
    EXPECT_THAT(reload.restart, ElementsAre("server.listen", "server.threads", "server.certificate",
                                            "channel", "house", "access.session_hours"));
    EXPECT_EQ(reload.config.channel, running.channel);
    EXPECT_EQ(reload.config.server.listen, running.server.listen);
    EXPECT_TRUE(reload.config.server.certificate.empty());
}

TEST(Reload, SaysOfEverySectionWhetherItWaits) {
    const Reload reload = plan_reload(config(""), config(R"(
[server]
log_level = "debug"
[channel]
hold_back_seconds = 30
[jobs]
concurrent = 3
[worker]
memory_mb = 900
[access]
entries = "protected"
[limits]
api_per_second = 7
[uploads]
expire_hours = 1
[import.columns]
"Dateiname" = "file"
[house]
quantizer = 30
)"));
    EXPECT_THAT(reload.changed,
                ElementsAre("server.log_level", "jobs", "worker", "access.entries", "limits"));
    EXPECT_THAT(reload.restart, ElementsAre("channel", "house", "uploads", "import"));
    EXPECT_EQ(reload.config.limits.api.per_second, 7);
    EXPECT_EQ(reload.config.uploads, UploadsConfig());
    // None but these can be written.
    std::set<std::string> said;
    for (const auto& names : {reload.changed, reload.restart}) {
        for (const std::string& name : names)
            said.insert(name.substr(0, name.find('.')));
    }
    std::set<std::string> sections;
    const std::string text = default_config_text();
    const std::regex header(R"((^|\n)\[+([a-z]+))");
    for (std::sregex_iterator it(text.begin(), text.end(), header), end; it != end; ++it)
        sections.insert((*it)[2]);
    EXPECT_EQ(said, sections);
}

TEST(Reload, FollowsACertificateThatHasMoved) {
    const Reload reload =
        plan_reload(config("[server]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n"),
                    config("[server]\ncertificate = \"b.pem\"\nkey = \"b.key\"\n"));
    EXPECT_THAT(reload.changed, ElementsAre("server.certificate", "server.key"));
    EXPECT_EQ(reload.config.server.certificate, "/etc/b.pem");
}

TEST(Config, NamesTheLineOfProxiesThatAreNone) {
    for (const char* line :
         {"trusted_proxies = [\"edge.example\"]", "trusted_proxies = \"10.0.0.1\"",
          "forwarded = \"via\"", "log_level = 3"}) {
        const auto refused = parse_config(std::string("[server]\n") + line, "/etc/matinee.toml");
        ASSERT_FALSE(refused) << line;
        EXPECT_THAT(refused.error().to_string(), testing::HasSubstr("matinee.toml, line 2"));
    }
    const auto misspelt = parse_config("[server]\ntrusted_proxy = []\n", "/etc/matinee.toml");
    ASSERT_FALSE(misspelt);
    EXPECT_THAT(misspelt.error().to_string(),
                testing::HasSubstr("did you mean \"trusted_proxies\"?"));
}

}  // namespace
}  // namespace matinee::app
