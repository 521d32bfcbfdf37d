#include "app/resource_json.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/channel_removal.h"
#include "app/channel_settings.h"
#include "app/planning.h"
#include "app/planning_json.h"
#include "auth/access.h"
#include "auth/secret.h"
#include "playout/rundown.h"

namespace matinee::app {

namespace {

using nlohmann::json;

std::vector<std::string> texts_in(const json& object, const char* name) {
    return object.is_object() ? object.value(name, std::vector<std::string>())
                              : std::vector<std::string>();
}

}  // namespace

json finding_json(const playout::Finding& finding, Instant epoch) {
    const auto unless = [](bool missing, json value) { return missing ? json(nullptr) : value; };
    return {{"severity", playout::to_string(finding.severity)},
            {"code", finding.code},
            {"block", unless(finding.block.empty(), finding.block)},
            {"item", unless(finding.item < 0, finding.item)},
            {"at", unless(finding.at < Ticks(0),
                          base::to_rfc3339(playout::instant_of(epoch, finding.at)))},
            {"message", finding.message}};
}

json date_json(Instant instant) {
    return instant == Instant() ? json(nullptr) : json(base::to_rfc3339(instant));
}

json parsed_object(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    return value.is_object() ? value : json::object();
}

json job_json(const store::Job& job) {
    return {{"id", job.id},
            {"entry", job.entry_id},
            {"variant", job.variant.empty() ? json(nullptr) : json(job.variant)},
            {"state", to_string(job.state)},
            {"stage", job.stage},
            {"fraction", std::clamp(job.fraction, 0.0, 1.0)},
            {"attempts", job.attempts},
            {"reason", job.reason},
            {"cancelling", job.cancel_requested},
            {"created", date_json(job.created)},
            {"started", date_json(job.started)},
            {"finished", date_json(job.finished)}};
}

json account_json(const store::User& user) {
    return {{"name", user.name},
            {"role", user.role},
            {"disabled", user.disabled},
            {"can_sign_in", !user.password_hash.empty()},
            {"created", base::to_rfc3339(user.created)},
            {"updated", base::to_rfc3339(user.updated)}};
}

json audit_json(const store::AuditRecord& record) {
    return {{"id", record.id},           {"at", base::to_rfc3339(record.at)},
            {"actor", record.actor},     {"action", record.action},
            {"subject", record.subject}, {"detail", parsed_object(record.detail)}};
}

json token_json(const store::Token& token, const std::string& account) {
    return {{"id", token.id},
            {"kind", token.kind},
            {"account", account},
            {"label", token.label},
            {"created", date_json(token.created)},
            {"expires", date_json(token.expires)},
            {"revoked", date_json(token.revoked)},
            {"last_used", date_json(token.last_used)}};
}

json token_made_json(const store::Token& token, const std::string& secret) {
    return {{"id", token.id}, {"token", secret}, {"expires", date_json(token.expires)}};
}

json link_json(const store::Link& link) {
    const json scope = json::parse(link.scope, nullptr, false);
    return {{"id", link.id},
            {"label", link.label},
            {"channels", texts_in(scope, "channels")},
            {"entries", texts_in(scope, "entries")},
            {"created_by", link.created_by},
            {"created", date_json(link.created)},
            {"not_before", date_json(link.not_before)},
            {"expires", date_json(link.expires)},
            {"viewers", link.viewers},
            {"revoked", date_json(link.revoked)}};
}

auth::LinkClaims claims_of(const store::Link& link) {
    auth::LinkClaims claims;
    claims.id = link.id;
    claims.not_before = link.not_before;
    claims.expires = link.expires;
    claims.viewers = static_cast<std::uint16_t>(link.viewers);
    const json scope = json::parse(link.scope, nullptr, false);
    claims.channels = texts_in(scope, "channels");
    claims.entries = texts_in(scope, "entries");
    return claims;
}

Result<json> link_with_addresses_json(const auth::LinkKey& key, const store::Link& link) {
    const auth::LinkClaims claims = claims_of(link);
    const std::string token = TRY(key.sign(claims));
    json value = link_json(link);
    value["paths"] = json::array();
    if (auth::hash_of_secret(token) != link.secret_hash) return value;
    for (const std::string& id : claims.channels) {
        value["paths"].push_back(id == "*"
                                     ? fmt::format("/t/{}/", token)
                                     : fmt::format("/t/{}/channels/{}/master.m3u8", token, id));
    }
    for (const std::string& id : claims.entries) {
        if (id == "*") continue;
        value["paths"].push_back(fmt::format("/t/{}/entries/{}/master.m3u8", token, id));
    }
    return value;
}

Result<bool> is_encrypted(store::Store& store, const store::Channel& channel) {
    const auto changes = TRY(store.list_encryption(channel.id));
    return !changes.empty() && changes.back().encrypted;
}

Result<json> channel_json(store::Store& store, const store::Channel& channel) {
    const auto rule = auth::channel_rule_from(channel.settings);
    // One that makes no sense counts as by link (access.h).
    const auth::ChannelRule shown = rule ? *rule : auth::ChannelRule{auth::Watch::kLink};
    json access{{"watch", to_string(shown.watch)}};
    if (shown.watch == auth::Watch::kRole) access["role"] = to_string(shown.least);
    json burn_in = json::array();
    const ChannelSettings settings = TRY(channel_settings_from(channel.settings));
    for (const library::SubtitleChoice& choice : settings.burn_in)
        burn_in.push_back(library::to_text(std::vector{choice}));
    return json{{"id", channel.id},
                {"title", channel.title},
                {"playlist", channel.playlist_id},
                {"epoch", base::to_rfc3339(channel.epoch)},
                {"access", std::move(access)},
                {"burn_in", std::move(burn_in)},
                {"encrypted", TRY(is_encrypted(store, channel))}};
}

Result<json> listed_channel_json(store::Store& store, const store::Channel& channel, Instant now) {
    json value = TRY(channel_json(store, channel));
    const store::Schedule schedule = TRY(store.find_schedule(channel.id));
    value["schedule_version"] = schedule.version;
    value["playlists"] = playlists_of(schedule, channel);
    const auto on = TRY(shown_at(store, channel, now));
    value["on_air"] = on.has_value();
    value["entry"] = on ? json(on->entry_id) : json(nullptr);
    return value;
}

Result<ChannelsByPlaylist> channels_by_playlist(store::Store& store) {
    ChannelsByPlaylist channels;
    for (const store::Channel& channel : TRY(store.list_channels())) {
        const store::Schedule schedule = TRY(store.find_schedule(channel.id));
        for (const std::string& id : playlists_of(schedule, channel))
            channels[id].push_back(channel.id);
    }
    return channels;
}

json playlist_summary_json(const store::Playlist& playlist, const ChannelsByPlaylist& channels) {
    const auto of = channels.find(playlist.id);
    return {{"id", playlist.id},
            {"title", playlist.title},
            {"published", playlist.published},
            {"draft", playlist.draft},
            {"channels", of == channels.end() ? json::array() : json(of->second)}};
}

json playlist_json(const store::Playlist& playlist) {
    json value = {{"id", playlist.id},           {"title", playlist.title},
                  {"version", playlist.version}, {"published", playlist.published},
                  {"draft", playlist.draft},     {"items", json::array()}};
    for (const store::PlaylistItem& item : playlist.items)
        value["items"].push_back(item_json(item));
    return value;
}

json playlist_version_json(const store::PlaylistVersion& version) {
    return {{"version", version.version},
            {"author", version.author},
            {"created", base::to_rfc3339(version.created)},
            {"restores", version.restores > 0 ? json(version.restores) : json(nullptr)}};
}

json channel_schedule_json(const store::Schedule& schedule) {
    json value = schedule_json(schedule);
    value["channel"] = schedule.channel_id;
    return value;
}

json findings_json(const store::Channel& channel, std::span<const playout::Finding> findings) {
    json all = json::array();
    for (const playout::Finding& finding : findings)
        all.push_back(finding_json(finding, channel.epoch));
    const auto errors =
        std::ranges::count(findings, playout::Severity::kError, &playout::Finding::severity);
    return {{"channel", channel.id},
            {"errors", errors},
            {"warnings", std::ssize(findings) - errors},
            {"findings", std::move(all)}};
}

}  // namespace matinee::app
