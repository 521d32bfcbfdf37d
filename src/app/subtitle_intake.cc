#include "app/subtitle_intake.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/installed_fonts.h"
#include "app/json_line.h"
#include "library/mapped_file.h"
#include "subtitles/detect_language.h"
#include "subtitles/language.h"
#include "subtitles/plain_text.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// How many findings of each check are kept: enough to see what is wrong.
constexpr std::size_t kMostFindings = 50;

// A text, or a number as people may write a shift.
Result<std::string> text_of(const json& value, std::string_view key) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number()) return value.dump();
    return fail(ErrorCode::kInvalid, "\"{}\" must be a text", key);
}

using Setter = Result<void> (*)(const std::string& text, SubtitleOptions& options);

struct Key {
    std::string_view name;
    Setter set;
};

Result<void> set_encoding(const std::string& text, SubtitleOptions& options) {
    options.encoding = subtitles::encoding_by_name(text);
    if (options.encoding) return {};
    std::string known;
    for (const subtitles::Encoding encoding : subtitles::all_encodings()) {
        known += known.empty() ? "" : ", ";
        known += to_string(encoding);
    }
    return fail(ErrorCode::kInvalid, "\"{}\" is no encoding known here; known are {}", text, known);
}

Result<void> set_language(const std::string& text, SubtitleOptions& options) {
    const auto language = subtitles::language_of_word(text);
    if (language) {
        options.language = *language;
    } else if (subtitles::is_well_formed(text)) {
        options.language = subtitles::canonical_tag(text);
    } else {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no language: write a tag (\"zh-Hant\"), a code (\"rus\") or a name "
                    "(\"Russian\")",
                    text);
    }
    return {};
}

Result<void> set_kind(const std::string& text, SubtitleOptions& options) {
    using subtitles::Kind;
    for (const Kind kind : {Kind::kSubtitles, Kind::kForced, Kind::kSdh}) {
        if (text == to_string(kind) || text == kind_word(kind)) {
            options.kind = kind;
            return {};
        }
    }
    return fail(ErrorCode::kInvalid, "\"{}\" is no kind: it is subtitles, forced or sdh", text);
}

Result<void> set_label(const std::string& text, SubtitleOptions& options) {
    options.label = text;
    return {};
}

Result<void> set_shift(const std::string& text, SubtitleOptions& options) {
    options.timing.shift = TRY(subtitles::parse_shift(text));
    return {};
}

Result<void> set_stretch(const std::string& text, SubtitleOptions& options) {
    const subtitles::Ratio ratio = TRY(subtitles::parse_stretch(text));
    options.timing.stretch_numerator = ratio.numerator;
    options.timing.stretch_denominator = ratio.denominator;
    return {};
}

Result<void> set_sync(const std::string& text, SubtitleOptions& options) {
    options.timing.sync = TRY(subtitles::parse_sync(text));
    TRY(subtitles::make_time_map(options.timing));
    return {};
}

Result<void> set_overlaps(const std::string& text, SubtitleOptions& options) {
    if (text != "keep" && text != "cut") {
        return fail(ErrorCode::kInvalid, "overlaps are to \"keep\" or to \"cut\", not to \"{}\"",
                    text);
    }
    options.timing.overlaps =
        text == "cut" ? subtitles::OverlapHandling::kCut : subtitles::OverlapHandling::kKeep;
    return {};
}

constexpr std::array kKeys = std::to_array<Key>({
    {"encoding", set_encoding},
    {"language", set_language},
    {"kind", set_kind},
    {"label", set_label},
    {"shift", set_shift},
    {"stretch", set_stretch},
    {"sync", set_sync},
    {"overlaps", set_overlaps},
});

json problems_json(const std::vector<subtitles::Problem>& problems) {
    json all = json::array();
    for (const subtitles::Problem& problem : problems) {
        all.push_back({{"line", problem.line}, {"message", problem.message}});
    }
    return all;
}

json findings_json(const std::vector<subtitles::Finding>& findings) {
    json all = json::array();
    for (const subtitles::Finding& finding : findings) {
        json item{{"check", to_string(finding.check)},
                  {"severity", to_string(finding.severity)},
                  {"message", finding.message}};
        if (finding.cue > 0) {
            item["cue"] = finding.cue;
            item["start"] = finding.start.count();
            item["end"] = finding.end.count();
        }
        all.push_back(std::move(item));
    }
    return all;
}

json counts_json(const std::vector<subtitles::Finding>& findings) {
    json counts = json::object();
    for (const auto& [check, count] : count_findings(findings)) {
        counts[std::string(to_string(check))] = count;
    }
    return counts;
}

// "3 reading-speed, 1 script", of what is worse than a notice.
std::string summary_of(const std::vector<subtitles::Finding>& findings) {
    std::vector<subtitles::Finding> serious = findings;
    std::erase_if(serious, [](const subtitles::Finding& finding) {
        return finding.severity == subtitles::Severity::kNotice;
    });
    std::string text;
    for (const auto& [check, count] : count_findings(serious)) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, to_string(check));
    }
    return text;
}

auto sort_key(const store::SubtitleSource& source) {
    return std::tie(source.language, source.kind, source.label, source.path);
}

std::string file_name_of(const store::SubtitleSource& source) {
    return fs::path(source.path).filename().string();
}

// Numbers the tracks of each language and kind, those without a label first.
void number_tracks(std::vector<subtitles::Track>& tracks) {
    std::ranges::stable_sort(tracks, {}, [](const subtitles::Track& track) {
        return std::tuple(track.language(), track.kind(), track.label());
    });
    std::map<std::pair<std::string, subtitles::Kind>, unsigned> counts;
    for (subtitles::Track& track : tracks) {
        const unsigned ordinal = ++counts[{track.language(), track.kind()}];
        if (ordinal == track.ordinal()) continue;
        track = subtitles::Track(track.language(), track.kind(), track.document(), ordinal,
                                 track.label());
    }
}

// The film's duration, when it is prepared.
// What the film's preparation says of it; nothing before that.
Result<std::optional<store::Media>> media_of(store::Store& store, const store::Entry& entry) {
    if (entry.media_id.empty()) return std::optional<store::Media>();
    auto media = store.find_media(entry.media_id);
    if (media) return std::optional(*std::move(media));
    if (media.error().code() == ErrorCode::kNotFound) return std::optional<store::Media>();
    return fail(std::move(media).error(), "entry {}", entry.id);
}

}  // namespace

std::string_view kind_word(subtitles::Kind kind) {
    switch (kind) {
        case subtitles::Kind::kForced:
            return "forced";
        case subtitles::Kind::kSdh:
            return "sdh";
        case subtitles::Kind::kSubtitles:
            break;
    }
    return "full";
}

subtitles::Kind kind_of_word(std::string_view word) {
    if (word == "forced") return subtitles::Kind::kForced;
    if (word == "sdh") return subtitles::Kind::kSdh;
    return subtitles::Kind::kSubtitles;
}

Result<SubtitleOptions> parse_subtitle_options(const std::string& text) {
    const json said = json::parse(text, nullptr, false);
    if (!said.is_object()) {
        return fail(
            ErrorCode::kInvalid,
            "what is set for a subtitle file must be an object, as in {{\"shift\": \"-1.5\"}}");
    }
    SubtitleOptions options;
    for (const auto& [name, value] : said.items()) {
        if (name == "use") {
            if (!value.is_boolean()) return fail(ErrorCode::kInvalid, "\"use\" is true or false");
            options.use = value.get<bool>();
            continue;
        }
        const auto* const key =
            std::ranges::find_if(kKeys, [&](const Key& each) { return each.name == name; });
        if (key == kKeys.end()) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" is nothing that can be set for a subtitle file: encoding, "
                        "language, kind, label, shift, stretch, sync, overlaps, use",
                        name);
        }
        auto set = key->set(TRY(text_of(value, name)), options);
        if (!set) return fail(std::move(set).error(), "{}", name);
    }
    if (options.timing.sync && (said.contains("shift") || said.contains("stretch"))) {
        return fail(ErrorCode::kInvalid,
                    "sync stands instead of shift and stretch: set one of them");
    }
    return options;
}

std::string merge_subtitle_options(const std::string& lower, const std::string& upper) {
    json merged = json::parse(lower, nullptr, false);
    if (!merged.is_object()) merged = json::object();
    const json changes = json::parse(upper, nullptr, false);
    if (changes.is_object()) merged.merge_patch(changes);
    return json_line(merged);
}

Result<std::map<std::string, std::string>> described_subtitle_options(const std::string& metadata) {
    std::map<std::string, std::string> all;
    const json described = json::parse(metadata, nullptr, false);
    if (!described.is_object() || !described.contains("subtitles")) return all;
    const json& subtitles = described["subtitles"];
    if (!subtitles.is_object()) {
        return fail(
            ErrorCode::kInvalid,
            "\"subtitles\" must name files, as in {{\"film.ru.srt\": {{\"shift\": \"-1.5\"}}}}");
    }
    for (const auto& [file, options] : subtitles.items()) {
        auto parsed = parse_subtitle_options(json_line(options));
        if (!parsed) return fail(std::move(parsed).error(), "\"subtitles\": \"{}\"", file);
        all.emplace(file, json_line(options));
    }
    return all;
}

Result<SubtitleContext> subtitle_context(store::Store& store, const library::Library& library,
                                         const std::string& entry_id) {
    SubtitleContext context;
    const store::Entry entry = TRY(store.find_entry(entry_id));
    if (const auto media = TRY(media_of(store, entry))) {
        context.duration = std::chrono::floor<subtitles::Milliseconds>(media->duration);
        if (media->frame_rate_numerator > 0) {
            context.film.frame_rate = {media->frame_rate_numerator, media->frame_rate_denominator};
        }
    }
    if (library.has_media(entry.media_id)) {
        context.embedded =
            TRY(library::SubtitleSet::open_embedded(library.media_folder() / entry.media_id));
    }
    context.has_glyph = installed_glyphs();
    return context;
}

Result<SubtitleReading> read_subtitles(const std::string& file_name, ByteSpan bytes,
                                       const SidecarName& said, const SubtitleOptions& options,
                                       const SubtitleContext& context) {
    using subtitles::LanguageSource;
    // A day of karaoke has a tenth of that. It is all read into memory, by the server too.
    constexpr std::size_t kLargest = std::size_t{32} << 20;
    if (bytes.size() > kLargest) {
        return fail(ErrorCode::kInvalid, "{}: larger than {} MiB: this is no subtitle file",
                    file_name, kLargest >> 20);
    }
    subtitles::DecodeOptions decoding;
    decoding.encoding = options.encoding;
    decoding.language = options.language.empty() ? said.language : options.language;
    if (decoding.language == subtitles::kUndetermined) decoding.language.clear();

    SubtitleReading reading;
    reading.parsed = TRY(subtitles::parse(file_name, bytes, decoding, context.film));
    subtitles::ParsedFile& parsed = reading.parsed;
    json report{{"format", to_string(parsed.format)},
                {"encoding", to_string(parsed.encoding)},
                {"certainty", to_string(parsed.encoding_certainty)},
                {"reason", parsed.encoding_reason},
                {"tracks", json::array()}};
    if (context.duration) report["duration"] = context.duration->count();
    const bool unicode = to_string(parsed.encoding).starts_with("UTF-");
    if (!unicode || parsed.encoding_certainty >= subtitles::Certainty::kLikely) {
        reading.notes.push_back(fmt::format("taken for {} ({}: {})", to_string(parsed.encoding),
                                            to_string(parsed.encoding_certainty),
                                            parsed.encoding_reason));
    }
    for (subtitles::Document& document : parsed.documents) {
        TRY(subtitles::apply_timing(options.timing, document, parsed.problems));
        // The producer's word, then the name, then what the file itself says; several languages of
        // one file are told apart by the file alone.
        std::string declared = options.language;
        LanguageSource source = LanguageSource::kProducer;
        if (declared.empty() || parsed.documents.size() > 1) {
            declared = said.language;
            source = LanguageSource::kFileName;
            if (!document.language.empty() &&
                (declared == subtitles::kUndetermined || parsed.documents.size() > 1)) {
                declared = document.language;
                source = LanguageSource::kContainer;
            }
        }
        const auto choice =
            subtitles::choose_language(declared, source, subtitles::plain_text(document));
        if (!choice.note.empty()) reading.notes.push_back(choice.note);
        const subtitles::Kind kind = options.kind.value_or(kind_of_word(said.kind));
        const std::string label = options.label.value_or(said.label);

        subtitles::CheckContext checks;
        checks.language = choice.tag;
        checks.duration = context.duration;
        checks.has_glyph = context.has_glyph;
        const auto findings = check_document(document, checks);
        const std::string serious = summary_of(findings);
        if (!serious.empty()) reading.notes.push_back("checks: " + serious);
        report["tracks"].push_back(
            {{"language", choice.tag},
             {"language_source", to_string(choice.source)},
             {"note", choice.note},
             {"kind", to_string(kind)},
             {"label", label},
             {"cues", document.cues.size()},
             {"counts", counts_json(findings)},
             {"findings", findings_json(first_of_each(findings, kMostFindings))}});
        reading.tracks.emplace_back(choice.tag, kind, std::move(document), 1U, label);
    }
    parsed.documents.clear();
    report["problems"] = problems_json(parsed.problems);
    reading.report = json_line(report);
    for (const subtitles::Problem& problem : parsed.problems) {
        reading.notes.push_back(problem.line > 0
                                    ? fmt::format("line {}: {}", problem.line, problem.message)
                                    : problem.message);
    }
    return reading;
}

namespace {

// Adds what is inside the film and in no file beside it. A file without a language may be in any:
// then only those of other kinds are added.
void add_embedded(const library::SubtitleSet& embedded, std::vector<subtitles::Track>& tracks) {
    const std::vector<subtitles::Track> files = tracks;
    for (const subtitles::Track& track : embedded.tracks()) {
        const bool known = std::ranges::any_of(files, [&](const subtitles::Track& file) {
            return file.kind() == track.kind() && (file.language() == track.language() ||
                                                   file.language() == subtitles::kUndetermined);
        });
        if (!known) tracks.push_back(track);
    }
}

}  // namespace

std::vector<std::string> subtitle_languages(library::Library& library, const store::Entry& entry) {
    std::vector<std::string> languages;
    if (entry.subtitles_id.empty()) return languages;
    const auto set = library.subtitles(entry.subtitles_id);
    if (!set) return languages;  // its files are gone: nobody gets them
    for (const subtitles::Track& track : (*set)->tracks())
        languages.push_back(track.language());
    return languages;
}

std::vector<std::string> lacking_languages(std::span<const std::string> languages,
                                           std::span<const std::string> wanted) {
    std::vector<std::string> lacking;
    std::ranges::copy_if(wanted, std::back_inserter(lacking), [&](const std::string& range) {
        return std::ranges::none_of(languages, [&](const std::string& language) {
            return subtitles::is_in(language, range);
        });
    });
    return lacking;
}

Result<std::vector<std::string>> asked_languages(std::span<const std::string> words) {
    std::vector<std::string> languages;
    for (const std::string& word : words) {
        auto language = subtitles::asked_language(word);
        if (!language) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" is no language; write a tag as zh, zh-Hant or pt-BR", word);
        }
        languages.push_back(*std::move(language));
    }
    return languages;
}

Result<InstalledSubtitles> install_subtitles(const fs::path& folder,
                                             std::span<const store::SubtitleSource> sources,
                                             const SubtitleContext& context,
                                             std::vector<ImportNote>& problems) {
    InstalledSubtitles installed;
    installed.sources.assign(sources.begin(), sources.end());
    std::vector<subtitles::Track> tracks;
    for (store::SubtitleSource& source : installed.sources) {
        const auto read = [&]() -> Result<SubtitleReading> {
            const SubtitleOptions options = TRY(parse_subtitle_options(source.options));
            if (!options.use) {
                SubtitleReading none;
                none.report = R"({"used":false})";
                return none;
            }
            const auto file = TRY(library::MappedFile::open(source.path));
            return read_subtitles(file_name_of(source), file->bytes(),
                                  {source.language, source.kind, source.label}, options, context);
        };
        auto reading = read();
        if (!reading) {
            // The film's other languages need not wait for this one.
            const std::string why = reading.error().to_string();
            problems.push_back({source.path, why});
            source.report = json_line({{"error", why}});
            continue;
        }
        for (const std::string& note : reading->notes) {
            problems.push_back({source.path, note});
        }
        source.report = std::move(reading->report);
        if (!reading->tracks.empty()) {
            const subtitles::Track& first = reading->tracks.front();
            source.language = first.language();
            source.kind = kind_word(first.kind());
            source.label = first.label();
        }
        std::ranges::move(reading->tracks, std::back_inserter(tracks));
    }
    if (context.embedded) add_embedded(*context.embedded, tracks);
    std::ranges::sort(installed.sources, {}, sort_key);
    number_tracks(tracks);
    if (!tracks.empty()) installed.set = TRY(library::SubtitleSet::publish(folder, tracks));
    return installed;
}

Result<std::vector<ImportNote>> refresh_subtitles(store::Store& store, library::Library& library,
                                                  const std::string& entry_id) {
    std::vector<ImportNote> problems;
    const store::Entry entry = TRY(store.find_entry(entry_id));
    const std::vector<store::SubtitleSource> before = TRY(store.list_subtitles(entry_id));
    if (before.empty() && entry.media_id.empty()) return problems;
    const auto described = TRY(described_subtitle_options(entry.metadata));
    const auto set_by_hand = TRY(store.list_subtitle_options(entry_id));
    // What files may be named after: the film, the one it has taken the place of, the entry.
    std::vector<std::string> film_names = {fs::path(entry.source.path).filename().string()};
    if (const auto former = TRY(store.former_source_of(entry_id))) {
        film_names.push_back(fs::path(former->path).filename().string());
    }
    film_names.push_back(entry_id + ".film");
    std::vector<store::SubtitleSource> sources = before;
    for (store::SubtitleSource& source : sources) {
        const std::string name = file_name_of(source);
        std::string options = "{}";
        for (const auto* const layer : {&described, &set_by_hand}) {
            const auto found = layer->find(name);
            if (found != layer->end()) options = merge_subtitle_options(options, found->second);
        }
        source.options = options;
        source.sha256 = TRY(sha256_of_file(source.path));
        // What the name says, not what was made of it last time.
        std::optional<subtitles::Sidecar> sidecar;
        for (const std::string& film_name : film_names) {
            if (!sidecar) sidecar = subtitles::match_sidecar(name, film_name);
        }
        source.language = sidecar ? sidecar->language : std::string(subtitles::kUndetermined);
        source.kind = kind_word(sidecar ? sidecar->kind : subtitles::Kind::kSubtitles);
        source.label = sidecar ? sidecar->label : std::string();
    }
    std::ranges::sort(sources, {}, sort_key);
    const SubtitleContext context = TRY(subtitle_context(store, library, entry_id));
    const InstalledSubtitles installed =
        TRY(install_subtitles(library.subtitles_folder(), sources, context, problems));
    if (installed.set != entry.subtitles_id || installed.sources != before) {
        TRY(store.set_subtitles(entry_id, installed.set, installed.sources));
    }
    return problems;
}

}  // namespace matinee::app
