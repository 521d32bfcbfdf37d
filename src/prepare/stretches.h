// Stretches of a film in which something holds: black, silence. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace matinee::prepare {

// Reentrant.
class Stretches {
  public:
    // Shorter ones do not count.
    explicit Stretches(std::int64_t least_ns) : least_ns_(least_ns) {}

    // From `at_ns` on it holds, or does not, until the next call. Times do not go back.
    void mark(std::int64_t at_ns, bool holds);
    // The film ends.
    void finish(std::int64_t at_ns) { mark(at_ns, false); }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::int64_t total_ns() const { return total_ns_; }
    // "0:00:12.0-0:00:15.5, 0:01:00.0-0:01:10.0 and 3 more", counted from `origin_ns`.
    [[nodiscard]] std::string text(std::int64_t origin_ns = 0) const;

  private:
    static constexpr std::size_t kTold = 5;  // so that a report stays a report
    struct Stretch {
        std::int64_t begin_ns;
        std::int64_t end_ns;
    };

    std::int64_t least_ns_;
    std::optional<std::int64_t> since_ns_;
    std::size_t count_ = 0;
    std::int64_t total_ns_ = 0;
    std::vector<Stretch> told_;
};

// "1:02:03.4", rounded down to a tenth of a second; negative times count as zero.
std::string clock_text(std::int64_t ns);

}  // namespace matinee::prepare
