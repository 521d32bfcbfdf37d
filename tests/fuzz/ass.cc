#include "subtitles/ass.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "fuzz/subtitle_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    const std::string text = base::to_valid_utf8({reinterpret_cast<const char*>(data), size});
    Result<subtitles::Source> source = subtitles::parse_ass(text);
    if (!source) return 0;
    std::vector<subtitles::Problem> problems;
    subtitles::check_document(
        subtitles::tidy(*std::move(source), subtitles::Overlaps::kReported, problems));
    return 0;
}
