// Turning a finished QuickTime or MP4 file, as a phone does: pixels stay, the file says how to
// hold them. GStreamer 1.22's muxers cannot write this.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace matinee::samples {

// Writes a quarter turn clockwise into the first video track's display matrix (ISO 14496-12
// section 8.3.2, tkhd). `movie` is the whole file, or any run of whole boxes with the moov in it.
// kInvalid when there is no video track with a track header.
Result<void> turn_clockwise(std::span<std::uint8_t> movie);

}  // namespace matinee::samples
