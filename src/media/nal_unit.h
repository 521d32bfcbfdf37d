// H.264 samples as 'avc1' stores them: NAL units behind four-byte lengths
// (ISO/IEC 14496-15 section 5.3.4).
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::media {

// The parts of `sample` to keep so that no parameter set, access unit delimiter or filler stands
// in it ('avc1' forbids the first within samples, the others only cost bytes). Ranges are within
// the sample, in order, neighbours joined. kInvalid when the lengths do not fill the sample.
Result<std::vector<ByteRange>> without_parameter_sets(ByteSpan sample);

// Whether the sample holds an IDR picture: decoding can begin with it.
Result<bool> holds_idr(ByteSpan sample);

// The bytes each NAL unit's length takes, as the configuration record says (1, 2 or 4).
Result<unsigned> nal_length_size(ByteSpan avcc);

}  // namespace matinee::media
