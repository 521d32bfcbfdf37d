#include "app/studio_api.h"

#include <charconv>
#include <utility>

#include "app/api_screens.h"
#include "app/json_line.h"
#include "auth/secret.h"
#include "base/log.h"
#include "http/gatekeeper.h"
#include "http/problem.h"

namespace matinee::app {

namespace {

using http::Event;
using http::Request;
using http::Response;
using nlohmann::json;

// Who listens, as far as it has to be asked again whether they still may.
struct Listener {
    std::string credential_hash;
    auth::CredentialKind kind = auth::CredentialKind::kSession;

    // The account it is now; null when it may not listen any more.
    [[nodiscard]] std::shared_ptr<const auth::Account> account(const auth::Snapshot& snapshot,
                                                               Instant now) const {
        const auto found = snapshot.credentials.find(credential_hash);
        if (found == snapshot.credentials.end() || found->second.kind != kind) return nullptr;
        const Instant expires = found->second.expires;
        return expires == Instant() || now < expires ? found->second.account : nullptr;
    }
};

bool may_know(const auth::Snapshot& snapshot, const std::shared_ptr<const auth::Account>& account,
              const Event& event) {
    if (!account) return false;
    auth::Asker asker;
    asker.account = account;
    if (event.type == "airing" || event.type == "channel") {
        const auth::Answer answer = may_watch_channel(snapshot, asker, event.channel);
        return answer == auth::Answer::kPublic || answer == auth::Answer::kAllowed;
    }
    if (event.type == "entry") return asker.is(auth::Role::kReviewer);
    if (event.type == "user" || event.type == "token") return asker.is(auth::Role::kAdmin);
    return asker.is(auth::Role::kProducer);
}

// What of a request goes into the audit log: what was sent, but for secrets and long lists.
json detail_of(const json& body) {
    json detail = json::object();
    if (!body.is_object()) return detail;
    for (const auto& [name, value] : body.items()) {
        if (name == "password" || name == "current" || name == "new") continue;
        constexpr std::size_t kLongest = 300;
        const std::string text = json_line(value);
        if (text.size() <= kLongest) {
            detail[name] = value;
        } else if (value.is_structured()) {
            detail[name] = fmt::format("{} items", value.size());
        }
    }
    return detail;
}

}  // namespace

StudioApi::StudioApi(Parts parts)
    : parts_(std::move(parts)),
      room_(*parts_.workspace.store, *parts_.workspace.library, *parts_.workspace.clock,
            parts_.options),
      reviews_(*parts_.workspace.store, parts_.link_key),
      context_{parts_.workspace,
               *parts_.workspace.store,
               *parts_.workspace.clock,
               parts_.on_air,
               parts_.link_key,
               room_,
               reviews_,
               [this] {
                   if (const auto refreshed = parts_.access.refresh(); !refreshed) {
                       log::error("accounts could not be read",
                                  {{"reason", refreshed.error().to_string()}});
                   }
               },
               [this] {
                   if (parts_.programme_changed) parts_.programme_changed();
                   if (announcer_) announcer_->wake();
               }} {
    describe_other_operations(api_);
    describe_upload_operations(api_);
    add_entry_operations(api_, context_);
    add_sheet_operations(api_, context_);
    add_subtitle_operations(api_, context_);
    add_job_operations(api_, context_);
    add_playlist_operations(api_, context_);
    add_channel_operations(api_, context_);
    add_schedule_operations(api_, context_);
    add_foresight_operations(api_, context_);
    add_on_air_operations(api_, context_);
    add_account_operations(api_, context_);
    add_link_operations(api_, context_);
    add_review_operations(api_, context_);
    add_screen_operations(api_, context_, parts_.screen_page);
    add_system_operations(api_, context_);
    api_.on_done([this](const http::Operation& operation, const http::Call& call, const Response&) {
        write_audit(operation, call);
    });
}

Result<std::unique_ptr<StudioApi>> StudioApi::create(Parts parts) {
    std::unique_ptr<StudioApi> studio(new StudioApi(std::move(parts)));
    TRY(studio->api_.check());
    studio->announcer_ =
        TRY(Announcer::start(studio->context_.store, studio->context_.on_air,
                             studio->context_.clock, studio->hub_, Announcer::Options()));
    return studio;
}

Result<void> StudioApi::add_to(http::Router& router) {
    TRY(api_.add_to(router, thread_));
    TRY(add_screen_stills(router, thread_, context_));
    return router.add({http::Method::kGet, "/api/v1/events", "events", http::Access::kStudio,
                       auth::Role::kScreen},
                      [this](const Request& request) { return listen(request); });
}

Response StudioApi::listen(const Request& request) {
    Listener listener;
    listener.kind = request.asker.by;
    if (listener.kind == auth::CredentialKind::kBearer) {
        listener.credential_hash = auth::hash_of_secret(http::bearer_token(request).value_or(""));
    } else {
        listener.credential_hash =
            auth::hash_of_secret(request.cookie(http::kSessionCookie).value_or(""));
    }
    std::optional<std::int64_t> last;
    // EventSource sends the field when it connects again; the parameter is for a page that has read
    // the state and wants what comes after.
    auto text = request.header("Last-Event-ID");
    if (!text) text = request.query.find("after");
    if (text) {
        std::int64_t number = 0;
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), number);
        if (error != std::errc() || end != text->data() + text->size() || number < 0) {
            return http::problem(
                400,
                fmt::format("{} is no id of an event; take that of the last one you have.", *text),
                "Last-Event-ID");
        }
        last = number;
    }
    AccessKeeper& access = parts_.access;
    const base::Clock& clock = context_.clock;
    auto stream = hub_.listen(
        last,
        [&access, &clock, listener](const Event& event) {
            const auto snapshot = access.snapshot();
            return may_know(*snapshot, listener.account(*snapshot, clock.now()), event);
        },
        [&access, &clock, listener] {
            return listener.account(*access.snapshot(), clock.now()) != nullptr;
        });
    if (!stream) return http::problem(stream.error());
    Response response = Response::content(http::Body(), "text/event-stream");
    response.stream = *std::move(stream);
    // A proxy that collects what it passes on would collect for ever.
    response.headers.emplace_back("X-Accel-Buffering", "no");
    return response;
}

void StudioApi::write_audit(const http::Operation& operation, const http::Call& call) {
    if (call.flag("dry_run")) return;
    const json& body = call.body();
    if (body.is_object() && body.value("dry_run", false)) return;
    std::string subject;
    for (std::size_t i = 0; i < call.request().parameters.size(); ++i) {
        subject +=
            (subject.empty() ? "" : "/") + std::string(call.request().parameters.item(i).second);
    }
    if (subject.empty() && body.is_object()) subject = body.value("id", "");
    if (subject.empty()) subject = call.query("name").value_or("");
    // It has happened by then: that it cannot be written down does not undo it.
    const auto written = context_.store.audit({.actor = call.actor(),
                                               .action = operation.audit,
                                               .subject = subject,
                                               .detail = detail_of(body).dump()});
    if (!written) {
        log::error("the audit log cannot be written", {{"action", operation.audit},
                                                       {"actor", call.actor()},
                                                       {"reason", written.error().to_string()}});
    }
    if (announcer_) announcer_->wake();
}

}  // namespace matinee::app
