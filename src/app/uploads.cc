#include "app/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/description.h"
#include "app/intake.h"
#include "app/intake_json.h"
#include "app/json_line.h"
#include "app/subtitle_intake.h"
#include "auth/secret.h"
#include "base/files.h"
#include "base/log.h"
#include "library/file_error.h"
#include "library/mapped_file.h"
#include "library/output_file.h"
#include "prepare/sniff.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// How often expired uploads are looked for, and what could not be taken in is tried again.
constexpr std::chrono::seconds kSweep{30};

// How often it is looked whether the command line gives one up, and how long that waits.
constexpr std::chrono::seconds kHeed{1};
constexpr std::chrono::seconds kHeeded{15};
constexpr const char* kRemoval = ".remove";

// So much is written before the disk is told to begin, and room is looked for again.
constexpr std::uint64_t kStride = 8ULL << 20;

constexpr std::size_t kLargestSubtitles = std::size_t{32} << 20;

// An upload's way; "open" has all its bytes when offset and length are equal, and "placing" what it
// will be, and where.
constexpr const char* kOpen = "open";
constexpr const char* kPlacing = "placing";
constexpr const char* kDone = "done";
constexpr const char* kRefused = "refused";

Result<std::uint64_t> free_bytes(const fs::path& folder) {
    struct statvfs room {};
    if (::statvfs(folder.c_str(), &room) != 0) {
        return library::file_error(errno, folder, "cannot be asked for its room");
    }
    return static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
}

std::string value_or_empty(const http::UploadMetadata& metadata, const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
}

// A name without folders; clients send what they like.
std::string file_name_of(const http::UploadMetadata& metadata) {
    std::string name = value_or_empty(metadata, "filename");
    if (name.empty()) name = value_or_empty(metadata, "name");
    if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string::npos) {
        name.erase(0, slash + 1);
    }
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return name.empty() || name == "." || name == ".." ? "upload" : name;
}

// How a sheet is taken in: metadata "dry_run", and "map", COLUMN=FIELD line by line.
Result<IntakeOptions> sheet_options(const http::UploadMetadata& metadata) {
    IntakeOptions options;
    const std::string dry_run = value_or_empty(metadata, "dry_run");
    if (!dry_run.empty() && dry_run != "true" && dry_run != "false") {
        return fail(ErrorCode::kInvalid, "Upload-Metadata: dry_run is \"{}\"; write true or false",
                    dry_run);
    }
    options.dry_run = dry_run == "true";
    std::vector<std::string> lines;
    std::istringstream text(value_or_empty(metadata, "map"));
    for (std::string line; std::getline(text, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) lines.push_back(std::move(line));
    }
    auto mapping = mapping_from(lines);
    if (!mapping) return fail(std::move(mapping).error(), "Upload-Metadata: map");
    options.mapping = *std::move(mapping);
    return options;
}

// What the metadata says of the film, as a description has it; empty when it says nothing.
Result<std::string> description_from(const http::UploadMetadata& metadata) {
    json said = json::object();
    if (const std::string text = value_or_empty(metadata, "description"); !text.empty()) {
        said = json::parse(text, nullptr, false);
        TRY(check_description(text));
    }
    const std::string language = value_or_empty(metadata, "language");
    for (const auto& [key, value] : metadata) {
        if (value.empty()) continue;
        if (key == "author" || key == "country" || key == "synopsis") said[key] = value;
        if (key == "title") {
            const auto tag = subtitles::language_of_word(language);
            said["title"] = json{{tag.value_or("und"), value}};
        }
    }
    if (said.empty()) return std::string();
    std::string text = json_line(said);
    TRY(check_description(text));
    return text;
}

// Whole or not at all, and for good, also when power fails.
Result<void> replace_file(const fs::path& file, std::string_view text) {
    TRY(base::replace_file(file, text, 0644));
    return library::sync_directory(file.parent_path());
}

Instant instant_of(const struct stat& status) {
    return Instant(std::chrono::milliseconds(std::int64_t{status.st_mtim.tv_sec} * 1000 +
                                             status.st_mtim.tv_nsec / 1'000'000));
}

}  // namespace

struct Uploads::Item {
    // Never changed.
    std::string id;
    std::uint64_t length = 0;
    http::UploadMetadata metadata;
    std::string owner;
    Instant created;

    std::mutex mutex;  // guards what follows
    std::string state = kOpen;
    std::string entry;
    std::string reason;
    std::string report;      // of a sheet, JSON
    std::string target;      // where it is put, of kPlacing; relative to the data folder
    bool replaces = false;   // it is a new version of an entry's film
    std::uint64_t size = 0;  // of its file
    std::optional<std::uint64_t> unverified_from;
    std::uint64_t generation = 0;  // of writers: the last one has it
    Instant touched;
    bool durable = false;

    [[nodiscard]] std::uint64_t offset() const { return unverified_from.value_or(size); }
    [[nodiscard]] bool is_complete() const { return offset() == length && !unverified_from; }
};

// -- Writing -------------------------------------------------------------------------------------

class Uploads::Writer final : public http::UploadWriter {
  public:
    Writer(Uploads& uploads, std::shared_ptr<Item> item, int descriptor, std::uint64_t generation)
        : uploads_(uploads),
          item_(std::move(item)),
          descriptor_(descriptor),
          generation_(generation) {}

    ~Writer() override {
        if (!ended_) end(End::kAsTold);
        ::close(descriptor_);
    }

    Result<void> write(ByteSpan bytes) override {
        const std::lock_guard lock(item_->mutex);
        if (item_->generation != generation_ || item_->state != kOpen) {
            return fail(ErrorCode::kConflict,
                        "another request has gone on with this upload; ask for the offset (HEAD)");
        }
        if (bytes.size() > item_->length - item_->size) {
            return fail(ErrorCode::kInvalid, "the upload has {} bytes, and more come in",
                        item_->length);
        }
        while (!bytes.empty()) {
            const ssize_t written =
                ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(item_->size));
            if (written < 0) {
                if (errno == EINTR) continue;
                return write_error(errno);
            }
            item_->size += static_cast<std::uint64_t>(written);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        if (item_->size - begun_ < kStride) return {};
        ::sync_file_range(descriptor_, static_cast<off_t>(begun_),
                          static_cast<off_t>(item_->size - begun_), SYNC_FILE_RANGE_WRITE);
        begun_ = item_->size;
        item_->touched = uploads_.workspace_.clock->now();
        if (TRY(free_bytes(uploads_.folder_)) < uploads_.workspace_.config.uploads.keep_free) {
            return write_error(ENOSPC);
        }
        return {};
    }

    Result<std::uint64_t> keep() override {
        std::uint64_t offset = 0;
        bool complete = false;
        {
            const std::lock_guard lock(item_->mutex);
            if (item_->generation != generation_) {
                return fail(ErrorCode::kConflict, "another request has gone on with this upload");
            }
            // What is whole may be on its way into the library by now.
            item_->unverified_from.reset();
            offset = item_->size;
            complete = item_->is_complete();
        }
        end(End::kKept);
        if (complete) uploads_.wake();
        return offset;
    }

    void drop() override { end(End::kDropped); }

    [[nodiscard]] bool is_durable() const override {
        const std::lock_guard lock(item_->mutex);
        return item_->durable || item_->size < item_->length;
    }

    // From where on bytes have not been handed to the disk.
    void begin_at(std::uint64_t offset) { begun_ = offset; }

  private:
    enum class End : std::uint8_t { kKept, kDropped, kAsTold };

    static Unexpected write_error(int code) {
        if (code == ENOSPC || code == EDQUOT) {
            return fail(ErrorCode::kExhausted,
                        "there is no room left on the server's disk; what has come is kept, go on "
                        "later");
        }
        return fail(ErrorCode::kUnavailable, "the server cannot write: {}",
                    std::error_code(code, std::generic_category()).message());
    }

    void end(End how) {
        ended_ = true;
        settle(how);
        uploads_.tell(item_->id);
    }

    void settle(End how) {
        const std::lock_guard lock(item_->mutex);
        if (item_->generation != generation_ || item_->state != kOpen) return;
        if (how != End::kKept && (how == End::kDropped || item_->unverified_from)) {
            const std::uint64_t offset = item_->offset();
            if (::ftruncate(descriptor_, static_cast<off_t>(offset)) != 0) {
                log::error(
                    "an upload cannot be cut back",
                    {{"upload", item_->id}, {"error", std::generic_category().message(errno)}});
                return;  // the mark stays, and so does the offset
            }
            item_->size = offset;
        }
        item_->unverified_from.reset();
        std::error_code error;
        fs::remove(uploads_.file(item_->id, ".unverified"), error);
        // By our clock, which the file's time is compared with when it is found again.
        item_->touched = uploads_.workspace_.clock->now();
        const auto since = item_->touched.time_since_epoch();
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
        const timespec time{seconds.count(), std::chrono::nanoseconds(since - seconds).count()};
        const timespec times[2] = {time, time};
        ::futimens(descriptor_, times);
    }

    Uploads& uploads_;
    const std::shared_ptr<Item> item_;
    const int descriptor_;
    const std::uint64_t generation_;
    std::uint64_t begun_ = 0;
    bool ended_ = false;
};

// -- Keeping -------------------------------------------------------------------------------------

Uploads::Uploads(Workspace& workspace, Options options)
    : workspace_(workspace),
      options_(std::move(options)),
      folder_(workspace.folder / kUploadsFolder),
      films_(workspace.folder / kFilmsFolder) {}

Result<std::unique_ptr<Uploads>> Uploads::start(Workspace& workspace, Options options) {
    std::unique_ptr<Uploads> uploads(new Uploads(workspace, std::move(options)));
    for (const fs::path& folder : {uploads->folder_, uploads->films_}) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return library::file_error(error.value(), folder, "cannot be created");
    }
    TRY(uploads->load(Unverified::kDrop));
    uploads->measure_films();
    if (uploads->options_.own_thread) {
        uploads->woken_ = true;
        uploads->thread_ = std::thread([self = uploads.get()] { self->run(); });
    }
    return uploads;
}

Uploads::~Uploads() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

fs::path Uploads::file(const std::string& id, const char* extension) const {
    return folder_ / (id + extension);
}

Result<std::vector<http::Upload>> Uploads::look(Workspace& workspace) {
    Uploads uploads(workspace, {});
    std::error_code error;
    if (!fs::exists(uploads.folder_, error)) return std::vector<http::Upload>();
    TRY(uploads.load(Unverified::kIgnore));
    return uploads.list();
}

Result<void> Uploads::give_up(Workspace& workspace, const std::string& id,
                              const std::string& actor) {
    const auto all = TRY(look(workspace));
    if (std::ranges::find(all, id, &http::Upload::id) == all.end()) {
        return fail(ErrorCode::kNotFound,
                    "there is no upload \"{}\"; `matinee upload list` lists them", id);
    }
    if (auto lock = ServerLock::take(workspace.folder); lock) {
        Options alone;
        alone.own_thread = false;
        return TRY(start(workspace, std::move(alone)))
        ->remove(id, actor);
    } else if (lock.error().code() != ErrorCode::kConflict) {
        return Unexpected(std::move(lock).error());
    }
    const fs::path folder = workspace.folder / kUploadsFolder;
    const fs::path removal = folder / (id + kRemoval);
    TRY(base::replace_file(removal, actor, base::kOwnerOnly));
    std::error_code error;
    const auto until = std::chrono::steady_clock::now() + kHeeded;
    while (fs::exists(removal, error)) {
        if (std::chrono::steady_clock::now() > until) {
            fs::remove(removal, error);
            return fail(ErrorCode::kUnavailable,
                        "the server of {} does not say that it has removed the upload; try again",
                        workspace.folder.string());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    if (!fs::exists(folder / (id + ".json"), error)) return {};
    return fail(ErrorCode::kConflict,
                "the upload is complete, and is being taken in; what it became can be changed");
}

Result<void> Uploads::load(Unverified unverified) {
    std::error_code error;
    std::vector<fs::path> infos;
    for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (entry->path().extension() == ".json") infos.push_back(entry->path());
    }
    if (error) return library::file_error(error.value(), folder_, "cannot be read");
    for (const fs::path& info : infos) {
        if (const auto loaded = load_one(info, unverified); !loaded) {
            log::error("an upload is damaged and left alone",
                       {{"file", info.string()}, {"error", loaded.error().to_string()}});
        }
    }
    return {};
}

Result<void> Uploads::load_one(const fs::path& info, Unverified unverified) {
    const json known = json::parse(TRY(base::read_file(info)), nullptr, false);
    auto item = std::make_shared<Item>();
    try {
        item->id = info.stem().string();
        item->length = known.at("length").get<std::uint64_t>();
        item->metadata = known.at("metadata").get<http::UploadMetadata>();
        item->owner = known.at("owner").get<std::string>();
        const auto created = base::parse_rfc3339(known.at("created").get<std::string>());
        if (!created) return fail(ErrorCode::kInvalid, "\"created\" is no instant");
        item->created = item->touched = *created;
        item->state = known.at("state").get<std::string>();
        item->entry = known.value("entry", "");
        item->reason = known.value("reason", "");
        item->report = known.value("report", "");
        item->target = known.value("target", "");
        item->replaces = known.value("replaces", false);
    } catch (const json::exception& error) {
        return fail(ErrorCode::kInvalid, "{}", error.what());
    }
    const fs::path part = file(item->id, ".part");
    const fs::path mark = file(item->id, ".unverified");
    std::error_code error;
    struct stat status {};
    if (::stat(part.c_str(), &status) == 0) {
        item->size = static_cast<std::uint64_t>(status.st_size);
        item->touched = std::max(item->created, instant_of(status));
        if (fs::exists(mark, error)) {
            // The server was killed amid content that was still to be checked.
            const std::string text = TRY(base::read_file(mark));
            std::uint64_t offset = 0;
            const auto [end, wrong] =
                std::from_chars(text.data(), text.data() + text.size(), offset);
            // A mark that is empty was made just then: nothing was written after it.
            if (unverified == Unverified::kIgnore) {
                if (wrong == std::errc() && offset < item->size) item->unverified_from = offset;
            } else if (wrong == std::errc() && offset < item->size) {
                fs::resize_file(part, offset, error);
                if (error) return library::file_error(error.value(), part, "cannot be cut back");
                item->size = offset;
            }
            if (unverified == Unverified::kDrop) fs::remove(mark, error);
        }
    } else if (item->state == kOpen) {
        return fail(ErrorCode::kNotFound, "its bytes are gone");
    } else {
        item->size = item->length;
    }
    if (item->size > item->length) {
        return fail(ErrorCode::kInvalid, "it has more bytes than its length says");
    }
    const std::lock_guard lock(mutex_);
    items_[item->id] = std::move(item);
    return {};
}

Result<std::shared_ptr<Uploads::Item>> Uploads::item(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find(id);
    if (found == items_.end()) {
        return fail(ErrorCode::kNotFound,
                    "There is no upload \"{}\". It may have expired; begin again.", id);
    }
    return found->second;
}

std::uint64_t Uploads::max_size() const {
    return workspace_.config.uploads.max_file;
}

Result<void> Uploads::check_room(std::uint64_t length, const std::string& owner) {
    const UploadsConfig& limits = workspace_.config.uploads;
    std::uint64_t of_owner = 0;
    std::uint64_t all = 0;
    std::uint64_t to_come = 0;
    std::uint64_t films = 0;
    {
        const std::lock_guard lock(mutex_);
        films = films_bytes_;
        for (const auto& [id, item] : items_) {
            const std::lock_guard item_lock(item->mutex);
            if (item->state != kOpen && item->state != kPlacing) continue;
            if (item->owner == owner) of_owner += item->length;
            all += item->length;
            to_come += item->length - item->size;
        }
    }
    if (of_owner + length > limits.max_account) {
        return fail(ErrorCode::kExhausted,
                    "{}'s uploads that are not complete have {} bytes, and may have {}: there is "
                    "no room for {} more. Let them come to their end, or delete one.",
                    owner, of_owner, limits.max_account, length);
    }
    if (all + films + length > limits.max_total) {
        films = measure_films();  // some may have been removed since
    }
    if (all + films + length > limits.max_total) {
        return fail(ErrorCode::kExhausted,
                    "all uploads together have {} bytes, and may have {}: there is no room for {} "
                    "more. Remove entries that are not needed any more with their originals "
                    "(`matinee entry remove ID --with-source`), or have an operator change the "
                    "limit ([uploads] max_total_gb).",
                    all + films, limits.max_total, length);
    }
    const std::uint64_t room = TRY(free_bytes(folder_));
    if (length + to_come + limits.keep_free > room) {
        return fail(ErrorCode::kExhausted,
                    "the disk has {} bytes free, of which {} stay free and {} are spoken for: "
                    "there is no room for {} more",
                    room, limits.keep_free, to_come, length);
    }
    return {};
}

Result<http::Upload> Uploads::create(std::uint64_t length, const http::UploadMetadata& metadata,
                                     const std::string& owner) {
    // What can be wrong with it is said now, not when all of it has come.
    TRY(description_from(metadata));
    TRY(sheet_options(metadata));
    if (const std::string entry = value_or_empty(metadata, "entry"); !entry.empty()) {
        const auto known = workspace_.store->find_entry(entry);
        if (!known && known.error().code() != ErrorCode::kNotFound) {
            return Unexpected(Error(known.error()));
        }
        if (!known || known->kind != store::EntryKind::kFilm) {
            return fail(ErrorCode::kInvalid, "Upload-Metadata: there is no film \"{}\"", entry);
        }
    }
    TRY(check_room(length, owner));
    auto item = std::make_shared<Item>();
    item->id = auth::new_id();
    item->length = length;
    item->metadata = metadata;
    item->owner = owner;
    item->created = item->touched = workspace_.clock->now();
    const fs::path part = file(item->id, ".part");
    const int descriptor =
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, base::kOwnerOnly);
    if (descriptor < 0) return library::file_error(errno, part, "cannot be created");
    ::close(descriptor);
    if (auto written = write_info(*item); !written) {
        std::error_code error;
        fs::remove(part, error);
        return Unexpected(std::move(written).error());
    }
    audit(owner, "upload.create", item->id,
          json_line({{"length", length}, {"filename", file_name_of(metadata)}}));
    const std::lock_guard lock(mutex_);
    const std::lock_guard item_lock(item->mutex);
    items_[item->id] = item;
    return describe(*item);
}

Result<void> Uploads::write_info(const Item& item) {
    json known{{"length", item.length},
               {"metadata", item.metadata},
               {"owner", item.owner},
               {"created", base::to_rfc3339(item.created)},
               {"state", item.state}};
    if (!item.entry.empty()) known["entry"] = item.entry;
    if (!item.reason.empty()) known["reason"] = item.reason;
    if (!item.report.empty()) known["report"] = item.report;
    if (!item.target.empty()) known["target"] = item.target;
    if (item.replaces) known["replaces"] = true;
    TRY(replace_file(file(item.id, ".json"), json_line(known)));
    tell(item.id);
    return {};
}

http::Upload Uploads::describe(const Item& item) const {
    http::Upload upload;
    upload.id = item.id;
    upload.length = item.length;
    upload.offset = item.offset();
    upload.metadata = item.metadata;
    upload.owner = item.owner;
    upload.created = item.created;
    upload.expires = item.touched + workspace_.config.uploads.expire;
    upload.state = item.state;
    if (item.state == kPlacing || (item.state == kOpen && item.is_complete())) {
        upload.state = "arrived";
    }
    upload.entry = item.state == kDone ? item.entry : "";
    upload.reason = item.reason;
    return upload;
}

Result<http::Upload> Uploads::find(const std::string& id) {
    const auto found = TRY(item(id));
    const std::lock_guard lock(found->mutex);
    http::Upload upload = describe(*found);
    upload.report = found->report;
    return upload;
}

std::vector<http::Upload> Uploads::list() {
    std::vector<http::Upload> all;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, item] : items_) {
        const std::lock_guard item_lock(item->mutex);
        all.push_back(describe(*item));
    }
    std::ranges::stable_sort(all, {}, &http::Upload::created);
    return all;
}

Result<std::unique_ptr<http::UploadWriter>> Uploads::write(const std::string& id,
                                                           std::uint64_t offset, Partial partial) {
    const auto found = TRY(item(id));
    const std::lock_guard lock(found->mutex);
    if (found->state != kOpen || found->offset() != offset) {
        return fail(ErrorCode::kConflict, "the upload is at byte {}, not {}", found->offset(),
                    offset);
    }
    const fs::path part = file(id, ".part");
    const int descriptor = ::open(part.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return library::file_error(errno, part, "cannot be opened");
    auto writer = std::make_unique<Writer>(*this, found, descriptor, ++found->generation);
    // What another has written, and could not be checked, is not counted on.
    if (found->size != offset && ::ftruncate(descriptor, static_cast<off_t>(offset)) != 0) {
        return library::file_error(errno, part, "cannot be cut back");
    }
    found->size = offset;
    writer->begin_at(offset);
    const fs::path mark = file(id, ".unverified");
    std::error_code error;
    fs::remove(mark, error);
    found->unverified_from.reset();
    if (partial == Partial::kDropped) {
        TRY(library::write_file(mark, base::as_byte_span(std::to_string(offset))));
        found->unverified_from = offset;
    }
    found->touched = workspace_.clock->now();
    return std::unique_ptr<http::UploadWriter>(std::move(writer));
}

Result<void> Uploads::remove(const std::string& id, const std::string& actor) {
    const auto found = TRY(item(id));
    {
        const std::lock_guard lock(found->mutex);
        if (found->state == kPlacing || (found->state == kOpen && found->is_complete())) {
            return fail(ErrorCode::kConflict,
                        "the upload is complete, and is being taken in; what it became can be "
                        "changed");
        }
        ++found->generation;  // nobody goes on with it
        found->state = kRefused;
        std::error_code error;
        for (const char* extension : {".json", ".part", ".unverified"}) {
            fs::remove(file(id, extension), error);
        }
    }
    {
        const std::lock_guard lock(mutex_);
        items_.erase(id);
    }
    audit(actor, "upload.remove", id, "{}");
    tell(id);
    return {};
}

// That it has changed, to whoever listens.
void Uploads::tell(const std::string& id) {
    if (const auto told = workspace_.store->announce("upload", id); !told) {
        log::error("listeners cannot be told of an upload",
                   {{"upload", id}, {"error", told.error().to_string()}});
    }
}

void Uploads::audit(const std::string& actor, const std::string& action, const std::string& subject,
                    const std::string& detail) {
    store::AuditRecord record;
    record.actor = actor;
    record.action = action;
    record.subject = subject;
    record.detail = detail;
    if (const auto written = workspace_.store->audit(record); !written) {
        log::error("the audit log cannot be written",
                   {{"action", action}, {"error", written.error().to_string()}});
    }
}

// -- Taking in -----------------------------------------------------------------------------------

void Uploads::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void Uploads::run() {
    auto sweep_at = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait_for(lock, kHeed, [this] { return woken_ || stopping_; });
        if (stopping_) return;
        const bool woken = std::exchange(woken_, false);
        lock.unlock();
        heed_removals();
        if (woken || std::chrono::steady_clock::now() >= sweep_at) {
            work();
            sweep_at = std::chrono::steady_clock::now() + kSweep;
        }
        lock.lock();
    }
}

// Of give_up(). Whoever asked sees by the upload what came of it, once the mark is gone.
void Uploads::heed_removals() {
    std::vector<fs::path> marks;
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (entry->path().extension() == kRemoval) marks.push_back(entry->path());
    }
    for (const fs::path& mark : marks) {
        const std::string id = mark.stem().string();
        if (const auto actor = base::read_file(mark)) {
            if (const auto removed = remove(id, *actor); !removed) {
                log::info("an upload is not given up",
                          {{"upload", id}, {"reason", removed.error().to_string()}});
            }
        }
        fs::remove(mark, error);
    }
}

void Uploads::work() {
    std::vector<std::shared_ptr<Item>> complete;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, item] : items_) {
            const std::lock_guard item_lock(item->mutex);
            const bool whole = item->state == kOpen && item->is_complete();
            if (whole || item->state == kPlacing) complete.push_back(item);
        }
    }
    std::ranges::sort(complete, {},
                      [](const auto& item) { return std::tie(item->created, item->id); });
    // Whoever waits for the last answer waits for no import.
    for (const auto& item : complete) {
        if (const auto synced = make_durable(*item); !synced) {
            log::error("an upload cannot be synced to the disk",
                       {{"upload", item->id}, {"error", synced.error().to_string()}});
        }
    }
    for (const auto& item : complete) {
        if (const auto taken = take_in(*item); !taken) {
            // It is tried again.
            log::error("an upload cannot be taken in yet",
                       {{"upload", item->id}, {"error", taken.error().to_string()}});
        }
    }
    if (!complete.empty()) measure_films();
    expire();
}

Result<void> Uploads::make_durable(Item& item) {
    {
        const std::lock_guard lock(item.mutex);
        if (item.durable) return {};
    }
    const fs::path part = file(item.id, ".part");
    const int descriptor = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        const int synced = ::fsync(descriptor);
        const int code = errno;
        ::close(descriptor);
        if (synced != 0) return library::file_error(code, part, "cannot be synced");
    } else if (errno != ENOENT) {  // else it is in its place already
        return library::file_error(errno, part, "cannot be opened");
    }
    const std::lock_guard lock(item.mutex);
    item.durable = true;
    return {};
}

// Complete uploads are changed by this thread alone: their state is read here without the mutex.
Result<void> Uploads::take_in(Item& item) {
    if (!item.durable) return {};  // what may not be there yet is not imported
    if (item.state == kOpen) TRY(judge(item));
    if (item.state != kPlacing) return {};
    TRY(place(item));
    return import(item);
}

// Finds out what it is and where it goes, or refuses it.
Result<void> Uploads::judge(Item& item) {
    const fs::path part = file(item.id, ".part");
    const std::string name = file_name_of(item.metadata);
    if (item.length == 0) return refuse(item, fmt::format("{} is empty", name));
    const auto mapped = TRY(library::MappedFile::open(part));
    const ByteSpan bytes = mapped->bytes();
    const auto read_at = [bytes](std::uint64_t offset, std::size_t size) {
        const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        const ByteSpan piece = bytes.subspan(from, std::min(size, bytes.size() - from));
        return Bytes(piece.begin(), piece.end());
    };
    const std::string_view container =
        prepare::container_of(bytes.first(std::min(bytes.size(), prepare::kContainerHead)));
    const auto wrong = prepare::diagnose(bytes.size(), read_at);
    if (!container.empty()) {
        if (wrong) return refuse(item, fmt::format("{} {}", name, *wrong));
        return judge_film(item, container);
    }
    if (has_sheet_extension(name)) return judge_sheet(item, bytes);
    std::string why;
    if (bytes.size() <= kLargestSubtitles) {
        TRY(judge_subtitles(item, why));
        if (item.state != kOpen) return {};
    }
    if (subtitles::has_subtitle_extension(name) && !why.empty()) return refuse(item, why);
    if (wrong) return refuse(item, fmt::format("{} {}", name, *wrong));
    return refuse(
        item, fmt::format("{} is neither a film in a container known here nor subtitles", name));
}

Result<void> Uploads::judge_film(Item& item, std::string_view extension) {
    std::string entry = value_or_empty(item.metadata, "entry");
    const bool replaces = !entry.empty();
    if (replaces) {
        const auto known = workspace_.store->find_entry(entry);
        if (!known) {
            if (known.error().code() != ErrorCode::kNotFound) {
                return Unexpected(Error(known.error()));
            }
            return refuse(item, fmt::format("the entry \"{}\" is gone", entry));
        }
    } else {
        entry = make_slug(file_name_of(item.metadata));
        const auto known = workspace_.store->find_entry(entry);
        if (!known && known.error().code() != ErrorCode::kNotFound) {
            return Unexpected(Error(known.error()));
        }
        std::error_code error;
        if (known || fs::exists(films_ / entry, error)) {
            std::string suffix = item.id.substr(0, 8);
            std::ranges::transform(suffix, suffix.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            });
            std::erase_if(suffix, [](char c) { return c == '_' || c == '-'; });
            entry += "-" + suffix;
        }
    }
    const std::lock_guard lock(item.mutex);
    item.entry = entry;
    item.replaces = replaces;
    item.target = fs::path(kFilmsFolder) / entry / fmt::format("{}.{}", entry, extension);
    item.state = kPlacing;
    return write_info(item);
}

// The entry that subtitles belong to. kNotFound and kConflict say why there is none.
Result<std::string> Uploads::entry_of_subtitles(const Item& item) {
    if (std::string entry = value_or_empty(item.metadata, "entry"); !entry.empty()) {
        TRY(workspace_.store->find_entry(entry));
        return entry;
    }
    const std::string name = file_name_of(item.metadata);
    std::size_t longest = 0;
    std::vector<std::string> fitting;
    for (const store::Entry& entry : TRY(workspace_.store->list_entries())) {
        if (entry.kind != store::EntryKind::kFilm) continue;
        std::vector<std::string> names = {fs::path(entry.source.path).filename().string(),
                                          entry.id + ".film"};
        if (const auto former = TRY(workspace_.store->former_source_of(entry.id))) {
            names.push_back(fs::path(former->path).filename().string());
        }
        std::size_t length = 0;
        for (const std::string& film : names) {
            if (!subtitles::match_sidecar(name, film)) continue;
            length = std::max(length, fs::path(film).stem().string().size());
        }
        if (length == 0 || length < longest) continue;
        if (length > longest) fitting.clear();
        longest = length;
        fitting.push_back(entry.id);
    }
    if (fitting.size() == 1) return fitting.front();
    if (fitting.empty()) {
        return fail(ErrorCode::kNotFound,
                    "{} is named after no film here; upload the film first, or say which entry it "
                    "belongs to (metadata \"entry\")",
                    name);
    }
    return fail(ErrorCode::kConflict,
                "{} may belong to {} or {}; say which entry it belongs to (metadata \"entry\")",
                name, fitting[0], fitting[1]);
}

// `why` says what is against its being subtitles.
Result<void> Uploads::judge_subtitles(Item& item, std::string& why) {
    const std::string name = file_name_of(item.metadata);
    const auto mapped = TRY(library::MappedFile::open(file(item.id, ".part")));
    subtitles::FilmFacts film;
    // How many frames a second has is not known yet, and is not what this is about.
    film.frame_rate = subtitles::FrameRate{25, 1};
    const auto parsed = subtitles::parse(name, mapped->bytes(), {}, film);
    if (!parsed) {
        why = parsed.error().to_string();
        return {};
    }
    const bool has_cues = std::ranges::any_of(
        parsed->documents, [](const auto& document) { return !document.cues.empty(); });
    if (!has_cues || !subtitles::has_subtitle_extension(name)) {
        why = has_cues ? fmt::format(
                             "{} holds subtitles, but is not called so; name it like "
                             "film.zh.srt",
                             name)
                       : fmt::format("{} has no cues", name);
        return {};
    }
    const auto entry = entry_of_subtitles(item);
    if (!entry) {
        const ErrorCode code = entry.error().code();
        if (code != ErrorCode::kNotFound && code != ErrorCode::kConflict) {
            return Unexpected(Error(entry.error()));
        }
        return refuse(item, entry.error().to_string());
    }
    const store::Entry row = TRY(workspace_.store->find_entry(*entry));
    std::optional<subtitles::Sidecar> said;
    for (const std::string& known :
         {fs::path(row.source.path).filename().string(), *entry + ".film"}) {
        if (!said) said = subtitles::match_sidecar(name, known);
    }
    if (!said) said = subtitles::sidecar_alone(name);
    if (const auto language =
            subtitles::language_of_word(value_or_empty(item.metadata, "language"))) {
        said->language = *language;
    }
    std::string file_name = *entry;
    if (said->language != subtitles::kUndetermined) file_name += "." + said->language;
    if (said->kind == subtitles::Kind::kForced) file_name += ".forced";
    if (said->kind == subtitles::Kind::kSdh) file_name += ".sdh";
    if (!said->label.empty() && said->language != subtitles::kUndetermined) {
        file_name += "." + make_slug(said->label);
    }
    const std::lock_guard lock(item.mutex);
    item.entry = *entry;
    item.target =
        fs::path(kFilmsFolder) / *entry / (file_name + fs::path(name).extension().string());
    item.state = kPlacing;
    return write_info(item);
}

Result<void> Uploads::judge_sheet(Item& item, ByteSpan bytes) {
    const std::string name = file_name_of(item.metadata);
    SheetMapping more = workspace_.config.import.columns;
    const IntakeOptions options = TRY(sheet_options(item.metadata));
    for (const auto& [column, field] : options.mapping)
        more[column] = field;
    const SheetMapping mapping = TRY(sheet_mapping(more));
    if (const auto sheet = read_sheet(name, bytes, mapping); !sheet) {
        return refuse(item, sheet.error().to_string());
    }
    const std::lock_guard lock(item.mutex);
    item.target = fs::path(kUploadsFolder) / (item.id + ".sheet") / name;
    item.state = kPlacing;
    return write_info(item);
}

// Where it goes is written down by now: killed before or after, this ends in the same place.
Result<void> Uploads::place(Item& item) {
    const fs::path part = file(item.id, ".part");
    const fs::path target = workspace_.folder / item.target;
    std::error_code error;
    if (!fs::exists(part, error)) return {};
    fs::create_directories(target.parent_path(), error);
    if (error) return library::file_error(error.value(), target.parent_path(), "cannot be created");
    fs::permissions(part,
                    fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read |
                        fs::perms::others_read,
                    error);
    fs::rename(part, target, error);
    if (error) return library::file_error(error.value(), target, "cannot be put there");
    TRY(library::sync_directory(target.parent_path()));
    return library::sync_directory(folder_);
}

Result<void> Uploads::import_sheet(Item& item) {
    const fs::path target = workspace_.folder / item.target;
    std::error_code error;
    if (!fs::exists(target, error)) {
        return fail(ErrorCode::kNotFound, "{} is gone", target.string());
    }
    const std::vector<fs::path> paths = {target};
    const IntakeOptions options = TRY(sheet_options(item.metadata));
    Intake intake = TRY(app::take_in(workspace_, paths, options));
    // Where it lay for a moment is nobody's business.
    intake.sheets.front().file = target.filename();
    std::size_t matched = 0;
    std::size_t ambiguous = 0;
    const SheetIntake& sheet = intake.sheets.front();
    for (const SheetRowNote& note : sheet.rows) {
        if (note.match.fate == RowFate::kMatched) ++matched;
        if (note.match.fate == RowFate::kAmbiguous) ++ambiguous;
    }
    std::string report =
        fmt::format("{} rows: {} belong to a film, {} wait for theirs, {} are ambiguous",
                    sheet.rows.size(), matched, sheet.rows.size() - matched - ambiguous, ambiguous);
    for (const SheetProblem& problem : sheet.problems) {
        report += fmt::format("; line {}: {}", problem.line, problem.message);
    }
    if (options.dry_run) report = "nothing was changed, this was a dry run: " + report;
    {
        const std::lock_guard lock(item.mutex);
        item.state = kDone;
        item.reason = report;
        item.report = json_line(intake_json(intake, options.dry_run));
        TRY(write_info(item));
    }
    fs::remove_all(target.parent_path(), error);
    if (options.dry_run) return {};
    audit(item.owner, "sheet.import", file_name_of(item.metadata),
          json_line({{"upload", item.id}, {"rows", sheet.rows.size()}, {"matched", matched}}));
    if (options_.on_entry) options_.on_entry("");
    return {};
}

Result<void> Uploads::import(Item& item) {
    if (has_sheet_extension(item.target)) return import_sheet(item);
    const fs::path target = workspace_.folder / item.target;
    const bool is_film = !subtitles::has_subtitle_extension(target.string());
    const std::string said = TRY(description_from(item.metadata));
    fs::path film = target;
    if (!is_film) {
        film = TRY(workspace_.store->find_entry(item.entry))
        .source.path;
    } else if (!item.replaces) {
        // Beside the film, where it is found again should the database be lost.
        const json named{{"title", display_title(file_name_of(item.metadata))}};
        fs::path sidecar = target;
        TRY(replace_file(sidecar.replace_extension(".json"),
                         said.find("\"title\"") != std::string::npos
                             ? said
                             : merge_descriptions(json_line(named), said)));
    }
    IntakeOptions options;
    options.entry_id = item.entry;
    const std::vector<fs::path> paths = {film};
    const Intake intake = TRY(app::take_in(workspace_, paths, options));
    if (intake.summary.entries.empty()) {
        const std::string reason = intake.summary.problems.empty()
                                       ? "it could not be imported"
                                       : intake.summary.problems.front().text;
        return fail(ErrorCode::kUnavailable, "{}: {}", film.string(), reason);
    }
    if (is_film && item.replaces && !said.empty()) {
        TRY(describe_by_hand(*workspace_.store, item.entry, said, Before::kKept));
    }
    if (is_film) {
        // A version before this one, of another kind.
        std::error_code error;
        for (const auto& other : fs::directory_iterator(target.parent_path(), error)) {
            const fs::path& path = other.path();
            const bool is_version = path.stem() == item.entry && path != target &&
                                    path.extension() != ".json" &&
                                    !subtitles::has_subtitle_extension(path.string());
            std::error_code ignored;  // it is in nobody's way
            if (is_version) fs::remove(path, ignored);
        }
    }
    {
        const std::lock_guard lock(item.mutex);
        item.state = kDone;
        TRY(write_info(item));
    }
    audit(item.owner,
          is_film ? (item.replaces ? "entry.replace" : "entry.upload") : "entry.subtitles",
          item.entry, json_line({{"upload", item.id}, {"filename", file_name_of(item.metadata)}}));
    if (options_.on_entry) options_.on_entry(item.entry);
    return {};
}

Result<void> Uploads::refuse(Item& item, const std::string& reason) {
    {
        const std::lock_guard lock(item.mutex);
        item.state = kRefused;
        item.reason = reason;
        TRY(write_info(item));
        std::error_code error;
        fs::remove(file(item.id, ".part"), error);
        if (error) return library::file_error(error.value(), file(item.id, ".part"), "stays there");
    }
    audit(item.owner, "upload.refuse", item.id,
          json_line({{"reason", reason}, {"filename", file_name_of(item.metadata)}}));
    return {};
}

void Uploads::expire() {
    const Instant now = workspace_.clock->now();
    std::vector<std::shared_ptr<Item>> gone;
    {
        const std::lock_guard lock(mutex_);
        for (auto entry = items_.begin(); entry != items_.end();) {
            const std::shared_ptr<Item> item = entry->second;
            const std::lock_guard item_lock(item->mutex);
            const bool stays = item->state == kPlacing ||
                               (item->state == kOpen && item->is_complete()) ||
                               item->touched + workspace_.config.uploads.expire > now;
            if (stays) {
                ++entry;
                continue;
            }
            ++item->generation;
            std::error_code error;
            for (const char* extension : {".json", ".part", ".unverified"}) {
                fs::remove(file(item->id, extension), error);
            }
            gone.push_back(item);
            entry = items_.erase(entry);
        }
    }
    for (const auto& item : gone) {
        tell(item->id);
        if (item->state != kOpen) continue;
        audit("server", "upload.expire", item->id,
              json_line({{"filename", file_name_of(item->metadata)},
                         {"offset", item->size},
                         {"length", item->length}}));
    }
}

std::uint64_t Uploads::measure_films() {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(films_, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code unreadable;
        if (!entry->is_regular_file(unreadable)) continue;
        const std::uintmax_t size = entry->file_size(unreadable);
        if (!unreadable) bytes += size;
    }
    const std::lock_guard lock(mutex_);
    films_bytes_ = bytes;
    return bytes;
}

}  // namespace matinee::app
