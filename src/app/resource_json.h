// What the API answers of accounts, links, channels ... and what the command line prints of them:
// one shape. The schemas are the API's, of the names that stand here.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "auth/link_token.h"
#include "base/clock.h"
#include "base/result.h"
#include "playout/check.h"
#include "store/store.h"

namespace matinee::app {

// A date as JSON; null for 1970, which stands for none.
nlohmann::json date_json(Instant instant);

// A JSON object that is stored as text; an empty one for what is none.
nlohmann::json parsed_object(const std::string& text);

nlohmann::json job_json(const store::Job& job);               // Job
nlohmann::json account_json(const store::User& user);         // Account
nlohmann::json audit_json(const store::AuditRecord& record);  // an item of AuditPage

// Token, and TokenMade with the secret that is told once. `account`: the name of its account.
nlohmann::json token_json(const store::Token& token, const std::string& account);
nlohmann::json token_made_json(const store::Token& token, const std::string& secret);

// Link, and LinkWithAddresses. The addresses follow from what is stored and the key: there are none
// of a link that was signed with another one.
nlohmann::json link_json(const store::Link& link);
Result<nlohmann::json> link_with_addresses_json(const auth::LinkKey& key, const store::Link& link);

// What a link's token says.
auth::LinkClaims claims_of(const store::Link& link);

// Whether the channel is encrypted once the last change has taken effect.
Result<bool> is_encrypted(store::Store& store, const store::Channel& channel);

// ChannelSettings
Result<nlohmann::json> channel_json(store::Store& store, const store::Channel& channel);

// ListedChannel: that, and what it plays, with what is on at `now` by its rundown.
Result<nlohmann::json> listed_channel_json(store::Store& store, const store::Channel& channel,
                                           Instant now);

// The channels that play each playlist, or would by their schedules.
using ChannelsByPlaylist = std::map<std::string, std::vector<std::string>>;
Result<ChannelsByPlaylist> channels_by_playlist(store::Store& store);

// PlaylistSummary, Playlist, and an item of PlaylistHistory.
nlohmann::json playlist_summary_json(const store::Playlist& playlist,
                                     const ChannelsByPlaylist& channels);
nlohmann::json playlist_json(const store::Playlist& playlist);
nlohmann::json playlist_version_json(const store::PlaylistVersion& version);

// Schedule: with the channel that it is of.
nlohmann::json channel_schedule_json(const store::Schedule& schedule);

// Finding. `epoch`: the channel's.
nlohmann::json finding_json(const playout::Finding& finding, Instant epoch);

// Findings.
nlohmann::json findings_json(const store::Channel& channel,
                             std::span<const playout::Finding> findings);

}  // namespace matinee::app
