// Uploads: kept on disk as they come in, and taken in when they are complete.
//
// In the data folder:
//
//     uploads/ID.json        what is known of an upload
//     uploads/ID.part        its bytes so far: the file's length is the upload's offset
//     uploads/ID.unverified  where bytes begin that a checksum has still to vouch for; as text
//     uploads/ID.remove      somebody on the command line gives it up: who; the server heeds it
//     uploads/ID.sheet/      a sheet of entries while it is taken in
//     films/ENTRY/           films and subtitles that came this way, by entry, all named after it
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/workspace.h"
#include "base/result.h"
#include "http/tus.h"

namespace matinee::app {

// Thread-safe. A thread of its own puts complete uploads on the disk for good, judges by their
// content what they are, and imports them.
//
// Offsets are lengths of files. A killed server loses nothing that was written: it is in the
// system's cache. After a power cut a file may be shorter than what was acknowledged, never longer
// than what is there (ext4 in its ordered mode, XFS and Btrfs set a file's length when the bytes
// have arrived); clients ask for the offset before they go on, so that costs time and no byte.
// Hence nothing waits for the disk while an upload comes in (writing is begun early, so that the
// end has little left to wait for), and all of it is synced once, before the last answer says that
// it has come and its owner may delete the original.
class Uploads final : public http::UploadStore {
  public:
    struct Options {
        bool own_thread = true;  // else work() is called by somebody
        // Called on the thread that works, with an entry that has changed; empty for several. May
        // be empty.
        std::function<void(const std::string& entry_id)> on_entry;
    };

    // Takes up what was there before: what was complete, but not taken in, is. `workspace` must
    // outlive this.
    static Result<std::unique_ptr<Uploads>> start(Workspace& workspace, Options options);
    ~Uploads() override;

    [[nodiscard]] std::uint64_t max_size() const override;
    Result<http::Upload> create(std::uint64_t length, const http::UploadMetadata& metadata,
                                const std::string& owner) override;
    Result<http::Upload> find(const std::string& id) override;
    std::vector<http::Upload> list() override;
    Result<std::unique_ptr<http::UploadWriter>> write(const std::string& id, std::uint64_t offset,
                                                      Partial partial) override;
    Result<void> remove(const std::string& id, const std::string& actor) override;

    // For the command line. What is there, oldest first; changes nothing, so a server may be at
    // work.
    static Result<std::vector<http::Upload>> look(Workspace& workspace);

    // The same as remove(), or asks the server that holds the folder to do it. kUnavailable when
    // that does not answer.
    static Result<void> give_up(Workspace& workspace, const std::string& id,
                                const std::string& actor);

    // Takes in what is complete, and removes what has expired. For whoever has no thread for it.
    void work();

    struct Item;  // one upload

  private:
    class Writer;
    Uploads(Workspace& workspace, Options options);
    // Whether bytes that nobody vouches for are dropped, or only not counted.
    enum class Unverified : std::uint8_t { kDrop, kIgnore };
    Result<void> load(Unverified unverified);
    Result<void> load_one(const std::filesystem::path& info, Unverified unverified);
    Result<std::shared_ptr<Item>> item(const std::string& id);
    [[nodiscard]] std::filesystem::path file(const std::string& id, const char* extension) const;
    Result<void> check_room(std::uint64_t length, const std::string& owner);
    [[nodiscard]] http::Upload describe(const Item& item) const;  // its mutex is held
    Result<void> write_info(const Item& item);
    void wake();
    void run();
    Result<void> take_in(Item& item);
    Result<void> make_durable(Item& item);
    Result<void> judge(Item& item);
    Result<void> judge_film(Item& item, std::string_view extension);
    Result<void> judge_subtitles(Item& item, std::string& why);
    Result<void> judge_sheet(Item& item, ByteSpan bytes);
    Result<std::string> entry_of_subtitles(const Item& item);
    Result<void> place(Item& item);
    Result<void> import(Item& item);
    Result<void> import_sheet(Item& item);
    Result<void> refuse(Item& item, const std::string& reason);
    void expire();
    void heed_removals();
    void tell(const std::string& id);
    std::uint64_t measure_films();  // what it has measured
    void audit(const std::string& actor, const std::string& action, const std::string& subject,
               const std::string& detail);

    Workspace& workspace_;
    const Options options_;
    const std::filesystem::path folder_;
    const std::filesystem::path films_;
    std::mutex mutex_;  // guards what follows; an Item has a mutex of its own, taken after this one
    std::map<std::string, std::shared_ptr<Item>> items_;
    std::uint64_t films_bytes_ = 0;
    bool woken_ = false;
    bool stopping_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace matinee::app
