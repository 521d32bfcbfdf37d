// What has been on the air: airings that have ended, as rights-holders are told of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "media/frame_rate.h"
#include "media/time.h"
#include "playout/airing.h"

namespace matinee::playout {

// Something that happened to an airing and that the rundown does not say.
struct AsRunMark {
    Instant at;
    std::string kind;    // one word for programs: kCutShort, kMediaGone ...
    std::string detail;  // for people

    bool operator==(const AsRunMark&) const = default;
};

inline constexpr std::string_view kCutShort = "cut-short";    // it ended before its media does
inline constexpr std::string_view kNotShown = "not-shown";    // something else was planned here
inline constexpr std::string_view kMediaGone = "media-gone";  // its files could not be read
inline constexpr std::string_view kOffAir = "off-air";        // no server ran

// An airing that has ended, with all that was true of it then: entries, files and channels may
// change or go, and the record stays.
struct AsRunRecord {
    std::string channel_id;
    Instant epoch;  // of the channel: tick zero
    std::int64_t ordinal = 0;
    std::string entry_id;
    std::map<std::string, std::string> titles;  // BCP-47 -> title
    std::string author;
    std::string country;
    std::string media_id;
    std::string subtitles_id;   // empty: none
    std::string source_sha256;  // of the film's file; empty when it is not known any more
    Ticks start{0};             // since the epoch
    Ticks duration{0};
    // Of the whole media, of which an airing may show a part: up to an interruption, or from there
    // on. Nothing when it is not known any more.
    std::optional<Ticks> media_duration;
    // The frames of the entry that this media has: from `in` to before `out`, which is nothing for
    // the entry's end. Airings logged before this was known count as whole.
    std::int64_t in = 0;
    std::optional<std::int64_t> out;
    std::optional<media::FrameRate> rate;
    std::vector<AsRunMark> marks;  // by time

    [[nodiscard]] Ticks end() const { return start + duration; }
    [[nodiscard]] Instant starts_at() const;
    [[nodiscard]] Instant ends_at() const;
    [[nodiscard]] bool cut_short() const { return media_duration && duration < *media_duration; }
    // Whether it was planned to show a part of the entry only.
    [[nodiscard]] bool is_part() const { return in > 0 || out; }
    // "cut short", "part" or "whole".
    [[nodiscard]] std::string_view ending() const;
    // Pictures shown; nothing when the rate is not known.
    [[nodiscard]] std::optional<std::int64_t> frames() const;
    // What playlists called it.
    [[nodiscard]] std::string_view title() const;

    bool operator==(const AsRunRecord&) const = default;
};

// The title for a text that has room for one: English where there is one, since most of an
// international audience reads it, else any; `entry_id` when it has none.
std::string_view title_of(const std::map<std::string, std::string>& titles,
                          std::string_view entry_id);

// The log as CSV (RFC 4180): a line of names, then a line a record, each with its CRLF. UTF-8.
std::vector<std::string> as_run_csv(std::span<const AsRunRecord> records);

// Cuts CSV into its lines as as_run_csv() has them, with their line ends: a line break within
// quotes ends none.
std::vector<std::string_view> csv_lines(std::string_view csv);

// "1:52:03.120"; hours grow as needed.
std::string duration_text(Ticks duration);

}  // namespace matinee::playout
