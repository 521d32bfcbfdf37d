// The processor time the guard takes for a segment asked for by a link: prints microseconds, the
// median of several rounds. For bench/run; see README.md there.
#include <algorithm>
#include <atomic>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "http/gatekeeper.h"

namespace {

using namespace matinee;

class NothingOnAir final : public http::OnAir {
  public:
    [[nodiscard]] std::shared_ptr<const http::Presentation> channel(
        std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::vector<std::shared_ptr<const http::Presentation>> channels() const override {
        return {};
    }
    [[nodiscard]] std::shared_ptr<const http::Presentation> entry(std::string_view) const override {
        return nullptr;
    }
    [[nodiscard]] std::shared_ptr<const http::Guide> guide() const override { return nullptr; }
};

class Fields final : public http::HeaderSource {
  public:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        if (name == "User-Agent") return "a player of some name, version 1.2.3 (and where it runs)";
        return std::nullopt;
    }
};

// Of this thread: what others do meanwhile does not count.
double processor_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

int main() {
    const auto key = auth::LinkKey::create(Bytes(auth::LinkKey::kSize, std::byte{1}));
    auth::LinkClaims claims;
    claims.id = "0123456789abcdef";
    claims.channels = {"main"};
    claims.viewers = 1000;
    auto snapshot = std::make_shared<auth::Snapshot>();
    snapshot->links[claims.id] = std::make_shared<auth::LinkState>();
    const base::SystemClock clock;
    // As many as the limit, so that a viewer is found as late as can be.
    for (std::uint64_t viewer = 1; viewer < 1000; ++viewer) {
        snapshot->links[claims.id]->viewers.admit(viewer, 1000, clock.now());
    }
    std::atomic<std::shared_ptr<const auth::Snapshot>> current{snapshot};
    const NothingOnAir on_air;
    const http::Gatekeeper gatekeeper({[&] { return current.load(); }, *key, clock, on_air});
    http::Router router;
    const auto added =
        router.add({http::Method::kGet, "/t/{token}/channels/{channel}/{rendition}/{resource}",
                    "channel", http::Access::kMedia},
                   [](const http::Request&) { return http::Response::empty(204); });
    const auto token = key->sign(claims);
    if (!added || !token) return 1;
    const Fields fields;
    constexpr int kRounds = 31;
    constexpr int kEach = 2000;
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        const double begin = processor_microseconds();
        for (int i = 0; i < kEach; ++i) {
            http::Request request;
            request.path = fmt::format("/t/{}/channels/main/1080p/12345-abcdef.m4s", *token);
            request.remote_address = "192.0.2.1";
            request.headers = &fields;
            const auto match = router.find(http::Method::kGet, request.path, request.parameters);
            if (match.route == nullptr || gatekeeper.admit(request, match.route->spec)) {
                fmt::print(stderr, "the request was refused\n");
                return 1;
            }
        }
        rounds.push_back((processor_microseconds() - begin) / kEach);
    }
    std::ranges::nth_element(rounds, rounds.begin() + kRounds / 2);
    fmt::print("{:.3f}\n", rounds[kRounds / 2]);
    return 0;
}
