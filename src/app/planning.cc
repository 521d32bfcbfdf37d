#include "app/planning.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "app/wall_clock.h"
#include "playout/rundown.h"

namespace matinee::app {

namespace {

// Beyond the end of a plan: the longest item decides by the fixed starts it would run into.
constexpr std::chrono::hours kLongestItem{24};

std::vector<std::optional<playout::Programme>> items_of(const PlanInput& input,
                                                        const std::string& playlist) {
    std::vector<std::optional<playout::Programme>> items;
    const auto found = input.playlists.find(playlist);
    if (found == input.playlists.end()) return items;
    for (const PlayedItem& item : found->second) {
        items.push_back(item.entry.empty() ? std::nullopt : input.programme(item));
    }
    return items;
}

}  // namespace

std::vector<std::string> playlists_of(const store::Schedule& schedule,
                                      const store::Channel& channel) {
    std::vector<std::string> ids;
    const auto add = [&](const std::string& id) {
        if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    };
    if (schedule.version == 0) add(channel.playlist_id);
    for (const store::ScheduleBlock& block : schedule.blocks)
        add(block.playlist_id);
    add(schedule.filler_playlist);
    return ids;
}

PlayedItem played(const store::PlaylistItem& item) {
    if (item.kind == store::ItemKind::kLive) return {};
    return {item.reference, {item.in, item.out}, item.untrimmed};
}

std::vector<PlayedItem> played_items(const store::Playlist& playlist) {
    std::vector<PlayedItem> items;
    std::ranges::transform(playlist.items, std::back_inserter(items), played);
    return items;
}

Result<std::string> wanted_variant(const library::SubtitleSet* subtitles,
                                   const std::vector<library::SubtitleChoice>& burn_in,
                                   const library::Trim& trim) {
    library::Variant variant;
    if (subtitles != nullptr && !burn_in.empty()) {
        variant = TRY(library::burned_in(*subtitles, burn_in));
    }
    variant.trim = trim;
    return library::to_text(variant);
}

const store::Variant* find_variant(std::span<const store::Variant> variants,
                                   const std::string& entry, const std::string& plain_media,
                                   const std::string& description) {
    const auto found = std::ranges::find_if(variants, [&](const store::Variant& variant) {
        return variant.entry_id == entry && variant.plain_media_id == plain_media &&
               variant.description == description;
    });
    return found == variants.end() ? nullptr : &*found;
}

Result<std::string> why_bad(store::Store& store, const PlayedItem& item) {
    if (item.trim.is_whole()) return std::string();
    media::FrameRate rate;
    std::int64_t frames = 0;
    const auto entry = store.find_entry(item.entry);
    if (entry && !entry->media_id.empty()) {
        const store::Media media = TRY(store.find_media(entry->media_id));
        if (media.frame_rate_numerator != 0 && media.frame_rate_denominator != 0) {
            rate = {media.frame_rate_numerator, media.frame_rate_denominator};
            frames = rate.nearest_frame(media.duration);
        }
    }
    return library::why_bad(item.trim, frames, rate);
}

playout::Programme programme_of(const http::Film& film, std::span<const library::Rung> ladder) {
    const library::Manifest& manifest = film.media->manifest();
    return {film.entry_id,
            manifest.media_id,
            film.subtitles_id,
            film.cut,
            http::fingerprint(film, ladder),
            manifest.all_intra ? playout::CutAt::kFrames : playout::CutAt::kSegments};
}

std::optional<playout::Programme> planned_programme(const store::Entry& entry,
                                                    const store::Media& media,
                                                    std::uint32_t gops_per_segment) {
    if (media.frame_rate_numerator == 0 || media.frame_rate_denominator == 0) return std::nullopt;
    const auto house = library::house_format_from_json(media.house);
    if (!house) return std::nullopt;
    const media::FrameRate rate{media.frame_rate_numerator, media.frame_rate_denominator};
    const std::int64_t frames = rate.nearest_frame(media.duration);
    if (frames < 1) return std::nullopt;
    return playout::Programme{entry.id,
                              media.id,
                              entry.subtitles_id,
                              {rate, frames, rate.frames_in(house->gop_seconds), gops_per_segment},
                              "",
                              entry.kind == store::EntryKind::kFilm ? playout::CutAt::kSegments
                                                                    : playout::CutAt::kFrames};
}

std::string ending_variant(const library::Variant& shown, std::int64_t frames,
                           media::FrameRate rate, std::chrono::milliseconds fade) {
    const std::int64_t fading = std::max<std::int64_t>(rate.nearest_frame(Ticks(fade)), 1);
    return library::to_text(library::ending_of(shown, frames, std::min(fading, frames)));
}

std::vector<playout::Ending> endings_of(
    const playout::Programme& whole, const library::Variant& shown,
    std::span<const store::Variant> variants, const std::string& plain_media,
    std::chrono::milliseconds fade,
    const std::function<std::optional<playout::Programme>(const store::Variant&)>& open) {
    std::vector<playout::Ending> endings;
    if (fade <= std::chrono::milliseconds(0)) return endings;
    for (const store::Variant& variant : variants) {
        if (variant.entry_id != whole.entry_id || variant.plain_media_id != plain_media ||
            variant.state != store::EntryState::kReady) {
            continue;
        }
        const auto described = library::variant_from_text(variant.description);
        if (!described || described->fade_frames == 0) continue;
        const std::int64_t frames = *described->trim.out - described->trim.in;
        if (ending_variant(shown, frames, whole.cut.rate(), fade) != variant.description) continue;
        if (auto programme = open(variant)) {
            endings.push_back({whole.media_id, frames, *std::move(programme)});
        }
    }
    return endings;
}

std::string countdown_of(const store::Schedule& schedule, const store::ScheduleBlock& block) {
    if (block.start.empty()) return {};
    return block.countdown_entry.empty() ? schedule.countdown_entry : block.countdown_entry;
}

Result<void> expect_entries(store::Store& store, const store::Schedule& schedule) {
    if (!schedule.slate_entry.empty()) TRY(store.find_entry(schedule.slate_entry));
    if (!schedule.filler_playlist.empty()) TRY(store.find_playlist(schedule.filler_playlist));
    std::set<std::string> countdowns = {schedule.countdown_entry};
    for (const store::ScheduleBlock& block : schedule.blocks) {
        countdowns.insert(block.countdown_entry);
    }
    countdowns.erase("");
    for (const std::string& id : countdowns) {
        const store::Entry entry = TRY(store.find_entry(id));
        if (entry.kind != store::EntryKind::kFilm) continue;
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is a film and cannot count down; make a card that does with `matinee "
                    "card add ID --countdown`",
                    id);
    }
    return {};
}

namespace {

// Of everything that may be cut.
void add_endings(const PlanInput& input, playout::Schedule& schedule) {
    if (!input.endings) return;
    std::set<std::string> known;
    for (const store::ScheduleBlock& block : input.schedule.blocks) {
        const auto found = input.playlists.find(block.playlist_id);
        if (found == input.playlists.end()) continue;
        for (const PlayedItem& item : found->second) {
            if (item.entry.empty()) continue;
            const auto whole = input.programme(item);
            if (!whole || whole->cut_at == playout::CutAt::kFrames ||
                !known.insert(whole->media_id).second) {
                continue;
            }
            std::ranges::move(input.endings(item, *whole), std::back_inserter(schedule.endings));
        }
    }
}

}  // namespace

Result<playout::Schedule> plan(const PlanInput& input) {
    const store::Schedule& stored = input.schedule;
    playout::Schedule schedule;
    if (!input.own_slate.empty()) schedule.held = input.programme({input.own_slate, {}, {}});
    if (stored.version == 0) {
        schedule.blocks = playout::looping({}).blocks;
        schedule.blocks.front().items = items_of(input, input.channel.playlist_id);
        return schedule;
    }
    const Instant epoch = input.channel.epoch;
    const Instant known = input.until + kLongestItem;
    schedule.starts_until = playout::ticks_since(epoch, known);
    for (const store::ScheduleBlock& block : stored.blocks) {
        playout::Block& made = schedule.blocks.emplace_back();
        made.id = block.id;
        made.items = items_of(input, block.playlist_id);
        made.passes = block.passes;
        made.fixed = !block.start.empty();
        made.overrun = block.overrun;
        if (const std::string entry = countdown_of(stored, block); !entry.empty()) {
            made.countdown = input.programme({entry, {}, {}});
        }
        const auto named = [&](Error error) {
            return fail(std::move(error), "block \"{}\" of channel \"{}\"", block.id,
                        input.channel.id);
        };
        auto starts = starts_of(block, epoch, known);
        if (!starts) return named(std::move(starts).error());
        for (const Instant start : *starts) {
            schedule.starts.push_back(
                {playout::ticks_since(epoch, start), schedule.blocks.size() - 1});
        }
        auto ends = ends_of(block, std::max(epoch, block.since), known);
        if (!ends) return named(std::move(ends).error());
        for (const Instant end : *ends) {
            made.ends.push_back(playout::ticks_since(epoch, end));
        }
    }
    // Of two at once the block that stands first begins.
    std::ranges::stable_sort(schedule.starts, {}, &playout::Start::at);
    const auto doubled = std::ranges::unique(schedule.starts, {}, &playout::Start::at);
    schedule.starts.erase(doubled.begin(), doubled.end());

    for (auto& filler : items_of(input, stored.filler_playlist)) {
        if (filler) schedule.fillers.push_back(*std::move(filler));
    }
    if (!stored.slate_entry.empty()) schedule.slate = input.programme({stored.slate_entry, {}, {}});
    add_endings(input, schedule);
    return schedule;
}

}  // namespace matinee::app
