// The API of a running server, put together.
#pragma once

#include <functional>
#include <memory>

#include "app/access_keeper.h"
#include "app/announcer.h"
#include "app/api_context.h"
#include "app/control_room.h"
#include "app/review_room.h"
#include "app/workspace.h"
#include "auth/link_token.h"
#include "base/result.h"
#include "http/api.h"
#include "http/event_hub.h"
#include "http/request_thread.h"
#include "http/router.h"

namespace matinee::app {

// Operations run on one thread of its own; events come from another. Must outlive the server that
// has its routes.
class StudioApi {
  public:
    struct Parts {
        // All must outlive it.
        Workspace& workspace;
        const http::OnAir& on_air;
        AccessKeeper& access;
        const auth::LinkKey& link_key;
        BroadcasterOptions options;
        // What viewers are shown has changed.
        std::function<void()> programme_changed;
        // Which version of their page screens should have; may be empty.
        std::function<std::string()> screen_page = {};
    };

    static Result<std::unique_ptr<StudioApi>> create(Parts parts);

    Result<void> add_to(http::Router& router);

    // Has a handler run on the thread of the API.
    http::Handler aside(http::Handler handler) { return thread_.wrap(std::move(handler)); }

    [[nodiscard]] const http::Api& api() const { return api_; }

  private:
    explicit StudioApi(Parts parts);
    http::Response listen(const http::Request& request);
    void write_audit(const http::Operation& operation, const http::Call& call);

    const Parts parts_;
    ControlRoom room_;  // of the request thread
    ReviewRoom reviews_;
    ApiContext context_;
    http::Api api_;
    http::EventHub hub_;
    std::unique_ptr<Announcer> announcer_;
    http::RequestThread thread_;
};

}  // namespace matinee::app
