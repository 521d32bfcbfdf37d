// Short ways to write cues, and random ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "subtitles/cue.h"
#include "subtitles/cue_text.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {

inline Cue make_cue(std::int64_t start_ms, std::int64_t end_ms, std::string text) {
    Cue cue;
    cue.start = Milliseconds(start_ms);
    cue.end = Milliseconds(end_ms);
    cue.text = std::move(text);
    return cue;
}

inline Document document_of(std::vector<Cue> cues) {
    Document document;
    document.cues = std::move(cues);
    return document;
}

inline Track make_track(std::vector<Cue> cues) {
    return {"en", Kind::kSubtitles, document_of(std::move(cues))};
}

inline std::vector<std::string> messages(const std::vector<Problem>& problems) {
    std::vector<std::string> out;
    for (const Problem& problem : problems) {
        out.push_back(fmt::format("{}: {}", problem.line, problem.message));
    }
    return out;
}

// What a reader found, a line a cue: "start-end|settings|text", line ends as "/".
inline std::vector<std::string> cue_lines(const Source& source) {
    std::vector<std::string> out;
    for (const SourceCue& found : source.cues) {
        std::string line =
            fmt::format("{}-{}|{}|{}", found.cue.start.count(), found.cue.end.count(),
                        format_cue_settings(found.cue.settings), found.cue.text);
        std::replace(line.begin(), line.end(), '\n', '/');
        out.push_back(std::move(line));
    }
    return out;
}

// Equal seeds give equal values on every machine: the engine is specified, its distributions
// are not.
class Random {
  public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    // In [0, below).
    std::uint32_t below(std::uint32_t below) {
        return static_cast<std::uint32_t>(engine_() % below);
    }
    bool coin() { return below(2) == 0; }

    template <typename T, std::size_t kCount>
    const T& pick(const T (&choices)[kCount]) {
        return choices[below(kCount)];
    }

  private:
    std::mt19937 engine_;
};

// The seed of a property test: MATINEE_SEED, or a new one; printed with each failure.
inline std::uint32_t property_seed() {
    const char* const fixed = std::getenv("MATINEE_SEED");
    return fixed != nullptr ? static_cast<std::uint32_t>(std::strtoul(fixed, nullptr, 10))
                            : std::random_device()();
}

inline std::string random_markup(Random& random) {
    static const char* const kPieces[] = {
        "word",   " ",        "\n",     "<i>",   "</i>",        "<b>",     "</b>", "<u.x.y>",
        "<c.red", "</",       "<",      ">",     "&",           "&amp;",   "&lt",  "&#10;",
        "--",     "-->",      "<ruby>", "<rt>",  "</rt>",       "</ruby>", "字幕", "Привет",
        "<v A&B", "<lang zh", "&#0;",   "<0:1>", "<00:01.500>", "\u00a0",  ".",    "{\\an8}",
    };
    std::string text;
    const std::uint32_t count = 1 + random.below(12);
    for (std::uint32_t i = 0; i < count; ++i) {
        text += random.pick(kPieces);
    }
    return text;
}

// A document as tidy() makes them, with everything that WebVTT can say.
inline Document random_document(Random& random) {
    Source source;
    for (std::uint32_t i = random.below(3); i > 0; --i) {
        Region region;
        region.id = fmt::format("r{}", random.below(3));
        region.width_percent = random.below(1001) / 10.0;
        region.lines = random.below(10);
        region.anchor_x_percent = random.below(101);
        region.viewport_anchor_y_percent = random.below(10'001) / 100.0;
        region.scroll_up = random.coin();
        source.regions.push_back(region);
    }
    for (std::uint32_t i = random.below(3); i > 0; --i) {
        source.stylesheets.emplace_back("::cue(b) {\n  color: red;\n}");
    }
    for (std::uint32_t i = random.below(40); i > 0; --i) {
        SourceCue found;
        Cue& cue = found.cue;
        static const char* const kIds[] = {"", "", "1", "a b", "STYLE", "NOTE x", "- - > --"};
        cue.id = random.pick(kIds);
        cue.start = Milliseconds(random.below(1000) * 100);
        cue.end = cue.start + Milliseconds(random.below(5000)) - Milliseconds(100);
        cue.text = normalise_cue_text(random_markup(random));
        CueSettings& settings = cue.settings;
        if (!source.regions.empty() && random.coin()) settings.region = source.regions[0].id;
        settings.direction = static_cast<WritingDirection>(random.below(3));
        if (random.coin()) {
            settings.line_unit = static_cast<LineUnit>(random.below(2));
            const std::uint32_t number = random.below(101);
            settings.line = settings.line_unit == LineUnit::kLines ? -1.0 * number : number / 3.0;
            if (number == 0) settings.line = 0;
            settings.line_align = static_cast<LineAlign>(random.below(3));
        }
        if (random.coin()) {
            settings.position = random.below(101) / 7.0;
            settings.position_align = static_cast<PositionAlign>(random.below(4));
        }
        settings.size = random.coin() ? 100 : random.below(101);
        settings.align = static_cast<TextAlign>(random.below(5));
        source.cues.push_back(std::move(found));
    }
    std::vector<Problem> problems;
    return tidy(std::move(source), Overlaps::kExpected, problems);
}

}  // namespace matinee::subtitles
