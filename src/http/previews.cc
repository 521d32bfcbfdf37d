#include "http/previews.h"

#include <charconv>
#include <functional>

#include <nlohmann/json.hpp>

#include "http/problem.h"

namespace matinee::http {

namespace {

using nlohmann::json;

constexpr std::int64_t kUsualSeconds = 3600;

Result<std::int64_t> number(std::string_view what, std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1) {
        return fail(ErrorCode::kInvalid, "{} is a number from 1, not \"{}\"", what, text);
    }
    return value;
}

Result<Instant> instant(std::string_view text) {
    const auto parsed = base::parse_rfc3339(text);
    if (!parsed) {
        return fail(ErrorCode::kInvalid,
                    "from={}: an instant is written 2026-11-23T20:00:00Z, or with an offset as "
                    "+01:00, whose + is %2B in an address",
                    text);
    }
    return *parsed;
}

// Says what is shown when, for people and programs.
Response report(const Preview& preview) {
    const auto seconds = [](Ticks ticks) {
        return static_cast<double>(ticks.count()) / media::kVideoTimescale;
    };
    json items = json::array();
    for (const PreviewItem& item : preview.items) {
        json value{{"entry", item.entry_id},
                   {"start", seconds(item.start)},
                   {"duration", seconds(item.duration)},
                   {"shown", item.why_not.empty() ? "film" : "slate"}};
        if (!item.why_not.empty()) value["reason"] = item.why_not;
        items.push_back(std::move(value));
    }
    return Response::json(
        {{"title", preview.presentation->settings().title}, {"items", std::move(items)}});
}

using Find = std::function<Result<PreviewPtr>(const Request&, Look)>;

// master.m3u8, preview.json and what playlists refer to, below `base`.
Result<void> add_preview(Router& router, const std::string& base, const base::Clock& clock,
                         const Find& find) {
    const auto add = [&](std::string_view rest, const Handler& handler) {
        return router.add({Method::kGet, fmt::format("{}/{}", base, rest), "preview",
                           Access::kStudio, auth::Role::kProducer},
                          handler);
    };
    TRY(add("master.m3u8", [find](const Request& request) {
        const auto preview = find(request, Look::kAnew);
        return preview ? (*preview)->presentation->multivariant() : problem(preview.error());
    }));
    TRY(add("preview.json", [find](const Request& request) {
        const auto preview = find(request, Look::kAsBegun);
        return preview ? report(**preview) : problem(preview.error());
    }));
    return add("{rendition}/{resource}", [find, &clock](const Request& request) {
        const auto preview = find(request, Look::kAsBegun);
        return preview
                   ? (*preview)->presentation->resource(request.parameter("rendition"),
                                                        request.parameter("resource"), clock.now())
                   : problem(preview.error());
    });
}

// Where the parameters of the query become part of the path.
Response leads_to(const std::string& place) {
    Response response = Response::redirect(307, place);
    response.cache_control = "no-store";
    return response;
}

Response enter_playlist(PreviewSource& previews, const Request& request) {
    const std::string id(request.parameter("playlist"));
    const auto version = request.query.find("version");
    const auto number = version ? http::number("version", *version) : previews.newest_version(id);
    if (!number) return problem(number.error());
    return leads_to(fmt::format("{}/master.m3u8", *number));
}

Response enter_channel(const Request& request) {
    const auto from = request.query.find("from");
    if (!from) {
        return problem(Error(ErrorCode::kInvalid,
                             "Say from when: ?from=2026-11-23T20:00:00Z, and with &for=600 how "
                             "many seconds."));
    }
    const auto at = instant(*from);
    if (!at) return problem(at.error());
    const auto length = request.query.find("for");
    const auto seconds = length ? number("for", *length) : Result<std::int64_t>(kUsualSeconds);
    if (!seconds) return problem(seconds.error());
    // A relative reference must not begin with what looks like a scheme (RFC 3986 section 4.2).
    return leads_to(fmt::format("./{}/{}/master.m3u8", base::to_rfc3339(*at), *seconds));
}

}  // namespace

Result<void> add_preview_routes(Router& router, PreviewSource& previews, const base::Clock& clock) {
    const auto enter = [&](const char* pattern, const Handler& handler) {
        return router.add(
            {Method::kGet, pattern, "preview", Access::kStudio, auth::Role::kProducer}, handler);
    };
    TRY(enter("/previews/playlists/{playlist}/master.m3u8",
              [&previews](const Request& request) { return enter_playlist(previews, request); }));
    TRY(enter("/previews/channels/{previewed}/master.m3u8", enter_channel));
    const Find playlist = [&previews](const Request& request, Look look) -> Result<PreviewPtr> {
        const std::int64_t version = TRY(number("a version", request.parameter("version")));
        return previews.playlist(std::string(request.parameter("playlist")), version, look);
    };
    const Find channel = [&previews](const Request& request, Look look) -> Result<PreviewPtr> {
        const std::int64_t seconds = TRY(number("seconds", request.parameter("seconds")));
        const Instant from = TRY(instant(request.parameter("from")));
        return previews.channel(std::string(request.parameter("previewed")), from,
                                std::chrono::seconds(seconds), look);
    };
    TRY(add_preview(router, "/previews/playlists/{playlist}/{version}", clock, playlist));
    return add_preview(router, "/previews/channels/{previewed}/{from}/{seconds}", clock, channel);
}

}  // namespace matinee::http
