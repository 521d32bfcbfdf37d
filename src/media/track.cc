#include "media/track.h"

#include <array>

#include "media/box.h"

namespace matinee::media {

namespace {

using base::ByteReader;
using base::ByteWriter;

// The unity matrix of tkhd and mvhd (ISO/IEC 14496-12 section 6.2.2).
void write_matrix(ByteWriter& writer) {
    for (const std::uint32_t value : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) {
        writer.u32(value);
    }
}

void write_movie_header(ByteWriter& writer, std::uint32_t timescale) {
    const BoxScope box(writer, "mvhd", 0, 0);
    writer.u32(0);  // creation and modification time: none, so that the bytes repeat
    writer.u32(0);
    writer.u32(timescale);
    writer.u32(0);        // duration: fragments say
    writer.u32(0x10000);  // rate 1.0
    writer.u16(0x100);    // volume 1.0
    writer.zeros(10);
    write_matrix(writer);
    writer.zeros(24);
    writer.u32(kTrackId + 1);  // next track
}

void write_track_header(ByteWriter& writer, const TrackConfig& config) {
    constexpr std::uint32_t kEnabledInMovie = 3;
    const BoxScope box(writer, "tkhd", 0, kEnabledInMovie);
    writer.u32(0);
    writer.u32(0);
    writer.u32(kTrackId);
    writer.zeros(4);
    writer.u32(0);  // duration
    writer.zeros(8);
    writer.u16(0);  // layer
    writer.u16(0);  // alternate group
    writer.u16(config.audio() ? 0x100 : 0);
    writer.zeros(2);
    write_matrix(writer);
    const VideoConfig* video = config.video();
    writer.u32(video ? std::uint32_t{video->width} << 16 : 0);
    writer.u32(video ? std::uint32_t{video->height} << 16 : 0);
}

void write_media_header(ByteWriter& writer, std::uint32_t timescale) {
    const BoxScope box(writer, "mdhd", 0, 0);
    writer.u32(0);
    writer.u32(0);
    writer.u32(timescale);
    writer.u32(0);
    writer.u16(0x55c4);  // "und": languages are the playlist's business
    writer.u16(0);
}

void write_handler(ByteWriter& writer, const TrackConfig& config) {
    const BoxScope box(writer, "hdlr", 0, 0);
    writer.u32(0);
    writer.text(config.video() ? "vide" : "soun");
    writer.zeros(12);
    writer.text(config.video() ? "video" : "audio");
    writer.u8(0);
}

void write_video_entry(ByteWriter& writer, const VideoConfig& video) {
    const BoxScope entry(writer, "avc1");
    writer.zeros(6);
    writer.u16(1);  // data reference
    writer.zeros(16);
    writer.u16(video.width);
    writer.u16(video.height);
    writer.u32(0x480000);  // 72 dpi, as the standard asks
    writer.u32(0x480000);
    writer.u32(0);
    writer.u16(1);  // frames per sample
    writer.zeros(32);
    writer.u16(0x18);
    writer.u16(0xffff);
    {
        const BoxScope box(writer, "avcC");
        writer.bytes(video.avcc);
    }
    {
        // BT.709 in limited range (ISO/IEC 23091-2): what the house format conforms to.
        const BoxScope box(writer, "colr");
        writer.text("nclx");
        writer.u16(1);
        writer.u16(1);
        writer.u16(1);
        writer.u8(0);
    }
    const BoxScope box(writer, "pasp");
    writer.u32(1);
    writer.u32(1);
}

// A descriptor's tag and length (ISO/IEC 14496-1 section 8.3.3); ours stay below 128 bytes.
void write_descriptor(ByteWriter& writer, std::uint8_t tag, std::size_t size) {
    writer.u8(tag);
    writer.u8(static_cast<std::uint8_t>(size));
}

void write_audio_entry(ByteWriter& writer, const AudioConfig& audio) {
    const BoxScope entry(writer, "mp4a");
    writer.zeros(6);
    writer.u16(1);
    writer.zeros(8);
    writer.u16(audio.channels);
    writer.u16(16);
    writer.zeros(4);
    writer.u32(audio.sample_rate << 16);
    const BoxScope box(writer, "esds", 0, 0);
    const std::size_t specific = 2 + audio.specific_config.size();
    const std::size_t decoder = 2 + 13 + specific;
    write_descriptor(writer, 0x03, 3 + decoder + 3);
    writer.u16(0);  // ES_ID
    writer.u8(0);
    write_descriptor(writer, 0x04, 13 + specific);
    writer.u8(0x40);  // MPEG-4 audio
    writer.u8(0x15);  // audio stream
    writer.u24(0);    // buffer size and bit rates: unknown here, players do not use them
    writer.u32(0);
    writer.u32(0);
    write_descriptor(writer, 0x05, audio.specific_config.size());
    writer.bytes(audio.specific_config);
    write_descriptor(writer, 0x06, 1);
    writer.u8(0x02);
}

void write_sample_table(ByteWriter& writer, const TrackConfig& config) {
    const BoxScope stbl(writer, "stbl");
    {
        const BoxScope stsd(writer, "stsd", 0, 0);
        writer.u32(1);
        if (const VideoConfig* video = config.video()) {
            write_video_entry(writer, *video);
        } else {
            write_audio_entry(writer, *config.audio());
        }
    }
    for (const std::string_view empty : {"stts", "stsc", "stco"}) {
        const BoxScope box(writer, empty, 0, 0);
        writer.u32(0);
    }
    const BoxScope stsz(writer, "stsz", 0, 0);
    writer.u32(0);
    writer.u32(0);
}

void write_media_information(ByteWriter& writer, const TrackConfig& config) {
    const BoxScope minf(writer, "minf");
    if (config.video()) {
        const BoxScope vmhd(writer, "vmhd", 0, 1);
        writer.zeros(8);
    } else {
        const BoxScope smhd(writer, "smhd", 0, 0);
        writer.zeros(4);
    }
    {
        const BoxScope dinf(writer, "dinf");
        const BoxScope dref(writer, "dref", 0, 0);
        writer.u32(1);
        const BoxScope url(writer, "url ", 0, 1);  // in this very file
    }
    write_sample_table(writer, config);
}

// The length of an MPEG-4 descriptor: seven bits a byte, the high bit says that more follow.
Result<std::uint32_t> read_descriptor_length(ByteReader& reader) {
    std::uint32_t length = 0;
    for (int i = 0; i < 4; ++i) {
        const std::uint8_t byte = TRY(reader.u8());
        length = length << 7 | (byte & 0x7fU);
        if ((byte & 0x80U) == 0) return length;
    }
    return fail(ErrorCode::kInvalid, "an MPEG-4 descriptor's length has more than four bytes");
}

// The AudioSpecificConfig within an 'esds' payload (ISO/IEC 14496-1 section 7.2.6.5).
Result<Bytes> read_specific_config(ByteSpan esds) {
    ByteReader reader(esds);
    TRY(read_full_box_header(reader));
    while (!reader.at_end()) {
        const std::uint8_t tag = TRY(reader.u8());
        const std::uint32_t length = TRY(read_descriptor_length(reader));
        switch (tag) {
            case 0x03: {  // ES: its fields, then descriptors
                TRY(reader.skip(2));
                const std::uint8_t flags = TRY(reader.u8());
                if (flags & 0x80U) TRY(reader.skip(2));
                if (flags & 0x40U) {
                    const std::uint8_t url_length = TRY(reader.u8());
                    TRY(reader.skip(url_length));
                }
                if (flags & 0x20U) TRY(reader.skip(2));
                break;
            }
            case 0x04:  // DecoderConfig: its fields, then descriptors
                TRY(reader.skip(13));
                break;
            case 0x05: {
                const ByteSpan config = TRY(reader.bytes(length));
                return Bytes(config.begin(), config.end());
            }
            default:
                TRY(reader.skip(length));
        }
    }
    return fail(ErrorCode::kInvalid, "the 'esds' box has no decoder configuration");
}

Result<VideoConfig> read_video_entry(const Box& entry) {
    ByteReader reader(entry.payload);
    TRY(reader.skip(24));
    VideoConfig video;
    video.width = TRY(reader.u16());
    video.height = TRY(reader.u16());
    TRY(reader.skip(50));
    BoxReader boxes(TRY(reader.bytes(reader.remaining())));
    while (const std::optional<Box> box = TRY(boxes.next())) {
        if (box->type == fourcc("avcC")) {
            video.avcc.assign(box->payload.begin(), box->payload.end());
            return video;
        }
    }
    return fail(ErrorCode::kInvalid, "the 'avc1' sample entry has no 'avcC' box");
}

Result<AudioConfig> read_audio_entry(const Box& entry) {
    ByteReader reader(entry.payload);
    TRY(reader.skip(16));
    AudioConfig audio;
    audio.channels = TRY(reader.u16());
    TRY(reader.skip(6));
    audio.sample_rate = TRY(reader.u32())
    >> 16;
    BoxReader boxes(TRY(reader.bytes(reader.remaining())));
    while (const std::optional<Box> box = TRY(boxes.next())) {
        if (box->type == fourcc("esds")) {
            audio.specific_config = TRY(read_specific_config(box->payload));
            return audio;
        }
    }
    return fail(ErrorCode::kInvalid, "the 'mp4a' sample entry has no 'esds' box");
}

Result<TrackConfig> read_track(const Box& trak) {
    const Box mdia = TRY(find_box(trak, fourcc("mdia")));
    TrackConfig config;
    {
        const Box mdhd = TRY(find_box(mdia, fourcc("mdhd")));
        ByteReader reader(mdhd.payload);
        const FullBoxHeader header = TRY(read_full_box_header(reader));
        TRY(reader.skip(header.version == 1 ? 16 : 8));
        config.timescale = TRY(reader.u32());
        if (config.timescale == 0) return fail(ErrorCode::kInvalid, "a track's timescale is zero");
    }
    const Box minf = TRY(find_box(mdia, fourcc("minf")));
    const Box stbl = TRY(find_box(minf, fourcc("stbl")));
    const Box stsd = TRY(find_box(stbl, fourcc("stsd")));
    ByteReader reader(stsd.payload);
    TRY(read_full_box_header(reader));
    TRY(reader.u32());
    BoxReader entries(TRY(reader.bytes(reader.remaining())));
    const std::optional<Box> entry = TRY(entries.next());
    if (!entry) return fail(ErrorCode::kInvalid, "a track has no sample entry");
    if (entry->type == fourcc("avc1")) {
        config.codec = TRY(read_video_entry(*entry));
    } else if (entry->type == fourcc("mp4a")) {
        config.codec = TRY(read_audio_entry(*entry));
    } else {
        return fail(ErrorCode::kUnsupported, "a track's sample entry is '{}', not avc1 or mp4a",
                    to_string(entry->type));
    }
    return config;
}

}  // namespace

Result<std::string> codec_string(const TrackConfig& config) {
    if (const VideoConfig* video = config.video()) {
        ByteReader reader(video->avcc);
        TRY(reader.u8());  // configurationVersion
        // Profile, constraint flags and level, as RFC 6381 section 3.3 asks.
        return fmt::format("avc1.{:06x}", TRY(reader.u24()));
    }
    ByteReader reader(config.audio()->specific_config);
    unsigned object_type = TRY(reader.u8())
    >> 3U;
    if (object_type == 0) return fail(ErrorCode::kInvalid, "the AAC configuration has no type");
    return fmt::format("mp4a.40.{}", object_type);
}

Bytes init_section(const TrackConfig& config) {
    ByteWriter writer;
    {
        const BoxScope ftyp(writer, "ftyp");
        writer.text("cmf2");
        writer.u32(0);
        writer.text("cmf2cmfciso6mp41");
    }
    {
        const BoxScope moov(writer, "moov");
        write_movie_header(writer, config.timescale);
        {
            const BoxScope trak(writer, "trak");
            write_track_header(writer, config);
            const BoxScope mdia(writer, "mdia");
            write_media_header(writer, config.timescale);
            write_handler(writer, config);
            write_media_information(writer, config);
        }
        const BoxScope mvex(writer, "mvex");
        const BoxScope trex(writer, "trex", 0, 0);
        writer.u32(kTrackId);
        writer.u32(1);  // sample description
        writer.u32(0);  // default duration, size, flags: the fragments say
        writer.u32(0);
        writer.u32(0);
    }
    return std::move(writer).take();
}

Result<TrackConfig> read_init_section(ByteSpan bytes) {
    BoxReader reader(bytes);
    while (const std::optional<Box> box = TRY(reader.next())) {
        if (box->type != fourcc("moov")) continue;
        const Box trak = TRY(find_box(*box, fourcc("trak")));
        return read_track(trak);
    }
    return fail(ErrorCode::kInvalid, "there is no 'moov' box");
}

}  // namespace matinee::media
