#include "app/planning_json.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include <nlohmann/json.hpp>

#include "app/wall_clock.h"

namespace matinee::app {

namespace {

using nlohmann::json;
using store::ItemKind;
using store::PlaylistItem;

// Longer ones are no end of a film but a part of it.
constexpr std::chrono::seconds kLongestFade{5};

// The value of `values` that is called so; the first when the key is left out.
template <typename Enum>
Result<Enum> named(const json& object, const char* key, std::initializer_list<Enum> values) {
    if (!object.contains(key)) return *values.begin();
    const std::string name = object.at(key).get<std::string>();
    std::string known;
    for (const Enum value : values) {
        if (store::to_string(value) == name) return value;
        known += (known.empty() ? "" : ", ") + std::string(store::to_string(value));
    }
    return fail(ErrorCode::kInvalid, "{} is \"{}\"; known are {}", key, name, known);
}

Result<void> expect_keys(const json& object, std::string_view what,
                         std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(known, key) == known.end()) {
            return fail(ErrorCode::kInvalid, "there is no \"{}\" in {}", key, what);
        }
    }
    return {};
}

}  // namespace

json item_json(const PlaylistItem& item) {
    json value = {{"kind", to_string(item.kind)},
                  {"entry", item.reference},
                  {"in", item.in},
                  {"untrimmed", to_string(item.untrimmed)}};
    if (item.out) value["out"] = *item.out;
    return value;
}

Result<PlaylistItem> item_from(const json& value) {
    try {
        TRY(expect_keys(value, "an item", {"kind", "entry", "in", "out", "untrimmed"}));
        PlaylistItem item;
        item.kind =
            TRY(named(value, "kind", {ItemKind::kEntry, ItemKind::kCard, ItemKind::kFiller}));
        item.reference = value.at("entry").get<std::string>();
        item.in = value.value("in", std::int64_t{0});
        if (value.contains("out") && !value.at("out").is_null()) {
            item.out = value.at("out").get<std::int64_t>();
        }
        item.untrimmed =
            TRY(named(value, "untrimmed", {store::Untrimmed::kSkip, store::Untrimmed::kWhole}));
        if (item.in < 0 || (item.out && *item.out <= item.in)) {
            return fail(ErrorCode::kInvalid,
                        "item {} begins with frame {} and ends before frame {}; it has to have a "
                        "frame",
                        item.reference, item.in, item.out.value_or(0));
        }
        return item;
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "this is no item of a playlist: {}", error.what());
    }
}

json schedule_json(const store::Schedule& schedule) {
    json blocks = json::array();
    for (const store::ScheduleBlock& block : schedule.blocks) {
        blocks.push_back({{"id", block.id},
                          {"playlist", block.playlist_id},
                          {"passes", block.passes},
                          {"start", block.start},
                          {"zone", block.zone},
                          {"repeats", to_string(block.repeats)},
                          {"until", block.until},
                          {"overrun", store::to_string(block.overrun)},
                          {"countdown", block.countdown_entry}});
    }
    return {{"version", schedule.version},
            {"slate", schedule.slate_entry},
            {"fillers", schedule.filler_playlist},
            {"countdown", schedule.countdown_entry},
            {"fade", static_cast<double>(schedule.fade.count()) / 1000},
            {"blocks", std::move(blocks)}};
}

Result<store::Schedule> schedule_from(const json& value, const std::string& channel,
                                      std::int64_t present) {
    try {
        TRY(expect_keys(value, "a schedule",
                        {"version", "slate", "fillers", "countdown", "fade", "blocks"}));
        store::Schedule schedule;
        schedule.channel_id = channel;
        schedule.version = value.value("version", present);
        schedule.slate_entry = value.value("slate", "");
        schedule.filler_playlist = value.value("fillers", "");
        schedule.countdown_entry = value.value("countdown", "");
        const double fade =
            value.value("fade", std::chrono::duration<double>(store::Schedule::kUsualFade).count());
        if (!(fade >= 0) || fade > kLongestFade.count()) {
            return fail(ErrorCode::kInvalid, "fade is {} s; it is 0 (no fade) to {} s", fade,
                        kLongestFade.count());
        }
        schedule.fade = std::chrono::milliseconds(std::llround(fade * 1000));
        for (const json& block : value.at("blocks")) {
            TRY(expect_keys(block, "a block",
                            {"id", "playlist", "passes", "start", "zone", "repeats", "until",
                             "overrun", "countdown"}));
            store::ScheduleBlock& made = schedule.blocks.emplace_back();
            made.playlist_id = block.at("playlist").get<std::string>();
            made.id = block.value("id", made.playlist_id);
            made.passes = block.value("passes", std::int64_t{0});
            made.start = block.value("start", "");
            made.zone = block.value("zone", "UTC");
            made.until = block.value("until", "");
            made.repeats = TRY(
                named(block, "repeats",
                      {store::Repeats::kOnce, store::Repeats::kDaily, store::Repeats::kWeekly}));
            made.overrun = TRY(named(
                block, "overrun",
                {playout::Overrun::kFill, playout::Overrun::kCut, playout::Overrun::kFinish}));
            made.countdown_entry = block.value("countdown", "");
            if (!made.countdown_entry.empty() && made.start.empty()) {
                return fail(ErrorCode::kInvalid,
                            "block \"{}\" has a countdown and no start to count down to", made.id);
            }
            TRY(WallClock::of(made.zone));
            if (!made.start.empty()) TRY(parse_local_time(made.start));
            if (!made.until.empty()) TRY(parse_time_of_day(made.until));
            if (made.passes < 0) {
                return fail(ErrorCode::kInvalid, "block \"{}\" has {} passes", made.id,
                            made.passes);
            }
        }
        return schedule;
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "this is no schedule: {}", error.what());
    }
}

std::string text_of(const PlannedBefore& before) {
    json since = json::object();
    for (const store::ScheduleBlock& block : before.schedule.blocks)
        since[block.id] = base::to_rfc3339(block.since);
    return json{{"schedule", schedule_json(before.schedule)},
                {"since", std::move(since)},
                {"playlists", before.playlists}}
        .dump();
}

Result<PlannedBefore> planned_before(const std::string& text, const std::string& channel) {
    const json value = json::parse(text, nullptr, false);
    try {
        PlannedBefore before;
        before.schedule = TRY(schedule_from(value.at("schedule"), channel, 0));
        for (store::ScheduleBlock& block : before.schedule.blocks) {
            const auto since =
                base::parse_rfc3339(value.at("since").at(block.id).get<std::string>());
            if (!since)
                return fail(ErrorCode::kInvalid, "block \"{}\" begins at no time", block.id);
            block.since = *since;
        }
        before.playlists = value.at("playlists").get<std::map<std::string, std::int64_t>>();
        return before;
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "what channel \"{}\" plays until then cannot be read: {}",
                    channel, error.what());
    }
}

}  // namespace matinee::app
