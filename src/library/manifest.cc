#include "library/manifest.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "library/sha256.h"

namespace matinee::library {

namespace {

using nlohmann::json;

constexpr int kManifestFormat = 1;

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::kInfo:
            return "info";
        case Severity::kWarning:
            return "warning";
        case Severity::kError:
            return "error";
    }
    return "error";
}

Severity severity_of(const std::string& name) {
    if (name == "info") return Severity::kInfo;
    if (name == "warning") return Severity::kWarning;
    return Severity::kError;
}

json optional_number(const std::optional<double>& number) {
    return number ? json(*number) : json(nullptr);
}

std::optional<double> number_or_none(const json& value) {
    if (value.is_null()) return std::nullopt;
    return value.get<double>();
}

TrackInfo track_from(const json& value) {
    TrackInfo track;
    track.name = value.at("name");
    track.file = value.at("file");
    track.codec = value.at("codec");
    track.width = value.value("width", 0U);
    track.height = value.value("height", 0U);
    track.peak_bit_rate = value.at("peak_bit_rate");
    track.average_bit_rate = value.at("average_bit_rate");
    if (const auto excess = value.find("cut_excess_bits"); excess != value.end()) {
        track.cut_excess_bits = excess->get<std::uint64_t>();
    }
    return track;
}

json json_of(const TrackInfo& track) {
    json value{{"name", track.name},
               {"file", track.file},
               {"codec", track.codec},
               {"peak_bit_rate", track.peak_bit_rate},
               {"average_bit_rate", track.average_bit_rate}};
    if (track.is_video()) {
        value["width"] = track.width;
        value["height"] = track.height;
    }
    if (track.cut_excess_bits) value["cut_excess_bits"] = *track.cut_excess_bits;
    return value;
}

Manifest manifest_from(const json& value) {
    Manifest manifest;
    manifest.media_id = value.at("media_id");
    manifest.source_name = value.at("source").at("name");
    manifest.source_sha256 = value.at("source").at("sha256");
    manifest.preparer = value.at("preparer");
    manifest.frame_rate.numerator = value.at("frame_rate").at(0);
    manifest.frame_rate.denominator = value.at("frame_rate").at(1);
    manifest.frame_count = value.at("frame_count");
    manifest.duration = Ticks(value.at("duration").get<std::int64_t>());
    for (const json& track : value.at("tracks")) {
        manifest.tracks.push_back(track_from(track));
    }
    manifest.all_intra = value.value("all_intra", false);
    manifest.counts_down = value.value("counts_down", false);
    manifest.poster = value.value("poster", "");
    if (value.contains("thumbnails")) {
        const json& strip = value.at("thumbnails");
        manifest.thumbnails =
            Thumbnails{strip.at("file"),        strip.at("columns"), strip.at("tile_width"),
                       strip.at("tile_height"), strip.at("count"),   strip.at("interval_seconds")};
    }
    if (value.contains("loudness")) {
        const json& loudness = value.at("loudness");
        manifest.loudness = Loudness{number_or_none(loudness.at("integrated_lufs")),
                                     number_or_none(loudness.at("true_peak_dbtp")),
                                     loudness.at("gain_db").get<double>()};
    }
    for (const json& note : value.at("notes")) {
        manifest.notes.push_back(
            {severity_of(note.at("severity")), note.at("code"), note.at("message")});
    }
    return manifest;
}

bool is_plain_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

// A manifest is written by the process that has decoded a stranger's file, and read by the
// server: what the server does with it must not depend on its being honest.
Result<void> check(const Manifest& manifest) {
    const auto refuse = [](std::string_view what, const auto& value) {
        return fail(ErrorCode::kInvalid, "the entry's manifest cannot be read: its {} is {}", what,
                    value);
    };
    for (const TrackInfo& track : manifest.tracks) {
        if (!is_plain_name(track.file)) return refuse("track file", track.file);
    }
    if (!manifest.poster.empty() && !is_plain_name(manifest.poster)) {
        return refuse("poster", manifest.poster);
    }
    if (manifest.thumbnails && !is_plain_name(manifest.thumbnails->file)) {
        return refuse("file of thumbnails", manifest.thumbnails->file);
    }
    constexpr std::uint32_t kMostRate = 1'000'000;
    const media::FrameRate rate = manifest.frame_rate;
    if (rate.numerator == 0 || rate.numerator > kMostRate || rate.denominator == 0 ||
        rate.denominator > kMostRate) {
        return refuse("frame rate", fmt::format("{}/{}", rate.numerator, rate.denominator));
    }
    // Beyond it, FrameRate::start_of() no longer fits its integer.
    const std::int64_t most_frames =
        std::numeric_limits<std::int64_t>::max() / 2 / media::kVideoTimescale / rate.denominator;
    if (manifest.frame_count < 0 || manifest.frame_count > most_frames) {
        return refuse("frame count", manifest.frame_count);
    }
    if (manifest.duration < Ticks::zero()) return refuse("duration", manifest.duration.count());
    return {};
}

}  // namespace

std::string media_id(std::string_view source_sha256, const HouseFormat& house,
                     const Variant& variant, std::string_view preparer) {
    std::string text = fmt::format("{}\n{}\n{}\n", preparer, source_sha256, to_json(house));
    if (!variant.is_plain()) text += to_text(variant) + "\n";
    return sha256_hex(base::as_byte_span(text)).substr(0, 32);
}

std::string to_json(const Manifest& manifest) {
    json value{{"format", kManifestFormat},
               {"media_id", manifest.media_id},
               {"source", {{"name", manifest.source_name}, {"sha256", manifest.source_sha256}}},
               {"preparer", manifest.preparer},
               {"house", json::parse(to_json(manifest.house))},
               {"frame_rate", {manifest.frame_rate.numerator, manifest.frame_rate.denominator}},
               {"frame_count", manifest.frame_count},
               {"duration", manifest.duration.count()},
               {"tracks", json::array()},
               {"notes", json::array()}};
    for (const TrackInfo& track : manifest.tracks) {
        value["tracks"].push_back(json_of(track));
    }
    if (!manifest.variant.is_plain()) value["variant"] = json::parse(to_text(manifest.variant));
    if (manifest.all_intra) value["all_intra"] = true;
    if (manifest.counts_down) value["counts_down"] = true;
    if (!manifest.poster.empty()) value["poster"] = manifest.poster;
    if (const auto& strip = manifest.thumbnails) {
        value["thumbnails"] = {{"file", strip->file},
                               {"columns", strip->columns},
                               {"tile_width", strip->tile_width},
                               {"tile_height", strip->tile_height},
                               {"count", strip->count},
                               {"interval_seconds", strip->interval_seconds}};
    }
    if (const auto& loudness = manifest.loudness) {
        value["loudness"] = {{"integrated_lufs", optional_number(loudness->integrated_lufs)},
                             {"true_peak_dbtp", optional_number(loudness->true_peak_dbtp)},
                             {"gain_db", loudness->gain_db}};
    }
    for (const Note& note : manifest.notes) {
        value["notes"].push_back(
            {{"severity", name_of(note.severity)}, {"code", note.code}, {"message", note.message}});
    }
    // A source's name need not be UTF-8: what is not becomes U+FFFD.
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Manifest> manifest_from_json(const std::string& text) {
    try {
        const json value = json::parse(text);
        if (value.at("format") != kManifestFormat) {
            return fail(ErrorCode::kUnsupported,
                        "the entry's manifest has format {}, this build reads format {}",
                        value.at("format").dump(), kManifestFormat);
        }
        Manifest manifest = manifest_from(value);
        TRY(check(manifest));
        manifest.house = TRY(house_format_from_json(value.at("house").dump()));
        if (value.contains("variant")) {
            manifest.variant = TRY(variant_from_text(value.at("variant").dump()));
        }
        return manifest;
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "the entry's manifest cannot be read: {}", error.what());
    }
}

}  // namespace matinee::library
