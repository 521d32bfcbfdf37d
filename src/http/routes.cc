#include "http/routes.h"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/airings.h"
#include "http/problem.h"
#include "subtitles/language.h"

namespace matinee::http {

// Counts who watches, by channel. Thread-safe; grows only with channels that exist, and says
// nothing of those that do not any more.
class Audience {
  public:
    void seen(std::string_view channel, const Request& request, Instant now) {
        const std::uint64_t viewer =
            viewer_hash(request.remote_address, request.header("User-Agent").value_or(""));
        {
            const std::shared_lock lock(mutex_);
            const auto known = counters_.find(channel);
            if (known != counters_.end()) {
                known->second->seen(viewer, seconds_of(now));
                return;
            }
        }
        const std::unique_lock lock(mutex_);
        auto& counter = counters_[std::string(channel)];
        if (!counter) counter = std::make_unique<ViewerCounter>();
        counter->seen(viewer, seconds_of(now));
    }

    [[nodiscard]] std::vector<Metrics::Sample> samples(const OnAir& on_air, Instant now) const {
        const std::shared_lock lock(mutex_);
        std::vector<Metrics::Sample> samples;
        for (const auto& [channel, counter] : counters_) {
            if (!on_air.channel(channel)) continue;
            samples.push_back(
                {{{"channel", channel}}, static_cast<double>(counter->count(seconds_of(now)))});
        }
        return samples;
    }

  private:
    static ViewerCounter::Seconds seconds_of(Instant now) {
        return std::chrono::floor<ViewerCounter::Seconds>(now.time_since_epoch());
    }

    mutable std::shared_mutex mutex_;
    std::map<std::string, std::unique_ptr<ViewerCounter>, std::less<>> counters_;
};

namespace {

using nlohmann::json;

Response no_such_channel(std::string_view id) {
    return problem(
        Error(ErrorCode::kNotFound,
              fmt::format("There is no channel \"{}\". GET /api/v1/channels lists them.", id)));
}

Response no_such_entry(std::string_view id) {
    return problem(Error(ErrorCode::kNotFound,
                         fmt::format("There is no entry \"{}\", or it is not prepared yet.", id)));
}

// What addresses in an answer begin with: the link by which it was asked for stays in them.
std::string prefix_of(const Request& request) {
    const std::string_view token = request.parameter(kLinkParameter);
    return token.empty() ? std::string() : fmt::format("/t/{}", token);
}

// A picture of an entry's folder.
Response picture(const Film& film, const std::string& file) {
    if (file.empty()) return problem(404, "The entry has no such picture.");
    const auto mapped = library::MappedFile::open(film.media->directory() / file);
    if (!mapped) return problem(mapped.error());
    Body body;
    body.append({(*mapped)->bytes(), *mapped});
    Response response = Response::content(std::move(body), "image/jpeg");
    // The address stays when the entry is prepared anew: revalidate.
    response.cache_control = "public, max-age=60";
    response.etag = film.media->manifest().media_id;
    return response;
}

Response thumbnails(const Film& film) {
    const auto& strip = film.media->manifest().thumbnails;
    return picture(film, strip ? strip->file : "");
}

// The period a request asks for, of the channel or entry in its path.
Result<AsRunQuery> as_run_query(const Request& request, bool of_channel) {
    AsRunQuery query;
    (of_channel ? query.channel_id : query.entry_id) = request.parameter("id");
    for (const auto& [name, field] : {std::pair("from", &query.from), std::pair("to", &query.to)}) {
        const auto text = request.query.find(name);
        if (!text) continue;
        *field = base::parse_rfc3339(*text);
        if (!*field) {
            return fail(ErrorCode::kInvalid,
                        "{}={}: an instant is written 2026-11-23T20:00:00Z, or with an offset as "
                        "+01:00, whose + is %2B in an address",
                        name, *text);
        }
    }
    return query;
}

Response as_run_json(AsRunSource& log, const Request& request, bool of_channel) {
    const auto query = as_run_query(request, of_channel);
    if (!query) return problem(query.error());
    auto document = log.json(*query);
    if (!document) return problem(document.error());
    return Response::text(*std::move(document), "application/json");
}

Response as_run_csv(AsRunSource& log, const Request& request, bool of_channel) {
    const auto query = as_run_query(request, of_channel);
    if (!query) return problem(query.error());
    auto document = log.csv(*query);
    if (!document) return problem(document.error());
    Response response =
        Response::text(std::move(document->csv), "text/csv; charset=utf-8; header=present");
    // The signature of exactly these lines, while the log grows.
    std::string period = "to=" + base::to_rfc3339(document->to);
    if (query->from) period = fmt::format("from={}&{}", base::to_rfc3339(*query->from), period);
    response.headers.emplace_back("Link",
                                  fmt::format("<as-run.csv.sig?{}>; rel=\"describedby\"", period));
    return response;
}

Response as_run_signature(AsRunSource& log, const Request& request, bool of_channel) {
    const auto query = as_run_query(request, of_channel);
    if (!query) return problem(query.error());
    auto document = log.csv(*query);
    if (!document) return problem(document.error());
    return Response::text(std::move(document->signature), "application/json");
}

// The script that keeps the screen's page in the browser. Whatever it is asked for, it can only
// ever keep that page: its scope is the page's address, and it may connect to this server and load
// nothing.
Response screen_worker(const StaticFiles& pages) {
    auto found = pages.find(kScreenWorker);
    if (!found) return problem(found.error());
    found->headers.emplace_back("Service-Worker-Allowed", "/screen");
    found->headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
    return *std::move(found);
}

// The routes of one context, added one group after the other.
class Routes {
  public:
    explicit Routes(const RouteContext& context) : context_(context) {}

    // What viewers fetch is there twice: as it is, and below a link. URIs in playlists are
    // relative, so that players stay below the link.
    Result<void> add_for_viewers() {
        for (const std::string_view prefix : {"", "/t/{token}"}) {
            TRY(add_channels(prefix));
            TRY(add_entries(prefix));
            TRY(add_guide(prefix));
        }
        return {};
    }

    Result<void> add_channels(std::string_view prefix) {
        const RouteContext context = context_;
        TRY(get(fmt::format("{}/channels/{{channel}}/master.m3u8", prefix), "master",
                Access::kMedia, [context](const Request& request) {
                    const auto channel = context.on_air.channel(request.parameter("channel"));
                    return channel ? channel->multivariant()
                                   : no_such_channel(request.parameter("channel"));
                }));
        // Of a film that can be gone back to: for who may watch the channel, whoever may watch the
        // entry itself.
        TRY(get(fmt::format("{}/channels/{{channel}}/entries/{{entry}}/thumbnails.jpg", prefix),
                "picture", Access::kPicture, [context](const Request& request) {
                    const auto channel = context.on_air.channel(request.parameter("channel"));
                    if (!channel) return no_such_channel(request.parameter("channel"));
                    const std::string_view entry = request.parameter("entry");
                    const Film* film = film_to_go_back_to(*channel, entry, context.clock.now());
                    if (film == nullptr) {
                        return problem(404, fmt::format("The channel has not shown \"{}\" as far "
                                                        "back as one can go.",
                                                        entry));
                    }
                    return thumbnails(*film);
                }));
        const auto audience = audience_;
        return get(fmt::format("{}/channels/{{channel}}/{{rendition}}/{{resource}}", prefix),
                   "channel", Access::kMedia, [context, audience](const Request& request) {
                       const std::string_view id = request.parameter("channel");
                       const auto channel = context.on_air.channel(id);
                       if (!channel) return no_such_channel(id);
                       const Instant now = context.clock.now();
                       if (request.parameter("resource").ends_with(".m3u8")) {
                           audience->seen(id, request, now);
                       }
                       const auto directives = DeliveryDirectives::parse(request.query);
                       if (!directives) return problem(directives.error());
                       return channel->resource(request.parameter("rendition"),
                                                request.parameter("resource"), now, *directives);
                   });
    }

    Result<void> add_entries(std::string_view prefix) {
        const RouteContext context = context_;
        const auto entry_of = [context](const Request& request) {
            return context.on_air.entry(request.parameter("entry"));
        };
        TRY(get(fmt::format("{}/entries/{{entry}}/master.m3u8", prefix), "entry-master",
                Access::kMedia, [entry_of](const Request& request) {
                    const auto entry = entry_of(request);
                    return entry ? entry->multivariant()
                                 : no_such_entry(request.parameter("entry"));
                }));
        TRY(get(fmt::format("{}/entries/{{entry}}/poster.jpg", prefix), "picture", Access::kPoster,
                [entry_of](const Request& request) {
                    const auto entry = entry_of(request);
                    if (!entry) return no_such_entry(request.parameter("entry"));
                    const Film& film = *entry->film(0);
                    return picture(film, film.media->manifest().poster);
                }));
        TRY(get(fmt::format("{}/entries/{{entry}}/thumbnails.jpg", prefix), "picture",
                Access::kPicture, [entry_of](const Request& request) {
                    const auto entry = entry_of(request);
                    if (!entry) return no_such_entry(request.parameter("entry"));
                    return thumbnails(*entry->film(0));
                }));
        TRY(get(fmt::format("{}/api/v1/watch/entries/{{entry}}", prefix), "api", Access::kGuide,
                [entry_of](const Request& request) {
                    const auto entry = entry_of(request);
                    if (!entry) return no_such_entry(request.parameter("entry"));
                    return Response::json(entry_json(*entry, prefix_of(request)));
                }));
        return get(fmt::format("{}/entries/{{entry}}/{{rendition}}/{{resource}}", prefix), "entry",
                   Access::kMedia, [context, entry_of](const Request& request) {
                       const auto entry = entry_of(request);
                       if (!entry) return no_such_entry(request.parameter("entry"));
                       return entry->resource(request.parameter("rendition"),
                                              request.parameter("resource"), context.clock.now());
                   });
    }

    Result<void> add_guide(std::string_view prefix) {
        const RouteContext context = context_;
        TRY(get(fmt::format("{}/api/v1/channels", prefix), "api", Access::kPublic,
                [context](const Request& request) {
                    const Instant now = context.clock.now();
                    json channels = json::array();
                    for (const auto& channel : context.on_air.channels()) {
                        const bool shown =
                            !context.gatekeeper ||
                            context.gatekeeper->may_watch(request, channel->settings().id);
                        if (!shown) continue;
                        channels.push_back(
                            channel_json(*channel, now, kNextInList, prefix_of(request)));
                    }
                    return Response::json({{"channels", std::move(channels)},
                                           {"server_time", base::to_rfc3339(now)}});
                }));
        TRY(get(fmt::format("{}/api/v1/channels/{{channel}}", prefix), "api", Access::kGuide,
                [context](const Request& request) {
                    const std::string_view id = request.parameter("channel");
                    const auto channel = context.on_air.channel(id);
                    if (!channel) return no_such_channel(id);
                    return Response::json(channel_json(*channel, context.clock.now(),
                                                       kNextOfChannel, prefix_of(request)));
                }));
        TRY(get(fmt::format("{}/api/v1/channels/{{channel}}/airings", prefix), "api",
                Access::kGuide, [context](const Request& request) {
                    const std::string_view id = request.parameter("channel");
                    const auto channel = context.on_air.channel(id);
                    if (!channel) return no_such_channel(id);
                    const Instant now = context.clock.now();
                    return Response::json(
                        {{"airings", airings_json(*channel, now, prefix_of(request))},
                         {"server_time", base::to_rfc3339(now)}});
                }));
        TRY(add_programme_guide(prefix));
        return add_viewers_pages(prefix);
    }

    // The scripts of a page look at its address.
    Result<void> add_viewers_pages(std::string_view prefix) {
        const StaticFiles& pages = context_.pages;
        for (const auto& [pattern, page] :
             {std::pair("/", "index.html"), std::pair("/watch/{channel}", "watch.html"),
              std::pair("/watch/entries/{entry}", "watch.html"),
              std::pair("/review", "review.html"), std::pair("/review/{round}", "review.html"),
              std::pair("/review/{round}/results", "review.html")}) {
            TRY(get(fmt::format("{}{}", prefix, pattern), "page", Access::kPage,
                    [&pages, page = page](const Request&) { return pages.page(page); }));
        }
        return {};
    }

    // The page of a venue's screen, and the clock by which screens keep in step: answered where
    // media are, since an answer that waits for the database would tell a wrong time.
    Result<void> add_screens() {
        const RouteContext context = context_;
        TRY(get("/screen", "page", Access::kPage,
                [context](const Request&) { return context.pages.page(kScreenPage); }));
        TRY(get("/screen/worker.js", "asset", Access::kPublic,
                [context](const Request&) { return screen_worker(context.pages); }));
        return get(
            "/api/v1/screen/time", "screen-time", Access::kPublic, [context](const Request&) {
                return Response::json({{"time", context.clock.now().time_since_epoch().count()}});
            });
    }

    // Of the channels that whoever asks may watch.
    Result<void> add_programme_guide(std::string_view prefix) {
        const auto add = [&](const char* name, auto write) {
            return get(fmt::format("{}{}", prefix, name), "guide", Access::kPublic,
                       [context = context_, name, write](const Request& request) {
                           const auto shown = [&](std::string_view channel) {
                               return !context.gatekeeper ||
                                      context.gatekeeper->may_watch(request, channel);
                           };
                           Response response = std::invoke(write, *context.on_air.guide(),
                                                           guide_base(request, name), shown);
                           // What an account sees is not for a shared cache.
                           if (request.asker.account) {
                               response.cache_control = "private, max-age=60";
                           }
                           return response;
                       });
        };
        TRY(add("/guide.xml", &Guide::xmltv));
        return add("/channels.m3u", &Guide::channels_m3u);
    }

    // Of a channel and of an entry, in three forms each.
    Result<void> add_as_run() {
        if (context_.as_run == nullptr) return {};
        AsRunSource& log = *context_.as_run;
        const auto aside = [this](Handler handler) {
            return context_.aside ? context_.aside(std::move(handler)) : std::move(handler);
        };
        for (const bool of_channel : {true, false}) {
            const std::string base =
                of_channel ? "/api/v1/channels/{id}/as-run" : "/api/v1/entries/{id}/as-run";
            const Handler document = aside([&log, of_channel](const Request& request) {
                return as_run_json(log, request, of_channel);
            });
            TRY(get(base, "as-run", Access::kStudio, document));
            TRY(get(base + ".json", "as-run", Access::kStudio, document));
            TRY(get(base + ".csv", "as-run", Access::kStudio,
                    aside([&log, of_channel](const Request& request) {
                        return as_run_csv(log, request, of_channel);
                    })));
            TRY(get(base + ".csv.sig", "as-run", Access::kStudio,
                    aside([&log, of_channel](const Request& request) {
                        return as_run_signature(log, request, of_channel);
                    })));
        }
        return get("/api/v1/as-run/key", "as-run", Access::kPublic, [&log](const Request&) {
            auto key = log.public_key();
            return key ? Response::text(*std::move(key), "application/x-pem-file")
                       : problem(key.error());
        });
    }

    Result<void> add_previews() {
        if (context_.previews == nullptr) return {};
        return add_preview_routes(router_, *context_.previews, context_.clock);
    }

    // The studio is for accounts, not for links; its script looks at the rest of the address.
    Result<void> add_studio_page() {
        const StaticFiles& pages = context_.pages;
        for (const char* pattern :
             {"/studio", "/studio/{section}", "/studio/{section}/{subject}"}) {
            TRY(get(pattern, "page", Access::kPage,
                    [&pages](const Request&) { return pages.page("studio.html"); }));
        }
        return {};
    }

    Result<void> add_pages() {
        const StaticFiles& pages = context_.pages;
        return get("/assets/{path*}", "asset", Access::kPublic, [&pages](const Request& request) {
            auto found = pages.find(fmt::format("assets/{}", request.parameter("path")));
            return found ? *std::move(found) : problem(found.error());
        });
    }

    Result<void> add_sign_in() {
        SignIn* const sign_in = context_.sign_in;
        if (sign_in == nullptr) return {};
        const auto add = [this, sign_in](Method method, std::string pattern, auto answer) {
            return router_.add({method, std::move(pattern), "sign-in", Access::kPublic},
                               [sign_in, answer](const Request& request) {
                                   return std::invoke(answer, *sign_in, request);
                               });
        };
        TRY(add(Method::kPost, "/api/v1/session", &SignIn::begin_session));
        TRY(add(Method::kGet, "/api/v1/session", &SignIn::show_session));
        TRY(add(Method::kDelete, "/api/v1/session", &SignIn::end_session));
        TRY(add(Method::kPost, "/api/v1/setup", &SignIn::set_up));
        const StaticFiles& pages = context_.pages;
        TRY(get("/sign-in", "page", Access::kPage,
                [&pages](const Request&) { return pages.page(kSignInPage); }));
        return get("/setup/{secret}", "page", Access::kPage,
                   [&pages, sign_in](const Request& request) {
                       Response page = pages.page(kSignInPage);
                       // By the status the page's script sees that there is nothing to fill in.
                       if (!sign_in->is_setup_secret(request.parameter("secret"))) {
                           page.status = 403;
                       }
                       page.cache_control = "no-store";
                       page.etag.clear();
                       return page;
                   });
    }

    Result<void> add_api() { return context_.add_api ? context_.add_api(router_) : Result<void>(); }
    Result<void> add_uploads() {
        if (context_.uploads == nullptr) return {};
        return add_upload_routes(router_, *context_.uploads, context_.clock);
    }

    Result<void> add_operations() {
        const RouteContext context = context_;
        TRY(get("/healthz", "health", Access::kPublic,
                [](const Request&) { return Response::text("ok\n"); }));
        TRY(get("/readyz", "health", Access::kPublic, [context](const Request&) {
            const std::string reason = context.not_ready ? context.not_ready() : std::string();
            if (reason.empty()) return Response::text("ready\n");
            return problem(503, reason);
        }));
        return get("/metrics", "metrics", Access::kOperations, [context](const Request&) {
            return Response::text(context.metrics.render(), std::string(Metrics::kContentType));
        });
    }

    // The router, which keeps what its handlers share.
    std::shared_ptr<const Router> finish() {
        struct Owner {
            Router router;
            std::shared_ptr<Audience> audience;
            Metrics::Registration viewers;
        };
        const base::Clock& clock = context_.clock;
        const OnAir& on_air = context_.on_air;
        const std::shared_ptr<Audience> audience = audience_;
        auto owner = std::make_shared<Owner>(Owner{
            std::move(router_), audience,
            context_.metrics.collect(
                Metrics::Kind::kGauge, "matinee_channel_viewers",
                "Viewers that fetched a playlist of the channel in the last half minute.",
                [audience, &on_air, &clock] { return audience->samples(on_air, clock.now()); })});
        return {owner, &owner->router};
    }

  private:
    Result<void> get(std::string pattern, std::string label, Access access, Handler handler) {
        return router_.add({Method::kGet, std::move(pattern), std::move(label), access},
                           std::move(handler));
    }

    const RouteContext& context_;
    Router router_;
    std::shared_ptr<Audience> audience_ = std::make_shared<Audience>();
};

}  // namespace

Result<std::shared_ptr<const Router>> make_router(const RouteContext& context) {
    Routes routes(context);
    TRY(routes.add_for_viewers());
    TRY(routes.add_screens());
    TRY(routes.add_as_run());
    TRY(routes.add_previews());
    TRY(routes.add_studio_page());
    TRY(routes.add_pages());
    TRY(routes.add_sign_in());
    TRY(routes.add_api());
    TRY(routes.add_uploads());
    TRY(routes.add_operations());
    return routes.finish();
}

}  // namespace matinee::http
