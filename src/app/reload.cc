#include "app/reload.h"

namespace matinee::app {

Reload plan_reload(const Config& running, const Config& wanted) {
    Reload reload;
    reload.config = running;
    const auto take = [&](const char* name, auto& mine, const auto& theirs) {
        if (mine == theirs) return;
        mine = theirs;
        reload.changed.emplace_back(name);
    };
    const auto leave = [&](const char* name, const auto& mine, const auto& theirs) {
        if (mine != theirs) reload.restart.emplace_back(name);
    };
    Config& now = reload.config;
    leave("server.listen", running.server.listen, wanted.server.listen);
    leave("server.threads", running.server.threads, wanted.server.threads);
    // A certificate that matinee makes itself is not given up for one of a file, or the reverse:
    // whoever trusts the one would be met by the other.
    if (running.server.certificate.empty() == wanted.server.certificate.empty()) {
        take("server.certificate", now.server.certificate, wanted.server.certificate);
        take("server.key", now.server.key, wanted.server.key);
    } else {
        reload.restart.emplace_back("server.certificate");
    }
    take("server.trusted_proxies", now.server.trusted_proxies, wanted.server.trusted_proxies);
    take("server.forwarded", now.server.forwarded, wanted.server.forwarded);
    take("server.log_level", now.server.log_level, wanted.server.log_level);
    leave("channel", running.channel, wanted.channel);
    leave("house", running.house, wanted.house);
    take("jobs", now.jobs, wanted.jobs);
    take("worker", now.worker, wanted.worker);
    take("access.entries", now.access.entries, wanted.access.entries);
    take("access.metrics", now.access.metrics_protected, wanted.access.metrics_protected);
    leave("access.session_hours", running.access.session, wanted.access.session);
    take("limits", now.limits, wanted.limits);
    leave("uploads", running.uploads, wanted.uploads);
    leave("import", running.import, wanted.import);
    return reload;
}

}  // namespace matinee::app
