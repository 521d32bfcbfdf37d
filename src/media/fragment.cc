#include "media/fragment.h"

#include <algorithm>
#include <limits>

#include "media/box.h"

namespace matinee::media {

namespace {

using base::ByteReader;
using base::ByteWriter;

// tfhd flags (section 8.8.7.1)
constexpr std::uint32_t kBaseDataOffset = 0x000001;
constexpr std::uint32_t kSampleDescription = 0x000002;
constexpr std::uint32_t kDefaultDuration = 0x000008;
constexpr std::uint32_t kDefaultSize = 0x000010;
constexpr std::uint32_t kDefaultFlags = 0x000020;
constexpr std::uint32_t kDefaultBaseIsMoof = 0x020000;

// trun flags (section 8.8.8.1)
constexpr std::uint32_t kDataOffset = 0x000001;
constexpr std::uint32_t kFirstSampleFlags = 0x000004;
constexpr std::uint32_t kSampleDuration = 0x000100;
constexpr std::uint32_t kSampleSize = 0x000200;
constexpr std::uint32_t kSampleFlags = 0x000400;
constexpr std::uint32_t kSampleCompositionOffset = 0x000800;

// Sample flags (section 8.8.3.1)
constexpr std::uint32_t kIsNonSync = 0x010000;
constexpr std::uint32_t kSyncSampleFlags = 0x02000000;                  // depends on no other
constexpr std::uint32_t kNonSyncSampleFlags = 0x01000000 | kIsNonSync;  // depends on others

struct Defaults {
    std::uint32_t duration = 0;
    std::uint32_t size = 0;
    std::uint32_t flags = 0;
};

Result<Defaults> read_track_extends(const Box& moov) {
    const Box mvex = TRY(find_box(moov, fourcc("mvex")));
    const Box trex = TRY(find_box(mvex, fourcc("trex")));
    ByteReader reader(trex.payload);
    TRY(read_full_box_header(reader));
    TRY(reader.skip(8));  // track, sample description
    Defaults defaults;
    defaults.duration = TRY(reader.u32());
    defaults.size = TRY(reader.u32());
    defaults.flags = TRY(reader.u32());
    return defaults;
}

// Reads the fragments of one file into a FragmentedTrack.
class FragmentReader {
  public:
    FragmentReader(std::uint64_t file_size, Defaults defaults, FragmentedTrack& track)
        : file_size_(file_size), trex_(defaults), track_(track) {}

    Result<void> read_moof(const Box& moof) {
        track_.fragment_starts.push_back(track_.samples.size());
        data_end_ = moof.offset;
        BoxReader boxes(moof);
        int trafs = 0;
        while (const std::optional<Box> box = TRY(boxes.next())) {
            if (box->type != fourcc("traf")) continue;
            if (++trafs > 1) {
                return fail(ErrorCode::kUnsupported, "the 'moof' at offset {} has several tracks",
                            moof.offset);
            }
            TRY(read_traf(*box, moof.offset));
        }
        return {};
    }

  private:
    Result<void> read_traf(const Box& traf, std::uint64_t moof_offset) {
        Defaults defaults = trex_;
        std::uint64_t base = moof_offset;
        {
            const Box tfhd = TRY(find_box(traf, fourcc("tfhd")));
            ByteReader reader(tfhd.payload);
            const std::uint32_t flags = TRY(read_full_box_header(reader))
            .flags;
            TRY(reader.skip(4));
            if (flags & kBaseDataOffset) base = TRY(reader.u64());
            if (flags & kSampleDescription) TRY(reader.skip(4));
            if (flags & kDefaultDuration) defaults.duration = TRY(reader.u32());
            if (flags & kDefaultSize) defaults.size = TRY(reader.u32());
            if (flags & kDefaultFlags) defaults.flags = TRY(reader.u32());
        }
        BoxReader boxes(traf);
        while (const std::optional<Box> box = TRY(boxes.next())) {
            if (box->type == fourcc("tfdt")) {
                ByteReader reader(box->payload);
                const bool wide = TRY(read_full_box_header(reader))
                .version == 1;
                const std::uint64_t time = wide ? TRY(reader.u64()) : TRY(reader.u32());
                if (time > kLatest) {
                    return fail(ErrorCode::kInvalid, "the decode time at offset {} is {}",
                                box->offset, time);
                }
                decode_time_ = static_cast<std::int64_t>(time);
            } else if (box->type == fourcc("trun")) {
                TRY(read_trun(*box, defaults, base));
            }
        }
        return {};
    }

    Result<void> read_trun(const Box& trun, const Defaults& defaults, std::uint64_t base) {
        ByteReader reader(trun.payload);
        const FullBoxHeader header = TRY(read_full_box_header(reader));
        const std::uint32_t count = TRY(reader.u32());
        if (header.flags & kDataOffset) {
            const std::int64_t offset = TRY(reader.i32());
            if (offset < 0 && static_cast<std::uint64_t>(-offset) > base) {
                return fail(ErrorCode::kInvalid, "the 'trun' at offset {} points before the file",
                            trun.offset);
            }
            data_end_ = base + static_cast<std::uint64_t>(offset);
        }
        std::uint32_t first_flags = defaults.flags;
        if (header.flags & kFirstSampleFlags) first_flags = TRY(reader.u32());
        // A count that the box has no room for would make us reserve what is not there. A trun
        // without per-sample fields takes no room at all, but its samples have a default size.
        const bool per_sample = (header.flags & (kSampleDuration | kSampleSize | kSampleFlags |
                                                 kSampleCompositionOffset)) != 0;
        if (per_sample ? count > reader.remaining() / 4
                       : defaults.size == 0 || count > file_size_ / defaults.size) {
            return fail(ErrorCode::kInvalid, "the 'trun' at offset {} claims {} samples",
                        trun.offset, count);
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            SampleRef sample;
            sample.duration = header.flags & kSampleDuration ? TRY(reader.u32()) : defaults.duration;
            sample.range.size = header.flags & kSampleSize   ? TRY(reader.u32()) : defaults.size;
            const std::uint32_t flags = header.flags & kSampleFlags ? TRY(reader.u32())
                                        : i == 0                    ? first_flags
                                                                    : defaults.flags;
                                        sample.sync = (flags & kIsNonSync) == 0;
                                        if (header.flags & kSampleCompositionOffset) {
                                            // Version 0 is unsigned, but writers put signed values
                                            // there as well; no real offset needs the upper half.
                                            sample.composition_offset = TRY(reader.i32());
                                        }
                                        sample.range.offset = data_end_;
                                        if (sample.range.offset > file_size_ ||
                                            sample.range.size > file_size_ - sample.range.offset) {
                                            return fail(ErrorCode::kInvalid,
                                                        "sample {} at offset {} with {} bytes runs "
                                                        "past the file's end",
                                                        track_.samples.size(), sample.range.offset,
                                                        sample.range.size);
                                        }
                                        data_end_ += sample.range.size;
                                        sample.decode_time = decode_time_;
                                        decode_time_ += sample.duration;
                                        if (decode_time_ > kLatest) {
                                            return fail(ErrorCode::kInvalid,
                                                        "the 'trun' at offset {} lasts too long",
                                                        trun.offset);
                                        }
                                        track_.samples.push_back(sample);
        }
        return {};
    }

    // Far beyond any real time, and far from the edge of what sums may reach.
    static constexpr std::int64_t kLatest = std::int64_t{1} << 61;

    std::uint64_t file_size_;
    Defaults trex_;
    FragmentedTrack& track_;
    std::int64_t decode_time_ = 0;
    std::uint64_t data_end_ = 0;  // where the next trun without an offset of its own begins
};

bool same_durations(std::span<const FragmentSample> samples) {
    return std::ranges::all_of(samples, [&](const FragmentSample& sample) {
        return sample.duration == samples.front().duration;
    });
}

}  // namespace

Result<FragmentedTrack> read_fragmented(ByteSpan file) {
    FragmentedTrack track;
    track.config = TRY(read_init_section(file));
    Defaults defaults;
    BoxReader boxes(file);
    while (const std::optional<Box> box = TRY(boxes.next())) {
        if (box->type == fourcc("moov")) {
            defaults = TRY(read_track_extends(*box));
            break;
        }
    }
    FragmentReader reader(file.size(), defaults, track);
    while (const std::optional<Box> box = TRY(boxes.next())) {
        if (box->type == fourcc("moof")) TRY(reader.read_moof(*box));
    }
    return track;
}

Result<Fragment> read_fragment(ByteSpan file, std::uint64_t offset) {
    if (offset > file.size()) {
        return fail(ErrorCode::kInvalid, "there is no fragment at offset {} of {}", offset,
                    file.size());
    }
    BoxReader boxes(file.subspan(static_cast<std::size_t>(offset)), offset);
    const std::optional<Box> moof = TRY(boxes.next());
    const std::optional<Box> mdat = moof ? TRY(boxes.next()) : std::nullopt;
    if (!mdat || moof->type != fourcc("moof") || mdat->type != fourcc("mdat")) {
        return fail(ErrorCode::kInvalid, "there is no whole fragment at offset {}", offset);
    }
    FragmentedTrack track;
    FragmentReader reader(file.size(), Defaults{}, track);
    TRY(reader.read_moof(*moof));
    return Fragment{std::move(track.samples), mdat->payload_offset + mdat->payload.size()};
}

Bytes fragment_header(std::uint32_t sequence, std::int64_t decode_time,
                      std::span<const FragmentSample> samples) {
    ByteWriter writer;
    writer.reserve(128 + samples.size() * 16);
    std::uint64_t data_size = 0;
    bool offsets = false;
    bool mixed_sync = false;
    for (const FragmentSample& sample : samples) {
        data_size += sample.size;
        offsets = offsets || sample.composition_offset != 0;
        mixed_sync = mixed_sync || sample.sync != samples.front().sync;
    }
    const bool durations = !samples.empty() && !same_durations(samples);
    const bool all_sync = samples.empty() || samples.front().sync;

    std::size_t data_offset_position = 0;
    {
        const BoxScope moof(writer, "moof");
        {
            const BoxScope mfhd(writer, "mfhd", 0, 0);
            writer.u32(sequence);
        }
        const BoxScope traf(writer, "traf");
        {
            const BoxScope tfhd(writer, "tfhd", 0,
                                kDefaultBaseIsMoof | kDefaultDuration | kDefaultFlags);
            writer.u32(kTrackId);
            writer.u32(samples.empty() ? 0 : samples.front().duration);
            writer.u32(all_sync && !mixed_sync ? kSyncSampleFlags : kNonSyncSampleFlags);
        }
        {
            const BoxScope tfdt(writer, "tfdt", 1, 0);
            writer.u64(static_cast<std::uint64_t>(decode_time));
        }
        std::uint32_t flags = kDataOffset | kSampleSize;
        if (durations) flags |= kSampleDuration;
        if (mixed_sync) flags |= kSampleFlags;
        if (offsets) flags |= kSampleCompositionOffset;
        const BoxScope trun(writer, "trun", 1, flags);
        writer.u32(static_cast<std::uint32_t>(samples.size()));
        data_offset_position = writer.size();
        writer.u32(0);
        for (const FragmentSample& sample : samples) {
            if (durations) writer.u32(sample.duration);
            writer.u32(sample.size);
            if (mixed_sync) writer.u32(sample.sync ? kSyncSampleFlags : kNonSyncSampleFlags);
            if (offsets) writer.i32(sample.composition_offset);
        }
    }
    constexpr std::uint64_t kSmallHeader = 8;
    if (data_size + kSmallHeader <= std::numeric_limits<std::uint32_t>::max()) {
        writer.u32(static_cast<std::uint32_t>(data_size + kSmallHeader));
        writer.u32(fourcc("mdat"));
    } else {
        writer.u32(1);
        writer.u32(fourcc("mdat"));
        writer.u64(data_size + kSmallHeader + 8);
    }
    writer.patch_u32(data_offset_position, static_cast<std::uint32_t>(writer.size()));
    return std::move(writer).take();
}

}  // namespace matinee::media
