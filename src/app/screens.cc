#include "app/screens.h"

#include <string>

#include <nlohmann/json.hpp>

namespace matinee::app {

namespace {

constexpr std::chrono::seconds kOnLineFor = 3 * kScreenHeartbeat + std::chrono::seconds(1);
constexpr std::chrono::seconds kLateFor{60};

}  // namespace

std::string_view to_string(ScreenHealth health) {
    switch (health) {
        case ScreenHealth::kNever:
            return "never";
        case ScreenHealth::kOnLine:
            return "on-line";
        case ScreenHealth::kLate:
            return "late";
        case ScreenHealth::kLost:
            return "lost";
    }
    return "lost";
}

ScreenHealth health_of(Instant reported, Instant now) {
    if (reported == Instant()) return ScreenHealth::kNever;
    const auto silence = now - reported;
    if (silence <= kOnLineFor) return ScreenHealth::kOnLine;
    return silence <= kLateFor ? ScreenHealth::kLate : ScreenHealth::kLost;
}

nlohmann::json screen_json(const store::Screen& screen, Instant now) {
    using nlohmann::json;
    json report = json::parse(screen.report, nullptr, false);
    const bool heard = screen.reported != Instant() && report.is_object();
    return {{"id", screen.id},
            {"name", screen.name},
            {"channel", screen.channel_id.empty() ? json(nullptr) : json(screen.channel_id)},
            {"muted", screen.muted},
            {"created", base::to_rfc3339(screen.created)},
            {"health", to_string(health_of(screen.reported, now))},
            {"reported", heard ? json(base::to_rfc3339(screen.reported)) : json(nullptr)},
            {"report", heard ? std::move(report) : json(nullptr)},
            {"page", nullptr}};  // known to the server that serves the pages
}

}  // namespace matinee::app
