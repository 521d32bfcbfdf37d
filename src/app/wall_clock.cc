#include "app/wall_clock.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <glib.h>

#include "base/handle.h"

namespace matinee::app {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

Unexpected bad_time(const std::string& text) {
    return fail(ErrorCode::kInvalid,
                "\"{}\" is no time; a date and time is written 2026-11-23T20:00:00, a time of day "
                "20:00:00",
                text);
}

std::chrono::sys_seconds sys(seconds since_1970) {
    return std::chrono::sys_seconds(since_1970);
}

}  // namespace

Result<seconds> parse_time_of_day(const std::string& text) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    int used = 0;
    const bool full =
        std::sscanf(text.c_str(), "%2d:%2d:%2d%n", &hour, &minute, &second, &used) == 3;
    if (!full) {
        second = 0;
        if (std::sscanf(text.c_str(), "%2d:%2d%n", &hour, &minute, &used) != 2) {
            return bad_time(text);
        }
    }
    if (static_cast<std::size_t>(used) != text.size() || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 59) {
        return bad_time(text);
    }
    return hours(hour) + std::chrono::minutes(minute) + seconds(second);
}

Result<LocalTime> parse_local_time(const std::string& text) {
    int year = 0;
    int month = 0;
    int day = 0;
    int used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%n", &year, &month, &day, &used) != 3 ||
        used != 11) {
        return bad_time(text);
    }
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return bad_time(text);
    const auto time = parse_time_of_day(text.substr(11));
    if (!time) return bad_time(text);
    return LocalTime(std::chrono::local_days(date)) + *time;
}

struct WallClock::Zone {
    base::Owned<GTimeZone, g_time_zone_unref> zone;

    // How far clocks are ahead of UTC.
    [[nodiscard]] seconds offset_at(std::chrono::sys_seconds instant) const {
        const int interval = g_time_zone_find_interval(zone.get(), G_TIME_TYPE_UNIVERSAL,
                                                       instant.time_since_epoch().count());
        return seconds(g_time_zone_get_offset(zone.get(), interval));
    }
};

WallClock::WallClock(std::unique_ptr<Zone> zone) : zone_(std::move(zone)) {}
WallClock::WallClock(WallClock&&) noexcept = default;
WallClock& WallClock::operator=(WallClock&&) noexcept = default;
WallClock::~WallClock() = default;

Result<WallClock> WallClock::of(const std::string& zone) {
    auto made = std::make_unique<Zone>();
    made->zone.reset(g_time_zone_new_identifier(zone.c_str()));
    if (!made->zone || zone.empty()) {
        return fail(ErrorCode::kInvalid,
                    "there is no time zone \"{}\"; zones are called as in Europe/Berlin or "
                    "Asia/Shanghai, and the package tzdata has them",
                    zone);
    }
    return WallClock(std::move(made));
}

Instant WallClock::instant_of(LocalTime time) const {
    // Clocks are changed seldom: at most once in the two days around.
    const auto as_utc = sys(time.time_since_epoch());
    const seconds before = zone_->offset_at(as_utc - days(1));
    const seconds after = zone_->offset_at(as_utc + days(1));
    const auto by_before = as_utc - before;
    const auto by_after = as_utc - after;
    const bool fits_before = zone_->offset_at(by_before) == before;
    const bool fits_after = zone_->offset_at(by_after) == after;
    if (fits_before && fits_after) return std::min(by_before, by_after);
    if (fits_before) return by_before;
    if (fits_after) return by_after;
    auto low = as_utc - days(1);  // clocks have not been changed here
    auto high = as_utc + days(1);
    while (high - low > seconds(1)) {
        const auto middle = low + (high - low) / 2;
        (zone_->offset_at(middle) == before ? low : high) = middle;
    }
    return high;
}

LocalTime WallClock::local_time(Instant instant) const {
    const auto whole = std::chrono::floor<seconds>(instant);
    return LocalTime(whole.time_since_epoch() + zone_->offset_at(whole));
}

namespace {

// The instants in [from, until) at which clocks show `first`, and so again every `period`.
std::vector<Instant> every(const WallClock& clock, LocalTime first, days period, Instant from,
                           Instant until) {
    std::vector<Instant> found;
    // A day early: the zone's offset may have been another one.
    const auto gone = std::chrono::floor<days>(clock.local_time(from) - first) - days(1);
    LocalTime time = first + std::max(gone / period, std::int64_t{0}) * period;
    for (; clock.instant_of(time) < until; time += period) {
        const Instant instant = clock.instant_of(time);
        if (instant >= from) found.push_back(instant);
    }
    return found;
}

}  // namespace

Result<std::vector<Instant>> starts_of(const store::ScheduleBlock& block, Instant from,
                                       Instant until) {
    if (block.start.empty()) return std::vector<Instant>();
    const WallClock clock = TRY(WallClock::of(block.zone));
    const LocalTime first = TRY(parse_local_time(block.start));
    from = std::max(from, block.since);
    switch (block.repeats) {
        case store::Repeats::kDaily:
            return every(clock, first, days(1), from, until);
        case store::Repeats::kWeekly:
            return every(clock, first, days(7), from, until);
        case store::Repeats::kOnce:
            break;
    }
    const Instant once = clock.instant_of(first);
    std::vector<Instant> found;
    if (once >= from && once < until) found.push_back(once);
    return found;
}

Result<std::vector<Instant>> ends_of(const store::ScheduleBlock& block, Instant from,
                                     Instant until) {
    if (block.until.empty()) return std::vector<Instant>();
    const WallClock clock = TRY(WallClock::of(block.zone));
    const seconds time = TRY(parse_time_of_day(block.until));
    const LocalTime first =
        LocalTime(std::chrono::floor<days>(clock.local_time(from))) + time - days(1);
    return every(clock, first, days(1), from, until);
}

}  // namespace matinee::app
