#include "subtitles/timing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

// Two 64-bit numbers multiplied; a GNU extension that g++ and clang++ have.
__extension__ using Wide = __int128;

std::int64_t saturate(Wide value) {
    // Far from the limits of what is added to times later on.
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 8;
    if (value > kMost) return kMost;
    if (value < -kMost) return -kMost;
    return static_cast<std::int64_t>(value);
}

// A decimal number of at most nine digits on each side, as a fraction.
std::optional<Ratio> read_decimal(LineScanner& scanner) {
    constexpr std::size_t kMostDigits = 9;
    const std::string_view whole = scanner.digits();
    std::string_view part;
    if (scanner.take(".") || scanner.take(",")) {
        part = scanner.digits();
        if (part.empty()) return std::nullopt;
    }
    if (whole.empty() || whole.size() > kMostDigits || part.size() > kMostDigits) {
        return std::nullopt;
    }
    Ratio ratio;
    ratio.numerator = saturating_number(whole, std::numeric_limits<std::int64_t>::max());
    for (const char digit : part) {
        ratio.numerator = ratio.numerator * 10 + (digit - '0');
        ratio.denominator *= 10;
    }
    return ratio;
}

// Whether a comma may stand before the decimal part, as in SRT, or separates two times.
enum class Comma : std::uint8_t { kDecimal, kSeparator };

// Seconds, "MM:SS" or "HH:MM:SS", with a decimal part of any length; rounded to a millisecond.
std::optional<Milliseconds> read_time(LineScanner& scanner, Comma comma) {
    constexpr std::int64_t kMost = 1'000'000'000;  // seconds: 30 years
    std::int64_t seconds = 0;
    for (int field = 0; field < 3; ++field) {
        const std::string_view digits = scanner.digits();
        if (digits.empty()) return std::nullopt;
        seconds = seconds * 60 + saturating_number(digits, kMost + 1);
        if (seconds > kMost) return std::nullopt;
        if (field == 2 || !scanner.take(":")) break;
    }
    std::int64_t thousandths = 0;
    if (scanner.take(".") || (comma == Comma::kDecimal && scanner.take(","))) {
        const std::string_view part = scanner.digits();
        if (part.empty()) return std::nullopt;
        std::int64_t place = 100;
        for (const char digit : part) {
            thousandths += place * (digit - '0');
            place /= 10;
        }
    }
    return Milliseconds(seconds * 1000 + thousandths);
}

// The frame rates that decimal numbers stand for (SMPTE: a thousandth slower).
Ratio exact_rate(Ratio rate) {
    struct Rate {
        std::int64_t thousandths;
        std::int64_t nominal;
    };
    constexpr auto kRates = std::to_array<Rate>({{23976, 24},
                                                 {23980, 24},
                                                 {23970, 24},
                                                 {29970, 30},
                                                 {47952, 48},
                                                 {47950, 48},
                                                 {59940, 60},
                                                 {119880, 120}});
    for (const Rate& known : kRates) {
        if (Wide{rate.numerator} * 1000 == Wide{rate.denominator} * known.thousandths) {
            return {known.nominal * 1000, 1001};
        }
    }
    return rate;
}

Ratio reduce(Wide numerator, Wide denominator) {
    Wide a = numerator;
    Wide b = denominator;
    while (b != 0) {
        a = std::exchange(b, a % b);
    }
    return {saturate(numerator / a), saturate(denominator / a)};
}

// Moves the timestamps between the words of a cue, as karaoke has them.
std::string move_timestamps(std::string_view text, const TimeMap& map) {
    std::string out;
    while (!text.empty()) {
        const std::size_t open = text.find('<');
        out += text.substr(0, open);
        if (open == std::string_view::npos) break;
        text.remove_prefix(open);
        const std::size_t close = std::min(text.find('>'), text.size() - 1);
        LineScanner scanner(text.substr(1, close - 1));
        const auto time = scanner.webvtt_timestamp();
        if (time && scanner.at_end()) {
            out += fmt::format("<{}>", format_timestamp(std::max(map(*time), Milliseconds(0))));
        } else {
            out += text.substr(0, close + 1);
        }
        text.remove_prefix(close + 1);
    }
    return out;
}

std::size_t cut_overlaps(Document& document) {
    std::size_t cut = 0;
    std::vector<Cue> kept;
    for (Cue& cue : document.cues) {
        if (kept.empty() || kept.back().end <= cue.start) {
            kept.push_back(std::move(cue));
            continue;
        }
        ++cut;
        Cue& earlier = kept.back();
        if (earlier.start == cue.start) {
            earlier.text += '\n' + cue.text;
            earlier.end = std::max(earlier.end, cue.end);
        } else {
            earlier.end = cue.start;
            kept.push_back(std::move(cue));
        }
    }
    document.cues = std::move(kept);
    return cut;
}

}  // namespace

Milliseconds TimeMap::operator()(Milliseconds time) const {
    const Wide product = (Wide{time.count()} - from.count()) * numerator;
    const Wide half = denominator / 2;
    const Wide scaled = (product >= 0 ? product + half : product - half) / denominator;
    return Milliseconds(saturate(scaled + to.count()));
}

bool TimeMap::is_identity() const {
    return numerator == denominator && from == to;
}

Result<Milliseconds> parse_shift(std::string_view text) {
    LineScanner scanner(trim(text));
    const bool negative = scanner.take("-");
    if (!negative) scanner.take("+");
    LineScanner whole = scanner;
    const std::string_view digits = whole.digits();
    std::optional<Milliseconds> time;
    constexpr std::int64_t kMost = 1'000'000'000'000;
    if (!digits.empty() && whole.take("ms") && whole.at_end()) {
        time = Milliseconds(saturating_number(digits, kMost));
    } else {
        time = read_time(scanner, Comma::kDecimal);
        scanner.take("s");
        if (!scanner.at_end()) time.reset();
    }
    if (!time) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no shift: it is written in seconds (\"-1.5\"), milliseconds "
                    "(\"250ms\") or as a time (\"-00:01:02.5\")",
                    text);
    }
    return negative ? -*time : *time;
}

Result<Ratio> parse_stretch(std::string_view text) {
    LineScanner scanner(trim(text));
    std::optional<Ratio> first = read_decimal(scanner);
    std::optional<Ratio> second = Ratio{1, 1};
    const bool two = first && (scanner.take(":") || scanner.take("/"));
    if (two) second = read_decimal(scanner);
    const bool good =
        first && second && scanner.at_end() && first->numerator > 0 && second->numerator > 0;
    Ratio ratio;
    if (good) {
        if (two) {
            first = exact_rate(*first);
            second = exact_rate(*second);
        }
        ratio = reduce(Wide{first->numerator} * second->denominator,
                       Wide{first->denominator} * second->numerator);
    }
    if (!good || Wide{ratio.numerator} > Wide{ratio.denominator} * 4 ||
        Wide{ratio.denominator} > Wide{ratio.numerator} * 4) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no stretch: it is written as the frame rate the subtitles were made "
                    "for and the film's (\"25:23.976\"), or as a factor between 0.25 and 4 "
                    "(\"1.001\")",
                    text);
    }
    return ratio;
}

Result<std::pair<SyncPoint, SyncPoint>> parse_sync(std::string_view text) {
    LineScanner scanner(trim(text));
    std::array<SyncPoint, 2> points;
    bool good = true;
    for (std::size_t i = 0; i < points.size() && good; ++i) {
        if (i > 0 && !scanner.take(",") && !scanner.take(" ")) good = false;
        scanner.skip_space();
        const auto file = read_time(scanner, Comma::kSeparator);
        const bool equals = scanner.take("=");
        const auto film = read_time(scanner, Comma::kSeparator);
        good = good && file && equals && film;
        if (good) points[i] = {*file, *film};
    }
    if (!good || !scanner.at_end()) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" are no two points: each is a time of the file, \"=\" and its time in "
                    "the film, as in \"0:01:00=0:01:02.5,1:20:00=1:20:09\"",
                    text);
    }
    return std::pair(points[0], points[1]);
}

Result<TimeMap> make_time_map(const TimingOptions& options) {
    if (!options.sync) {
        const Ratio ratio = reduce(options.stretch_numerator, options.stretch_denominator);
        return TimeMap{ratio.numerator, ratio.denominator, Milliseconds(0), options.shift};
    }
    auto [first, second] = *options.sync;
    if (second.file < first.file) std::swap(first, second);
    const std::int64_t file = (second.file - first.file).count();
    const std::int64_t film = (second.film - first.film).count();
    if (file <= 0 || film <= 0) {
        return fail(ErrorCode::kInvalid,
                    "two points that set times right must lie apart and in the same order in the "
                    "file and in the film");
    }
    if (film > file * 4 || file > film * 4) {
        return fail(ErrorCode::kInvalid,
                    "two points would make the subtitles run at {:.2f} times their speed: one of "
                    "them is mistaken",
                    static_cast<double>(file) / static_cast<double>(film));
    }
    const Ratio ratio = reduce(film, file);
    return TimeMap{ratio.numerator, ratio.denominator, first.file, first.film};
}

Result<void> apply_timing(const TimingOptions& options, Document& document,
                          std::vector<Problem>& problems) {
    const TimeMap map = TRY(make_time_map(options));
    if (!map.is_identity()) {
        std::size_t gone = 0;
        std::size_t moved = 0;
        for (Cue& cue : document.cues) {
            cue.start = map(cue.start);
            cue.end = map(cue.end);
            // Rounding may close what lasted a millisecond.
            if (cue.end == cue.start) cue.end += Milliseconds(1);
            cue.text = move_timestamps(cue.text, map);
        }
        std::erase_if(document.cues, [&](const Cue& cue) {
            const bool before = cue.end <= Milliseconds(0);
            gone += before ? 1 : 0;
            return before;
        });
        for (Cue& cue : document.cues) {
            if (cue.start >= Milliseconds(0)) continue;
            cue.start = Milliseconds(0);
            ++moved;
        }
        if (gone > 0) {
            problems.push_back(
                {0, fmt::format("{} cues would be over before the film starts: dropped", gone)});
        }
        if (moved > 0) {
            problems.push_back(
                {0, fmt::format("{} cues would start before the film: they start with it", moved)});
        }
    }
    if (options.overlaps == OverlapHandling::kCut) {
        const std::size_t cut = cut_overlaps(document);
        if (cut > 0) {
            problems.push_back(
                {0, fmt::format("{} cues overlapped the next: cut where that starts", cut)});
        }
    }
    return {};
}

void trim_to(Milliseconds duration, Document& document, std::vector<Problem>& problems) {
    std::size_t gone = 0;
    std::size_t cut = 0;
    std::erase_if(document.cues, [&](const Cue& cue) {
        const bool after = cue.start >= duration;
        gone += after ? 1 : 0;
        return after;
    });
    for (Cue& cue : document.cues) {
        if (cue.end <= duration) continue;
        cue.end = duration;
        ++cut;
    }
    if (gone > 0) {
        problems.push_back({0, fmt::format("{} cues start after the film's end: dropped", gone)});
    }
    if (cut > 0) {
        problems.push_back(
            {0, fmt::format("{} cues last beyond the film's end: they end with it", cut)});
    }
}

}  // namespace matinee::subtitles
