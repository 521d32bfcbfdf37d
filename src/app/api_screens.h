// The API's screens; see api_context.h.
#pragma once

#include <functional>
#include <string>

#include "app/api_context.h"
#include "http/request_thread.h"
#include "http/router.h"

namespace matinee::app {

// `page` says which version of their page screens should have; may be empty.
void add_screen_operations(http::Api& api, ApiContext& context, std::function<std::string()> page);

// Pictures, which are no JSON: PUT /api/v1/screen/still, GET /api/v1/screens/{screen}/still.jpg.
// All three must outlive the router's handlers.
Result<void> add_screen_stills(http::Router& router, http::RequestThread& thread,
                               ApiContext& context);

}  // namespace matinee::app
