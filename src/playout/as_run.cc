#include "playout/as_run.h"

#include <array>

#include <fmt/format.h>

#include "playout/rundown.h"

namespace matinee::playout {

namespace {

constexpr std::array<std::string_view, 22> kColumns = {
    "channel",       "ordinal",   "entry",      "title",    "titles", "author",
    "country",       "start",     "end",        "duration", "ending", "epoch",
    "start_ticks",   "end_ticks", "frame_rate", "frames",   "media",  "subtitles",
    "source_sha256", "incidents", "in",         "out"};

// A field of RFC 4180 section 2: quoted when it holds what has a meaning.
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c;
        if (c == '"') quoted += c;
    }
    return quoted + '"';
}

template <typename Texts>
std::string line(const Texts& texts) {
    std::string line;
    for (const auto& text : texts) {
        if (!line.empty() || &text != &*std::begin(texts)) line += ',';
        line += field(text);
    }
    return line + "\r\n";
}

std::string titles_text(const std::map<std::string, std::string>& titles) {
    std::string text;
    for (const auto& [language, title] : titles) {
        if (!text.empty()) text += "; ";
        text += fmt::format("{}: {}", language, title);
    }
    return text;
}

std::string incidents_text(std::span<const AsRunMark> marks) {
    std::string text;
    for (const AsRunMark& mark : marks) {
        if (!text.empty()) text += "; ";
        text += fmt::format("{} {}", base::to_rfc3339(mark.at), mark.kind);
        if (!mark.detail.empty()) text += ": " + mark.detail;
    }
    return text;
}

}  // namespace

Instant AsRunRecord::starts_at() const {
    return instant_of(epoch, start);
}

Instant AsRunRecord::ends_at() const {
    return instant_of(epoch, end());
}

std::optional<std::int64_t> AsRunRecord::frames() const {
    if (!rate) return std::nullopt;
    return rate->nearest_frame(duration);
}

std::string_view AsRunRecord::ending() const {
    if (cut_short()) return "cut short";
    return is_part() ? "part" : "whole";
}

std::string_view AsRunRecord::title() const {
    return title_of(titles, entry_id);
}

std::string_view title_of(const std::map<std::string, std::string>& titles,
                          std::string_view entry_id) {
    if (const auto english = titles.find("en"); english != titles.end()) return english->second;
    return titles.empty() ? entry_id : std::string_view(titles.begin()->second);
}

std::string duration_text(Ticks duration) {
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(duration);
    const std::chrono::hh_mm_ss split(millis);
    return fmt::format("{}:{:02}:{:02}.{:03}", split.hours().count(), split.minutes().count(),
                       split.seconds().count(), split.subseconds().count());
}

std::vector<std::string> as_run_csv(std::span<const AsRunRecord> records) {
    std::vector<std::string> lines = {line(kColumns)};
    for (const AsRunRecord& record : records) {
        const auto frames = record.frames();
        lines.push_back(line(std::array<std::string, kColumns.size()>{
            record.channel_id,
            std::to_string(record.ordinal),
            record.entry_id,
            std::string(record.title()),
            titles_text(record.titles),
            record.author,
            record.country,
            base::to_rfc3339(record.starts_at()),
            base::to_rfc3339(record.ends_at()),
            duration_text(record.duration),
            std::string(record.ending()),
            base::to_rfc3339(record.epoch),
            std::to_string(record.start.count()),
            std::to_string(record.end().count()),
            record.rate ? fmt::format("{}/{}", record.rate->numerator, record.rate->denominator)
                        : std::string(),
            frames ? std::to_string(*frames) : std::string(),
            record.media_id,
            record.subtitles_id,
            record.source_sha256,
            incidents_text(record.marks),
            std::to_string(record.in),
            record.out ? std::to_string(*record.out) : std::string(),
        }));
    }
    return lines;
}

std::vector<std::string_view> csv_lines(std::string_view csv) {
    std::vector<std::string_view> lines;
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        if (csv[i] == '"') quoted = !quoted;
        if (csv[i] != '\n' || quoted) continue;
        lines.push_back(csv.substr(start, i + 1 - start));
        start = i + 1;
    }
    if (start < csv.size()) lines.push_back(csv.substr(start));
    return lines;
}

}  // namespace matinee::playout
