#include "library/outline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "library/prepared_entry.h"

namespace matinee::library {

namespace {

using nlohmann::json;

constexpr std::string_view kDigits = "0123456789abcdef";

std::string to_hex(ByteSpan bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
    }
    return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::size_t high = kDigits.find(text[i]);
        const std::size_t low = kDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes.push_back(static_cast<std::byte>(high << 4 | low));
    }
    return bytes;
}

// Throws what nlohmann::json throws.
Result<Outline> outline_from(const json& value) {
    Outline outline;
    const json& rate = value.at("frame_rate");
    outline.frame_rate = {rate.at(0), rate.at(1)};
    outline.frame_count = value.at("frame_count");
    outline.frames_per_group = value.at("frames_per_group");
    if (outline.frame_rate.numerator == 0 || outline.frame_rate.denominator == 0 ||
        outline.frame_count < 1 || outline.frames_per_group < 1) {
        return fail(ErrorCode::kInvalid, "outline: {} pictures in groups of {}, {} a second",
                    outline.frame_count, outline.frames_per_group, rate.dump());
    }
    for (const json& track : value.at("tracks")) {
        Outline::Track& read = outline.tracks.emplace_back();
        read.name = track.at("name");
        read.height = track.at("height");
        auto init = from_hex(track.at("init").get<std::string>());
        if (!init || init->empty()) {
            return fail(ErrorCode::kInvalid, "outline: the init section of {} is not hexadecimal",
                        read.name);
        }
        read.init = std::make_shared<const Bytes>(*std::move(init));
        read.init_id = init_id_of(*read.init);
    }
    if (outline.tracks.size() < 2) {
        return fail(ErrorCode::kInvalid, "outline: {} tracks, it must be two at least",
                    outline.tracks.size());
    }
    return outline;
}

}  // namespace

const Outline::Track& Outline::video_for(const Rung& rung) const {
    const std::span videos = std::span(tracks).first(tracks.size() - 1);
    return videos[index_for(rung, videos, &Track::name, &Track::height)];
}

Outline outline_of(const PreparedEntry& entry) {
    const Manifest& manifest = entry.manifest();
    Outline outline;
    outline.frame_rate = manifest.frame_rate;
    outline.frame_count = manifest.frame_count;
    outline.frames_per_group = manifest.frame_rate.frames_in(manifest.house.gop_seconds);
    const auto add = [&](const PreparedEntry::Track& track) {
        outline.tracks.push_back({track.info.name, track.info.height, track.init, track.init_id});
    };
    std::ranges::for_each(entry.videos(), add);
    add(entry.audio());
    return outline;
}

std::string to_json(const Outline& outline) {
    json tracks = json::array();
    for (const Outline::Track& track : outline.tracks) {
        tracks.push_back(
            {{"name", track.name}, {"height", track.height}, {"init", to_hex(*track.init)}});
    }
    const json value = {
        {"frame_rate", {outline.frame_rate.numerator, outline.frame_rate.denominator}},
        {"frame_count", outline.frame_count},
        {"frames_per_group", outline.frames_per_group},
        {"tracks", std::move(tracks)}};
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Outline> outline_from_json(const std::string& text) {
    try {
        return outline_from(json::parse(text));
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "outline: {}", error.what());
    }
}

}  // namespace matinee::library
