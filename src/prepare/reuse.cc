#include "prepare/reuse.h"

namespace matinee::prepare {

Result<std::shared_ptr<const library::PreparedEntry>> open_plain(
    const std::filesystem::path& folder, const library::Variant& variant,
    const library::HouseFormat& house, const Plan& plan) {
    auto entry = TRY(library::PreparedEntry::open(folder));
    const library::Manifest& manifest = entry->manifest();
    if (!manifest.variant.is_plain() || manifest.preparer != library::kPreparerVersion ||
        manifest.house != house || manifest.frame_rate != plan.frame_rate) {
        return fail(ErrorCode::kConflict,
                    "the film was prepared in another house format, or by another version; import "
                    "it again");
    }
    if (const std::int64_t frames = *variant.trim.out; manifest.frame_count < frames) {
        return fail(ErrorCode::kInvalid, "{}",
                    library::why_bad(variant.trim, manifest.frame_count, manifest.frame_rate));
    }
    return entry;
}

Result<void> copy_pictures(const library::PreparedEntry& plain, std::int64_t frames,
                           library::PreparedWriter& writer, const Supervision& supervision,
                           Heartbeat& heartbeat) {
    for (std::size_t rung = 0; rung < plain.videos().size(); ++rung) {
        const library::PreparedEntry::Track& track = plain.videos()[rung];
        const Bytes& avcc = track.config.video()->avcc;
        std::int64_t copied = 0;
        for (const media::Chunk& chunk : track.index.chunks) {
            if (copied == frames) break;
            if (supervision.stop.requested()) {
                return fail(ErrorCode::kCancelled, "stopped on request");
            }
            std::uint64_t offset = chunk.offset;
            std::int64_t decode_time = chunk.decode_time;
            bool sync = true;
            for (const media::Sample& sample : track.index.samples_of(chunk)) {
                const ByteSpan file = track.file->bytes();
                if (offset > file.size() || sample.size > file.size() - offset) {
                    return fail(ErrorCode::kInvalid, "{}: {} is cut short; import the film again",
                                plain.directory().string(), track.info.file);
                }
                TRY(writer.add_picture(rung, avcc,
                                       {file.subspan(offset, sample.size),
                                        Ticks(decode_time + sample.composition_offset), sync}));
                offset += sample.size;
                decode_time += sample.duration;
                sync = false;
            }
            copied += chunk.sample_count;
            heartbeat.beat();
        }
        if (copied != frames) {
            return fail(ErrorCode::kInvalid, "{}: {} has {} pictures in whole groups instead of {}",
                        plain.directory().string(), track.info.name, copied, frames);
        }
    }
    return {};
}

}  // namespace matinee::prepare
