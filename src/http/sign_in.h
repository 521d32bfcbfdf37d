// Signing in and out, and the first account.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

#include "auth/throttle.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "store/store.h"

namespace matinee::http {

// Thread-safe. Answers in JSON; the pages are files (sign-in.html).
class SignIn {
  public:
    struct Options {
        std::chrono::seconds session{std::chrono::hours(24)};
    };

    // `store` and `clock` must outlive this. `changed` is called when accounts or sessions have
    // changed, and returns when requests are judged by it.
    SignIn(store::Store& store, const base::Clock& clock, std::function<void()> changed,
           Options options);

    // A secret by which the first account can be made once, as long as there is none; it lasts as
    // long as this object. kConflict when there is an account.
    Result<std::string> open_setup();

    // POST /api/v1/session {"name", "password"}: a session in a cookie.
    Response begin_session(const Request& request);
    // GET: who asks. 401 for nobody.
    [[nodiscard]] Response show_session(const Request& request) const;
    // DELETE
    Response end_session(const Request& request);
    // POST /api/v1/setup {"secret", "name", "password"}: the first account, an admin, signed in.
    Response set_up(const Request& request);

    // Whether the first account can still be made with it.
    [[nodiscard]] bool is_setup_secret(std::string_view secret) const;

  private:
    struct Session {
        store::User user;
        std::string secret;
        Instant expires;
    };

    // Errors have the status they are answered with.
    struct Refusal {
        int status = 400;
        std::string text;
        std::chrono::seconds retry_after{0};
    };
    using Outcome = std::variant<Session, Refusal>;

    Outcome sign_in(const std::string& name, const std::string& password,
                    const std::string& address);
    Outcome make_first(std::string_view secret, const std::string& name,
                       const std::string& password);
    Outcome start_session(const store::User& user);
    Result<void> stop_session(const Request& request);

    store::Store& store_;
    const base::Clock& clock_;
    const std::function<void()> changed_;
    const Options options_;
    auth::LoginThrottle throttle_;
    std::mutex hashing_;        // one password at a time: it takes 32 MB, and a thread for 50 ms
    mutable std::mutex mutex_;  // guards what follows
    std::string setup_hash_;    // empty: closed
};

// A name to sign in with: letters, digits and . _ - @, at most 64. kInvalid otherwise.
Result<void> check_account_name(std::string_view name);

}  // namespace matinee::http
