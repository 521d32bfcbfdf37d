// The processor time that encrypting a segment takes: prints microseconds per megabyte, the median
// of several rounds. For bench/run; see README.md there.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "http/segment_cipher.h"

namespace {

// Of this thread: what others do meanwhile does not count.
double processor_microseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

// An argument is how many rounds.
int main(int count, char** arguments) {
    using namespace matinee;
    constexpr std::size_t kSize = 2'000'000;  // a few seconds of 1080p
    const auto secret = auth::MediaKey::create(Bytes(auth::MediaKey::kSize, std::byte{1}));
    if (!secret) return 1;
    http::Body body;
    body.append({base::as_byte_span("a header"), nullptr});
    const auto media = std::make_shared<const Bytes>(kSize, std::byte{0x5a});
    body.append({*media, media});
    // Nothing is kept: each is made anew, as for a first viewer.
    http::SegmentCipher cipher(*secret, 0);
    const int rounds_wanted = count > 1 ? std::max(1, std::atoi(arguments[1])) : 31;
    std::vector<double> rounds;
    for (int round = 0; round < rounds_wanted; ++round) {
        const double begin = processor_microseconds();
        const auto key = cipher.secret().derive(fmt::format("airing {}", round));
        if (cipher.encrypt(body, key, round).size() <= body.size()) return 1;
        rounds.push_back((processor_microseconds() - begin) * 1e6 / kSize);
    }
    std::ranges::nth_element(rounds, rounds.begin() + rounds_wanted / 2);
    fmt::print("{:.3f}\n", rounds[rounds_wanted / 2]);
    return 0;
}
