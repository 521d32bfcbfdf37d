// Uploads as tus has them: the real server over the real store of uploads.
#include "app/uploads.h"

#include <cstring>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/entry_removal.h"
#include "http/raw_client.h"
#include "http/server.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using http::RawClient;
using http::RawResponse;
using nlohmann::json;
using std::chrono::hours;
using test::must;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string kVersion = "Tus-Resumable: 1.0.0\r\n";
const std::string kPiece = kVersion + "Content-Type: application/offset+octet-stream\r\n";

// Begins as an MP4 does, with an index: enough for the first look.
std::string mp4_film(std::size_t size) {
    using namespace std::string_literals;
    std::string bytes =
        "\0\0\0\x10"
        "ftypisom\0\0\0\0"s +
        "\0\0\0\x08moov"s;
    const std::size_t rest = size - bytes.size();
    for (int shift : {24, 16, 8, 0})
        bytes += static_cast<char>(rest >> shift & 0xff);
    bytes += "mdat";
    while (bytes.size() < size)
        bytes += static_cast<char>(bytes.size() * 7);
    return bytes;
}

std::string base64(std::string_view text) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        unsigned bits = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k > text.size() ? '=' : kLetters[bits >> (18 - 6 * k) & 63];
        }
    }
    return out;
}

std::string metadata(const std::map<std::string, std::string>& pairs) {
    std::string field;
    for (const auto& [key, value] : pairs) {
        field += (field.empty() ? "Upload-Metadata: " : ",") + key + " " + base64(value);
    }
    return field + "\r\n";
}

class UploadsTest : public testing::Test {
  protected:
    UploadsTest() {
        workspace_.folder = folder_ / "data";
        fs::create_directories(workspace_.folder);
        auto clock = std::make_unique<test::FakeClock>();
        clock_ = clock.get();
        workspace_.store = must(store::Store::open(workspace_.folder / "matinee.db", *clock));
        workspace_.clock = std::move(clock);
        workspace_.library = std::make_unique<library::Library>(workspace_.folder / "library");
        workspace_.config.uploads.keep_free = 0;
        start();
    }

    // As after a restart: nothing is kept but what is on the disk. Nothing works by itself, so
    // that tests say when.
    void start() {
        server_.reset();
        uploads_.reset();
        Uploads::Options options;
        options.own_thread = false;
        uploads_ = must(Uploads::start(workspace_, std::move(options)));
        auto router = std::make_shared<http::Router>();
        must(http::add_upload_routes(*router, *uploads_, *workspace_.clock));
        http::Server::Options server;
        server.listen.port = 0;
        server.threads = 2;
        server.max_body_bytes = 1000;  // of requests that are not taken as they come
        server.guard = [](http::Request& request,
                          const http::RouteSpec&) -> std::optional<http::Response> {
            request.asker.account = std::make_shared<auth::Account>(
                auth::Account{"p", std::string(request.header("X-Account").value_or("producer")),
                              auth::Role::kProducer});
            return std::nullopt;
        };
        server_ = must(http::Server::start(std::move(server), router, metrics_));
    }

    RawResponse ask(std::string_view method, const std::string& path, const std::string& fields,
                    std::string_view body = "") {
        RawClient client(server_->port());
        if (method == "HEAD") {
            client.send(fmt::format("HEAD {} HTTP/1.1\r\nHost: test\r\n{}\r\n", path, fields));
            return client.read_response(true).value();
        }
        const auto response = client.request(method, path, fields, body);
        if (!response) throw std::runtime_error("no answer");
        return *response;
    }

    std::string create(std::size_t length, const std::map<std::string, std::string>& pairs) {
        const RawResponse response =
            ask("POST", "/api/v1/uploads",
                kVersion + fmt::format("Upload-Length: {}\r\n", length) + metadata(pairs));
        EXPECT_EQ(response.status, 201) << response.body;
        return response.headers.at("location");
    }

    RawResponse patch(const std::string& path, std::size_t offset, std::string_view body,
                      const std::string& more = "") {
        return ask("PATCH", path, kPiece + fmt::format("Upload-Offset: {}\r\n", offset) + more,
                   body);
    }

    // The answer to the last piece waits until everything is on the disk: somebody has to see to
    // that meanwhile.
    RawResponse patch_to_end(const std::string& path, std::size_t offset, std::string_view body,
                             const std::string& more = "") {
        RawClient client(server_->port());
        client.send(
            fmt::format("PATCH {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n{}"
                        "Upload-Offset: {}\r\n{}\r\n{}",
                        path, body.size(), kPiece, offset, more, body));
        // The upload is complete some time after it was sent; work() then is what its answer
        // waits for.
        const std::string id = path.substr(path.rfind('/') + 1);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (must(uploads_->find(id)).state == "open") {
            if (std::chrono::steady_clock::now() > deadline) return client.read_response().value();
            std::this_thread::yield();
        }
        uploads_->work();
        return client.read_response().value();
    }

    std::string upload(std::string_view bytes, const std::map<std::string, std::string>& pairs) {
        const std::string path = create(bytes.size(), pairs);
        EXPECT_EQ(patch_to_end(path, 0, bytes).status, 204);
        return path;
    }

    json show(const std::string& path) { return json::parse(ask("GET", path, "").body); }

    std::vector<std::string> files(const fs::path& folder) {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(workspace_.folder / folder))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }

    std::vector<std::string> audited() {
        std::vector<std::string> actions;
        for (const auto& record : must(workspace_.store->list_audit()))
            actions.insert(actions.begin(), record.actor + " " + record.action);
        return actions;
    }

    store::Entry entry(const std::string& id) { return must(workspace_.store->find_entry(id)); }

    test::TempFolder folder_;
    test::FakeClock* clock_ = nullptr;
    Workspace workspace_;
    http::Metrics metrics_;
    std::unique_ptr<Uploads> uploads_;
    std::unique_ptr<http::Server> server_;
};

TEST_F(UploadsTest, SaysWhatItSpeaks) {
    const RawResponse response = ask("OPTIONS", "/api/v1/uploads", "");
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.headers.at("tus-resumable"), "1.0.0");
    EXPECT_EQ(response.headers.at("tus-version"), "1.0.0");
    EXPECT_EQ(response.headers.at("tus-extension"),
              "creation,creation-with-upload,checksum,expiration,termination");
    EXPECT_EQ(response.headers.at("tus-max-size"), "100000000000");
    EXPECT_EQ(response.headers.at("tus-checksum-algorithm"), "sha1,sha256,sha512");
}

TEST_F(UploadsTest, TakesAFilmPieceByPiece) {
    const std::string bytes = mp4_film(50'000);  // far more than requests may have elsewhere
    const std::string path = create(bytes.size(), {{"filename", "C:\\My Film.mp4"}});
    const RawResponse first = patch(path, 0, bytes.substr(0, 20'000));
    EXPECT_EQ(first.status, 204);
    EXPECT_EQ(first.headers.at("upload-offset"), "20000");
    EXPECT_EQ(first.headers.at("upload-expires"), "Wed, 25 Nov 2026 11:06:40 GMT");
    const RawResponse head = ask("HEAD", path, kVersion);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("upload-offset"), "20000");
    EXPECT_EQ(head.headers.at("upload-length"), "50000");
    EXPECT_EQ(head.headers.at("upload-metadata"), "filename " + base64("C:\\My Film.mp4"));
    EXPECT_EQ(head.headers.at("cache-control"), "no-store");
    EXPECT_EQ(show(path)["state"], "open");
    const RawResponse last = patch_to_end(path, 20'000, bytes.substr(20'000));
    EXPECT_EQ(last.status, 204);
    EXPECT_EQ(last.headers.at("upload-offset"), "50000");

    EXPECT_EQ(show(path)["state"], "done");
    EXPECT_EQ(show(path)["entry"], "my-film");
    const store::Entry made = entry("my-film");
    EXPECT_EQ(made.state, store::EntryState::kQueued);
    EXPECT_EQ(made.titles.at("und"), "My Film");
    EXPECT_EQ(made.source.path, (workspace_.folder / "films/my-film/my-film.mp4").string());
    EXPECT_EQ(made.source.size, 50'000);
    std::ifstream stream(made.source.path, std::ios::binary);
    EXPECT_EQ(std::string((std::istreambuf_iterator<char>(stream)), {}), bytes);
    EXPECT_THAT(audited(), ElementsAre("producer upload.create", "producer entry.upload"));
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "50000");
}

TEST_F(UploadsTest, CreatesWithTheFirstPiece) {
    const std::string bytes = mp4_film(300);
    const RawResponse response =
        ask("POST", "/api/v1/uploads", kPiece + "Upload-Length: 300\r\n", bytes.substr(0, 100));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.headers.at("upload-offset"), "100");
    EXPECT_EQ(ask("HEAD", response.headers.at("location"), kVersion).headers.at("upload-offset"),
              "100");
}

TEST_F(UploadsTest, RefusesWhatTheProtocolDoesNotAllow) {
    const std::string path = create(100, {});
    const auto status = [&](std::string_view method, const std::string& where,
                            const std::string& fields, std::string_view body = "") {
        const RawResponse response = ask(method, where, fields, body);
        EXPECT_EQ(response.headers.at("tus-resumable"), "1.0.0") << fields;
        return response.status;
    };
    const RawResponse old = ask("HEAD", path, "Tus-Resumable: 0.2.2\r\n");
    EXPECT_EQ(old.status, 412);
    EXPECT_EQ(old.headers.at("tus-version"), "1.0.0");
    EXPECT_EQ(status("PATCH", path, "", "x"), 412);
    EXPECT_EQ(status("POST", "/api/v1/uploads", kVersion), 400);
    EXPECT_EQ(status("POST", "/api/v1/uploads", kVersion + "Upload-Length: -1\r\n"), 400);
    EXPECT_EQ(status("POST", "/api/v1/uploads", kVersion + "Upload-Defer-Length: 1\r\n"), 400);
    EXPECT_EQ(status("POST", "/api/v1/uploads",
                     kVersion + "Upload-Length: 5\r\nUpload-Metadata: a !\r\n"),
              400);
    EXPECT_EQ(status("POST", "/api/v1/uploads",
                     kVersion + "Upload-Length: 5\r\n" + metadata({{"entry", "nobody"}})),
              400);
    EXPECT_EQ(status("PATCH", path, kVersion + "Upload-Offset: 0\r\n", "x"), 415);
    EXPECT_EQ(status("PATCH", path, kPiece, "x"), 400);
    EXPECT_EQ(status("PATCH", path, kPiece + "Upload-Offset: 1\r\n", "x"), 409);
    EXPECT_EQ(status("PATCH", path, kPiece + "Upload-Offset: 0\r\n", std::string(101, 'x')), 413);
    EXPECT_EQ(status("PATCH", "/api/v1/uploads/nobody", kPiece + "Upload-Offset: 0\r\n", "x"), 404);
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "0");
    EXPECT_THAT(json::parse(ask("GET", "/api/v1/uploads", "").body)["uploads"], SizeIs(1));
}

TEST_F(UploadsTest, StopsContentThatGoesOnPastTheEnd) {
    const std::string path = create(10, {});
    // Chunked: nothing says beforehand how long it is.
    const RawResponse response =
        ask("PATCH", path, kPiece + "Upload-Offset: 0\r\nTransfer-Encoding: chunked\r\n",
            "5\r\nhello\r\n8\r\ntoo long\r\n0\r\n\r\n");
    EXPECT_EQ(response.status, 413);
}

TEST_F(UploadsTest, ObeysTheMethodThatOverridesPost) {
    const std::string path = create(100, {});
    EXPECT_EQ(
        ask("POST", path, kPiece + "X-HTTP-Method-Override: PATCH\r\nUpload-Offset: 0\r\n", "abc")
            .status,
        204);
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "3");
    EXPECT_EQ(ask("POST", path, kVersion, "abc").status, 405);
    EXPECT_EQ(ask("POST", path, kVersion + "X-HTTP-Method-Override: DELETE\r\n").status, 204);
    EXPECT_EQ(ask("HEAD", path, kVersion).status, 404);
}

TEST_F(UploadsTest, DropsWhatDoesNotHaveItsChecksum) {
    const std::string path = create(10, {});
    ASSERT_EQ(patch(path, 0, "hello").status, 204);
    // SHA-1 of "world".
    const std::string good = "Upload-Checksum: sha1 fCEUM/AgcVl3Qeb/Wo6jR4mrv0M=\r\n";
    const RawResponse wrong = patch(path, 5, "w0rld", good);
    EXPECT_EQ(wrong.status, 460);
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "5");
    EXPECT_EQ(patch(path, 5, "x", "Upload-Checksum: crc32 AAAA\r\n").status, 400);
    EXPECT_EQ(patch(path, 5, "x", "Upload-Checksum: sha1 AAAA\r\n").status, 400);
    EXPECT_EQ(patch_to_end(path, 5, "world", good).status, 204);
    EXPECT_EQ(show(path)["state"], "refused");  // it is no film
}

TEST_F(UploadsTest, GoesOnAfterAConnectionThatBroke) {
    const std::string path = create(100, {});
    {
        RawClient client(server_->port());
        client.send(fmt::format(
            "PATCH {} HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n{}Upload-Offset: 0\r\n\r\n{}",
            path, kPiece, std::string(60, 'a')));
        const std::string id = path.substr(path.rfind('/') + 1);
        while (must(uploads_->find(id)).offset < 60)
            std::this_thread::yield();
        // The other end is asleep, and another connection goes on: the first has lost it.
        EXPECT_EQ(patch(path, 60, "bb").status, 204);
        client.send(std::string(40, 'c'));
        EXPECT_EQ(client.read_response().value().status, 409);
    }
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "62");
}

TEST_F(UploadsTest, GoesOnAfterTheServerWasKilled) {
    const std::string bytes = mp4_film(100);
    const std::string path = create(bytes.size(), {{"filename", "a.mp4"}});
    ASSERT_EQ(patch(path, 0, bytes.substr(0, 40)).status, 204);
    start();
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "40");
    EXPECT_EQ(patch_to_end(path, 40, bytes.substr(40)).status, 204);
    EXPECT_EQ(show(path)["entry"], "a");
}

TEST_F(UploadsTest, CutsBackWhatWasStillToBeCheckedWhenTheServerWasKilled) {
    const std::string path = create(100, {});
    ASSERT_EQ(patch(path, 0, "hello").status, 204);
    const std::string id = path.substr(path.rfind('/') + 1);
    // As a killed server leaves it.
    const fs::path uploads = workspace_.folder / "uploads";
    std::ofstream(uploads / (id + ".part"), std::ios::app) << "unchecked";
    std::ofstream(uploads / (id + ".unverified")) << "5";
    start();
    EXPECT_EQ(ask("HEAD", path, kVersion).headers.at("upload-offset"), "5");
    EXPECT_EQ(fs::file_size(uploads / (id + ".part")), 5U);
}

TEST_F(UploadsTest, TakesInAtTheNextStartWhatWasComplete) {
    const std::string bytes = mp4_film(200);
    for (const char* state : {"open", "placing", "moved"}) {
        SCOPED_TRACE(state);
        const std::string name = std::string(state) + ".mp4";
        const std::string path = create(bytes.size(), {{"filename", name}});
        const std::string id = path.substr(path.rfind('/') + 1);
        const fs::path part = workspace_.folder / "uploads" / (id + ".part");
        std::ofstream(part, std::ios::binary) << bytes;
        if (state != std::string_view("open")) {
            const fs::path info = workspace_.folder / "uploads" / (id + ".json");
            std::ifstream in(info);
            json known = json::parse(in);
            known["state"] = "placing";
            known["entry"] = state;
            known["target"] = fmt::format("films/{0}/{0}.mp4", state);
            std::ofstream(info) << known;
        }
        if (state == std::string_view("moved")) {
            fs::create_directories(workspace_.folder / "films/moved");
            fs::rename(part, workspace_.folder / "films/moved/moved.mp4");
        }
        start();
        uploads_->work();
        EXPECT_EQ(show(path)["state"], "done");
        EXPECT_EQ(entry(state).state, store::EntryState::kQueued);
        EXPECT_FALSE(fs::exists(part));
    }
    EXPECT_THAT(must(workspace_.store->list_jobs()), SizeIs(3));
}

TEST_F(UploadsTest, NeverImportsHalfAFile) {
    const std::string bytes = mp4_film(200);
    const std::string path = create(bytes.size(), {{"filename", "half.mp4"}});
    ASSERT_EQ(patch(path, 0, bytes.substr(0, 199)).status, 204);
    uploads_->work();
    start();
    uploads_->work();
    EXPECT_THAT(must(workspace_.store->list_entries()), IsEmpty());
    EXPECT_EQ(show(path)["state"], "open");
}

TEST_F(UploadsTest, RemovesWhatHasExpired) {
    const std::string path = create(100, {});
    ASSERT_EQ(patch(path, 0, "abc").status, 204);
    clock_->advance(workspace_.config.uploads.expire - hours(1));
    uploads_->work();
    ASSERT_EQ(patch(path, 3, "def").status, 204);  // which gives it time anew
    clock_->advance(workspace_.config.uploads.expire);
    EXPECT_EQ(ask("HEAD", path, kVersion).status, 410);
    EXPECT_EQ(patch(path, 6, "ghi").status, 410);
    uploads_->work();
    EXPECT_EQ(ask("HEAD", path, kVersion).status, 404);
    EXPECT_THAT(files("uploads"), IsEmpty());
    EXPECT_THAT(audited(), ElementsAre("producer upload.create", "server upload.expire"));
}

TEST_F(UploadsTest, RemovesWhatIsGivenUp) {
    const std::string path = create(100, {});
    EXPECT_EQ(ask("DELETE", path, kVersion).status, 204);
    EXPECT_EQ(ask("HEAD", path, kVersion).status, 404);
    EXPECT_THAT(files("uploads"), IsEmpty());
    EXPECT_THAT(audited(), ElementsAre("producer upload.create", "producer upload.remove"));
}

TEST_F(UploadsTest, CountTheFilmOfARemovedEntryNoMoreWhenItGoesWithIt) {
    upload(mp4_film(1000), {{"filename", "Paper Boats.mp4"}});
    const auto job = must(workspace_.store->list_jobs()).front();
    must(workspace_.store->cancel_job(job.id));
    workspace_.config.uploads.max_total = 2000;
    const auto fits = [&] {
        return ask("POST", "/api/v1/uploads", kVersion + "Upload-Length: 1500\r\n").status == 201;
    };
    EXPECT_FALSE(fits());
    const fs::path folder = workspace_.folder / "films/paper-boats";
    ASSERT_TRUE(fs::exists(folder));

    // Another's file in there keeps it.
    store::EntryDescription other;
    other.id = "other";
    other.source.path = (folder / "extra.mp4").string();
    must(workspace_.store->upsert_entry(other));
    const auto refused = remove_entry(workspace_, "paper-boats", Source::kGoes, "mei");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().to_string(), HasSubstr("\"other\""));
    // And of one that was not uploaded nothing is deleted.
    const fs::path outside = folder_ / "elsewhere.mp4";
    std::ofstream(outside) << "a film";
    other.source.path = outside.string();
    must(workspace_.store->upsert_entry(other));
    const auto foreign = remove_entry(workspace_, "other", Source::kGoes, "mei");
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code(), ErrorCode::kConflict);
    EXPECT_TRUE(fs::exists(outside));
    EXPECT_TRUE(workspace_.store->find_entry("other"));
    fs::create_directory_symlink(folder_.path(), workspace_.folder / "films/other");
    EXPECT_FALSE(remove_entry(workspace_, "other", Source::kGoes, "mei"));
    EXPECT_TRUE(fs::exists(outside));

    must(remove_entry(workspace_, "paper-boats", Source::kGoes, "mei"));
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_EQ(workspace_.store->find_entry("paper-boats").error().code(), ErrorCode::kNotFound);
    EXPECT_THAT(audited(), testing::Contains("mei source.remove"));
    EXPECT_TRUE(fits());
    must(remove_entry(workspace_, "other", Source::kStays, "mei"));
    EXPECT_TRUE(fs::exists(outside));
}

TEST_F(UploadsTest, KeepsToItsQuotas) {
    workspace_.config.uploads.max_file = 1000;
    workspace_.config.uploads.max_account = 1500;
    workspace_.config.uploads.max_total = 2500;
    const auto status = [&](std::size_t length, const std::string& account) {
        return ask(
            "POST", "/api/v1/uploads",
            kVersion + fmt::format("Upload-Length: {}\r\nX-Account: {}\r\n", length, account));
    };
    const RawResponse large = status(1001, "ann");
    EXPECT_EQ(large.status, 413);
    EXPECT_EQ(large.headers.at("tus-max-size"), "1000");
    EXPECT_EQ(status(1000, "ann").status, 201);
    const RawResponse second = status(600, "ann");
    EXPECT_EQ(second.status, 507);
    EXPECT_THAT(second.body, HasSubstr("ann's uploads"));
    EXPECT_EQ(status(1000, "bob").status, 201);
    EXPECT_EQ(status(600, "eve").status, 507);
    EXPECT_EQ(status(400, "eve").status, 201);
    EXPECT_THAT(status(600, "eve").body, HasSubstr("entry remove ID --with-source"));
    workspace_.config.uploads.max_total = 1'000'000;
    workspace_.config.uploads.keep_free = std::uint64_t{1} << 62;
    const RawResponse full = status(1, "zoe");
    EXPECT_EQ(full.status, 507);
    EXPECT_THAT(full.body, HasSubstr("the disk has"));
}

TEST_F(UploadsTest, RefusesWhatIsNoFilmAndRemovesIt) {
    for (const auto& [name, bytes] : std::map<std::string, std::string>{
             {"text.mp4", "This is no film at all, whatever it is called."},
             {"program.mp4", std::string("\x7f"
                                         "ELF\x02\x01\x01\0\0\0\0\0",
                                         12)},
             {"picture.png", "\x89PNG\r\n\x1a\n...."},
             {"cut.mp4", mp4_film(300).substr(0, 16) + mp4_film(300).substr(24)}}) {
        const std::string path = upload(bytes, {{"filename", name}});
        const json shown = show(path);
        EXPECT_EQ(shown["state"], "refused") << name;
        EXPECT_THAT(shown["reason"].get<std::string>(), HasSubstr(name));
    }
    EXPECT_THAT(must(workspace_.store->list_entries()), IsEmpty());
    EXPECT_THAT(files("films"), IsEmpty());
    EXPECT_THAT(files("uploads"), Not(testing::Contains(HasSubstr(".part"))));
    EXPECT_THAT(audited(), testing::Contains("producer upload.refuse").Times(4));
}

TEST_F(UploadsTest, TakesATitleInItsLanguage) {
    upload(mp4_film(100), {{"filename", "boats.mp4"},
                           {"title", "纸船"},
                           {"language", "Chinese"},
                           {"author", "林小满"}});
    EXPECT_EQ(entry("boats").titles, (store::Titles{{"zh", "纸船"}}));
    EXPECT_EQ(entry("boats").author, "林小满");
}

TEST_F(UploadsTest, GivesTwoFilesOfOneNameTwoEntries) {
    const std::string first = upload(mp4_film(100), {{"filename", "a.mp4"}});
    const std::string second = upload(mp4_film(101), {{"filename", "a.mp4"}});
    EXPECT_EQ(show(first)["entry"], "a");
    EXPECT_THAT(show(second)["entry"].get<std::string>(), testing::StartsWith("a-"));
    EXPECT_THAT(must(workspace_.store->list_entries()), SizeIs(2));
}

TEST_F(UploadsTest, ReplacesAnEntrysFilmWithoutTouchingWhatIsReady) {
    upload(mp4_film(100), {{"filename", "a.mp4"}, {"title", "First"}});
    const auto job = must(workspace_.store->take_job("w", hours(1)));
    must(workspace_.store->finish_job(job->id, "w",
                                      {.id = "media-1", .house = "h", .duration = Ticks(1)}));
    // Another container: the file before it goes.
    const std::string better = "\x1A\x45\xDF\xA3 a better one";
    const std::string path = upload(
        better, {{"filename", "new.mkv"}, {"entry", "a"}, {"title", "Second"}, {"language", "en"}});
    EXPECT_EQ(show(path)["entry"], "a");
    const store::Entry now = entry("a");
    EXPECT_EQ(now.state, store::EntryState::kQueued);
    EXPECT_EQ(now.media_id, "media-1");  // still what is on the air
    EXPECT_EQ(now.titles.at("en"), "Second");
    EXPECT_THAT(files("films/a"), ElementsAre("a.json", "a.mkv"));
    EXPECT_THAT(must(workspace_.store->list_entries()), SizeIs(1));
    EXPECT_THAT(audited(), testing::Contains("producer entry.replace"));
}

TEST_F(UploadsTest, AttachesSubtitlesToTheFilmTheyAreNamedAfter) {
    upload(mp4_film(100), {{"filename", "Paper Boats.mp4"}});
    const std::string srt = "1\n00:00:01,000 --> 00:00:02,000\nBoats of paper\n";
    EXPECT_EQ(show(upload(srt, {{"filename", "paper-boats.en.srt"}}))["entry"], "paper-boats");
    EXPECT_EQ(show(upload(
                  "1\n00:00:01,000 --> 00:00:02,000\nБумажные лодки\n",
                  {{"filename", "x.srt"}, {"entry", "paper-boats"}, {"language", "ru"}}))["entry"],
              "paper-boats");
    const auto sources = must(workspace_.store->list_subtitles("paper-boats"));
    ASSERT_THAT(sources, SizeIs(2));
    EXPECT_EQ(sources[0].language, "en");
    EXPECT_EQ(sources[1].language, "ru");
    EXPECT_FALSE(entry("paper-boats").subtitles_id.empty());
    const json lost = show(upload(srt, {{"filename", "nobody.en.srt"}}));
    EXPECT_EQ(lost["state"], "refused");
    EXPECT_THAT(lost["reason"].get<std::string>(), HasSubstr("\"entry\""));
    EXPECT_THAT(must(workspace_.store->list_jobs()), SizeIs(1));  // the film is left alone
}

TEST_F(UploadsTest, TakesASheetOfEntries) {
    upload(mp4_film(100), {{"filename", "FF-1.mp4"}});
    const json shown =
        show(upload("Tracking Number,Project Title\nFF-1,Paper Boats\nFF-2,Train,x\n",
                    {{"filename", "entries.csv"}}));
    EXPECT_EQ(shown["state"], "done");
    EXPECT_THAT(shown["reason"].get<std::string>(),
                AllOf(HasSubstr("2 rows: 1 belong to a film, 1 wait"), HasSubstr("line 3: ")));
    EXPECT_EQ(entry("ff-1").titles.at("und"), "Paper Boats");
    EXPECT_THAT(files("uploads"), Not(testing::Contains(HasSubstr(".sheet"))));
    const json wrong = show(upload("a,b\n1,2\n", {{"filename", "other.csv"}}));
    EXPECT_EQ(wrong["state"], "refused");
    // The film of the second row comes later.
    upload(mp4_film(101), {{"filename", "FF-2.mp4"}});
    EXPECT_THAT(entry("ff-2").metadata, HasSubstr("FF-2"));
}

TEST_F(UploadsTest, SaysOfASheetFirstWhatItWouldDo) {
    upload(mp4_film(100), {{"filename", "FF-1.mp4"}});
    const std::string sheet = "Nummer,Name,Farbe\nFF-1,Paper Boats,blue\n";
    http::UploadMetadata metadata{{"filename", "entries.csv"},
                                  {"map", "Nummer=tracking\r\nName=title.en\n"},
                                  {"dry_run", "true"}};
    const json planned = show(upload(sheet, metadata));
    EXPECT_EQ(planned["state"], "done");
    EXPECT_THAT(planned["reason"].get<std::string>(), HasSubstr("nothing was changed"));
    EXPECT_EQ(planned["import"]["dry_run"], true);
    EXPECT_EQ(planned["import"]["sheets"][0]["file"], "entries.csv");
    EXPECT_EQ(planned["import"]["sheets"][0]["columns"],
              (json{{"Nummer", "tracking"}, {"Name", "title.en"}, {"Farbe", "keep"}}));
    EXPECT_EQ(planned["import"]["sheets"][0]["rows"][0]["entry"], "ff-1");
    EXPECT_FALSE(entry("ff-1").titles.contains("en"));
    EXPECT_THAT(must(workspace_.store->list_sheet_rows()), IsEmpty());

    metadata["dry_run"] = "false";
    const json done = show(upload(sheet, metadata));
    EXPECT_EQ(done["import"]["sheets"], planned["import"]["sheets"]);
    EXPECT_EQ(entry("ff-1").titles.at("en"), "Paper Boats");
    EXPECT_EQ(json::parse(entry("ff-1").metadata)["sheet"]["Farbe"], "blue");
    metadata["map"] = "Nummer=number";
    const auto wrong = uploads_->create(5, metadata, "producer");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().to_string(), HasSubstr("there is no field \"number\""));
    EXPECT_FALSE(uploads_->create(5, {{"dry_run", "maybe"}}, "producer"));
}

TEST(UploadMetadata, IsReadStrictly) {
    using http::parse_upload_metadata;
    EXPECT_THAT(must(parse_upload_metadata("")), IsEmpty());
    EXPECT_THAT(must(parse_upload_metadata("filename d29ybGQ=, is_confidential")),
                ElementsAre(std::pair("filename", "world"), std::pair("is_confidential", "")));
    for (const char* wrong : {"a d29ybGQ", "a d29ybGQ=,a YQ==", "a =", "\xC3\xA4 YQ==", "a YQ=",
                              "a /w==", ",", "a YR=="}) {
        EXPECT_FALSE(parse_upload_metadata(wrong)) << wrong;
    }
}

TEST_F(UploadsTest, CanBeSeenAndGivenUpFromTheCommandLine) {
    const std::string id =
        create(100, {{"filename", "boats.mkv"}}).substr(std::strlen("/api/v1/uploads/"));
    EXPECT_EQ(patch("/api/v1/uploads/" + id, 0, "the beginning").status, 204);
    const auto seen = must(Uploads::look(workspace_));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].id, id);
    EXPECT_EQ(seen[0].offset, 13U);
    EXPECT_EQ(seen[0].state, "open");
    // Nobody serves the folder: it is done at once.
    server_.reset();
    uploads_.reset();
    must(Uploads::give_up(workspace_, id, "cli:ann"));
    EXPECT_THAT(must(Uploads::look(workspace_)), testing::IsEmpty());
    EXPECT_THAT(files("uploads"), testing::IsEmpty());
    EXPECT_EQ(audited().back(), "cli:ann upload.remove");
    EXPECT_EQ(Uploads::give_up(workspace_, id, "cli:ann").error().code(), ErrorCode::kNotFound);
}

TEST_F(UploadsTest, AreGivenUpByTheServerThatHoldsThem) {
    const std::string path = create(100, {{"filename", "boats.mkv"}});
    const std::string id = path.substr(path.rfind('/') + 1);
    server_.reset();
    uploads_.reset();
    const ServerLock lock = must(ServerLock::take(workspace_.folder));
    uploads_ = must(Uploads::start(workspace_, {}));
    must(Uploads::give_up(workspace_, id, "cli:ann"));
    EXPECT_THAT(uploads_->list(), testing::IsEmpty());
    EXPECT_EQ(audited().back(), "cli:ann upload.remove");
    EXPECT_THAT(files("uploads"), testing::IsEmpty());
}

TEST_F(UploadsTest, LookingAtThemChangesNothing) {
    const std::string path = create(100, {{"filename", "boats.mkv"}});
    const std::string id = path.substr(path.rfind('/') + 1);
    EXPECT_EQ(patch(path, 0, "vouched for").status, 204);
    server_.reset();
    uploads_.reset();
    std::ofstream(workspace_.folder / "uploads" / (id + ".part"), std::ios::app) << "and not";
    std::ofstream(workspace_.folder / "uploads" / (id + ".unverified")) << "11";
    const auto before = files("uploads");
    EXPECT_EQ(must(Uploads::look(workspace_)).at(0).offset, 11U);
    EXPECT_EQ(files("uploads"), before);
    EXPECT_EQ(fs::file_size(workspace_.folder / "uploads" / (id + ".part")), 18U);
}

TEST_F(UploadsTest, TellListenersHowFarTheyAre) {
    const std::string path = create(100, {{"filename", "boats.mkv"}});
    const std::string id = path.substr(path.rfind('/') + 1);
    auto news = [&, seen = std::int64_t{0}]() mutable {
        std::vector<std::string> lines;
        for (const auto& row : must(workspace_.store->list_journal(seen, 100))) {
            seen = row.sequence;
            lines.push_back(row.kind + " " + row.subject);
        }
        return lines;
    };
    EXPECT_THAT(news(), testing::ElementsAre("upload " + id));
    patch(path, 0, "the beginning");
    EXPECT_THAT(news(), testing::ElementsAre("upload " + id));
    ask("DELETE", path, kVersion);
    EXPECT_THAT(news(), testing::ElementsAre("upload " + id));
}

}  // namespace
}  // namespace matinee::app
