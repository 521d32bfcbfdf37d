// A frame rate or an aspect ratio, exactly.
#pragma once

#include <compare>
#include <cstdint>
#include <numeric>

namespace matinee::prepare {

// Times are counted in nanoseconds, as GStreamer has them; a rate is of a second.
inline constexpr std::int64_t kSecondNs = 1'000'000'000;

// Numerator over denominator, both positive in every use here; 0/1 says unknown. Not reduced by
// itself: 50/2 == 25/1 compares equal all the same.
struct Rational {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;

    [[nodiscard]] constexpr bool known() const { return numerator > 0 && denominator > 0; }
    [[nodiscard]] constexpr double value() const {
        return static_cast<double>(numerator) / static_cast<double>(denominator);
    }
    [[nodiscard]] constexpr Rational reduced() const {
        const std::int64_t divisor = std::gcd(numerator, denominator);
        return divisor > 1 ? Rational{numerator / divisor, denominator / divisor} : *this;
    }

    friend constexpr bool operator==(Rational a, Rational b) {
        return wide(a.numerator) * b.denominator == wide(b.numerator) * a.denominator;
    }
    friend constexpr std::strong_ordering operator<=>(Rational a, Rational b) {
        const auto left = wide(a.numerator) * b.denominator;
        const auto right = wide(b.numerator) * a.denominator;
        return left < right   ? std::strong_ordering::less
               : left > right ? std::strong_ordering::greater
                              : std::strong_ordering::equal;
    }
    friend constexpr Rational operator*(Rational a, std::int64_t factor) {
        return {a.numerator * factor, a.denominator};
    }
    friend constexpr Rational operator/(Rational a, std::int64_t divisor) {
        return {a.numerator, a.denominator * divisor};
    }

  private:
    __extension__ using Wide = __int128;
    static constexpr Wide wide(std::int64_t value) { return value; }
};

}  // namespace matinee::prepare
