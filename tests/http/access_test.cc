// Every route, asked by everybody.
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/password.h"
#include "auth/secret.h"
#include "http/as_run.h"
#include "http/fields.h"
#include "http/gatekeeper.h"
#include "http/guide.h"
#include "http/negotiate.h"
#include "http/raw_client.h"
#include "http/routes.h"
#include "http/server.h"
#include "http/sign_in.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/temp_folder.h"

namespace matinee::http {
namespace {

using auth::CredentialKind;
using auth::Role;
using auth::Watch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const Instant kNow{milliseconds(1'795'464'000'000)};

// Channels and an entry with nothing in them: who may ask does not depend on what there is.
class EmptyChannels final : public OnAir {
  public:
    EmptyChannels() {
        for (const char* id : {"open", "linked", "staff"}) {
            Presentation::Settings settings;
            settings.id = id;
            settings.epoch = kNow;
            settings.live = playout::Window{Ticks(seconds(60)), Ticks(seconds(18))};
            presentations_[id] = Presentation::create(settings, {}, {}, {}).value();
        }
    }
    [[nodiscard]] std::shared_ptr<const Presentation> channel(std::string_view id) const override {
        const auto found = presentations_.find(id);
        return found == presentations_.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::vector<std::shared_ptr<const Presentation>> channels() const override {
        std::vector<std::shared_ptr<const Presentation>> all;
        for (const auto& [id, presentation] : presentations_) {
            all.push_back(presentation);
        }
        return all;
    }
    [[nodiscard]] std::shared_ptr<const Presentation> entry(std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const Guide> guide() const override {
        GuideChannels channels;
        for (const auto& [id, presentation] : presentations_) {
            auto channel = std::make_shared<GuideChannel>();
            channel->id = id;
            channels.push_back(std::move(channel));
        }
        return std::make_shared<const Guide>(std::move(channels));
    }

  private:
    std::map<std::string, std::shared_ptr<const Presentation>, std::less<>> presentations_;
};

class EmptyLog final : public AsRunSource {
  public:
    Result<std::string> json(const AsRunQuery&) override { return std::string("{}"); }
    Result<AsRunCsv> csv(const AsRunQuery&) override { return AsRunCsv{"channel\r\n", "{}", kNow}; }
    Result<std::string> public_key() override { return std::string("key"); }
};

class NoUploads final : public UploadStore {
  public:
    [[nodiscard]] std::uint64_t max_size() const override { return 0; }
    Result<Upload> create(std::uint64_t, const UploadMetadata&, const std::string&) override {
        return fail(ErrorCode::kExhausted, "no room");
    }
    Result<Upload> find(const std::string&) override { return none(); }
    std::vector<Upload> list() override { return {}; }
    Result<std::unique_ptr<UploadWriter>> write(const std::string&, std::uint64_t,
                                                Partial) override {
        return none();
    }
    Result<void> remove(const std::string&, const std::string&) override { return none(); }

  private:
    static Unexpected none() { return fail(ErrorCode::kNotFound, "no upload"); }
};

class NoPreviews final : public PreviewSource {
  public:
    Result<std::int64_t> newest_version(const std::string&) override { return 1; }
    Result<PreviewPtr> playlist(const std::string& id, std::int64_t, Look) override {
        return fail(ErrorCode::kNotFound, "there is no playlist \"{}\"", id);
    }
    Result<PreviewPtr> channel(const std::string& id, Instant, seconds, Look) override {
        return fail(ErrorCode::kNotFound, "there is no channel \"{}\"", id);
    }
};

// A server with accounts of every role, three channels ("open" to all, "linked" by link, "staff"
// for reviewers) and protected entries.
class Festival {
  public:
    Festival() : store(must(store::Store::open(folder.path() / "matinee.db", clock))) {
        auto all = std::make_shared<auth::Snapshot>();
        all->channels["open"] = {Watch::kPublic};
        all->channels["linked"] = {Watch::kLink};
        all->channels["staff"] = {Watch::kRole, Role::kReviewer};
        all->entries_protected = true;
        all->metrics_protected = true;
        for (const Role role : auth::kRoles) {
            const std::string name(to_string(role));
            const auto account =
                std::make_shared<const auth::Account>(auth::Account{name, name, role});
            all->credentials[auth::hash_of_secret("session-" + name)] = {
                CredentialKind::kSession, "s-" + name, account, {}};
            all->credentials[auth::hash_of_secret("bearer-" + name)] = {
                CredentialKind::kBearer, "b-" + name, account, {}};
        }
        all->credentials[auth::hash_of_secret("screen-secret")] = {
            CredentialKind::kScreen,
            "1",
            std::make_shared<const auth::Account>(
                auth::Account{"1", "Hall", Role::kScreen, "linked"}),
            {}};
        for (const char* id : {"good", "other", "early", "late", "two"}) {
            all->links[id] = std::make_shared<auth::LinkState>();
        }
        snapshot = std::move(all);
        router = must(make_router({on_air,
                                   clock,
                                   metrics,
                                   pages,
                                   {},
                                   &log,
                                   &gatekeeper,
                                   &sign_in,
                                   {},
                                   {},
                                   &uploads,
                                   &previews}));
        Server::Options options;
        options.listen.port = 0;
        options.threads = 1;
        options.guard = [this](Request& request, const RouteSpec& route) {
            return gatekeeper.admit(request, route);
        };
        server = must(Server::start(std::move(options), router, metrics));
    }

    template <typename T>
    static T must(Result<T> result) {
        if (!result) throw std::runtime_error(result.error().to_string());
        return std::move(result).value();
    }

    std::string link(
        const std::string& id,
        const std::function<void(auth::LinkClaims&)>& change = [](auto&) {}) {
        auth::LinkClaims claims;
        claims.id = id;
        claims.channels = {"linked"};
        claims.entries = {"film"};
        change(claims);
        return must(key.sign(claims));
    }

    RawResponse ask(std::string_view method, const std::string& path,
                    const std::string& fields = "", const std::string& body = "") {
        RawClient client(server->port());
        const auto response = client.request(method, path, fields, body);
        if (!response) throw std::runtime_error("no answer to " + path);
        return *response;
    }
    int status(const std::string& path, const std::string& fields = "") {
        return ask("GET", path, fields).status;
    }

    test::TempFolder folder;
    test::FakeClock clock{kNow};
    std::unique_ptr<store::Store> store;
    EmptyChannels on_air;
    EmptyLog log;
    Metrics metrics;
    StaticFiles pages{folder.path() / "no-pages"};
    auth::LinkKey key = must(auth::LinkKey::create(Bytes(auth::LinkKey::kSize, std::byte{7})));
    std::shared_ptr<const auth::Snapshot> snapshot;
    Gatekeeper gatekeeper{{[this] { return snapshot; }, key, clock, on_air}};
    SignIn sign_in{*store, clock, [] {}, {}};
    NoUploads uploads;
    NoPreviews previews;
    std::shared_ptr<const Router> router;
    std::unique_ptr<Server> server;
};

std::string session_of(Role role) {
    return fmt::format("Cookie: a=b; {}=session-{}\r\n", kSessionCookie, to_string(role));
}
std::string bearer_of(Role role) {
    return fmt::format("Authorization: Bearer bearer-{}\r\n", to_string(role));
}

// What the guard says: the status it refuses with, or 0 when it lets the request through.
struct Expected {
    int nobody = 0;
    int screen = 0;
    int reviewer = 0;
    int producer = 0;
    int admin = 0;
};
constexpr Expected kEverybody{0, 0, 0, 0, 0};
constexpr Expected kReviewers{401, 403, 0, 0, 0};
constexpr Expected kProducers{401, 403, 403, 0, 0};

// By method and pattern; with {channel} "linked", "staff" and "open". A route that is new has to be
// entered here.
const std::map<std::string, std::array<Expected, 3>> kTable = {
    {"GET /channels/{channel}/master.m3u8", {kProducers, kReviewers, kEverybody}},
    {"GET /channels/{channel}/{rendition}/{resource}", {kProducers, kReviewers, kEverybody}},
    {"GET /api/v1/channels/{channel}", {kProducers, kReviewers, kEverybody}},
    {"GET /api/v1/channels/{channel}/airings", {kProducers, kReviewers, kEverybody}},
    {"GET /channels/{channel}/entries/{entry}/thumbnails.jpg",
     {kProducers, kReviewers, kEverybody}},
    {"GET /api/v1/watch/entries/{entry}", {kReviewers, kReviewers, kReviewers}},
    {"GET /entries/{entry}/master.m3u8", {kReviewers, kReviewers, kReviewers}},
    {"GET /entries/{entry}/{rendition}/{resource}", {kReviewers, kReviewers, kReviewers}},
    {"GET /entries/{entry}/poster.jpg", {kReviewers, kReviewers, kReviewers}},
    {"GET /entries/{entry}/thumbnails.jpg", {kReviewers, kReviewers, kReviewers}},
    {"GET /metrics", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/channels/{id}/as-run", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/channels/{id}/as-run.json", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/channels/{id}/as-run.csv", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/channels/{id}/as-run.csv.sig", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/entries/{id}/as-run", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/entries/{id}/as-run.json", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/entries/{id}/as-run.csv", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/entries/{id}/as-run.csv.sig", {kProducers, kProducers, kProducers}},
    {"GET /previews/playlists/{playlist}/master.m3u8", {kProducers, kProducers, kProducers}},
    {"GET /previews/playlists/{playlist}/{version}/master.m3u8",
     {kProducers, kProducers, kProducers}},
    {"GET /previews/playlists/{playlist}/{version}/preview.json",
     {kProducers, kProducers, kProducers}},
    {"GET /previews/playlists/{playlist}/{version}/{rendition}/{resource}",
     {kProducers, kProducers, kProducers}},
    {"GET /previews/channels/{previewed}/master.m3u8", {kProducers, kProducers, kProducers}},
    {"GET /previews/channels/{previewed}/{from}/{seconds}/master.m3u8",
     {kProducers, kProducers, kProducers}},
    {"GET /previews/channels/{previewed}/{from}/{seconds}/preview.json",
     {kProducers, kProducers, kProducers}},
    {"GET /previews/channels/{previewed}/{from}/{seconds}/{rendition}/{resource}",
     {kProducers, kProducers, kProducers}},
    {"GET /api/v1/as-run/key", {}},
    {"OPTIONS /api/v1/uploads", {}},
    {"OPTIONS /api/v1/uploads/{upload}", {}},
    {"GET /api/v1/uploads", {kProducers, kProducers, kProducers}},
    {"POST /api/v1/uploads", {kProducers, kProducers, kProducers}},
    {"GET /api/v1/uploads/{upload}", {kProducers, kProducers, kProducers}},
    {"HEAD /api/v1/uploads/{upload}", {kProducers, kProducers, kProducers}},
    {"PATCH /api/v1/uploads/{upload}", {kProducers, kProducers, kProducers}},
    {"POST /api/v1/uploads/{upload}", {kProducers, kProducers, kProducers}},
    {"DELETE /api/v1/uploads/{upload}", {kProducers, kProducers, kProducers}},
    {"GET /guide.xml", {}},
    {"GET /channels.m3u", {}},
    {"GET /api/v1/channels", {}},
    {"GET /", {}},
    {"GET /watch/{channel}", {}},
    {"GET /screen", {}},
    {"GET /screen/worker.js", {}},
    {"GET /api/v1/screen/time", {}},
    {"GET /watch/entries/{entry}", {}},
    {"GET /review", {}},
    {"GET /review/{round}", {}},
    {"GET /review/{round}/results", {}},
    {"GET /studio", {}},
    {"GET /studio/{section}", {}},
    {"GET /studio/{section}/{subject}", {}},
    {"GET /assets/{path*}", {}},
    {"GET /healthz", {}},
    {"GET /readyz", {}},
    {"POST /api/v1/session", {}},
    {"GET /api/v1/session", {}},
    {"DELETE /api/v1/session", {}},
    {"POST /api/v1/setup", {}},
    {"GET /sign-in", {}},
    {"GET /setup/{secret}", {}},
};

std::string filled_in(std::string pattern, std::string_view channel, std::string_view token) {
    const auto put = [&](std::string_view name, std::string_view value) {
        const std::size_t at = pattern.find(name);
        if (at != std::string::npos) pattern.replace(at, name.size(), value);
    };
    put("{token}", token);
    put("{channel}", channel);
    put("{entry}", "film");
    put("{round}", "final");
    put("{id}", channel);
    put("{rendition}", "360p");
    put("{resource}", "media.m3u8");
    put("{path*}", "a.js");
    put("{secret}", "x");
    put("{upload}", "u");
    return pattern;
}

// Asks the guard as the server does.
int guard_says(const Festival& festival, Method method, const std::string& path,
               Fields::Values fields) {
    fields.emplace("Host", "matinee.test");
    fields.emplace("Sec-Fetch-Site", "same-origin");
    const Fields source(std::move(fields));
    Request request;
    request.method = method;
    request.raw_path = path;
    request.path = path;
    request.remote_address = "192.0.2.1";
    request.headers = &source;
    const auto match = festival.router->find(method, request.path, request.parameters);
    if (match.route == nullptr) return 404;
    const auto refusal = festival.gatekeeper.admit(request, match.route->spec);
    return refusal ? refusal->status : 0;
}

TEST(EveryRoute, AsksEveryRoleForWhatItNeeds) {
    const Festival festival;
    std::set<std::string> seen;
    for (const auto& route : festival.router->routes()) {
        const RouteSpec& spec = route->spec;
        if (spec.pattern.starts_with("/t/")) continue;
        const std::string name = fmt::format("{} {}", to_string(spec.method), spec.pattern);
        seen.insert(name);
        const auto row = kTable.find(name);
        ASSERT_NE(row, kTable.end()) << name << " is not in the table of this test";
        const std::array<std::string_view, 3> channels = {"linked", "staff", "open"};
        for (std::size_t i = 0; i < channels.size(); ++i) {
            const std::string path = filled_in(spec.pattern, channels[i], "");
            const Expected& expected = row->second[i];
            EXPECT_EQ(guard_says(festival, spec.method, path, {}), expected.nobody) << path;
            const std::map<Role, int> by_role = {{Role::kScreen, expected.screen},
                                                 {Role::kReviewer, expected.reviewer},
                                                 {Role::kProducer, expected.producer},
                                                 {Role::kAdmin, expected.admin}};
            for (const auto& [role, status] : by_role) {
                const std::string word(to_string(role));
                const std::string where = name + " on " + std::string(channels[i]) + " by " + word;
                EXPECT_EQ(guard_says(festival, spec.method, path,
                                     {{"Authorization", "Bearer bearer-" + word}}),
                          status)
                    << where;
                EXPECT_EQ(
                    guard_says(festival, spec.method, path,
                               {{"Cookie", fmt::format("{}=session-{}", kSessionCookie, word)}}),
                    status)
                    << where;
            }
            // Who does not exist is nobody, or wrong.
            EXPECT_EQ(guard_says(festival, spec.method, path,
                                 {{"Cookie", fmt::format("{}=bearer-admin", kSessionCookie)}}),
                      expected.nobody)
                << path;
            EXPECT_EQ(guard_says(festival, spec.method, path,
                                 {{"Authorization", "Bearer session-admin"}}),
                      401)
                << path;
        }
    }
    for (const auto& [name, row] : kTable) {
        EXPECT_TRUE(seen.contains(name)) << name << " is in the table, and no route";
    }
}

TEST(EveryRoute, OfALinkIsOpenToItsHolderAndNobodyElse) {
    Festival festival;
    const std::string good = festival.link("good");
    std::string forged = good;
    forged.back() = forged.back() == 'A' ? 'E' : 'A';
    const Fields::Values wrong = {
        {"forged", forged},
        {"revoked", festival.link("gone")},
        {"early", festival.link("early", [](auto& c) { c.not_before = kNow + seconds(1); })},
        {"late", festival.link("late", [](auto& c) { c.expires = kNow; })},
        {"garbage", "x"},
    };
    const std::string other = festival.link("other", [](auto& c) {
        c.channels = {"staff"};
        c.entries = {};
    });
    int routes = 0;
    for (const auto& route : festival.router->routes()) {
        const RouteSpec& spec = route->spec;
        if (!spec.pattern.starts_with("/t/")) continue;
        ++routes;
        // Pages hold nothing; one says what is the matter with a link that is not valid.
        const bool is_page = spec.access == Access::kPage;
        const bool is_listing = spec.access == Access::kPublic;
        const int refused = is_page ? 0 : 403;
        const auto says = [&](const std::string& token, Fields::Values fields) {
            return guard_says(festival, spec.method, filled_in(spec.pattern, "linked", token),
                              std::move(fields));
        };
        EXPECT_EQ(says(good, {}), 0) << spec.pattern;
        for (const auto& [why, token] : wrong) {
            EXPECT_EQ(says(token, {}), refused) << spec.pattern << ": " << why;
            // Nor does an account make a wrong link right.
            EXPECT_EQ(says(token, {{"Authorization", "Bearer bearer-admin"}}), refused)
                << spec.pattern << ": " << why;
        }
        EXPECT_EQ(says(other, {}), is_page || is_listing ? 0 : 403) << spec.pattern;
    }
    EXPECT_EQ(routes, 19);
}

TEST(EveryRoute, OfAFilmUnderReviewIsForItsJurorsAndProducers) {
    Festival festival;
    auto jury = std::make_shared<auth::Snapshot>(*festival.snapshot);
    jury->entries_protected = false;  // the others are for everybody
    jury->links["juror"] = std::make_shared<auth::LinkState>();
    jury->links["rival"] = std::make_shared<auth::LinkState>();
    jury->jury.films = {"film", "another"};
    jury->jury.by_link["juror"] = {"film"};
    jury->jury.by_link["rival"] = {"another"};  // a conflict of interest keeps "film" from them
    jury->jury.by_account["reviewer"] = {"another"};
    festival.snapshot = std::move(jury);
    const auto none = [](auth::LinkClaims& claims) { claims.channels = claims.entries = {}; };
    const std::string juror = festival.link("juror", none);
    const std::string rival = festival.link("rival", none);
    int routes = 0;
    for (const auto& route : festival.router->routes()) {
        const RouteSpec& spec = route->spec;
        const bool of_film = spec.pattern.find("{entry}") != std::string::npos &&
                             spec.pattern.find("{channel}") == std::string::npos &&
                             spec.access != Access::kPage;
        if (!of_film) continue;
        ++routes;
        const auto says = [&](const std::string& token, Fields::Values fields) {
            return guard_says(festival, spec.method, filled_in(spec.pattern, "", token),
                              std::move(fields));
        };
        if (spec.pattern.starts_with("/t/")) {
            EXPECT_EQ(says(juror, {}), 0) << spec.pattern;
            EXPECT_EQ(says(rival, {}), 403) << spec.pattern;
            continue;
        }
        const auto by = [](const char* role) {
            return Fields::Values{{"Authorization", std::string("Bearer bearer-") + role}};
        };
        EXPECT_EQ(says("", {}), 401) << spec.pattern;
        EXPECT_EQ(says("", by("screen")), 403) << spec.pattern;
        EXPECT_EQ(says("", by("reviewer")), 403) << spec.pattern << ": a juror with a conflict";
        EXPECT_EQ(says("", by("producer")), 0) << spec.pattern;
    }
    EXPECT_EQ(routes, 10);
}

TEST(EveryRoute, OfAJurorsAccountIsOpenForWhatIsTheirs) {
    Festival festival;
    auto jury = std::make_shared<auth::Snapshot>(*festival.snapshot);
    jury->jury.films = {"film"};
    jury->jury.by_account["reviewer"] = {"film"};
    festival.snapshot = std::move(jury);
    EXPECT_EQ(guard_says(festival, Method::kGet, "/entries/film/master.m3u8",
                         {{"Authorization", "Bearer bearer-reviewer"}}),
              0);
}

TEST(EveryRoute, OfALinkShowsAJurorNoChannel) {
    Festival festival;
    auto jury = std::make_shared<auth::Snapshot>(*festival.snapshot);
    jury->links["juror"] = std::make_shared<auth::LinkState>();
    jury->jury.films = {"film"};
    jury->jury.by_link["juror"] = {"film"};
    festival.snapshot = std::move(jury);
    const std::string juror = festival.link(
        "juror", [](auth::LinkClaims& claims) { claims.channels = claims.entries = {}; });
    for (const char* path : {"/channels/linked/master.m3u8", "/channels/open/master.m3u8",
                             "/channels/open/entries/film/thumbnails.jpg",
                             "/entries/other/master.m3u8", "/entries/other/poster.jpg"}) {
        EXPECT_EQ(guard_says(festival, Method::kGet, "/t/" + juror + path, {}), 403) << path;
    }
}

TEST(AccessOverHttp, TellsInTheGuideOfChannelsOneMayWatch) {
    Festival festival;
    const std::string link = "/t/" + festival.link("good");
    for (const std::string name : {"/guide.xml", "/channels.m3u"}) {
        SCOPED_TRACE(name);
        const auto nobody = festival.ask("GET", name);
        EXPECT_EQ(nobody.status, 200);
        EXPECT_THAT(nobody.body, HasSubstr("\"open\""));
        EXPECT_THAT(nobody.body, Not(HasSubstr("\"linked\"")));
        EXPECT_THAT(nobody.body, Not(HasSubstr("\"staff\"")));
        const auto reviewer = festival.ask("GET", name, bearer_of(Role::kReviewer));
        EXPECT_THAT(reviewer.body, HasSubstr("\"staff\""));
        EXPECT_THAT(reviewer.body, Not(HasSubstr("\"linked\"")));
        EXPECT_THAT(reviewer.headers.at("cache-control"), HasSubstr("private"));
        const auto holder = festival.ask("GET", link + name);
        EXPECT_THAT(holder.body, HasSubstr("\"linked\""));
        EXPECT_THAT(holder.body, HasSubstr(link + "/"));
        EXPECT_THAT(holder.body, Not(HasSubstr("\"staff\"")));
        EXPECT_THAT(holder.headers.at("cache-control"), HasSubstr("private"));
    }
}

// The whole way once, so that what the guard says is what is sent.
TEST(AccessOverHttp, AnswersAsTheGuardSays) {
    Festival festival;
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8"), 401);
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8", session_of(Role::kReviewer)), 403);
    // Nothing is on, which is said only to those who may know.
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8", session_of(Role::kAdmin)), 503);
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8", bearer_of(Role::kAdmin)), 503);
    EXPECT_EQ(festival.status("/channels/open/master.m3u8"), 503);
    EXPECT_EQ(festival.status("/t/" + festival.link("good") + "/channels/linked/master.m3u8"), 503);
    EXPECT_EQ(festival.status("/t/x/channels/linked/master.m3u8"), 403);
    EXPECT_EQ(festival.ask("GET", "/metrics").headers.at("www-authenticate"), "Bearer");
    EXPECT_EQ(festival.ask("HEAD", "/metrics").status, 401);
}

TEST(AccessOverHttp, ListsTheChannelsSomebodyMayWatch) {
    Festival festival;
    const auto list = [&](const std::string& path, const std::string& fields) {
        return festival.ask("GET", path, fields).body;
    };
    const std::string nobody = list("/api/v1/channels", "");
    EXPECT_THAT(nobody, HasSubstr("\"open\""));
    EXPECT_THAT(nobody, Not(HasSubstr("\"linked\"")));
    EXPECT_THAT(nobody, Not(HasSubstr("\"staff\"")));
    const std::string reviewer = list("/api/v1/channels", session_of(Role::kReviewer));
    EXPECT_THAT(reviewer, HasSubstr("\"staff\""));
    EXPECT_THAT(reviewer, Not(HasSubstr("\"linked\"")));
    const std::string token = festival.link("good");
    const std::string holder = list("/t/" + token + "/api/v1/channels", "");
    EXPECT_THAT(holder, HasSubstr("/t/" + token + "/channels/linked/master.m3u8"));
    EXPECT_THAT(holder, Not(HasSubstr("\"open\"")));
}

TEST(AccessOverHttp, ARevokedLinkEndsWithTheNextRequest) {
    Festival festival;
    const std::string path = "/t/" + festival.link("good") + "/channels/linked/master.m3u8";
    RawClient client(festival.server->port());
    EXPECT_EQ(client.get(path)->status, 503);
    auto next = std::make_shared<auth::Snapshot>(*festival.snapshot);
    next->links.erase("good");
    festival.snapshot = next;
    const auto refused = client.get(path);
    EXPECT_EQ(refused->status, 403);
    EXPECT_THAT(refused->body, HasSubstr("revoked"));
}

TEST(AccessOverHttp, ALinkHasAsManyViewersAsItSays) {
    Festival festival;
    const std::string path = "/t/" + festival.link("two", [](auto& c) { c.viewers = 2; }) +
                             "/channels/linked/360p/media.m3u8";
    const auto watch = [&](const std::string& player) {
        return festival.ask("GET", path, "User-Agent: " + player + "\r\n");
    };
    EXPECT_EQ(watch("one").status, 404);  // there is no such rendition
    EXPECT_EQ(watch("two").status, 404);
    const RawResponse full = watch("three");
    EXPECT_EQ(full.status, 429);
    EXPECT_EQ(full.headers.at("retry-after"), "60");
    EXPECT_EQ(watch("one").status, 404);
    festival.clock.advance(seconds(61));
    EXPECT_EQ(watch("three").status, 404);
}

TEST(AccessOverHttp, AScreenWatchesTheChannelItWasGivenWhoeverThatIsFor) {
    Festival festival;
    const std::string screen = fmt::format("Cookie: {}=screen-secret\r\n", kScreenCookie);
    // 503: let in, and nothing is on.
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8", screen), 503);
    EXPECT_EQ(festival.status("/api/v1/channels/linked", screen), 200);
    EXPECT_EQ(festival.status("/channels/open/master.m3u8", screen), 503);
    EXPECT_EQ(festival.status("/channels/staff/master.m3u8", screen), 403);
    EXPECT_EQ(festival.status("/metrics", screen), 401);
    // Its secret is no session's and no token.
    EXPECT_EQ(festival.status("/channels/linked/master.m3u8",
                              fmt::format("Cookie: {}=screen-secret\r\n", kSessionCookie)),
              401);
    EXPECT_EQ(
        festival.status("/channels/linked/master.m3u8", "Authorization: Bearer screen-secret\r\n"),
        401);
}

TEST(AccessOverHttp, RefusesWhatAnotherSitesPageSends) {
    Festival festival;
    const std::string cookie = session_of(Role::kAdmin);
    const auto remove = [&](const std::string& fields) {
        return festival.ask("DELETE", "/api/v1/session", fields).status;
    };
    EXPECT_EQ(remove(cookie + "Sec-Fetch-Site: cross-site\r\n"), 403);
    EXPECT_EQ(remove(cookie + "Sec-Fetch-Site: same-site\r\n"), 403);
    EXPECT_EQ(remove(cookie + "Origin: https://evil.test\r\n"), 403);
    EXPECT_EQ(remove(cookie + "Origin: null\r\n"), 403);
    EXPECT_EQ(remove(cookie), 403);
    // Signing somebody in to another's account is an attack as well.
    EXPECT_EQ(festival
                  .ask("POST", "/api/v1/session", "Origin: https://evil.test\r\n",
                       R"({"name": "mei", "password": "paper boats at noon"})")
                  .status,
              403);
    EXPECT_EQ(remove(cookie + "Sec-Fetch-Site: same-origin\r\n"), 204);
    EXPECT_EQ(remove(bearer_of(Role::kAdmin) + "Origin: https://evil.test\r\n"), 204);
    EXPECT_EQ(remove(""), 204);
}

TEST(AccessOverHttp, OriginIsComparedWithTheHost) {
    const auto says = [](Fields::Values values) {
        const Fields fields(std::move(values));
        Request request;
        request.headers = &fields;
        return Gatekeeper::cross_site(request).empty();
    };
    EXPECT_TRUE(says({{"Host", "a.test:8443"}, {"Origin", "https://A.test:8443"}}));
    EXPECT_FALSE(says({{"Host", "a.test:8443"}, {"Origin", "https://a.test"}}));
    EXPECT_FALSE(says({{"Host", "a.test"}, {"Origin", "https://b.a.test"}}));
    EXPECT_FALSE(says({{"Host", ""}, {"Origin", "null"}}));
    EXPECT_TRUE(says({}));
}

TEST(AccessOverHttp, LetsNoSharedCacheKeepWhatIsNotPublic) {
    const auto cache_of = [](bool confidential, std::string cache_control) {
        Request request;
        request.confidential = confidential;
        Response response = Response::text("x");
        response.cache_control = std::move(cache_control);
        for (const auto& [name, value] :
             negotiate(request, std::move(response), Access::kMedia).headers) {
            if (name == "Cache-Control") return value;
        }
        return std::string();
    };
    EXPECT_EQ(cache_of(true, "public, max-age=31536000, immutable"),
              "private, max-age=31536000, immutable");
    EXPECT_EQ(cache_of(true, "no-cache"), "private, no-cache");
    EXPECT_EQ(cache_of(true, ""), "no-store");
    EXPECT_EQ(cache_of(false, "public, max-age=10"), "public, max-age=10");
}

TEST(AccessOverHttp, LetsTheScreensWorkerHaveTheScreensPageAndNothingElse) {
    Festival festival;
    EXPECT_EQ(festival.status("/screen/worker.js"), 404);  // the pages are not built
    festival.folder.write("no-pages/screen-worker.js", "/* keeps the page */");
    const auto worker = festival.ask("GET", "/screen/worker.js");
    EXPECT_EQ(worker.status, 200);
    EXPECT_EQ(worker.headers.at("service-worker-allowed"), "/screen");
    EXPECT_EQ(worker.headers.at("cache-control"), "no-cache");
    EXPECT_EQ(worker.headers.at("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(worker.headers.at("content-security-policy"),
              "default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
}

TEST(AccessOverHttp, TellsBrowsersToKeepToThemselves) {
    Festival festival;
    const auto page = festival.ask("GET", "/sign-in").headers;
    EXPECT_EQ(page.at("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(page.at("referrer-policy"), "same-origin");
    EXPECT_EQ(page.at("x-content-type-options"), "nosniff");
    EXPECT_THAT(page.at("permissions-policy"), HasSubstr("camera=()"));
    const auto data = festival.ask("GET", "/api/v1/channels").headers;
    EXPECT_EQ(data.at("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(data.at("cross-origin-resource-policy"), "same-origin");
    EXPECT_FALSE(data.contains("access-control-allow-origin"));
    const auto linked =
        festival.ask("GET", "/t/" + festival.link("good") + "/api/v1/channels").headers;
    EXPECT_EQ(linked.at("referrer-policy"), "no-referrer");
}

// -- Signing in -----------------------------------------------------------------------------------

constexpr const char* kPassword = "paper boats at noon";

store::User add_account(Festival& festival, const std::string& name) {
    store::User user;
    user.name = name;
    user.role = "producer";
    user.password_hash = auth::hash_password(kPassword).value();
    return Festival::must(festival.store->create_user(user, "test"));
}

std::string credentials(const std::string& name, const std::string& password) {
    return fmt::format(R"({{"name": "{}", "password": "{}"}})", name, password);
}

TEST(SignIn, GivesASessionInACookieThatScriptsCannotRead) {
    Festival festival;
    add_account(festival, "mei");
    const RawResponse answer =
        festival.ask("POST", "/api/v1/session", "", credentials("mei", kPassword));
    ASSERT_EQ(answer.status, 201);
    const std::string& cookie = answer.headers.at("set-cookie");
    EXPECT_THAT(cookie, testing::StartsWith("__Host-matinee="));
    EXPECT_THAT(cookie, HasSubstr("; Path=/; Max-Age=86400; HttpOnly; Secure; SameSite=Strict"));
    EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
    EXPECT_THAT(answer.body, HasSubstr("producer"));
    // The database has the hash only.
    const std::string secret = cookie.substr(15, cookie.find(';') - 15);
    const auto tokens = Festival::must(festival.store->list_tokens());
    ASSERT_EQ(tokens.size(), 1U);
    EXPECT_EQ(tokens.front().secret_hash, auth::hash_of_secret(secret));
    EXPECT_EQ(tokens.front().expires, kNow + std::chrono::hours(24));
}

TEST(SignIn, SaysTheSameOfAWrongNameAndAWrongPassword) {
    Festival festival;
    store::User disabled = add_account(festival, "lev");
    add_account(festival, "mei");
    disabled.disabled = true;
    ASSERT_TRUE(festival.store->update_user(disabled, "test"));
    const auto refusal = [&](const std::string& body) {
        festival.clock.advance(seconds(1));
        const RawResponse answer = festival.ask("POST", "/api/v1/session", "", body);
        EXPECT_EQ(answer.status, 401) << body;
        EXPECT_FALSE(answer.headers.contains("set-cookie"));
        return answer.body;
    };
    const std::string wrong = refusal(credentials("mei", "paper boats at night"));
    EXPECT_EQ(refusal(credentials("nobody", kPassword)), wrong);
    EXPECT_EQ(refusal(credentials("lev", kPassword)), wrong);
    EXPECT_TRUE(Festival::must(festival.store->list_tokens()).empty());
    EXPECT_EQ(festival.ask("POST", "/api/v1/session", "", "{").status, 400);
    EXPECT_EQ(festival.ask("POST", "/api/v1/session", "", R"({"name": 1})").status, 400);
}

TEST(SignIn, SlowsDownWhoGuesses) {
    Festival festival;
    add_account(festival, "mei");
    int refused = 0;
    for (int i = 0; i < 6; ++i) {
        festival.clock.advance(seconds(1));
        refused +=
            festival.ask("POST", "/api/v1/session", "", credentials("mei", "a bad guess")).status ==
                    401
                ? 1
                : 0;
    }
    EXPECT_EQ(refused, 5);
    const RawResponse wait =
        festival.ask("POST", "/api/v1/session", "", credentials("mei", kPassword));
    EXPECT_EQ(wait.status, 429);
    EXPECT_GT(std::stoi(wait.headers.at("retry-after")), 0);
    festival.clock.advance(seconds(61));
    EXPECT_EQ(festival.ask("POST", "/api/v1/session", "", credentials("mei", kPassword)).status,
              201);
}

TEST(SignIn, MakesTheFirstAccountOnce) {
    Festival festival;
    const auto set_up = [&](const std::string& secret, const std::string& name) {
        return festival
            .ask("POST", "/api/v1/setup", "",
                 fmt::format(R"({{"secret": "{}", "name": "{}", "password": "{}"}})", secret, name,
                             kPassword))
            .status;
    };
    EXPECT_EQ(set_up("", "mei"), 403);  // not opened
    const std::string secret = Festival::must(festival.sign_in.open_setup());
    festival.folder.write("no-pages/sign-in.html", "<!doctype html>");
    const RawResponse page = festival.ask("GET", "/setup/" + secret);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.headers.at("cache-control"), "no-store");
    EXPECT_EQ(festival.status("/setup/" + secret + "x"), 403);
    EXPECT_EQ(set_up(secret + "x", "mei"), 403);
    EXPECT_EQ(set_up(secret, "m e i"), 400);
    EXPECT_EQ(set_up(secret, "mei"), 201);
    EXPECT_EQ(set_up(secret, "intruder"), 403);
    EXPECT_EQ(festival.status("/setup/" + secret), 403);
    const auto users = Festival::must(festival.store->list_users());
    ASSERT_EQ(users.size(), 1U);
    EXPECT_EQ(users.front().role, "admin");
    EXPECT_FALSE(festival.sign_in.open_setup());
}

TEST(RedactedPath, LeavesOutWhatOpensSomething) {
    EXPECT_EQ(redacted_path("/t/SECRET/channels/main/master.m3u8"),
              "/t/.../channels/main/master.m3u8");
    EXPECT_EQ(redacted_path("/t/SECRET"), "/t/...");
    EXPECT_EQ(redacted_path("//t//SECRET/"), "/t/.../");
    EXPECT_EQ(redacted_path("/%74/SECRET/x"), "/t/.../x");
    EXPECT_EQ(redacted_path("/setup/SECRET"), "/setup/...");
    EXPECT_EQ(redacted_path("/channels/main"), "/channels/main");
    EXPECT_EQ(redacted_path("/../t/SECRET"), "(malformed)");
}

}  // namespace
}  // namespace matinee::http
