// Uploads by the tus resumable upload protocol, version 1.0.0 (https://tus.io/protocols), with its
// extensions creation, creation-with-upload, checksum, expiration and termination.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "http/router.h"

namespace matinee::http {

// What an upload says of itself (Upload-Metadata, decoded): "filename", "title", "entry" ...
using UploadMetadata = std::map<std::string, std::string>;

struct Upload {
    std::string id;
    std::uint64_t length = 0;
    std::uint64_t offset = 0;  // so much of it is kept, whatever happens to the server
    UploadMetadata metadata;
    std::string owner;  // the account's name
    Instant created;
    Instant expires;     // it is removed then, unless it goes on
    std::string state;   // "open", "arrived", "done", "refused"
    std::string entry;   // what it became, or became part of; when it is done
    std::string reason;  // why it was refused; of a sheet, what came of it
    std::string report;  // of a sheet, the same in JSON; only of one upload that is asked for
};

// Where the content of one PATCH goes. Thread-bound. Ends without keep(): what was written is kept
// all the same, or dropped, as UploadStore::write() was told.
class UploadWriter {
  public:
    UploadWriter() = default;
    UploadWriter(const UploadWriter&) = delete;
    UploadWriter& operator=(const UploadWriter&) = delete;
    virtual ~UploadWriter() = default;

    // kInvalid for more than the upload's length, kConflict when somebody else has gone on with
    // it, kExhausted when the disk is full.
    virtual Result<void> write(ByteSpan bytes) = 0;

    // Keeps what was written, and returns the new offset.
    virtual Result<std::uint64_t> keep() = 0;

    // Drops what was written.
    virtual void drop() = 0;

    // Whether all of a whole upload is on the disk: asked after keep().
    [[nodiscard]] virtual bool is_durable() const = 0;
};

// Where uploads are kept; thread-safe.
class UploadStore {
  public:
    UploadStore() = default;
    UploadStore(const UploadStore&) = delete;
    UploadStore& operator=(const UploadStore&) = delete;
    virtual ~UploadStore() = default;

    // The longest upload that is taken.
    [[nodiscard]] virtual std::uint64_t max_size() const = 0;

    // kExhausted when the account, or the disk, has no room for it; kInvalid or kNotFound for
    // metadata that cannot be right.
    virtual Result<Upload> create(std::uint64_t length, const UploadMetadata& metadata,
                                  const std::string& owner) = 0;

    // kNotFound; an upload that has expired is there until it is swept up.
    virtual Result<Upload> find(const std::string& id) = 0;

    // Oldest first.
    virtual std::vector<Upload> list() = 0;

    // What becomes of what was written when the content breaks off.
    enum class Partial : std::uint8_t {
        kKept,
        kDropped,  // it cannot be checked
    };
    // Goes on at `offset`; whoever was at it has lost it. kConflict when it is at another offset,
    // or complete.
    virtual Result<std::unique_ptr<UploadWriter>> write(const std::string& id, std::uint64_t offset,
                                                        Partial partial) = 0;

    // kConflict when it is complete already.
    virtual Result<void> remove(const std::string& id, const std::string& actor) = 0;
};

// The value of an Upload-Metadata field. kInvalid for what the protocol does not allow, and for
// values that are not UTF-8.
Result<UploadMetadata> parse_upload_metadata(std::string_view field);

// Upload, as the API has it; without the report of a sheet.
nlohmann::json upload_json(const Upload& upload);

// Adds /api/v1/uploads and what is below it, for producers. Both must outlive the router.
Result<void> add_upload_routes(Router& router, UploadStore& uploads, const base::Clock& clock);

}  // namespace matinee::http
