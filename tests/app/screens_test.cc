#include "app/screens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/screen_design.h"
#include "support/fake_clock.h"

namespace matinee::app {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using test::kStart;
using testing::HasSubstr;

TEST(Screens, SilenceMeansMoreTheLongerItLasts) {
    EXPECT_EQ(health_of(Instant(), kStart), ScreenHealth::kNever);
    EXPECT_EQ(health_of(kStart, kStart), ScreenHealth::kOnLine);
    EXPECT_EQ(health_of(kStart - 3 * kScreenHeartbeat, kStart), ScreenHealth::kOnLine);
    EXPECT_EQ(health_of(kStart - 4 * kScreenHeartbeat, kStart), ScreenHealth::kLate);
    EXPECT_EQ(health_of(kStart - seconds(60), kStart), ScreenHealth::kLate);
    EXPECT_EQ(health_of(kStart - seconds(61), kStart), ScreenHealth::kLost);
}

TEST(Screens, AClockSetBackLosesNoScreen) {
    EXPECT_EQ(health_of(kStart + seconds(3600), kStart), ScreenHealth::kOnLine);
}

TEST(Screens, AScreenIsToldOfWithWhatItReported) {
    store::Screen screen;
    screen.id = "1";
    screen.name = "Hall";
    screen.secret_hash = "hash";
    EXPECT_EQ(screen_json(screen, kStart)["health"], "never");
    EXPECT_TRUE(screen_json(screen, kStart)["report"].is_null());
    screen.reported = kStart - seconds(1);
    screen.report = R"({"state":"playing"})";
    screen.channel_id = "main";
    const json value = screen_json(screen, kStart);
    EXPECT_EQ(value["health"], "on-line");
    EXPECT_EQ(value["report"]["state"], "playing");
    EXPECT_EQ(value["channel"], "main");
    EXPECT_THAT(value.dump(), testing::Not(HasSubstr("hash")));
}

TEST(ScreenDesign, IsCompleteWhateverIsSaid) {
    EXPECT_EQ(*screen_design_from("{}"), default_screen_design());
    const json design = *screen_design_from(R"({"screen": {"clock": "top-right"}, "x": 1})");
    EXPECT_EQ(design["clock"], "top-right");
    EXPECT_EQ(design["lower_third"], 8);
}

TEST(ScreenDesign, WhatMakesNoSenseIsNamed) {
    const auto fault = [](const json& design) {
        return complete_screen_design(design).error().message();
    };
    EXPECT_THAT(fault({{"colour", "red"}}), HasSubstr("no setting \"colour\"; there are accent"));
    EXPECT_THAT(fault({{"lower_third", 61}}), HasSubstr("0 to 60, not 61"));
    EXPECT_THAT(fault({{"lower_third", 1.5}}), HasSubstr("1.5"));
    EXPECT_THAT(fault({{"next", "yes"}}), HasSubstr("true or false"));
    EXPECT_THAT(fault({{"clock", "middle"}}), HasSubstr("bottom-right"));
    EXPECT_THAT(fault({{"accent", "red"}}), HasSubstr("#b3261e"));
    EXPECT_THAT(fault({{"accent", "#12345g"}}), HasSubstr("#12345g"));
    EXPECT_THAT(fault({{"language", "de"}}), HasSubstr("en, zh or ru"));
    EXPECT_THAT(fault({{"away", std::string(201, 'x')}}), HasSubstr("200"));
    EXPECT_THAT(fault(json::array()), HasSubstr("object"));
}

TEST(ScreenDesign, ChangesLeaveTheRestAlone) {
    const std::string before = R"({"access":{"watch":"link"},"screen":{"clock":"top-left"}})";
    const json after = json::parse(*with_screen_design(before, {{"lower_third", 0}}));
    EXPECT_EQ(after["access"]["watch"], "link");
    EXPECT_EQ(after["screen"], (json{{"clock", "top-left"}, {"lower_third", 0}}));
    EXPECT_EQ(json::parse(*with_screen_design(before, {{"clock", nullptr}})),
              (json{{"access", {{"watch", "link"}}}}));
    EXPECT_FALSE(with_screen_design(before, {{"clock", "up"}}));
}

TEST(ScreenDesign, IsSetByKeyAndValue) {
    EXPECT_EQ(*screen_design_change("clock=top-right"), (json{{"clock", "top-right"}}));
    EXPECT_EQ(*screen_design_change("lower_third=12"), (json{{"lower_third", 12}}));
    EXPECT_EQ(*screen_design_change("next=false"), (json{{"next", false}}));
    EXPECT_EQ(*screen_design_change("away=We are = back"), (json{{"away", "We are = back"}}));
    EXPECT_EQ(*screen_design_change("clock="), (json{{"clock", nullptr}}));
    EXPECT_THAT(screen_design_change("clock").error().message(), HasSubstr("KEY=VALUE"));
    EXPECT_THAT(screen_design_change("lower_third=soon").error().message(), HasSubstr("\"soon\""));
    EXPECT_THAT(screen_design_change("colour=").error().message(), HasSubstr("no setting"));
}

}  // namespace
}  // namespace matinee::app
