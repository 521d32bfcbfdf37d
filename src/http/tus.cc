#include "http/tus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "auth/secret.h"
#include "base/handle.h"
#include "base/utf8.h"
#include "http/problem.h"

namespace matinee::http {

namespace {

using nlohmann::json;

constexpr std::string_view kVersion = "1.0.0";
constexpr std::string_view kExtensions =
    "creation,creation-with-upload,checksum,expiration,termination";
constexpr std::string_view kAlgorithms = "sha1,sha256,sha512";
constexpr std::string_view kContentType = "application/offset+octet-stream";
constexpr std::string_view kPath = "/api/v1/uploads";

// Of a whole upload's last PATCH, until it is on the disk.
constexpr std::chrono::milliseconds kDurableYet{20};

using Taken = std::variant<Response, std::unique_ptr<ContentReceiver>>;

// Of dates in fields (RFC 9110 section 5.6.7).
std::string http_date(Instant instant) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
        kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
        time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    // What an off_t holds.
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return value;
}

// RFC 4648 section 4, as base64url with other letters and padding.
std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    if (text.find_first_of("-_=") != std::string_view::npos) return std::nullopt;
    std::string url(text);
    std::ranges::replace(url, '+', '-');
    std::ranges::replace(url, '/', '_');
    return auth::from_base64url(url);
}

std::string_view without_spaces(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

// Every answer of ours says which version it speaks.
Response versioned(Response response) {
    response.headers.emplace_back("Tus-Resumable", kVersion);
    return response;
}

Response refusal(int status, std::string_view detail) {
    return versioned(problem(status, detail));
}

Response refusal(const Error& error) {
    return versioned(problem(error));
}

Response too_large(std::uint64_t length, std::uint64_t most) {
    Response response =
        refusal(413, fmt::format("An upload may have {} bytes, not {}.", most, length));
    response.headers.emplace_back("Tus-Max-Size", std::to_string(most));
    return response;
}

// A digest of what comes in, and what it ought to be.
class Checksum {
  public:
    // The value of an Upload-Checksum field.
    static Result<std::unique_ptr<Checksum>> parse(std::string_view field) {
        const std::size_t space = field.find(' ');
        const std::string_view name = field.substr(0, space);
        const EVP_MD* algorithm = name == "sha1"     ? EVP_sha1()
                                  : name == "sha256" ? EVP_sha256()
                                  : name == "sha512" ? EVP_sha512()
                                                     : nullptr;
        if (algorithm == nullptr) {
            return fail(ErrorCode::kInvalid,
                        "Upload-Checksum: the algorithm \"{}\" is not known here; {} are", name,
                        kAlgorithms);
        }
        const auto expected = space == std::string_view::npos
                                  ? std::nullopt
                                  : from_base64(without_spaces(field.substr(space)));
        if (!expected || expected->size() != static_cast<std::size_t>(EVP_MD_get_size(algorithm))) {
            return fail(ErrorCode::kInvalid,
                        "Upload-Checksum: after \"{}\" and a space there must be a checksum of {} "
                        "bytes, as base64",
                        name, EVP_MD_get_size(algorithm));
        }
        auto checksum = std::unique_ptr<Checksum>(new Checksum);
        checksum->expected_ = *expected;
        checksum->context_.reset(EVP_MD_CTX_new());
        if (!checksum->context_ ||
            EVP_DigestInit_ex(checksum->context_.get(), algorithm, nullptr) != 1) {
            return fail(ErrorCode::kUnsupported, "this machine's OpenSSL does not compute {}",
                        name);
        }
        return checksum;
    }

    void update(ByteSpan bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

    bool matches() {
        Bytes found(EVP_MAX_MD_SIZE);
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(found.data()), &size);
        found.resize(size);
        return found == expected_;
    }

  private:
    Checksum() = default;
    base::Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
    Bytes expected_;
};

// Takes what a PATCH, or a POST that creates, has to add.
class Content final : public ContentReceiver {
  public:
    Content(std::unique_ptr<UploadWriter> writer, std::unique_ptr<Checksum> checksum,
            Response answer)
        : writer_(std::move(writer)), checksum_(std::move(checksum)), answer_(std::move(answer)) {}

    std::optional<Response> take(ByteSpan bytes) override {
        if (checksum_) checksum_->update(bytes);
        if (const auto written = writer_->write(bytes); !written) {
            const Error& error = written.error();
            return error.code() == ErrorCode::kInvalid ? refusal(413, error.to_string())
                                                       : refusal(error);
        }
        return std::nullopt;
    }

    Response finish() override {
        if (!kept_) {
            if (checksum_ && !checksum_->matches()) {
                writer_->drop();
                return refusal(460,
                               "What came in does not have the checksum it was sent with. Nothing "
                               "of it was kept; send it again.");
            }
            const auto offset = writer_->keep();
            if (!offset) return refusal(offset.error());
            answer_.headers.emplace_back("Upload-Offset", std::to_string(*offset));
            kept_ = true;
        }
        // Whoever is told that all has come may throw the original away.
        Response response = answer_;
        if (!writer_->is_durable()) response.ask_again_in = kDurableYet;
        return response;
    }

  private:
    std::unique_ptr<UploadWriter> writer_;
    std::unique_ptr<Checksum> checksum_;
    Response answer_;
    bool kept_ = false;
};

class Tus {
  public:
    Tus(UploadStore& uploads, const base::Clock& clock) : uploads_(uploads), clock_(clock) {}

    // OPTIONS: what this server speaks. Whoever asks need not have a version.
    [[nodiscard]] Response options(std::string_view allow) const {
        Response response = versioned(Response::empty(204));
        response.headers.emplace_back("Allow", allow);
        response.headers.emplace_back("Tus-Version", kVersion);
        response.headers.emplace_back("Tus-Extension", kExtensions);
        response.headers.emplace_back("Tus-Max-Size", std::to_string(uploads_.max_size()));
        response.headers.emplace_back("Tus-Checksum-Algorithm", kAlgorithms);
        return response;
    }

    // POST /api/v1/uploads (extension creation).
    Taken create(const Request& request) const {
        if (auto wrong = wrong_version(request)) return *std::move(wrong);
        if (request.header("Upload-Defer-Length")) {
            return refusal(400, "Upload-Defer-Length: say the length with the creation.");
        }
        const auto length = number_of(request.header("Upload-Length").value_or(""));
        if (!length) {
            return refusal(400, "Upload-Length must say how many bytes the upload has.");
        }
        if (*length > uploads_.max_size()) return too_large(*length, uploads_.max_size());
        const auto metadata = parse_upload_metadata(request.header("Upload-Metadata").value_or(""));
        if (!metadata) return refusal(metadata.error());

        const auto content_type = request.header("Content-Type");
        const bool with_upload = content_type && *content_type == kContentType;
        if (!with_upload && !is_empty(request)) {
            return refusal(415, fmt::format("Content that comes with the creation of an upload "
                                            "has the Content-Type {}.",
                                            kContentType));
        }
        auto checksum = checksum_of(request);
        if (!checksum) return refusal(checksum.error());
        const std::string owner = request.asker.account ? request.asker.account->name : "";
        auto upload = uploads_.create(*length, *metadata, owner);
        if (!upload) return refusal(upload.error());

        Response response = versioned(Response::empty(201));
        response.headers.emplace_back("Location", fmt::format("{}/{}", kPath, upload->id));
        response.headers.emplace_back("Upload-Expires", http_date(upload->expires));
        // Nothing to come: it is as empty as it will be (also one of no bytes at all, which this
        // completes).
        if (!with_upload && *length > 0) return response;
        return receive(*upload, *std::move(checksum), std::move(response));
    }

    // HEAD: how far it is.
    [[nodiscard]] Response head(const Request& request) const {
        if (auto wrong = wrong_version(request)) return *std::move(wrong);
        auto upload = find(request);
        if (!upload) return std::move(upload).refusal();
        Response response = versioned(Response::empty(200));
        response.headers.emplace_back("Upload-Offset", std::to_string(upload->offset));
        response.headers.emplace_back("Upload-Length", std::to_string(upload->length));
        if (!upload->metadata.empty()) {
            response.headers.emplace_back("Upload-Metadata", encoded(upload->metadata));
        }
        if (upload->offset < upload->length) {
            response.headers.emplace_back("Upload-Expires", http_date(upload->expires));
        }
        return response;
    }

    // PATCH: what follows at Upload-Offset.
    [[nodiscard]] Taken patch(const Request& request) const {
        if (auto wrong = wrong_version(request)) return *std::move(wrong);
        if (request.header("Content-Type") != kContentType) {
            return refusal(415, fmt::format("The Content-Type of a PATCH is {}.", kContentType));
        }
        const auto offset = number_of(request.header("Upload-Offset").value_or(""));
        if (!offset) return refusal(400, "Upload-Offset must say where the content belongs.");
        auto upload = find(request);
        if (!upload) return std::move(upload).refusal();
        if (*offset != upload->offset) return wrong_offset(*upload, *offset);
        if (const auto length = number_of(request.header("Content-Length").value_or("0"));
            length && *length > upload->length - upload->offset) {
            return refusal(413, fmt::format("The upload lacks {} bytes, the content has {}.",
                                            upload->length - upload->offset, *length));
        }
        auto checksum = checksum_of(request);
        if (!checksum) return refusal(checksum.error());
        Response response = versioned(Response::empty(204));
        response.headers.emplace_back("Upload-Expires", http_date(upload->expires));
        return receive(*upload, *std::move(checksum), std::move(response));
    }

    // DELETE (extension termination).
    [[nodiscard]] Response remove(const Request& request) const {
        if (auto wrong = wrong_version(request)) return *std::move(wrong);
        auto upload = find(request);
        if (!upload) return std::move(upload).refusal();
        const auto removed =
            uploads_.remove(upload->id, request.asker.account ? request.asker.account->name : "");
        return removed ? versioned(Response::empty(204)) : refusal(removed.error());
    }

    // POST to an upload, by who can send nothing but GET and POST: the method is the one of
    // X-HTTP-Method-Override.
    [[nodiscard]] Taken overridden(const Request& request) const {
        const std::string_view method = request.header("X-HTTP-Method-Override").value_or("");
        if (method == "PATCH") return patch(request);
        if (method == "DELETE") return remove(request);
        if (method == "HEAD") return head(request);
        Response response = refusal(405,
                                    "POST does nothing to an upload, unless X-HTTP-Method-Override "
                                    "says PATCH, DELETE or HEAD.");
        response.headers.emplace_back("Allow", "GET, HEAD, PATCH, DELETE, OPTIONS");
        return response;
    }

    // GET /api/v1/uploads, in JSON; not of the protocol.
    [[nodiscard]] Response list() const {
        json all = json::array();
        for (const Upload& upload : uploads_.list())
            all.push_back(upload_json(upload));
        return Response::json({{"uploads", std::move(all)}});
    }

    [[nodiscard]] Response show(const Request& request) const {
        const auto upload = uploads_.find(std::string(request.parameter("upload")));
        if (!upload) return problem(upload.error());
        json shown = upload_json(*upload);
        if (!upload->report.empty()) shown["import"] = json::parse(upload->report, nullptr, false);
        return Response::json(shown);
    }

  private:
    // An upload that one may go on with, or why not.
    class Found {
      public:
        explicit Found(Upload upload) : upload_(std::move(upload)) {}
        explicit Found(Response refusal) : refusal_(std::move(refusal)) {}
        explicit operator bool() const { return !refusal_; }
        const Upload& operator*() const { return upload_; }
        const Upload* operator->() const { return &upload_; }
        Response refusal() && { return *std::move(refusal_); }

      private:
        Upload upload_;
        std::optional<Response> refusal_;
    };

    static std::optional<Response> wrong_version(const Request& request) {
        const auto version = request.header("Tus-Resumable");
        if (version == kVersion) return std::nullopt;
        Response response =
            refusal(412, fmt::format("Tus-Resumable is {}; this server speaks {}.",
                                     version ? std::string(*version) : "missing", kVersion));
        response.headers.emplace_back("Tus-Version", kVersion);
        return response;
    }

    static bool is_empty(const Request& request) {
        return !request.header("Transfer-Encoding") &&
               request.header("Content-Length").value_or("0") == "0";
    }

    [[nodiscard]] Found find(const Request& request) const {
        auto upload = uploads_.find(std::string(request.parameter("upload")));
        if (!upload) return Found(refusal(upload.error()));
        if (upload->expires <= clock_.now()) {
            return Found(refusal(410, fmt::format("The upload has expired, at {}. Begin again.",
                                                  base::to_rfc3339(upload->expires))));
        }
        return Found(*std::move(upload));
    }

    static Response wrong_offset(const Upload& upload, std::uint64_t offset) {
        return refusal(409, fmt::format("The upload is at byte {}, not {}. Ask for the offset "
                                        "(HEAD) and go on from there.",
                                        upload.offset, offset));
    }

    static Result<std::unique_ptr<Checksum>> checksum_of(const Request& request) {
        const auto field = request.header("Upload-Checksum");
        if (!field) return std::unique_ptr<Checksum>();
        return Checksum::parse(*field);
    }

    [[nodiscard]] Taken receive(const Upload& upload, std::unique_ptr<Checksum> checksum,
                                Response answer) const {
        auto writer =
            uploads_.write(upload.id, upload.offset,
                           checksum ? UploadStore::Partial::kDropped : UploadStore::Partial::kKept);
        if (!writer) return refusal(writer.error());
        return std::make_unique<Content>(*std::move(writer), std::move(checksum),
                                         std::move(answer));
    }

    static std::string encoded(const UploadMetadata& metadata) {
        std::string field;
        for (const auto& [key, value] : metadata) {
            if (!field.empty()) field += ',';
            field += key;
            if (value.empty()) continue;
            std::string text((value.size() + 2) / 3 * 4, '\0');
            EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                            reinterpret_cast<const unsigned char*>(value.data()),
                            static_cast<int>(value.size()));
            field += ' ' + text;
        }
        return field;
    }

    UploadStore& uploads_;
    const base::Clock& clock_;
};

}  // namespace

json upload_json(const Upload& upload) {
    json metadata = json::object();
    for (const auto& [key, value] : upload.metadata)
        metadata[key] = value;
    return {{"id", upload.id},
            {"url", fmt::format("{}/{}", kPath, upload.id)},
            {"state", upload.state},
            {"offset", upload.offset},
            {"length", upload.length},
            {"metadata", std::move(metadata)},
            {"owner", upload.owner},
            {"created", base::to_rfc3339(upload.created)},
            {"expires", base::to_rfc3339(upload.expires)},
            {"entry", upload.entry.empty() ? json(nullptr) : json(upload.entry)},
            {"reason", upload.reason.empty() ? json(nullptr) : json(upload.reason)}};
}

Result<UploadMetadata> parse_upload_metadata(std::string_view field) {
    UploadMetadata metadata;
    field = without_spaces(field);
    while (!field.empty()) {
        const std::size_t comma = std::min(field.find(','), field.size());
        const std::string_view pair = without_spaces(field.substr(0, comma));
        field.remove_prefix(std::min(comma + 1, field.size()));
        const std::size_t space = std::min(pair.find(' '), pair.size());
        const std::string key(pair.substr(0, space));
        const bool is_ascii = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
        if (key.empty() || !is_ascii) {
            return fail(ErrorCode::kInvalid,
                        "Upload-Metadata: a key is made of visible ASCII characters, and each pair "
                        "is \"key base64\"");
        }
        const auto value = from_base64(without_spaces(pair.substr(space)));
        if (!value || !base::is_valid_utf8(base::as_text(*value))) {
            return fail(ErrorCode::kInvalid,
                        "Upload-Metadata: the value of \"{}\" is no base64 of a text in UTF-8",
                        key);
        }
        if (!metadata.emplace(key, base::as_text(*value)).second) {
            return fail(ErrorCode::kInvalid, "Upload-Metadata: \"{}\" is there twice", key);
        }
    }
    return metadata;
}

Result<void> add_upload_routes(Router& router, UploadStore& uploads, const base::Clock& clock) {
    const auto tus = std::make_shared<const Tus>(uploads, clock);
    const std::string all(kPath);
    const std::string one = all + "/{upload}";
    const auto spec = [](Method method, const std::string& pattern,
                         Access access = Access::kStudio) {
        return RouteSpec{method, pattern, "upload", access};
    };
    for (const auto& [pattern, allow] :
         {std::pair(all, "GET, HEAD, POST, OPTIONS"),
          std::pair(one, "GET, HEAD, POST, PATCH, DELETE, OPTIONS")}) {
        TRY(router.add(spec(Method::kOptions, pattern, Access::kPublic),
                       [tus, allow = allow](const Request&) { return tus->options(allow); }));
    }
    TRY(router.add(spec(Method::kGet, all), [tus](const Request&) { return tus->list(); }));
    TRY(router.add_stream(spec(Method::kPost, all),
                          [tus](const Request& request) { return tus->create(request); }));
    TRY(router.add(spec(Method::kGet, one),
                   [tus](const Request& request) { return tus->show(request); }));
    TRY(router.add(spec(Method::kHead, one),
                   [tus](const Request& request) { return tus->head(request); }));
    TRY(router.add_stream(spec(Method::kPatch, one),
                          [tus](const Request& request) { return tus->patch(request); }));
    TRY(router.add_stream(spec(Method::kPost, one),
                          [tus](const Request& request) { return tus->overridden(request); }));
    return router.add(spec(Method::kDelete, one),
                      [tus](const Request& request) { return tus->remove(request); });
}

}  // namespace matinee::http
