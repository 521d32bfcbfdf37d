// Text tracks of containers: the first byte picks the dialect, the second what separates a header
// from pieces of text, and those from each other.
#include "subtitles/embedded.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/subtitle_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    if (size < 2) return 0;
    const auto dialect = static_cast<subtitles::Dialect>(data[0] % 4);
    const char separator = static_cast<char>(data[1]);
    std::string_view rest(reinterpret_cast<const char*>(data + 2), size - 2);
    const auto take = [&] {
        const std::string_view piece = rest.substr(0, rest.find(separator));
        rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
        return piece;
    };
    subtitles::EmbeddedReader reader(dialect, take());
    for (subtitles::Milliseconds time(0); !rest.empty(); time += subtitles::Milliseconds(500)) {
        reader.add(take(), time, time + subtitles::Milliseconds(700));
    }
    std::vector<subtitles::Problem> problems;
    subtitles::check_document(
        subtitles::tidy(std::move(reader).finish(), subtitles::Overlaps::kExpected, problems));
    return 0;
}
