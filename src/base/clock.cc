#include "base/clock.h"

#include <fmt/format.h>

namespace matinee::base {

Instant SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

std::string to_rfc3339(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(instant - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

namespace {

// Reads digits and literals from the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    // A number of exactly `digits` digits.
    std::optional<int> number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits) return std::nullopt;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }
    bool take(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // ".25" as 250; what is beyond milliseconds is dropped.
    std::optional<int> milliseconds() {
        int value = 0;
        std::size_t digits = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            if (digits < 3) value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (digits == 0) return std::nullopt;
        for (; digits < 3; ++digits) {
            value *= 10;
        }
        return value;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

std::optional<std::chrono::sys_days> scan_date(Scanner& scanner) {
    const auto year = scanner.number(4);
    if (!year || !scanner.take("-")) return std::nullopt;
    const auto month = scanner.number(2);
    if (!month || !scanner.take("-")) return std::nullopt;
    const auto day = scanner.number(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

// "Z" or "+02:00", as what local time is ahead of UTC.
std::optional<std::chrono::minutes> scan_offset(Scanner& scanner) {
    if (scanner.take("Zz")) return std::chrono::minutes(0);
    const bool ahead = scanner.take("+");
    if (!ahead && !scanner.take("-")) return std::nullopt;
    const auto hours = scanner.number(2);
    if (!hours || *hours > 23 || !scanner.take(":")) return std::nullopt;
    const auto minutes = scanner.number(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return ahead ? offset : -offset;
}

}  // namespace

std::optional<Instant> parse_rfc3339(std::string_view text) {
    Scanner scanner(text);
    const auto date = scan_date(scanner);
    if (!date || !scanner.take("Tt ")) return std::nullopt;
    const auto hour = scanner.number(2);
    if (!hour || *hour > 23 || !scanner.take(":")) return std::nullopt;
    const auto minute = scanner.number(2);
    if (!minute || *minute > 59 || !scanner.take(":")) return std::nullopt;
    const auto second = scanner.number(2);
    if (!second || *second > 60) return std::nullopt;
    std::optional<int> millisecond = 0;
    if (scanner.take(".")) millisecond = scanner.milliseconds();
    if (!millisecond) return std::nullopt;
    const auto offset = scan_offset(scanner);
    if (!offset || !scanner.done()) return std::nullopt;
    return Instant(*date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(*millisecond) - *offset;
}

std::optional<Instant> parse_date(std::string_view text) {
    Scanner scanner(text);
    const auto date = scan_date(scanner);
    if (!date || !scanner.done()) return std::nullopt;
    return Instant(*date);
}

}  // namespace matinee::base
