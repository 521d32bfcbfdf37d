#include "app/backup.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <span>
#include <system_error>

#include <nlohmann/json.hpp>

#include "app/workspace.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/handle.h"
#include "library/sha256.h"
#include "store/store.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kDatabase = "matinee.db";
constexpr int kFormat = 1;
constexpr std::size_t kChunk = 1 << 20;

using OwnedWriter = base::Owned<archive, archive_write_free>;
using OwnedReader = base::Owned<archive, archive_read_free>;
using OwnedEntry = base::Owned<archive_entry, archive_entry_free>;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

// Removes a file or a folder with all that is in it, unless it is kept.
class Temporary {
  public:
    explicit Temporary(fs::path path) : path_(std::move(path)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        std::error_code error;
        if (!path_.empty()) fs::remove_all(path_, error);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    void keep() { path_.clear(); }

  private:
    fs::path path_;
};

// A file to be saved: where it is, and its name in the archive.
struct Source {
    fs::path path;
    std::string name;
    std::uint64_t size = 0;
};

// All files of `root`, or the file itself, named below `name`. Nothing when there is none.
Result<void> collect(const fs::path& root, const std::string& name, std::vector<Source>& sources) {
    std::error_code error;
    const fs::file_status status = fs::status(root, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (fs::is_regular_file(status)) {
        sources.push_back({root, name, fs::file_size(root, error)});
    } else {
        for (fs::recursive_directory_iterator it(root, error), end; !error && it != end;
             it.increment(error)) {
            if (!it->is_regular_file(error)) continue;
            sources.push_back({it->path(),
                               name + "/" + fs::relative(it->path(), root, error).generic_string(),
                               it->file_size(error)});
            if (error) break;
        }
    }
    if (error) return base::file_failure(error.value(), "read", root);
    return {};
}

Unexpected archive_failure(archive* of, std::string_view doing, const fs::path& file) {
    const char* const text = archive_error_string(of);
    const int number = archive_errno(of);
    const ErrorCode code =
        number == ENOSPC || number == EDQUOT ? ErrorCode::kExhausted : ErrorCode::kUnavailable;
    return fail(code, "cannot {} {}: {}", doing, file.string(), text ? text : "unknown error");
}

class BackupWriter {
  public:
    BackupWriter(fs::path file, fs::path folder, std::uint64_t all, const BackupProgress& progress)
        : file_(std::move(file)),
          folder_(std::move(folder)),
          all_(all),
          progress_(progress),
          archive_(archive_write_new()) {}

    Result<void> open(int fd) {
        if (!archive_ || archive_write_set_format_pax_restricted(archive_.get()) != ARCHIVE_OK ||
            archive_write_open_fd(archive_.get(), fd) != ARCHIVE_OK) {
            return archive_failure(archive_.get(), "write", file_);
        }
        return {};
    }

    Result<void> add(const Source& source) {
        const Descriptor input(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC));
        if (input.get() < 0) return base::file_failure(errno, "read", source.path);
        // As long as it is now: what somebody appends meanwhile is not in this backup.
        struct stat status {};
        if (::fstat(input.get(), &status) != 0) {
            return base::file_failure(errno, "read", source.path);
        }
        TRY(begin(source.name, static_cast<std::uint64_t>(status.st_size), status.st_mtime));
        library::Sha256 digest;
        std::string buffer(kChunk, '\0');
        for (auto left = static_cast<std::uint64_t>(status.st_size); left > 0;) {
            const ssize_t got =
                ::read(input.get(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return base::file_failure(errno, "read", source.path);
            if (got == 0) {
                return fail(ErrorCode::kUnavailable, "{}: has become shorter while it was saved",
                            source.path.string());
            }
            const auto size = static_cast<std::size_t>(got);
            digest.add(std::as_bytes(std::span(buffer.data(), size)));
            TRY(write(buffer.data(), size));
            left -= size;
            done_.bytes += size;
            if (progress_) progress_(done_.bytes, std::max(all_, done_.bytes));
        }
        ++done_.files;
        files_[source.name] = {{"size", status.st_size}, {"sha256", digest.finish()}};
        return {};
    }

    // The manifest, and the end.
    Result<BackupDone> finish() {
        const std::string text = json{
            {"format", kFormat},
            {"matinee", MATINEE_VERSION},
            {"folder", folder_.string()},
            {"files", files_}}.dump(1);
        TRY(begin(kManifest, text.size(), 0));
        TRY(write(text.data(), text.size()));
        if (archive_write_close(archive_.get()) != ARCHIVE_OK) {
            return archive_failure(archive_.get(), "write", file_);
        }
        return done_;
    }

  private:
    Result<void> begin(const std::string& name, std::uint64_t size, std::time_t modified) {
        const OwnedEntry entry(archive_entry_new());
        archive_entry_set_pathname_utf8(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), base::kOwnerOnly);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        archive_entry_set_mtime(entry.get(), modified, 0);
        if (archive_write_header(archive_.get(), entry.get()) != ARCHIVE_OK) {
            return archive_failure(archive_.get(), "write", file_);
        }
        return {};
    }
    Result<void> write(const char* bytes, std::size_t size) {
        if (archive_write_data(archive_.get(), bytes, size) != static_cast<la_ssize_t>(size)) {
            return archive_failure(archive_.get(), "write", file_);
        }
        return {};
    }

    const fs::path file_;
    const fs::path folder_;
    const std::uint64_t all_;
    const BackupProgress& progress_;
    OwnedWriter archive_;
    BackupDone done_;
    json files_ = json::object();
};

// What producers have put beside their films, as far as it is there: nobody else may have it. That
// in the data folder `home` keeps its place there.
Result<void> collect_sources(store::Store& store, const fs::path& home,
                             std::vector<Source>& sources) {
    std::set<fs::path> paths;
    for (const store::Entry& entry : TRY(store.list_entries())) {
        for (const store::SubtitleSource& source : TRY(store.list_subtitles(entry.id))) {
            paths.insert(source.path);
        }
        if (!entry.source.path.empty()) {
            paths.insert(fs::path(entry.source.path).replace_extension(".json"));
        }
    }
    for (const fs::path& path : paths) {
        if (!path.is_absolute()) continue;
        const fs::path own = path.lexically_normal().lexically_relative(home);
        const bool outside = own.empty() || *own.begin() == "..";
        TRY(collect(
            path,
            outside ? "sources" + path.lexically_normal().generic_string() : own.generic_string(),
            sources));
    }
    // What is in a folder that is saved whole has come twice.
    std::set<std::string> names;
    std::erase_if(sources, [&](const Source& source) { return !names.insert(source.name).second; });
    return {};
}

// Entries whose films are in the data folder `home` because they were uploaded.
Result<std::vector<std::string>> uploaded_films(store::Store& store, const fs::path& home) {
    std::vector<std::string> uploaded;
    for (const store::Entry& entry : TRY(store.list_entries())) {
        const fs::path path = fs::path(entry.source.path).lexically_normal();
        const fs::path own = path.lexically_relative(home / kFilmsFolder);
        std::error_code error;
        if (own.empty() || *own.begin() == ".." || !fs::exists(path, error)) continue;
        uploaded.push_back(entry.id);
    }
    return uploaded;
}

// An absolute path without dots and without a slash at its end.
Result<fs::path> plain(const fs::path& given) {
    std::error_code error;
    fs::path folder = fs::absolute(given, error).lexically_normal();
    if (error) return base::file_failure(error.value(), "find", given);
    if (!folder.has_filename()) folder = folder.parent_path();
    return folder;
}

// A name of ours: it stays within the folder, whoever has made the archive.
bool is_inside(const fs::path& name) {
    return !name.empty() && name.is_relative() &&
           std::ranges::none_of(name, [](const fs::path& part) {
               return part == ".." || part == "." || part.empty();
           });
}

// Unpacks all entries into `folder`; gives the checksums of what was read, and the manifest.
struct Unpacked {
    std::map<std::string, json> files;
    std::string manifest;
    BackupDone done;
};

Result<void> unpack_one(archive* from, const fs::path& file, const fs::path& target,
                        const std::string& name, Unpacked& unpacked,
                        const std::function<void(std::size_t)>& wrote) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (error) return base::file_failure(error.value(), "write", target);
    const Descriptor output(
        ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, base::kOwnerOnly));
    if (output.get() < 0) return base::file_failure(errno, "write", target);
    library::Sha256 digest;
    std::uint64_t size = 0;
    std::string buffer(kChunk, '\0');
    for (;;) {
        const la_ssize_t got = archive_read_data(from, buffer.data(), buffer.size());
        if (got == 0) break;
        if (got < 0) return archive_failure(from, "read", file);
        digest.add(std::as_bytes(std::span(buffer.data(), static_cast<std::size_t>(got))));
        for (la_ssize_t at = 0; at < got;) {
            const ssize_t written =
                ::write(output.get(), buffer.data() + at, static_cast<std::size_t>(got - at));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return base::file_failure(errno, "write", target);
            at += written;
        }
        size += static_cast<std::uint64_t>(got);
        wrote(static_cast<std::size_t>(got));
    }
    if (::fsync(output.get()) != 0) return base::file_failure(errno, "write", target);
    unpacked.files[name] = {{"size", size}, {"sha256", digest.finish()}};
    unpacked.done.bytes += size;
    ++unpacked.done.files;
    return {};
}

Result<Unpacked> unpack(const fs::path& file, const fs::path& folder,
                        const BackupProgress& progress) {
    std::error_code error;
    const std::uint64_t all = fs::file_size(file, error);
    if (error) return base::file_failure(error.value(), "read", file);
    const OwnedReader reader(archive_read_new());
    if (!reader || archive_read_support_format_tar(reader.get()) != ARCHIVE_OK ||
        archive_read_open_filename(reader.get(), file.c_str(), kChunk) != ARCHIVE_OK) {
        return archive_failure(reader.get(), "read", file);
    }
    Unpacked unpacked;
    const auto wrote = [&](std::size_t) {
        if (!progress) return;
        progress(static_cast<std::uint64_t>(archive_filter_bytes(reader.get(), -1)), all);
    };
    for (;;) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(reader.get(), &entry);
        if (status == ARCHIVE_EOF) break;
        if (status != ARCHIVE_OK) return archive_failure(reader.get(), "read", file);
        const char* const text = archive_entry_pathname_utf8(entry);
        const std::string name = text ? text : "";
        if (archive_entry_filetype(entry) != AE_IFREG || !is_inside(name)) {
            return fail(ErrorCode::kInvalid, "{} is no backup of matinee: it holds \"{}\"",
                        file.string(), name);
        }
        TRY(unpack_one(reader.get(), file, folder / name, name, unpacked, wrote));
    }
    return unpacked;
}

Result<void> compare(const Unpacked& unpacked, const json& manifest, const fs::path& file) {
    const auto files = manifest.find("files");
    if (manifest.value("format", 0) != kFormat || files == manifest.end() || !files->is_object()) {
        return fail(ErrorCode::kUnsupported,
                    "{}: was written by another matinee than this one ({}); restore it with that",
                    file.string(), MATINEE_VERSION);
    }
    for (const auto& [name, wanted] : files->items()) {
        const auto found = unpacked.files.find(name);
        if (found == unpacked.files.end() || found->second != wanted) {
            return fail(ErrorCode::kInvalid, "{} is damaged: {} {}; use another backup",
                        file.string(), name,
                        found == unpacked.files.end() ? "is missing" : "is not what was saved");
        }
    }
    if (!files->contains(kDatabase)) {
        return fail(ErrorCode::kInvalid, "{} is no backup of matinee: it has no database",
                    file.string());
    }
    return {};
}

}  // namespace

Result<BackupDone> write_backup(store::Store& store, const fs::path& folder, const fs::path& file,
                                BackupMedia media, const BackupProgress& progress) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(file, error))) {
        return fail(ErrorCode::kConflict, "{} is there already; give another name", file.string());
    }
    // The database first. What it refers to is immutable and named by content, so the files that
    // are read after it are the ones it means.
    std::string scratch = (folder / "backup.XXXXXX").string();
    if (::mkdtemp(scratch.data()) == nullptr) return base::file_failure(errno, "write", folder);
    const Temporary copy{fs::path(scratch)};
    const fs::path database = copy.path() / kDatabase;
    TRY(store.copy_to(database));

    std::vector<Source> sources;
    TRY(collect(database, kDatabase, sources));
    for (const char* name : {kConfigFile, kLinkKeyFile, kMediaKeyFile, "as-run", "tls",
                             kCardsFolder, "library/subtitles"}) {
        TRY(collect(folder / name, name, sources));
    }
    if (media == BackupMedia::kInclude) {
        TRY(collect(folder / "library/media", "library/media", sources));
        TRY(collect(folder / kFilmsFolder, kFilmsFolder, sources));
    }
    const fs::path home = TRY(plain(folder));
    TRY(collect_sources(store, home, sources));
    std::uint64_t all = 0;
    for (const Source& source : sources) {
        all += source.size;
    }

    std::string partial = file.string() + ".XXXXXX";
    const Descriptor output(::mkostemp(partial.data(), O_CLOEXEC));  // mode 0600
    if (output.get() < 0) return base::file_failure(errno, "write", file);
    Temporary unfinished{fs::path(partial)};
    BackupWriter writer(file, home, all, progress);
    TRY(writer.open(output.get()));
    for (const Source& source : sources) {
        TRY(writer.add(source));
    }
    BackupDone done = TRY(writer.finish());
    if (media == BackupMedia::kLeaveOut) done.films_left_out = TRY(uploaded_films(store, home));
    if (::fsync(output.get()) != 0) return base::file_failure(errno, "write", file);
    // Unlike a rename, a link fails where there is a file.
    if (::link(partial.c_str(), file.c_str()) != 0) return base::file_failure(errno, "write", file);
    return done;
}

Result<BackupDone> restore_backup(const fs::path& file, const fs::path& given,
                                  const BackupProgress& progress) {
    std::error_code error;
    const fs::path folder = TRY(plain(given));
    if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
        return fail(
            ErrorCode::kConflict,
            "{} is not empty{}; restore into a new folder, and have matinee serve that",
            folder.string(),
            fs::exists(folder / "server.lock", error) ? ", and may be served just now" : "");
    }
    fs::create_directories(folder.parent_path(), error);
    std::string name = folder.string() + ".XXXXXX";
    if (error || ::mkdtemp(name.data()) == nullptr) {
        return base::file_failure(error ? error.value() : errno, "write", folder);
    }
    Temporary unpacking{fs::path(name)};
    const Unpacked unpacked = TRY(unpack(file, unpacking.path(), progress));
    const fs::path manifest_file = unpacking.path() / kManifest;
    const auto text = base::read_file(manifest_file);
    const json manifest = json::parse(text ? *text : "", nullptr, false);
    if (!manifest.is_object()) {
        return fail(ErrorCode::kInvalid,
                    "{} has no manifest: it is no backup of matinee, or was not written to its end",
                    file.string());
    }
    TRY(compare(unpacked, manifest, file));
    fs::remove(manifest_file, error);
    // Those of earlier versions do not say which folder they are of.
    if (const auto saved = manifest.find("folder"); saved != manifest.end() && saved->is_string()) {
        const base::SystemClock clock;
        const auto store = TRY(store::Store::open(unpacking.path() / kDatabase, clock));
        TRY(store->move_files(saved->get<std::string>(), folder));
    }
    // Over an empty folder, or where there is none.
    if (::rename(unpacking.path().c_str(), folder.c_str()) != 0) {
        return base::file_failure(errno, "write", folder);
    }
    unpacking.keep();
    BackupDone done = unpacked.done;
    --done.files;  // the manifest
    done.bytes -= text->size();
    return done;
}

}  // namespace matinee::app
