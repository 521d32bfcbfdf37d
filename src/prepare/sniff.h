// What a file is when nothing can be decoded from it, in a producer's words.
//
// Pure: the caller reads the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace matinee::prepare {

// Reads up to `size` bytes at `offset` of the file; fewer at its end, none past it.
using ReadAt = std::function<Bytes(std::uint64_t offset, std::size_t size)>;

// What is known to be wrong with the file by its bytes alone, to be read after its name: "is
// empty", "is not a video file (looks like text)", "is cut short: ...". Nothing when the bytes
// say nothing against it. `size` is the file's.
//
// For ISO-BMFF (ISO 14496-12 section 4.2) the top-level boxes are walked: a missing moov, a last
// box longer than the file, encrypted tracks (sinf, ISO 14496-12 section 8.12) are found.
std::optional<std::string> diagnose(std::uint64_t size, const ReadAt& read_at);

// The usual extension ("mp4", "mkv", "avi" ...) of the container that a film's first bytes are of;
// empty when they are of none known here. Says nothing about what is in it.
std::string_view container_of(ByteSpan head);

// How many first bytes that takes.
inline constexpr std::size_t kContainerHead = 4096;

// The Dolby Vision profile a file declares (the dvcC, dvvC or dvwC record of Dolby's "Dolby Vision
// Streams within the ISO Base Media File Format" section 3.2, or the same in Matroska); nothing
// without one.
std::optional<unsigned> dolby_vision_profile(std::uint64_t size, const ReadAt& read_at);

// Whether an ISO-BMFF film's first track with a size is to be shown mirrored across the diagonal
// from the top right to the bottom left: the display matrix 0 -1 -1 0 (ISO 14496-12 section 8.3),
// the one of the eight that GStreamer 1.22 does not know.
bool is_mirrored_across(std::uint64_t size, const ReadAt& read_at);

}  // namespace matinee::prepare
