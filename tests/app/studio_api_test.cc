// The API's routes, asked by everybody; and that its document says all of them.
#include "app/studio_api.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/station.h"
#include "app/uploads.h"
#include "auth/key_file.h"
#include "auth/secret.h"
#include "http/gatekeeper.h"
#include "http/routes.h"
#include "store/test_support.h"
#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using auth::Role;
using http::Access;
using http::Method;
using test::must;

class Silence final : public http::OnAir {
  public:
    [[nodiscard]] std::shared_ptr<const http::Presentation> channel(
        std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::vector<std::shared_ptr<const http::Presentation>> channels() const override {
        return {};
    }
    [[nodiscard]] std::shared_ptr<const http::Presentation> entry(std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const http::Guide> guide() const override {
        return std::make_shared<const http::Guide>(http::GuideChannels());
    }
};

// All routes of a server, with an account and a token of each role.
class Studio {
  public:
    Studio()
        : workspace(must(Workspace::open(folder.path() / "data"))),
          key(must(auth::load_or_make_link_key(workspace.folder / kLinkKeyFile))) {
        for (const Role role : auth::kRoles) {
            store::User user;
            user.name = std::string(to_string(role));
            user.role = user.name;
            user = must(workspace.store->create_user(user, "test"));
            for (const char* kind : {"bearer", "session"}) {
                store::Token token;
                token.kind = kind;
                token.secret_hash = auth::hash_of_secret(std::string(kind) + "-" + user.name);
                token.user_id = user.id;
                must(workspace.store->create_token(token, "test"));
            }
        }
        access = must(AccessKeeper::start(*workspace.store, *workspace.clock, {}));
        gatekeeper = std::make_unique<http::Gatekeeper>(http::Gatekeeper::Parts{
            [this] { return access->snapshot(); }, key, *workspace.clock, on_air});
        sign_in = std::make_unique<http::SignIn>(
            *workspace.store, *workspace.clock, [] {}, http::SignIn::Options{});
        as_run = std::make_unique<AsRunLog>(*workspace.store, *workspace.clock, workspace.folder);
        api = must(StudioApi::create(
            {workspace, on_air, *access, key, broadcaster_options(workspace.config), {}}));
        Uploads::Options alone;
        alone.own_thread = false;
        uploads = must(Uploads::start(workspace, std::move(alone)));
        router = must(http::make_router(
            {on_air,
             *workspace.clock,
             metrics,
             pages,
             {},
             as_run.get(),
             gatekeeper.get(),
             sign_in.get(),
             [this](http::Router& added) { return api->add_to(added); },
             [this](http::Handler handler) { return api->aside(std::move(handler)); },
             uploads.get()}));
    }

    // What the guard refuses with; 0 when it lets the request through.
    int guard_says(const http::RouteSpec& spec, const std::string& field,
                   const std::string& value) const;

    test::TempFolder folder;
    Workspace workspace;
    Silence on_air;
    auth::LinkKey key;
    std::unique_ptr<AccessKeeper> access;
    std::unique_ptr<http::Gatekeeper> gatekeeper;
    std::unique_ptr<http::SignIn> sign_in;
    std::unique_ptr<AsRunLog> as_run;
    http::Metrics metrics;
    http::StaticFiles pages{folder.path() / "no-pages"};
    std::unique_ptr<StudioApi> api;
    std::unique_ptr<Uploads> uploads;
    std::shared_ptr<const http::Router> router;
};

class Fields final : public http::HeaderSource {
  public:
    explicit Fields(std::map<std::string, std::string> fields) : fields_(std::move(fields)) {}
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        const auto found = fields_.find(std::string(name));
        return found == fields_.end() ? std::nullopt
                                      : std::optional<std::string_view>(found->second);
    }

  private:
    std::map<std::string, std::string> fields_;
};

int Studio::guard_says(const http::RouteSpec& spec, const std::string& field,
                       const std::string& value) const {
    std::map<std::string, std::string> all{{"Host", "matinee.test"},
                                           {"Sec-Fetch-Site", "same-origin"}};
    if (!field.empty()) all[field] = value;
    const Fields fields(std::move(all));
    http::Request request;
    request.method = spec.method;
    request.remote_address = "192.0.2.1";
    request.headers = &fields;
    request.path = spec.pattern;  // {names} are as good as any
    request.raw_path = request.path;
    const auto match = router->find(request.method, request.path, request.parameters);
    if (match.route == nullptr) return 404;
    const auto refusal = gatekeeper->admit(request, match.route->spec);
    return refusal ? refusal->status : 0;
}

// The least role for each operation; an operation that is new has to be entered here. Those that
// are not in it are tested, with all that is not the API, in tests/http/access_test.cc.
const std::map<std::string, Role> kTable = {
    {"GET /api/v1/events", Role::kScreen},
    {"PUT /api/v1/session/password", Role::kScreen},
    {"GET /api/v1/entries", Role::kReviewer},
    {"POST /api/v1/entries/sheet", Role::kProducer},
    {"GET /api/v1/entries/{entry}", Role::kReviewer},
    {"PATCH /api/v1/entries/{entry}", Role::kProducer},
    {"DELETE /api/v1/entries/{entry}", Role::kProducer},
    {"POST /api/v1/entries/{entry}/prepare", Role::kProducer},
    {"POST /api/v1/cards", Role::kProducer},
    {"GET /api/v1/entries/{entry}/subtitles", Role::kReviewer},
    {"PATCH /api/v1/entries/{entry}/subtitles/{file}", Role::kProducer},
    {"DELETE /api/v1/entries/{entry}/subtitles/{file}", Role::kProducer},
    {"GET /api/v1/jobs", Role::kProducer},
    {"GET /api/v1/jobs/{job}", Role::kProducer},
    {"POST /api/v1/jobs/{job}/cancel", Role::kProducer},
    {"GET /api/v1/playlists", Role::kProducer},
    {"POST /api/v1/playlists", Role::kProducer},
    {"GET /api/v1/playlists/{playlist}", Role::kProducer},
    {"PUT /api/v1/playlists/{playlist}", Role::kProducer},
    {"DELETE /api/v1/playlists/{playlist}", Role::kProducer},
    {"POST /api/v1/playlists/{playlist}/undo", Role::kProducer},
    {"GET /api/v1/playlists/{playlist}/history", Role::kProducer},
    {"GET /api/v1/playlists/{playlist}/check", Role::kProducer},
    {"POST /api/v1/playlists/{playlist}/publish", Role::kProducer},
    {"GET /api/v1/channel-settings", Role::kProducer},
    {"POST /api/v1/channels", Role::kProducer},
    {"GET /api/v1/channels/{channel}/settings", Role::kProducer},
    {"PATCH /api/v1/channels/{channel}/settings", Role::kProducer},
    {"DELETE /api/v1/channels/{channel}/settings", Role::kProducer},
    {"GET /api/v1/channels/{channel}/rundown", Role::kProducer},
    {"GET /api/v1/channels/{channel}/schedule", Role::kProducer},
    {"PUT /api/v1/channels/{channel}/schedule", Role::kProducer},
    {"DELETE /api/v1/channels/{channel}/schedule", Role::kProducer},
    {"POST /api/v1/channels/{channel}/schedule/check", Role::kProducer},
    {"POST /api/v1/channels/{channel}/schedule/plan", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/skip", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/hold", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/panic", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/resume", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/insert", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/replace", Role::kProducer},
    {"POST /api/v1/channels/{channel}/on-air/go-to", Role::kProducer},
    {"GET /api/v1/uploads", Role::kProducer},
    {"POST /api/v1/uploads", Role::kProducer},
    {"GET /api/v1/uploads/{upload}", Role::kProducer},
    {"HEAD /api/v1/uploads/{upload}", Role::kProducer},
    {"PATCH /api/v1/uploads/{upload}", Role::kProducer},
    {"DELETE /api/v1/uploads/{upload}", Role::kProducer},
    {"POST /api/v1/uploads/{upload}", Role::kProducer},
    {"GET /api/v1/users", Role::kAdmin},
    {"POST /api/v1/users", Role::kAdmin},
    {"GET /api/v1/users/{user}", Role::kAdmin},
    {"PATCH /api/v1/users/{user}", Role::kAdmin},
    {"DELETE /api/v1/users/{user}", Role::kAdmin},
    {"GET /api/v1/tokens", Role::kAdmin},
    {"POST /api/v1/tokens", Role::kAdmin},
    {"DELETE /api/v1/tokens/{token_id}", Role::kAdmin},
    {"GET /api/v1/audit", Role::kAdmin},
    {"GET /api/v1/system", Role::kProducer},
    {"GET /api/v1/links", Role::kProducer},
    {"POST /api/v1/links", Role::kProducer},
    {"GET /api/v1/links/{link}", Role::kProducer},
    {"DELETE /api/v1/links/{link}", Role::kProducer},
    {"GET /api/v1/screens", Role::kProducer},
    {"POST /api/v1/screens", Role::kProducer},
    {"GET /api/v1/screens/{screen}", Role::kProducer},
    {"PATCH /api/v1/screens/{screen}", Role::kProducer},
    {"DELETE /api/v1/screens/{screen}", Role::kProducer},
    {"POST /api/v1/screens/{screen}/commands", Role::kProducer},
    {"GET /api/v1/screens/{screen}/still.jpg", Role::kProducer},
    {"GET /api/v1/channels/{id}/screen-design", Role::kProducer},
    {"PATCH /api/v1/channels/{id}/screen-design", Role::kProducer},
    {"GET /api/v1/reviews", Role::kProducer},
    {"POST /api/v1/reviews", Role::kProducer},
    {"GET /api/v1/reviews/{round}", Role::kProducer},
    {"PATCH /api/v1/reviews/{round}", Role::kProducer},
    {"POST /api/v1/reviews/{round}/entries", Role::kProducer},
    {"DELETE /api/v1/reviews/{round}/entries/{entry}", Role::kProducer},
    {"POST /api/v1/reviews/{round}/jurors", Role::kProducer},
    {"DELETE /api/v1/reviews/{round}/jurors/{juror}", Role::kProducer},
    {"PUT /api/v1/reviews/{round}/jurors/{juror}/conflicts/{entry}", Role::kProducer},
    {"DELETE /api/v1/reviews/{round}/jurors/{juror}/conflicts/{entry}", Role::kProducer},
    {"GET /api/v1/reviews/{round}/progress", Role::kProducer},
    {"GET /api/v1/reviews/{round}/results", Role::kProducer},
    {"GET /api/v1/reviews/{round}/results.csv", Role::kProducer},
    {"GET /api/v1/reviews/{round}/sheets.csv", Role::kProducer},
    {"GET /api/v1/my/reviews", Role::kReviewer},
    {"GET /api/v1/my/reviews/{round}", Role::kReviewer},
    {"GET /api/v1/my/reviews/{round}/films/{entry}", Role::kReviewer},
    {"PUT /api/v1/my/reviews/{round}/films/{entry}", Role::kReviewer},
    {"POST /api/v1/my/reviews/{round}/films/{entry}/watched", Role::kReviewer},
};

std::string name_of(const http::RouteSpec& spec) {
    return fmt::format("{} {}", to_string(spec.method), spec.pattern);
}

TEST(StudioApi, AsksEveryRoleForWhatItNeeds) {
    const Studio studio;
    std::set<std::string> seen;
    for (const auto& route : studio.router->routes()) {
        const http::RouteSpec& spec = route->spec;
        const std::string name = name_of(spec);
        const bool changes = !is_safe(spec.method);
        if (changes && (spec.access == Access::kStudio || spec.access == Access::kJuror)) {
            // By cookie, only from a page of the server; a token is no cookie.
            const Fields evil({{"Host", "matinee.test"},
                               {"Origin", "https://evil.test"},
                               {"Cookie", "__Host-matinee=session-admin"}});
            http::Request request;
            request.method = spec.method;
            request.headers = &evil;
            const auto refusal = studio.gatekeeper->admit(request, spec);
            EXPECT_TRUE(refusal && refusal->status == 403) << name;
        }
        if (spec.access == Access::kJuror && spec.pattern.starts_with("/t/")) {
            // The link alone decides, and "{token}" is none.
            EXPECT_EQ(studio.guard_says(spec, "Authorization", "Bearer bearer-admin"), 403) << name;
            continue;
        }
        const auto row = kTable.find(name);
        if (row == kTable.end()) {
            const bool elsewhere = spec.label != "api" && spec.label != "events";
            EXPECT_TRUE(elsewhere || spec.access == Access::kPublic ||
                        spec.access == Access::kGuide || spec.access == Access::kScreen)
                << name << " is not in the table of this test";
            continue;
        }
        seen.insert(name);
        EXPECT_EQ(studio.guard_says(spec, "", ""), 401) << name;
        for (const Role role : auth::kRoles) {
            const std::string word(to_string(role));
            const int expected = role >= row->second ? 0 : 403;
            EXPECT_EQ(studio.guard_says(spec, "Authorization", "Bearer bearer-" + word), expected)
                << name << " by " << word;
            EXPECT_EQ(studio.guard_says(spec, "Cookie", "__Host-matinee=session-" + word), expected)
                << name << " by " << word;
        }
        EXPECT_EQ(studio.guard_says(spec, "Authorization", "Bearer nonsense"), 401) << name;
    }
    for (const auto& [name, role] : kTable)
        EXPECT_TRUE(seen.contains(name)) << name << " is in the table, and no route";
}

TEST(StudioApi, HasNoRouteThatIsNotInItsDocumentAndNoneInItThatIsNot) {
    const Studio studio;
    const auto document = studio.api->api().document();
    std::set<std::string> described;
    for (const auto& [path, methods] : document.at("paths").items()) {
        for (const auto& [method, operation] : methods.items()) {
            std::string upper = method;
            for (char& c : upper)
                c = static_cast<char>(std::toupper(c));
            described.insert(fmt::format("{} /api/v1{}", upper, path));
        }
    }
    std::set<std::string> routed;
    for (const auto& route : studio.router->routes()) {
        const std::string name = name_of(route->spec);
        if (route->spec.pattern.starts_with("/api/v1/")) routed.insert(name);
    }
    EXPECT_EQ(described, routed);
}

TEST(StudioApi, LetsALinkDoNothingButWatchAndJudge) {
    const Studio studio;
    for (const auto& route : studio.router->routes()) {
        const http::RouteSpec& spec = route->spec;
        if (!spec.pattern.starts_with("/t/")) continue;
        const bool judges = spec.access == Access::kJuror;
        EXPECT_TRUE(judges || spec.method == Method::kGet) << spec.pattern;
        EXPECT_NE(spec.access, Access::kStudio) << spec.pattern;
    }
}

TEST(StudioApi, LetsNobodyButScreensSpeakForThemselves) {
    const Studio studio;
    const std::string secret = auth::new_secret();
    const Instant now = studio.workspace.clock->now();
    store::ScreenPairing pairing{"ACD347", auth::hash_of_secret(secret), "here", now,
                                 now + std::chrono::minutes(1)};
    must(studio.workspace.store->open_pairing(pairing, {}));
    const std::string cookie = fmt::format("{}={}", http::kScreenCookie, secret);
    const http::RouteSpec heartbeat{Method::kPost, "/api/v1/screen/heartbeat", "api",
                                    Access::kScreen};
    EXPECT_EQ(studio.guard_says(heartbeat, "Cookie", cookie), 401) << "before it is approved";
    const auto screen = must(studio.workspace.store->approve_screen("ACD347", "Hall", "", "test"));
    ASSERT_TRUE(studio.access->refresh());
    EXPECT_EQ(studio.guard_says(heartbeat, "Cookie", cookie), 0);
    EXPECT_EQ(studio.guard_says(heartbeat, "Cookie", "__Host-matinee=session-admin"), 401);
    EXPECT_EQ(studio.guard_says(heartbeat, "Authorization", "Bearer bearer-admin"), 401);
    // And it may do nothing else.
    for (const auto& [name, role] : kTable) {
        if (!name.starts_with("GET ")) continue;
        const http::RouteSpec spec{Method::kGet, name.substr(4), "api", Access::kStudio};
        EXPECT_EQ(studio.guard_says(spec, "Cookie", cookie), 401) << name;
    }
    ASSERT_TRUE(studio.workspace.store->remove_screen(screen.id, "test"));
    ASSERT_TRUE(studio.access->refresh());
    EXPECT_EQ(studio.guard_says(heartbeat, "Cookie", cookie), 401) << "once it is removed";
}

TEST(StudioApi, WritesDownWhenATokenWasUsed) {
    const Studio studio;
    const auto used = [&] {
        std::size_t count = 0;
        for (const auto& token : must(studio.workspace.store->list_tokens()))
            count += token.last_used != Instant() ? 1 : 0;
        return count;
    };
    EXPECT_EQ(used(), 0U);
    const auto stamp = must(studio.workspace.store->access_stamp());
    http::RouteSpec spec{Method::kGet, "/api/v1/entries", "api", Access::kStudio};
    EXPECT_EQ(studio.guard_says(spec, "Authorization", "Bearer bearer-admin"), 0);
    ASSERT_TRUE(studio.access->record_uses());
    EXPECT_EQ(used(), 1U);
    // Again within the minute nothing is written, and accounts are not read anew for it.
    EXPECT_EQ(must(studio.workspace.store->access_stamp()), stamp);
}

}  // namespace
}  // namespace matinee::app
