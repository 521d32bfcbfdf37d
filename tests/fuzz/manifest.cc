// entry.json, which the worker writes and the server believes.
#include "library/manifest.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    const auto manifest = library::manifest_from_json({reinterpret_cast<const char*>(data), size});
    if (!manifest) {
        FUZZ_CHECK(!manifest.error().message().empty());
        return 0;
    }
    for (const library::TrackInfo& track : manifest->tracks) {
        FUZZ_CHECK(!track.file.empty() && track.file.find('/') == std::string::npos);
    }
    FUZZ_CHECK(manifest->poster.find('/') == std::string::npos);
    // What the server calculates with it.
    const media::FrameRate rate = manifest->frame_rate;
    (void)rate.as_double();
    (void)rate.start_of(manifest->frame_count);
    (void)rate.frames_in(2);
    // Written and read, it is what it was; but for a number that is none, as JSON has it.
    const auto again = library::manifest_from_json(library::to_json(*manifest));
    FUZZ_CHECK(again);
    FUZZ_CHECK(library::to_json(*again) == library::to_json(*manifest));
    return 0;
}
