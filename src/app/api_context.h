// What the operations of the API work with, and the tables they stand in.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "app/control_room.h"
#include "app/review_room.h"
#include "app/workspace.h"
#include "auth/link_token.h"
#include "http/api.h"
#include "http/event_hub.h"
#include "http/presentation.h"

namespace matinee::app {

// Operations run on one thread (http::RequestThread), so that what is thread-bound may be used.
struct ApiContext {
    Workspace& workspace;
    store::Store& store;
    const base::Clock& clock;
    const http::OnAir& on_air;
    const auth::LinkKey& link_key;
    ControlRoom& room;
    ReviewRoom& reviews;
    // Accounts, tokens or links have changed: requests are judged by it when this returns.
    std::function<void()> access_changed;
    // Something that viewers are shown has changed.
    std::function<void()> programme_changed;
};

// Each adds its schemas and operations. What they take must outlive the API.
void add_entry_operations(http::Api& api, ApiContext& context);
void add_sheet_operations(http::Api& api, ApiContext& context);
void add_subtitle_operations(http::Api& api, ApiContext& context);
void add_job_operations(http::Api& api, ApiContext& context);
void add_channel_operations(http::Api& api, ApiContext& context);
void add_playlist_operations(http::Api& api, ApiContext& context);
void add_schedule_operations(http::Api& api, ApiContext& context);
void add_foresight_operations(http::Api& api, ApiContext& context);
void add_on_air_operations(http::Api& api, ApiContext& context);
void add_account_operations(http::Api& api, ApiContext& context);
void add_link_operations(http::Api& api, ApiContext& context);
void add_review_operations(http::Api& api, ApiContext& context);
void add_system_operations(http::Api& api, ApiContext& context);
// What routes elsewhere answer: sessions, the channels as viewers see them, the as-run log, events.
void describe_other_operations(http::Api& api);
// Uploads by tus (http/tus.h), which other routes answer as well.
void describe_upload_operations(http::Api& api);

// From when a publication counts: "after-current", "now", or an instant.
struct Publishing {
    playout::From from = playout::From::kAfterCurrent;
    Instant at{};
    ControlRoom::Mode mode = ControlRoom::Mode::kCommit;
};
Result<Publishing> publishing_from(const std::string& when, bool dry_run);

// What a publication changes on a channel, as the schema Publication says.
nlohmann::json publication_json(const ControlRoom::Published& published);

}  // namespace matinee::app
