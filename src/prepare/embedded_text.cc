#include "prepare/embedded_text.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "subtitles/embedded.h"
#include "subtitles/language.h"

namespace matinee::prepare {
namespace {

using subtitles::Milliseconds;

std::optional<subtitles::Dialect> dialect_of(TextForm form) {
    switch (form) {
        case TextForm::kPlain:
            return subtitles::Dialect::kPlain;
        case TextForm::kPango:
            return subtitles::Dialect::kPango;
        case TextForm::kAss:
            return subtitles::Dialect::kAss;
        case TextForm::kWebVtt:
            return subtitles::Dialect::kWebVtt;
        case TextForm::kUnknown:
        case TextForm::kBitmap:
            break;
    }
    return std::nullopt;
}

subtitles::Kind kind_of(std::string title) {
    std::ranges::transform(title, title.begin(), [](unsigned char c) {
        return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
    });
    const auto says = [&](std::string_view word) { return title.find(word) != title.npos; };
    if (says("forced") || says("форсир")) return subtitles::Kind::kForced;
    if (says("sdh") || says("hearing") || says("[cc]") || says("(cc)")) {
        return subtitles::Kind::kSdh;
    }
    return subtitles::Kind::kSubtitles;
}

std::string language_of(const std::string& tag) {
    if (tag.empty()) return std::string(subtitles::kUndetermined);
    if (const auto known = subtitles::language_of_word(tag)) return *known;
    return subtitles::is_well_formed(tag) ? subtitles::canonical_tag(tag)
                                          : std::string(subtitles::kUndetermined);
}

Milliseconds milliseconds(std::int64_t ns) {
    return Milliseconds((ns + 500'000) / 1'000'000);
}

}  // namespace

std::vector<subtitles::Track> embedded_tracks(const SourceInfo& source, std::int64_t origin,
                                              std::int64_t length,
                                              std::vector<library::Note>& notes) {
    std::vector<subtitles::Track> tracks;
    for (const SubtitleStream& stream : source.subtitles) {
        const auto dialect = dialect_of(stream.form);
        if (!dialect) continue;
        subtitles::EmbeddedReader reader(*dialect, stream.header);
        for (const TextPiece& piece : stream.pieces) {
            const std::int64_t start = std::max<std::int64_t>(piece.start_ns - origin, 0);
            const std::int64_t end = std::min(piece.end_ns - origin, length);
            if (end > start) reader.add(piece.text, milliseconds(start), milliseconds(end));
        }
        std::vector<subtitles::Problem> problems;
        subtitles::Document document =
            tidy(std::move(reader).finish(), subtitles::Overlaps::kExpected, problems);
        const std::string language = language_of(stream.language);
        const subtitles::Kind kind = kind_of(stream.title);
        if (!problems.empty()) {
            notes.push_back({library::Severity::kWarning, "embedded-subtitles-repaired",
                             fmt::format("subtitles in the file ({}): {} odd place{}, the first: "
                                         "{}",
                                         language, problems.size(), problems.size() == 1 ? "" : "s",
                                         problems.front().message)});
        }
        if (document.cues.empty()) continue;
        const bool known = std::ranges::any_of(tracks, [&](const subtitles::Track& other) {
            return other.language() == language && other.kind() == kind;
        });
        if (known) {
            notes.push_back({library::Severity::kInfo, "embedded-subtitles",
                             fmt::format("a second track of {} subtitles in the file; the first "
                                         "is used",
                                         language)});
            continue;
        }
        tracks.emplace_back(language, kind, std::move(document));
    }
    return tracks;
}

}  // namespace matinee::prepare
