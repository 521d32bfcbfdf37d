#include "app/importer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

#include <glib.h>

#include "app/description.h"
#include "app/subtitle_intake.h"
#include "base/files.h"
#include "base/glib_support.h"
#include "base/handle.h"
#include "base/utf8.h"
#include "library/sha256.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSlug = 64;
constexpr std::size_t kShortHash = 8;
constexpr std::uintmax_t kLargestSidecar = 1 << 20;

// -- Hashing -------------------------------------------------------------------------------------

std::string short_hash(std::string_view text) {
    return library::sha256_hex(base::as_byte_span(text)).substr(0, kShortHash);
}

// -- What a file is ------------------------------------------------------------------------------

std::string lower_ascii(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return g_ascii_tolower(c); });
    return text;
}

bool is_one_of(std::string_view extension, std::initializer_list<std::string_view> extensions) {
    return std::ranges::find(extensions, extension) != extensions.end();
}

// Why a file cannot be a film, judged by its name; empty when it may be one.
std::string_view why_no_film(const fs::path& file) {
    const std::string name = lower_ascii(file.filename().string());
    const std::string extension = lower_ascii(file.extension().string());
    if (name.starts_with(".") || name.starts_with("~$") || name == "thumbs.db" ||
        name == "desktop.ini") {
        return "hidden file";
    }
    if (is_one_of(extension, {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".tif", ".tiff",
                              ".bmp", ".svg", ".heic", ".psd", ".ai", ".eps", ".ico"})) {
        return "picture";
    }
    if (is_one_of(extension, {".srt", ".vtt", ".ass", ".ssa", ".sub", ".idx", ".ttml", ".dfxp",
                              ".sbv", ".smi", ".sami", ".stl", ".scc", ".sup", ".lrc"})) {
        return "subtitles, but no film beside it has this name";
    }
    if (is_one_of(extension, {".txt",  ".md",  ".rst",  ".rtf",  ".pdf",    ".doc", ".docx",
                              ".odt",  ".xls", ".xlsx", ".ods",  ".csv",    ".tsv", ".ppt",
                              ".pptx", ".xml", ".nfo",  ".html", ".htm",    ".log", ".toml",
                              ".yaml", ".yml", ".url",  ".md5",  ".sha256", ".sha1"})) {
        return "text or document";
    }
    if (extension == ".json") return "description, but no film beside it has this name";
    if (is_one_of(extension, {".zip", ".rar", ".7z", ".tar", ".gz", ".xz", ".bz2", ".iso"})) {
        return "archive: unpack it first";
    }
    if (is_one_of(extension, {".part", ".crdownload", ".tmp", ".download", ".aria2"})) {
        return "unfinished download";
    }
    return "";
}

// A file to be imported, and the path its id is made from.
struct Candidate {
    fs::path path;      // absolute
    fs::path relative;  // to the folder that was given
};

// What lies beside a film.
struct Folder {
    std::set<std::string> files;
    std::vector<std::string> films;
};

class Collector {
  public:
    explicit Collector(ImportSummary& summary) : summary_(summary) {}

    void add(const fs::path& given) {
        std::error_code error;
        const fs::path path = fs::absolute(given, error).lexically_normal();
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status)) {
            summary_.problems.push_back({given, "there is no such file or folder"});
        } else if (fs::is_directory(status)) {
            // "films/" and "films" give the same relative paths.
            add_folder(path.has_filename() ? path : path.parent_path());
        } else if (fs::is_regular_file(status)) {
            files_.emplace(path, path.filename());
        } else {
            summary_.problems.push_back({given, "neither a file nor a folder"});
        }
    }

    // By path, each once.
    [[nodiscard]] const std::map<fs::path, fs::path>& files() const { return files_; }

  private:
    void add_folder(const fs::path& folder) {
        std::error_code error;
        fs::recursive_directory_iterator entry(folder, error);
        for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
            const fs::path& path = entry->path();
            std::error_code unreadable;
            if (entry->is_directory(unreadable)) {
                if (path.filename().string().starts_with(".")) entry.disable_recursion_pending();
                continue;
            }
            if (entry->is_regular_file(unreadable)) {
                files_.emplace(path, path.lexically_relative(folder));
            } else {
                summary_.ignored.push_back({path, "neither a file nor a folder"});
            }
        }
        if (error) summary_.problems.push_back({folder, "cannot be read: " + error.message()});
    }

    ImportSummary& summary_;
    std::map<fs::path, fs::path> files_;
};

// -- What the producer says ----------------------------------------------------------------------

Result<std::string> read_small_file(const fs::path& file) {
    std::error_code error;
    if (fs::file_size(file, error) > kLargestSidecar && !error) {
        return fail(ErrorCode::kInvalid, "larger than {} bytes: this cannot be a description",
                    kLargestSidecar);
    }
    std::ifstream stream(file, std::ios::binary);
    // Copied this way, an error of reading is a state and not an exception.
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream.is_open() || text.bad()) return fail(ErrorCode::kUnavailable, "cannot be read");
    return text.str();
}

// -- The import ----------------------------------------------------------------------------------

class Importer {
  public:
    Importer(store::Store& store, const ImportOptions& options)
        : store_(store), options_(options) {}

    Result<ImportSummary> run(std::span<const fs::path> paths) {
        Collector collector(summary_);
        for (const fs::path& path : paths) {
            collector.add(path);
        }
        std::vector<Candidate> films;
        std::vector<fs::path> others;
        for (const auto& [path, relative] : collector.files()) {
            if (why_no_film(path).empty()) {
                films.push_back({path, relative});
            } else {
                others.push_back(path);
            }
        }
        for (const Candidate& film : films) {
            TRY(import(film));
        }
        for (const fs::path& path : others) {
            if (!used_.contains(path)) {
                summary_.ignored.push_back({path, std::string(why_no_film(path))});
            }
        }
        std::ranges::sort(summary_.ignored, {}, &ImportNote::path);
        return std::move(summary_);
    }

  private:
    Result<void> import(Candidate film) {
        if (options_.on_file) options_.on_file(film.path);
        struct stat status {};
        if (::stat(film.path.c_str(), &status) != 0) {
            note_problem(film.path, base::file_failure(errno, "look at", film.path));
            return {};
        }
        std::optional<store::Entry> known = TRY(find_known(film, status));
        if (known && known->source.path != film.path && is_replaced_) {
            // The upload that has taken its place is looked at instead.
            film.path = known->source.path;
            if (::stat(film.path.c_str(), &status) != 0) {
                note_problem(film.path, base::file_failure(errno, "look at", film.path));
                return {};
            }
        }
        store::SourceFile source;
        source.path = film.path.string();
        source.size = status.st_size;
        source.modified_ns = nanoseconds_of(status);
        if (known && known->source.path == source.path && known->source.size == source.size &&
            known->source.modified_ns == source.modified_ns) {
            source.sha256 = known->source.sha256;
        } else {
            auto sha256 = sha256_of_file(film.path);
            if (!sha256) {
                note_problem(film.path, Unexpected(std::move(sha256).error()));
                return {};
            }
            source.sha256 = *std::move(sha256);
        }
        std::string id = options_.entry_id;
        if (id.empty()) id = known ? known->id : TRY(choose_id(film, known));
        std::optional<store::FormerSource> former;
        if (known) former = TRY(store_.former_source_of(id));
        if (known && !former && known->source.path != film.path.string()) {
            // It is about to be.
            former = store::FormerSource{id, known->source.path, 0, 0};
        }
        const std::string said = read_description(film, former);
        store::EntryDescription description = TRY(describe(film, id, known, said));
        description.source = std::move(source);
        if (!options_.dry_run) TRY(write(known, description, said));
        TRY(import_subtitles(film, id, known, description));
        planned_.insert(id);
        summary_.entries.push_back(id);
        summary_.paths.push_back(film.path);
        return queue_if_needed(id, known, description);
    }

    static std::int64_t nanoseconds_of(const struct stat& status) {
        return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    }

    // The entry that is made from the file, or was before an upload took its place; in the latter
    // case `is_replaced_` says whether the file is still as it was then.
    Result<std::optional<store::Entry>> find_known(const Candidate& film,
                                                   const struct stat& status) {
        is_replaced_ = false;
        if (!options_.entry_id.empty()) {
            auto entry = store_.find_entry(options_.entry_id);
            if (entry) return std::optional(*std::move(entry));
            if (entry.error().code() == ErrorCode::kNotFound) return std::optional<store::Entry>();
            return Unexpected(std::move(entry).error());
        }
        if (auto known = TRY(store_.find_entry_by_source(film.path.string()))) return known;
        const auto former = TRY(store_.find_former_source(film.path.string()));
        if (!former) return std::optional<store::Entry>();
        is_replaced_ =
            former->size == status.st_size && former->modified_ns == nanoseconds_of(status);
        return std::optional(TRY(store_.find_entry(former->entry_id)));
    }

    // An id for a file that no entry is made from. Sets `known` when it is the file of an entry
    // that has moved here, or takes the place of one that is gone.
    Result<std::string> choose_id(const Candidate& film, std::optional<store::Entry>& known) {
        const std::string id = make_slug(film.relative);
        const std::string other = fmt::format("{}-{}", id, short_hash(film.path.string()));
        if (planned_.contains(id)) return other;
        auto holder = store_.find_entry(id);
        if (!holder) {
            if (holder.error().code() == ErrorCode::kNotFound) return id;
            return Unexpected(std::move(holder).error());
        }
        std::error_code error;
        if (holder->kind == store::EntryKind::kFilm && !fs::exists(holder->source.path, error) &&
            !error) {
            known = *std::move(holder);
            return id;
        }
        return other;
    }

    // The description beside the film, or beside the file it has taken the place of; "{}" when
    // there is none, or none that makes sense.
    std::string read_description(const Candidate& film,
                                 const std::optional<store::FormerSource>& former) {
        std::vector<fs::path> films = {film.path};
        if (former) films.emplace_back(former->path);
        for (const fs::path& beside : films) {
            fs::path sidecar = beside;
            sidecar.replace_extension(".json");
            std::error_code error;
            if (sidecar == beside || !fs::is_regular_file(sidecar, error)) continue;
            used_.insert(sidecar);
            auto text = read_small_file(sidecar);
            auto checked = text ? check_description(*text) : Unexpected(Error(text.error()));
            if (checked) return *std::move(text);
            note_problem(sidecar, Unexpected(std::move(checked).error()));
            return "{}";
        }
        return "{}";
    }

    Result<store::EntryDescription> describe(const Candidate& film, const std::string& id,
                                             const std::optional<store::Entry>& known,
                                             const std::string& said) {
        store::EntryDescription description;
        description.id = id;
        description.titles = {{"und", display_title(film.path)}};
        store::DescriptionLayers layers;
        if (known) layers = TRY(store_.description_layers(id));
        layers.file = said;
        if (auto all = app::describe(description, layers); !all) {
            // What is set by hand, or in a sheet, does not go with it: each alone makes sense.
            note_problem(film.path, fail(std::move(all).error(), "its description"));
            TRY(app::describe(description, {said, std::nullopt, std::nullopt}));
        }
        return description;
    }

    Result<void> write(const std::optional<store::Entry>& known,
                       const store::EntryDescription& description, const std::string& said) {
        if (known && known->source.path != description.source.path) {
            TRY(remember_former(*known, description));
        }
        if (!known || static_cast<const store::EntryDescription&>(*known) != description) {
            TRY(store_.upsert_entry(description));
        }
        if (TRY(store_.description_layers(description.id)).file == said) return {};
        return store_.set_description(description.id, store::DescriptionLayer::kFile, said);
    }

    // An upload takes the place of a file that stays where it is.
    Result<void> remember_former(const store::Entry& known,
                                 const store::EntryDescription& description) {
        if (options_.entry_id.empty()) return {};
        const fs::path own = options_.uploads / description.id;
        if (fs::path(known.source.path).parent_path() == own) return {};
        return store_.set_former_source(
            {known.id, known.source.path, known.source.size, known.source.modified_ns});
    }

    Result<void> import_subtitles(const Candidate& film, const std::string& id,
                                  const std::optional<store::Entry>& known,
                                  const store::EntryDescription& description) {
        auto described = described_subtitle_options(description.metadata);
        if (!described) {
            fs::path sidecar = film.path;
            note_problem(sidecar.replace_extension(".json"),
                         Unexpected(std::move(described).error()));
            described = OptionsByFile();
        }
        const OptionsByFile set_by_hand = known ? TRY(store_.list_subtitle_options(id)) : OptionsByFile();
        // After an upload has taken a place just now, it stands in the store.
        const auto former = TRY(store_.former_source_of(id));
        const auto places = places_of(film, id, former);
        std::vector<store::SubtitleSource> sources =
            find_subtitles(film, places, *described, set_by_hand);
        if (options_.dry_run) return {};
        InstalledSubtitles installed;
        // The film itself may hold some, once it is prepared.
        if (!sources.empty() || (known && !known->media_id.empty())) {
            auto result = options_.install_subtitles(id, sources);
            if (!result) {
                // The film goes on with what it had.
                note_problem(film.path, fail(std::move(result).error(), "its subtitles"));
                return {};
            }
            installed = *std::move(result);
        }
        if (installed.set == (known ? known->subtitles_id : "") &&
            installed.sources == TRY(store_.list_subtitles(id))) {
            return {};
        }
        return store_.set_subtitles(id, installed.set, installed.sources);
    }

    using OptionsByFile = std::map<std::string, std::string>;

    // Where an entry's subtitles may lie, and the name of the film there that they are named after.
    struct Place {
        fs::path folder;
        std::string film_name;
    };

    [[nodiscard]] std::vector<Place> places_of(
        const Candidate& film, const std::string& id,
        const std::optional<store::FormerSource>& former) const {
        std::vector<Place> places = {{film.path.parent_path(), film.path.filename().string()}};
        if (former) {
            const fs::path path = former->path;
            places.push_back({path.parent_path(), path.filename().string()});
        }
        const fs::path own = options_.uploads / id;
        std::error_code error;
        if (!options_.uploads.empty() && own != places.front().folder &&
            fs::is_directory(own, error)) {
            // What was uploaded by itself was meant to stand in for a file of the same name.
            places.insert(places.begin(), {own, id + ".film"});
        }
        return places;
    }

    // In the order in which the store lists them.
    std::vector<store::SubtitleSource> find_subtitles(const Candidate& film,
                                                      const std::vector<Place>& places,
                                                      const OptionsByFile& described,
                                                      const OptionsByFile& set_by_hand) {
        std::vector<store::SubtitleSource> sources;
        std::set<std::string> seen;  // of several files of one name the first counts
        for (const Place& place : places) {
            for (const std::string& name : folder_at(place.folder).files) {
                const auto described_options = described.find(name);
                const bool is_named = described_options != described.end();
                auto sidecar = options_.match_subtitles(place.film_name, name);
                if (sidecar && !is_named &&
                    belongs_to_longer_name(place.folder / place.film_name, name)) {
                    continue;
                }
                // What the description names belongs to the film, whatever it is called.
                if (!sidecar && is_named) sidecar = SidecarName{"und", "full"};
                if (!sidecar || !seen.insert(name).second) continue;
                const fs::path path = place.folder / name;
                used_.insert(path);
                auto sha256 = sha256_of_file(path);
                if (!sha256) {
                    note_problem(path, Unexpected(std::move(sha256).error()));
                    continue;
                }
                store::SubtitleSource source{sidecar->language, sidecar->kind, path.string(),
                                             *std::move(sha256), sidecar->label};
                if (is_named) source.options = described_options->second;
                const auto by_hand = set_by_hand.find(name);
                if (by_hand != set_by_hand.end()) {
                    source.options = merge_subtitle_options(source.options, by_hand->second);
                }
                sources.push_back(std::move(source));
            }
        }
        for (const auto& [name, options] : described) {
            if (seen.contains(name)) continue;
            note_problem(film.path.parent_path() / name,
                         fail(ErrorCode::kNotFound,
                              "the description of {} sets options of this "
                              "subtitle file, but it is not there",
                              film.path.filename().string()));
        }
        std::ranges::sort(sources, {}, [](const store::SubtitleSource& source) {
            return std::tie(source.language, source.kind, source.label, source.path);
        });
        return sources;
    }

    // With a.mp4 and a.b.mp4 side by side, a.b.en.srt is the latter's.
    bool belongs_to_longer_name(const fs::path& film, const std::string& subtitle) {
        const std::size_t length = film.stem().string().size();
        return std::ranges::any_of(folder_at(film.parent_path()).films,
                                   [&](const std::string& other) {
                                       return fs::path(other).stem().string().size() > length &&
                                              options_.match_subtitles(other, subtitle).has_value();
                                   });
    }

    const Folder& folder_at(const fs::path& path) {
        const auto [place, is_new] = folders_.try_emplace(path);
        Folder& folder = place->second;
        if (!is_new) return folder;
        std::error_code error;
        fs::directory_iterator entry(path, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            std::error_code unreadable;
            if (!entry->is_regular_file(unreadable)) continue;
            folder.files.insert(entry->path().filename().string());
            if (why_no_film(entry->path()).empty()) {
                folder.films.push_back(entry->path().filename().string());
            }
        }
        if (error) summary_.problems.push_back({path, "cannot be read: " + error.message()});
        return folder;
    }

    Result<void> queue_if_needed(const std::string& id, const std::optional<store::Entry>& known,
                                 const store::EntryDescription& description) {
        if (!known) return queue(id, summary_.added);
        if (known->source.sha256 != description.source.sha256) return queue(id, summary_.changed);
        switch (known->state) {
            case store::EntryState::kQueued:
            case store::EntryState::kPreparing:
                // Its job is there, or is made.
                return queue(id, summary_.queued);
            case store::EntryState::kFailed:
                if (options_.retry_failed) return queue(id, summary_.queued);
                summary_.failed.push_back(id);
                return {};
            case store::EntryState::kNew:
                return queue(id, summary_.queued);
            case store::EntryState::kReady:
                break;
        }
        if (TRY(is_prepared(*known))) {
            summary_.unchanged.push_back(id);
            return {};
        }
        return queue(id, summary_.queued);
    }

    Result<bool> is_prepared(const store::Entry& entry) {
        if (entry.media_id.empty() || entry.media_source_sha256 != entry.source.sha256 ||
            !options_.has_media(entry.media_id)) {
            return false;
        }
        return TRY(store_.find_media(entry.media_id))
        .house == options_.house_json;
    }

    Result<void> queue(const std::string& id, std::vector<std::string>& list) {
        if (!options_.dry_run) TRY(store_.enqueue_job(id));
        list.push_back(id);
        return {};
    }

    void note_problem(const fs::path& path, Unexpected failure) {
        summary_.problems.push_back({path, std::move(failure).error().to_string()});
    }

    store::Store& store_;
    const ImportOptions& options_;
    ImportSummary summary_;
    std::set<fs::path> used_;        // sidecars that belong to a film
    std::set<std::string> planned_;  // ids of this import
    bool is_replaced_ = false;       // see find_known()
    std::map<fs::path, Folder> folders_;
};

}  // namespace

Result<ImportSummary> import_files(store::Store& store, std::span<const fs::path> paths,
                                   const ImportOptions& options) {
    return Importer(store, options).run(paths);
}

std::string make_slug(const fs::path& relative_path) {
    fs::path path = relative_path;
    path.replace_extension();
    const std::string text = base::to_valid_utf8(path.generic_string());
    const base::OwnedChars ascii(g_str_to_ascii(text.c_str(), "C"));
    std::string slug;
    for (const char c : std::string_view(ascii.get())) {
        if (g_ascii_isalnum(c)) {
            slug += g_ascii_tolower(c);
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
    const bool is_whole = is_ascii && !slug.empty() && slug.size() <= kLongestSlug;
    slug.resize(std::min(slug.size(), kLongestSlug));
    while (slug.ends_with('-')) {
        slug.pop_back();
    }
    if (is_whole && !slug.empty()) return slug;
    const std::string hash = short_hash(relative_path.generic_string());
    return slug.empty() ? "entry-" + hash : slug + "-" + hash;
}

Result<std::string> sha256_of_file(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return base::file_failure(errno, "open", file);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    library::Sha256 hash;
    const auto buffer = std::make_unique<std::array<char, std::size_t{1} << 20>>();
    while (true) {
        const ssize_t size = ::read(fd, buffer->data(), buffer->size());
        if (size == 0) break;
        if (size < 0) {
            const int code = errno;
            if (code == EINTR) continue;
            ::close(fd);
            return base::file_failure(code, "read", file);
        }
        hash.add(std::as_bytes(std::span(buffer->data(), static_cast<std::size_t>(size))));
    }
    ::close(fd);
    std::string digest = hash.finish();
    if (digest.empty()) {
        return fail(ErrorCode::kInternal, "{}: OpenSSL cannot compute its SHA-256", file.string());
    }
    return digest;
}

}  // namespace matinee::app
