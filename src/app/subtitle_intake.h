// A producer's subtitle files: what is set for them, what they say, what is wrong with them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/importer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "library/library.h"
#include "store/store.h"
#include "subtitles/checks.h"
#include "subtitles/cue.h"
#include "subtitles/parse.h"
#include "subtitles/timing.h"

namespace matinee::app {

// What the producer has set for one subtitle file, in a film's description or by command. As JSON,
// every key optional:
//
//     {"encoding": "windows-1251", "language": "ru", "kind": "subtitles|forced|sdh",
//      "label": "director", "shift": "-1.5", "stretch": "25:23.976",
//      "sync": "0:01:00=0:01:02.5,1:20:00=1:20:09", "overlaps": "keep|cut", "use": true}
//
// "sync" stands instead of shift and stretch; a file that is not to be used stays known.
struct SubtitleOptions {
    std::optional<subtitles::Encoding> encoding;
    std::string language;  // canonical BCP-47; empty: found out
    std::optional<subtitles::Kind> kind;
    std::optional<std::string> label;
    subtitles::TimingOptions timing;
    bool use = true;
};

// kInvalid, naming the key and how it is written, for what makes no sense.
Result<SubtitleOptions> parse_subtitle_options(const std::string& json);

// `lower` with the keys of `upper` in their place; both JSON objects. A key of `upper` that is
// null takes the key away.
std::string merge_subtitle_options(const std::string& lower, const std::string& upper);

// What a description's "subtitles" says, by file name: {"film.ru.srt": {...}}. `metadata` is the
// entry's (store::EntryDescription). kInvalid when it is no such thing.
Result<std::map<std::string, std::string>> described_subtitle_options(const std::string& metadata);

// The store's words for kinds, "full", "forced" and "sdh", and back.
std::string_view kind_word(subtitles::Kind kind);
subtitles::Kind kind_of_word(std::string_view word);

// How subtitles are looked at.
struct SubtitleContext {
    std::optional<subtitles::Milliseconds> duration;  // of the film, where known
    subtitles::FilmFacts film;
    std::function<bool(char32_t)> has_glyph;  // empty: not checked
    // What is inside the film: used where no file of that language and kind lies beside it.
    std::shared_ptr<const library::SubtitleSet> embedded;
};

// What was made of a file.
struct SubtitleReading {
    subtitles::ParsedFile parsed;          // documents gone: they are in the tracks
    std::vector<subtitles::Track> tracks;  // one a document; ordinals as if they were alone

    // JSON: format, encoding with certainty and reason, problems by line, and for each track its
    // language with its source, kind, label, number of cues and findings by cue and time.
    std::string report;

    std::vector<std::string> notes;  // what a producer should hear of it now
};

// The languages that viewers get subtitles of the entry in, with those inside the film and without
// files that are not used or cannot be read.
std::vector<std::string> subtitle_languages(library::Library& library, const store::Entry& entry);

// Those of `wanted` that none of `languages` is in: somebody who asks for "zh" is content with
// "zh-Hans". All canonical.
std::vector<std::string> lacking_languages(std::span<const std::string> languages,
                                           std::span<const std::string> wanted);

// What somebody means who writes "EN" or "chi", as canonical tags. kInvalid, naming it, for what is
// no language.
Result<std::vector<std::string>> asked_languages(std::span<const std::string> words);

// How the subtitles of an entry are looked at now: with the film's duration and what is inside it
// when it is prepared, and the fonts of this machine.
Result<SubtitleContext> subtitle_context(store::Store& store, const library::Library& library,
                                         const std::string& entry_id);

// Reads the file called `file_name` (without folder). `said`: what its name says.
Result<SubtitleReading> read_subtitles(const std::string& file_name, ByteSpan bytes,
                                       const SidecarName& said, const SubtitleOptions& options,
                                       const SubtitleContext& context);

// Makes a set of `sources` in `folder` (of the library), and returns it with the sources as they
// turned out: language, kind, label, report. What cannot be read is reported there and in
// `problems`, and the others go on.
Result<InstalledSubtitles> install_subtitles(const std::filesystem::path& folder,
                                             std::span<const store::SubtitleSource> sources,
                                             const SubtitleContext& context,
                                             std::vector<ImportNote>& problems);

// Reads the entry's subtitle files again, with what is set for them now and the film's duration.
// The film is left alone, and nothing at all is written when nothing has changed. Returns what a
// producer should hear. Fails, with everything as it was, when a file is gone: then an import says
// what is there.
Result<std::vector<ImportNote>> refresh_subtitles(store::Store& store, library::Library& library,
                                                  const std::string& entry_id);

}  // namespace matinee::app
