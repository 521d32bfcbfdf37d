// set.json, the list of an entry's subtitles.
#include "library/subtitle_set.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    const auto list = library::read_subtitle_list({reinterpret_cast<const char*>(data), size});
    if (!list) {
        FUZZ_CHECK(!list.error().message().empty());
        return 0;
    }
    for (const library::SubtitleFile& file : *list) {
        FUZZ_CHECK(!file.file.empty());
        FUZZ_CHECK(file.file.find('/') == std::string::npos);
        FUZZ_CHECK(file.file.find('\0') == std::string::npos);
    }
    return 0;
}
