// Tracks of subtitles, of one cue.
#pragma once

#include <string>
#include <utility>

#include "subtitles/cue.h"
#include "subtitles/webvtt.h"

namespace matinee::library {

inline subtitles::Track track(std::string language, subtitles::Kind kind,
                              std::string text = "text") {
    subtitles::Document document;
    subtitles::Cue cue;
    cue.start = subtitles::Milliseconds(1000);
    cue.end = subtitles::Milliseconds(2000);
    cue.text = std::move(text);
    document.cues.push_back(std::move(cue));
    return {std::move(language), kind, std::move(document)};
}

}  // namespace matinee::library
