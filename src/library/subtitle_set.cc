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
#include "subtitles/webvtt.h"

namespace matinee::library {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kSetFile = "set.json";
constexpr int kFormat = 1;

// A track as its file.
struct File {
    std::string name;
    std::string language;
    std::string kind;
    std::string text;
};

std::vector<File> files_of(std::span<const subtitles::Track> tracks) {
    std::vector<File> files;
    for (const subtitles::Track& track : tracks) {
        File file;
        file.language = track.language();
        file.kind = to_string(track.kind());
        file.name = fmt::format("{}.{}.vtt", file.language, file.kind);
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
    }
    return sha256_hex(base::as_byte_span(all)).substr(0, 32);
}

std::string manifest_of(const std::vector<File>& files) {
    json manifest{{"format", kFormat}, {"tracks", json::array()}};
    for (const File& file : files) {
        manifest["tracks"].push_back(
            {{"language", file.language}, {"kind", file.kind}, {"file", file.name}});
    }
    return manifest.dump(2) + "\n";
}

Result<subtitles::Kind> kind_from(const std::string& name) {
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

Result<std::shared_ptr<const SubtitleSet>> SubtitleSet::open(const fs::path& directory) {
    const auto manifest_file = TRY(MappedFile::open(directory / kSetFile));
    auto set = std::make_shared<SubtitleSet>();
    try {
        const json manifest = json::parse(base::as_text(manifest_file->bytes()));
        if (manifest.at("format") != kFormat) {
            return fail(ErrorCode::kUnsupported, "{}: format {} is not known to this build",
                        (directory / kSetFile).string(), manifest.at("format").dump());
        }
        for (const json& item : manifest.at("tracks")) {
            const std::string name = item.at("file");
            const auto file = TRY(MappedFile::open(directory / name));
            auto parsed = TRY(subtitles::parse(name, file->bytes()));
            const subtitles::Kind kind = TRY(kind_from(item.at("kind")));
            set->tracks_.emplace_back(item.at("language"), kind,
                                      std::move(parsed.documents.front()));
        }
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "{}: {}", (directory / kSetFile).string(), error.what());
    }
    return std::shared_ptr<const SubtitleSet>(std::move(set));
}

const subtitles::Track* SubtitleSet::find(std::string_view language, subtitles::Kind kind) const {
    const auto found = std::ranges::find_if(tracks_, [&](const subtitles::Track& track) {
        return track.language() == language && track.kind() == kind;
    });
    return found == tracks_.end() ? nullptr : &*found;
}

}  // namespace matinee::library
