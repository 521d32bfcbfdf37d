// The running server: store and library on one side, viewers on the other.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/access_keeper.h"
#include "app/as_run_log.h"
#include "app/broadcaster.h"
#include "app/job_runner.h"
#include "app/preview_room.h"
#include "app/studio_api.h"
#include "app/uploads.h"
#include "app/workspace.h"
#include "base/result.h"
#include "http/gatekeeper.h"
#include "http/metrics.h"
#include "http/rate_limit.h"
#include "http/server.h"
#include "http/sign_in.h"
#include "http/static_files.h"

namespace matinee::app {

// The one place where the parts are put together. Thread-bound; its parts have threads of their
// own.
class Station {
  public:
    struct Options {
        ListenAddress listen;
        std::span<const http::Socket> inherited;  // see http::Server::Options
        bool prepare = true;                      // run preparation jobs as well
    };

    // Starts everything. `workspace` must outlive the station.
    static Result<std::unique_ptr<Station>> start(Workspace& workspace, const Options& options);

    // Lets responses under way end, gives jobs back, stops all threads.
    ~Station();
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    // Reads the configuration again and takes up what can change while it runs (reload.h); says in
    // the log what has, and what waits for a restart. When the file is no good everything stays,
    // and the log names the line. No connection ends. Not thread-safe.
    void reload();

    // "https://127.0.0.1:8443"
    [[nodiscard]] std::string origin() const { return server_->origin(); }
    [[nodiscard]] std::string certificate_fingerprint() const { return tls_->fingerprint(); }
    // Where the first account can be made, once; empty when there is one.
    [[nodiscard]] const std::string& setup_address() const { return setup_address_; }
    [[nodiscard]] const Broadcaster& broadcaster() const { return *broadcaster_; }

  private:
    Station(ServerLock lock, Workspace& workspace);
    Result<void> trust_proxies(const ServerConfig& config);
    Result<void> open_gates(Workspace& workspace);
    Result<void> register_metrics(Workspace& workspace);

    // In the order of construction; ends in reverse.
    ServerLock lock_;
    Workspace& workspace_;
    std::atomic<std::shared_ptr<const http::TrustedProxies>> proxies_;
    http::Metrics metrics_;
    http::StaticFiles pages_;
    std::shared_ptr<http::TlsIdentity> tls_;
    std::unique_ptr<Broadcaster> broadcaster_;
    std::unique_ptr<AsRunLog> as_run_;
    std::unique_ptr<PreviewRoom> previews_;
    std::unique_ptr<AccessKeeper> access_;
    std::optional<auth::LinkKey> link_key_;
    std::unique_ptr<http::Gatekeeper> gatekeeper_;
    std::unique_ptr<http::SignIn> sign_in_;
    std::unique_ptr<StudioApi> api_;
    std::atomic<std::shared_ptr<http::RateLimits>> limits_;
    std::string setup_address_;
    std::unique_ptr<JobRunner> jobs_;
    std::unique_ptr<Uploads> uploads_;
    std::vector<http::Metrics::Registration> gauges_;
    std::unique_ptr<http::Server> server_;
};

// What the broadcaster makes of a configuration.
BroadcasterOptions broadcaster_options(const Config& config);

// What the job runner makes of a workspace.
JobRunnerOptions job_options(Workspace& workspace);

// Logs how the workers will be confined on this machine; asks the worker program.
void log_sandbox(const WorkerConfig& config);

}  // namespace matinee::app
