#include "app/station.h"

#include <unistd.h>

#include <cstdlib>
#include <map>

#include <fmt/ranges.h>

#include "app/cards.h"
#include "app/doctor.h"
#include "app/reload.h"
#include "app/subtitle_intake.h"
#include "auth/key_file.h"
#include "base/log.h"
#include "http/routes.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

// Responses under way when the server stops get so long to be taken.
constexpr std::chrono::milliseconds kGrace = std::chrono::seconds(5);

// The built pages: MATINEE_WEB, else where they were installed, else where they were built.
fs::path web_folder() {
    if (const char* given = std::getenv("MATINEE_WEB")) return given;
    std::error_code error;
    if (const fs::path installed = MATINEE_INSTALLED_WEB; fs::exists(installed, error)) {
        return installed;
    }
    return MATINEE_SOURCE_WEB;
}

// Half of the machine's memory among all workers, but enough for an ordinary film.
std::uint64_t usual_memory(unsigned concurrent) {
    constexpr std::uint64_t kLeast = 2'000'000'000;
    const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
    const auto page = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PAGESIZE)));
    return std::max(kLeast, pages * page / 2 / concurrent);
}

}  // namespace

BroadcasterOptions broadcaster_options(const Config& config) {
    BroadcasterOptions options;
    options.ladder = config.house.rungs;
    options.gop_seconds = config.house.gop_seconds;
    options.gops_per_segment = static_cast<std::uint32_t>(
        std::max<std::int64_t>(1, config.channel.segment.count() / config.house.gop_seconds));
    options.dvr_window = config.channel.dvr_window;
    options.hold_back = config.channel.hold_back;
    return options;
}

JobRunnerOptions job_options(Workspace& workspace) {
    JobRunnerOptions options;
    options.worker = Workspace::worker_command();
    options.library = workspace.library->root();
    options.house_json = to_json(workspace.config.house);
    options.concurrent = workspace.config.jobs.concurrent;
    options.watchdog = workspace.config.jobs.watchdog;
    const WorkerConfig& worker = workspace.config.worker;
    options.sandbox = worker.sandbox;
    options.limits.memory_bytes =
        worker.memory_mb != 0 ? worker.memory_mb * 1'000'000 : usual_memory(options.concurrent);
    options.limits.disk_bytes = worker.disk_gb * 1'000'000'000;
    options.limits.time = worker.time;
    options.expected_media_id =
        [house = workspace.config.house](const store::Job& job) -> Result<std::string> {
        library::Variant variant;
        if (!job.variant.empty()) variant = TRY(library::variant_from_text(job.variant));
        return library::media_id(job.source_sha256, house, variant);
    };
    // The film's duration is known now, and what is inside it.
    options.on_ready = [&workspace](const std::string& entry_id) {
        const auto done = refresh_subtitles(*workspace.store, *workspace.library, entry_id);
        if (!done) {
            log::warning("an entry's subtitles could not be looked at again",
                         {{"entry", entry_id}, {"reason", done.error().to_string()}});
        }
    };
    return options;
}

void log_sandbox(const WorkerConfig& config) {
    const auto level = ask_worker_for_sandbox(Workspace::worker_command());
    if (!level) {
        log::error("how workers are confined cannot be found out",
                   {{"error", level.error().to_string()}});
        return;
    }
    const bool off = config.sandbox == prepare::SandboxMode::kOff;
    const auto in_force = off ? prepare::SandboxLevel::kLimits : *level;
    if (in_force == prepare::SandboxLevel::kFull) {
        log::info("workers are confined", {{"sandbox", to_string(in_force)}});
    } else {
        log::warning(config.sandbox == prepare::SandboxMode::kRequired
                         ? "no film can be prepared: the sandbox that is required is not to be had"
                         : "workers are confined only in part",
                     {{"sandbox", to_string(in_force)},
                      {"configured", to_string(config.sandbox)},
                      {"remedy", off ? "sandbox = \"best\" under [worker] in matinee.toml"
                                     : remedy_for(in_force)}});
    }
}

Station::Station(ServerLock lock, Workspace& workspace)
    : lock_(std::move(lock)), workspace_(workspace), pages_(web_folder()) {}

Result<void> Station::trust_proxies(const ServerConfig& config) {
    proxies_.store(std::make_shared<const http::TrustedProxies>(
        TRY(http::TrustedProxies::create(config.trusted_proxies, config.forwarded))));
    return {};
}

void Station::reload() {
    auto wanted = load_config(workspace_.folder / kConfigFile);
    if (!wanted) {
        log::error("the configuration cannot be used; the one before stays in force",
                   {{"reason", wanted.error().to_string()}});
        return;
    }
    Reload reload = plan_reload(workspace_.config, *wanted);
    const ServerConfig& before = workspace_.config.server;
    ServerConfig& server = reload.config.server;
    if (server.certificate != before.certificate || server.key != before.key) {
        if (auto used = tls_->use_files(server.certificate, server.key); !used) {
            log::error("the certificate cannot be used; the one before stays",
                       {{"reason", used.error().to_string()}});
            server.certificate = before.certificate;
            server.key = before.key;
        }
    }
    if (auto trusted = trust_proxies(server); !trusted) {
        log::error("the proxies cannot be trusted; those before are",
                   {{"reason", trusted.error().to_string()}});
    }
    if (server.log_level != before.log_level) log::set_level(server.log_level);
    // Everybody begins anew: how much clients have asked for says nothing by other limits.
    if (reload.config.limits != workspace_.config.limits) {
        limits_.store(std::make_shared<http::RateLimits>(reload.config.limits));
    }
    const bool access_changed = reload.config.access != workspace_.config.access;
    // The rest has not changed, and other threads may be reading it.
    workspace_.config.server = reload.config.server;
    workspace_.config.jobs = reload.config.jobs;
    workspace_.config.worker = reload.config.worker;
    workspace_.config.access = reload.config.access;
    workspace_.config.limits = reload.config.limits;
    if (access_changed) {
        if (auto set = access_->set_access(workspace_.config.access); !set) {
            log::error("accounts could not be read; the new rules hold from when they can",
                       {{"reason", set.error().to_string()}});
        }
    }
    if (jobs_) jobs_->reconfigure(job_options(workspace_));
    log::info("the configuration is read again",
              {{"changed", fmt::format("{}", fmt::join(reload.changed, ", "))}});
    if (!reload.restart.empty()) {
        log::warning("some changes of the configuration wait for a restart",
                     {{"keys", fmt::format("{}", fmt::join(reload.restart, ", "))}});
    }
}

Result<std::unique_ptr<Station>> Station::start(Workspace& workspace, const Options& options) {
    const ServerConfig& config = workspace.config.server;
    std::unique_ptr<Station> station(
        new Station(TRY(ServerLock::take(workspace.folder)), workspace));
    TRY(station->trust_proxies(config));
    if (config.log_level != log::Level::kInfo) log::set_level(config.log_level);
    const std::shared_ptr<const base::Clock> clock(std::shared_ptr<void>(), workspace.clock.get());
    if (config.certificate.empty()) {
        station->tls_ = TRY(
            http::TlsIdentity::self_signed(workspace.folder / "tls", http::machine_names(), clock));
    } else {
        station->tls_ = TRY(http::TlsIdentity::from_files(config.certificate, config.key, clock));
    }
    BroadcasterOptions broadcast = broadcaster_options(workspace.config);
    broadcast.cipher = std::make_shared<http::SegmentCipher>(
        TRY(auth::load_or_make_media_key(workspace.folder / kMediaKeyFile)));
    station->broadcaster_ = TRY(Broadcaster::start(*workspace.store, *workspace.library,
                                                   *workspace.clock, std::move(broadcast)));
    TRY(station->open_gates(workspace));
    if (options.prepare) {
        log_sandbox(workspace.config.worker);
        // Without it channels still play; what is missing shows in the log.
        if (const auto slate = make_slate(workspace); !slate) {
            log::error("there is no slate", {{"reason", slate.error().to_string()}});
        }
        JobRunnerOptions jobs = job_options(workspace);
        jobs.on_change = [broadcaster = station->broadcaster_.get()](const store::Job& job) {
            if (job.state == store::JobState::kFailed) {
                log::warning("an entry could not be prepared",
                             {{"entry", job.entry_id}, {"reason", job.reason}});
            }
            if (job.state == store::JobState::kDone) {
                log::info("an entry is prepared", {{"entry", job.entry_id}});
                broadcaster->wake();
            } else if (job.state != store::JobState::kRunning) {
                broadcaster->withdraw(job.entry_id);
            }
        };
        jobs.on_available = [broadcaster = station->broadcaster_.get()](const store::Job& job,
                                                                        const fs::path& directory,
                                                                        std::int64_t groups) {
            broadcaster->available(job.entry_id, directory, groups);
        };
        station->jobs_ = TRY(JobRunner::start(*workspace.store, std::move(jobs)));
    }
    Uploads::Options uploads;
    uploads.on_entry = [jobs = station->jobs_.get(),
                        broadcaster = station->broadcaster_.get()](const std::string& entry) {
        log::info("an upload has been taken in", {{"entry", entry}});
        if (jobs) jobs->wake();
        broadcaster->wake();
    };
    station->uploads_ = TRY(Uploads::start(workspace, std::move(uploads)));
    station->as_run_ =
        std::make_unique<AsRunLog>(*workspace.store, *workspace.clock, workspace.folder);
    station->api_ =
        TRY(StudioApi::create({workspace, *station->broadcaster_, *station->access_,
                               *station->link_key_, broadcaster_options(workspace.config),
                               [broadcaster = station->broadcaster_.get()] { broadcaster->wake(); },
                               [&pages = station->pages_] {
                                   return pages.page(http::kScreenPage).etag + MATINEE_VERSION;
                               }}));
    station->limits_.store(std::make_shared<http::RateLimits>(workspace.config.limits));
    station->previews_ =
        std::make_unique<PreviewRoom>(*workspace.store, *workspace.library, *workspace.clock,
                                      broadcaster_options(workspace.config));
    TRY(station->register_metrics(workspace));

    const auto router = TRY(http::make_router(
        {*station->broadcaster_, *workspace.clock, station->metrics_, station->pages_,
         [broadcaster = station->broadcaster_.get()]() -> std::string {
             const Broadcaster::Counts counts = broadcaster->counts();
             if (counts.on_air == counts.all) return {};
             return fmt::format("{} of {} channels have nothing on.", counts.all - counts.on_air,
                                counts.all);
         },
         station->as_run_.get(), station->gatekeeper_.get(), station->sign_in_.get(),
         [api = station->api_.get()](http::Router& added) { return api->add_to(added); },
         [api = station->api_.get()](http::Handler handler) {
             return api->aside(std::move(handler));
         },
         station->uploads_.get(), station->previews_.get()}));
    http::Server::Options server;
    server.listen = {options.listen.host, options.listen.port};
    server.inherited = options.inherited;
    server.threads = config.threads;
    server.tls = station->tls_;
    server.proxies = [self = station.get()] { return self->proxies_.load(); };
    server.guard = [gatekeeper = station->gatekeeper_.get(), self = station.get()](
                       http::Request& request, const http::RouteSpec& route) {
        auto refusal =
            self->limits_.load()->admit(request, route, std::chrono::steady_clock::now());
        return refusal ? std::move(refusal) : gatekeeper->admit(request, route);
    };
    station->server_ = TRY(http::Server::start(std::move(server), router, station->metrics_));
    if (auto secret = station->sign_in_->open_setup()) {
        station->setup_address_ = fmt::format("{}/setup/{}", station->origin(), *secret);
    } else if (secret.error().code() != ErrorCode::kConflict) {
        return Unexpected(std::move(secret).error());
    }
    return station;
}

Result<void> Station::open_gates(Workspace& workspace) {
    access_ = TRY(AccessKeeper::start(*workspace.store, *workspace.clock,
                                      {.access = workspace.config.access}));
    link_key_ = TRY(auth::load_or_make_link_key(workspace.folder / kLinkKeyFile));
    gatekeeper_ = std::make_unique<http::Gatekeeper>(
        http::Gatekeeper::Parts{[access = access_.get()] { return access->snapshot(); }, *link_key_,
                                *workspace.clock, *broadcaster_});
    sign_in_ = std::make_unique<http::SignIn>(
        *workspace.store, *workspace.clock,
        [access = access_.get()] {
            if (const auto refreshed = access->refresh(); !refreshed) {
                log::error("accounts could not be read",
                           {{"reason", refreshed.error().to_string()}});
            }
        },
        http::SignIn::Options{workspace.config.access.session});
    return {};
}

Result<void> Station::register_metrics(Workspace& workspace) {
    using Kind = http::Metrics::Kind;
    gauges_.push_back(metrics_.collect(
        Kind::kGauge, "matinee_channels", "Channels, and those that have something on.",
        [broadcaster = broadcaster_.get()]() -> std::vector<http::Metrics::Sample> {
            const Broadcaster::Counts counts = broadcaster->counts();
            return {{{{"state", "all"}}, static_cast<double>(counts.all)},
                    {{{"state", "on-air"}}, static_cast<double>(counts.on_air)}};
        }));
    gauges_.push_back(metrics_.collect(
        Kind::kCounter, "matinee_incidents_total",
        "Airings that something else was shown for, and segments that could not be read.",
        [broadcaster = broadcaster_.get()]() -> std::vector<http::Metrics::Sample> {
            const Broadcaster::Incidents incidents = broadcaster->incidents();
            return {{{{"kind", "stand-in"}}, static_cast<double>(incidents.stand_ins)},
                    {{{"kind", "unreadable-segment"}},
                     static_cast<double>(incidents.unreadable_segments)}};
        }));
    gauges_.push_back(metrics_.collect(
        Kind::kGauge, "matinee_lost_media", "Prepared media that is to air and cannot be read.",
        [broadcaster = broadcaster_.get()]() -> std::vector<http::Metrics::Sample> {
            return {{{}, static_cast<double>(broadcaster->incidents().lost_media)}};
        }));
    gauges_.push_back(metrics_.collect(
        Kind::kGauge, "matinee_jobs", "Preparation jobs by state.",
        [store = workspace.store.get()]() -> std::vector<http::Metrics::Sample> {
            std::map<std::string, double> by_state;
            const auto jobs = store->list_jobs();
            if (!jobs)
                return {};  // the store's failures show elsewhere; no number beats a wrong one
            for (const store::Job& job : *jobs) {
                ++by_state[std::string(to_string(job.state))];
            }
            std::vector<http::Metrics::Sample> samples;
            for (const auto& [state, count] : by_state) {
                samples.push_back({{{"state", state}}, count});
            }
            return samples;
        }));
    return {};
}

Station::~Station() {
    if (server_) server_->stop(kGrace);
    uploads_.reset();  // it wakes the other two
    if (jobs_) jobs_->stop();
    if (broadcaster_) broadcaster_->stop();
}

}  // namespace matinee::app
