#include "media/sample_index.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace matinee::media {

namespace {

// The file is read in place, so its integers are those of the machine: every machine that
// GStreamer and Debian support well is little-endian.
static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(Chunk) == 32 && std::is_trivially_copyable_v<Chunk>);
static_assert(sizeof(Sample) == 12 && std::is_trivially_copyable_v<Sample>);

struct FileHeader {
    char magic[8];
    std::uint32_t version;
    std::uint32_t track_count;
};
static_assert(sizeof(FileHeader) == 16);

struct TrackHeader {
    std::uint64_t chunk_offset;
    std::uint64_t sample_offset;
    std::uint32_t chunk_count;
    std::uint32_t sample_count;
};
static_assert(sizeof(TrackHeader) == 24);

constexpr char kMagic[8] = {'m', 'a', 't', 'i', 'n', 'd', 'e', 'x'};
constexpr std::uint32_t kVersion = 1;

constexpr std::uint64_t aligned(std::uint64_t offset) {
    return (offset + 7) / 8 * 8;
}

template <typename T>
void put(Bytes& file, std::uint64_t offset, const T* values, std::size_t count) {
    if (count > 0) std::memcpy(file.data() + offset, values, count * sizeof(T));
}

// `count` values of T at `offset`, or kInvalid when they are not all there.
template <typename T>
Result<std::span<const T>> get(ByteSpan file, std::uint64_t offset, std::uint64_t count) {
    if (offset % alignof(T) != 0 || offset > file.size() ||
        count > (file.size() - offset) / sizeof(T)) {
        return fail(ErrorCode::kInvalid,
                    "the sample index is cut short: {} records at offset {} of {} bytes", count,
                    offset, file.size());
    }
    // A mapping has no declared type: the records came to be when they were written to the file.
    return std::span<const T>(reinterpret_cast<const T*>(file.data() + offset),
                              static_cast<std::size_t>(count));
}

Result<void> check_chunks(const TrackIndex& index) {
    std::uint64_t next_sample = 0;
    const Chunk* previous = nullptr;
    for (const Chunk& chunk : index.chunks) {
        const bool in_order = previous == nullptr
                                  ? chunk.decode_time == 0
                                  : chunk.decode_time > previous->decode_time &&
                                        chunk.offset >= previous->offset + previous->size;
        if (chunk.first_sample != next_sample || chunk.sample_count == 0 || !in_order ||
            chunk.offset + chunk.size < chunk.offset) {
            return fail(ErrorCode::kInvalid, "chunk {} of the sample index is out of order",
                        &chunk - index.chunks.data());
        }
        next_sample += chunk.sample_count;
        previous = &chunk;
    }
    if (next_sample != index.samples.size()) {
        return fail(ErrorCode::kInvalid, "the sample index has {} samples, its chunks {}",
                    index.samples.size(), next_sample);
    }
    return {};
}

}  // namespace

std::int64_t TrackIndex::duration() const {
    if (chunks.empty()) return 0;
    std::int64_t time = chunks.back().decode_time;
    for (const Sample& sample : samples_of(chunks.back())) {
        time += sample.duration;
    }
    return time;
}

Bytes write_sample_index(std::span<const TrackIndexData> tracks) {
    std::vector<TrackHeader> headers;
    std::uint64_t end = sizeof(FileHeader) + tracks.size() * sizeof(TrackHeader);
    for (const TrackIndexData& track : tracks) {
        TrackHeader header{};
        header.chunk_offset = aligned(end);
        header.chunk_count = static_cast<std::uint32_t>(track.chunks.size());
        header.sample_offset = header.chunk_offset + track.chunks.size() * sizeof(Chunk);
        header.sample_count = static_cast<std::uint32_t>(track.samples.size());
        end = header.sample_offset + track.samples.size() * sizeof(Sample);
        headers.push_back(header);
    }
    Bytes file(end);
    FileHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.track_count = static_cast<std::uint32_t>(tracks.size());
    put(file, 0, &header, 1);
    put(file, sizeof header, headers.data(), headers.size());
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        put(file, headers[i].chunk_offset, tracks[i].chunks.data(), tracks[i].chunks.size());
        put(file, headers[i].sample_offset, tracks[i].samples.data(), tracks[i].samples.size());
    }
    return file;
}

Result<std::vector<TrackIndex>> read_sample_index(ByteSpan file) {
    if (reinterpret_cast<std::uintptr_t>(file.data()) % 8 != 0) {
        return fail(ErrorCode::kInternal, "a sample index is not aligned to 8 bytes");
    }
    const FileHeader& header = TRY(get<FileHeader>(file, 0, 1))
    .front();
    if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
        return fail(ErrorCode::kInvalid, "this is not a sample index");
    }
    if (header.version != kVersion) {
        return fail(ErrorCode::kUnsupported,
                    "the sample index has version {}, this build reads version {}", header.version,
                    kVersion);
    }
    const auto headers = TRY(get<TrackHeader>(file, sizeof header, header.track_count));
    std::vector<TrackIndex> tracks;
    tracks.reserve(headers.size());
    for (const TrackHeader& track : headers) {
        TrackIndex index;
        index.chunks = TRY(get<Chunk>(file, track.chunk_offset, track.chunk_count));
        index.samples = TRY(get<Sample>(file, track.sample_offset, track.sample_count));
        TRY(check_chunks(index));
        tracks.push_back(index);
    }
    return tracks;
}

Result<void> verify(const TrackIndex& index, std::uint64_t file_size) {
    for (std::size_t i = 0; i < index.chunks.size(); ++i) {
        const Chunk& chunk = index.chunks[i];
        std::uint64_t size = 0;
        std::int64_t time = chunk.decode_time;
        for (const Sample& sample : index.samples_of(chunk)) {
            size += sample.size;
            time += sample.duration;
        }
        if (size != chunk.size) {
            return fail(ErrorCode::kInvalid, "chunk {}: its samples have {} bytes, it says {}", i,
                        size, chunk.size);
        }
        if (chunk.offset > file_size || chunk.size > file_size - chunk.offset) {
            return fail(ErrorCode::kInvalid, "chunk {} runs past the end of its file", i);
        }
        if (i + 1 < index.chunks.size() && time != index.chunks[i + 1].decode_time) {
            return fail(ErrorCode::kInvalid, "chunk {} ends at {}, the next begins at {}", i, time,
                        index.chunks[i + 1].decode_time);
        }
    }
    return {};
}

}  // namespace matinee::media
