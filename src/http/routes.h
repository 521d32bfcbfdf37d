// Every address the server answers, wired to what answers it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "http/as_run.h"
#include "http/gatekeeper.h"
#include "http/metrics.h"
#include "http/presentation.h"
#include "http/previews.h"
#include "http/router.h"
#include "http/sign_in.h"
#include "http/static_files.h"
#include "http/tus.h"

namespace matinee::http {

// Among the built pages: a venue's screen, and what keeps it in the browser.
inline constexpr std::string_view kScreenPage = "screen.html";
inline constexpr std::string_view kSignInPage = "sign-in.html";
inline constexpr std::string_view kScreenWorker = "screen-worker.js";

// What the routes need from the rest; all of it must outlive the router.
struct RouteContext {
    const OnAir& on_air;
    const base::Clock& clock;
    Metrics& metrics;
    const StaticFiles& pages;
    // Why the server should get no traffic now, for /readyz; empty when it should.
    std::function<std::string()> not_ready;
    AsRunSource* as_run = nullptr;  // null: no as-run log is served
    // Both null: no accounts, everybody sees everything that can be seen.
    const Gatekeeper* gatekeeper = nullptr;
    SignIn* sign_in = nullptr;
    // Adds the routes of the API; empty: there is none.
    std::function<Result<void>(Router&)> add_api = {};
    // Has a handler that asks the database run where it keeps no viewer waiting; empty: it runs as
    // it is.
    std::function<Handler(Handler)> aside = {};
    UploadStore* uploads = nullptr;     // null: nothing can be uploaded
    PreviewSource* previews = nullptr;  // null: there are none
};

// The table of routes; also registers the viewers of each channel with the metrics.
Result<std::shared_ptr<const Router>> make_router(const RouteContext& context);

}  // namespace matinee::http
