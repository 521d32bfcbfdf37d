#include "library/subtitle_set.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>

#include <nlohmann/json.hpp>

#include "library/file_error.h"
#include "library/mapped_file.h"
#include "library/output_file.h"
#include "library/sha256.h"
#include "subtitles/parse.h"
#include "subtitles/trim.h"
#include "subtitles/webvtt.h"

namespace matinee::library {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kSetFile = "set.json";
constexpr int kSetFormat = 1;

// A track as its file.
struct File {
    std::string name;
    std::string language;
    std::string kind;
    unsigned ordinal = 1;
    std::string label;
    std::string text;
};

std::vector<File> files_of(std::span<const subtitles::Track> tracks) {
    std::vector<File> files;
    for (const subtitles::Track& track : tracks) {
        File file;
        file.language = track.language();
        file.kind = to_string(track.kind());
        file.ordinal = track.ordinal();
        file.label = track.label();
        file.name = file.ordinal == 1
                        ? fmt::format("{}.{}.vtt", file.language, file.kind)
                        : fmt::format("{}.{}.{}.vtt", file.language, file.kind, file.ordinal);
        file.text = subtitles::render_file(track.document());
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &File::name);
    return files;
}

std::string name_of_files(const std::vector<File>& files) {
    std::string all;
    for (const File& file : files) {
        all += fmt::format("{}\n{}\n{}", file.name, file.text.size(), file.text);
        if (!file.label.empty()) all += fmt::format("label {}\n{}", file.label.size(), file.label);
    }
    return sha256_hex(base::as_byte_span(all)).substr(0, 32);
}

std::string manifest_of(const std::vector<File>& files) {
    json manifest{{"format", kSetFormat}, {"tracks", json::array()}};
    for (const File& file : files) {
        json track{{"language", file.language}, {"kind", file.kind}, {"file", file.name}};
        // Only where they say something: the ordinary track is described as it always was.
        if (file.ordinal != 1) track["ordinal"] = file.ordinal;
        if (!file.label.empty()) track["label"] = file.label;
        manifest["tracks"].push_back(std::move(track));
    }
    return manifest.dump(2) + "\n";
}

Result<subtitles::Kind> stored_kind(const std::string& name) {
    using subtitles::Kind;
    for (const Kind kind : {Kind::kSubtitles, Kind::kForced, Kind::kSdh}) {
        if (to_string(kind) == name) return kind;
    }
    return fail(ErrorCode::kInvalid, "unknown kind of subtitles \"{}\"", name);
}

Result<void> write_all(const fs::path& directory, const std::vector<File>& files) {
    for (const File& file : files) {
        TRY(write_file(directory / file.name, base::as_byte_span(file.text)));
    }
    TRY(write_file(directory / kSetFile, base::as_byte_span(manifest_of(files))));
    return sync_directory(directory);
}

}  // namespace

Result<std::shared_ptr<const SubtitleSet>> SubtitleSet::open_embedded(const fs::path& directory) {
    std::error_code code;
    fs::directory_iterator entry(directory / kEmbeddedSubtitles, code);
    if (code == std::errc::no_such_file_or_directory) return std::shared_ptr<const SubtitleSet>();
    for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
        // Not what a crash may have left of one.
        if (!entry->path().filename().string().starts_with('.')) return open(entry->path());
    }
    if (code) return file_error(code.value(), directory / kEmbeddedSubtitles, "cannot be listed");
    return std::shared_ptr<const SubtitleSet>();
}

Result<std::string> SubtitleSet::publish(const fs::path& parent,
                                         std::span<const subtitles::Track> tracks) {
    const std::vector<File> files = files_of(tracks);
    std::string name = name_of_files(files);
    const fs::path target = parent / name;
    std::error_code error;
    if (fs::exists(target, error)) return name;
    fs::create_directories(parent, error);
    if (error) return file_error(error.value(), parent, "cannot be created");

    const fs::path incoming = parent / fmt::format(".{}.{}", name, ::getpid());
    fs::remove_all(incoming, error);
    fs::create_directory(incoming, error);
    if (error) return file_error(error.value(), incoming, "cannot be created");
    Result<void> written = write_all(incoming, files);
    if (written) {
        fs::rename(incoming, target, error);
        // Somebody else may have published the same content meanwhile: then it is there.
        if (error && !fs::exists(target)) {
            written = file_error(error.value(), target, "cannot be put in place");
        }
    }
    std::error_code ignored;  // gone already after a successful rename
    fs::remove_all(incoming, ignored);
    if (!written) return Unexpected(std::move(written).error());
    TRY(sync_directory(parent));
    return name;
}

std::string SubtitleSet::name_of(std::span<const subtitles::Track> tracks) {
    return name_of_files(files_of(tracks));
}

Result<std::vector<SubtitleFile>> read_subtitle_list(const std::string& text) {
    std::vector<SubtitleFile> files;
    try {
        const json manifest = json::parse(text);
        if (manifest.at("format") != kSetFormat) {
            return fail(ErrorCode::kUnsupported, "format {} is not known to this build",
                        manifest.at("format").dump(-1, ' ', false, json::error_handler_t::replace));
        }
        for (const json& item : manifest.at("tracks")) {
            SubtitleFile file {
                item.at("language"), TRY(stored_kind(item.at("kind")))
                , item.at("file"), item.value("ordinal", 1U), item.value("label", "")
            };
            if (file.file.empty() ||
                file.file.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
                return fail(ErrorCode::kInvalid, "\"{}\" is no name of a file", file.file);
            }
            files.push_back(std::move(file));
        }
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "{}", error.what());
    }
    return files;
}

Result<std::shared_ptr<const SubtitleSet>> SubtitleSet::open(const fs::path& directory) {
    const auto list_file = TRY(MappedFile::open(directory / kSetFile));
    auto list = read_subtitle_list(std::string(base::as_text(list_file->bytes())));
    if (!list) return fail(std::move(list).error(), "{}", (directory / kSetFile).string());
    auto set = std::make_shared<SubtitleSet>();
    for (SubtitleFile& item : *list) {
        const auto file = TRY(MappedFile::open(directory / item.file));
        // We wrote it: no guessing.
        subtitles::DecodeOptions decoding;
        decoding.encoding = subtitles::Encoding::kUtf8;
        auto parsed = TRY(subtitles::parse(item.file, file->bytes(), decoding));
        set->tracks_.emplace_back(std::move(item.language), item.kind,
                                  std::move(parsed.documents.front()), item.ordinal,
                                  std::move(item.label));
    }
    return std::shared_ptr<const SubtitleSet>(std::move(set));
}

std::shared_ptr<const SubtitleSet> SubtitleSet::trimmed(
    subtitles::Milliseconds start, std::optional<subtitles::Milliseconds> end) const {
    auto set = std::make_shared<SubtitleSet>();
    for (const subtitles::Track& track : tracks_)
        set->tracks_.push_back(subtitles::trimmed(track, start, end));
    return set;
}

const subtitles::Track* SubtitleSet::find(std::string_view language, subtitles::Kind kind,
                                          unsigned ordinal) const {
    const auto found = std::ranges::find_if(tracks_, [&](const subtitles::Track& track) {
        return track.language() == language && track.kind() == kind && track.ordinal() == ordinal;
    });
    return found == tracks_.end() ? nullptr : &*found;
}

}  // namespace matinee::library
