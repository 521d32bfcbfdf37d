#include "subtitles/detect_encoding.h"

#include <uchardet.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.h"
#include "subtitles/language.h"
#include "subtitles/language_model.h"
#include "subtitles/scan.h"
#include "subtitles/script.h"

namespace matinee::subtitles {
namespace {

// How much of a text is weighed: lines that are not ASCII, up to this many bytes.
constexpr std::size_t kSample = 24 * 1024;

// -- What states its encoding --------------------------------------------------------------------

struct ByteOrderMark {
    std::string_view bytes;
    Encoding encoding;
};
// Longer ones first: that of UTF-32LE begins like that of UTF-16LE.
constexpr std::array kByteOrderMarks = std::to_array<ByteOrderMark>({
    {std::string_view("\xff\xfe\0\0", 4), Encoding::kUtf32LittleEndian},
    {std::string_view("\0\0\xfe\xff", 4), Encoding::kUtf32BigEndian},
    {"\xef\xbb\xbf", Encoding::kUtf8WithMark},
    {"\xff\xfe", Encoding::kUtf16LittleEndian},
    {"\xfe\xff", Encoding::kUtf16BigEndian},
});

std::optional<Encoding> by_mark(std::string_view bytes) {
    for (const ByteOrderMark& mark : kByteOrderMarks) {
        if (bytes.starts_with(mark.bytes)) return mark.encoding;
    }
    return std::nullopt;
}

// The pattern of zeros that ASCII characters (timings, line ends, spaces) leave in wide text.
std::optional<Encoding> by_zeros(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, 16 * 1024);
    std::array<std::size_t, 4> zeros{};
    std::array<std::size_t, 4> characters{};  // ASCII at that place
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const auto byte = static_cast<unsigned char>(sample[i]);
        zeros[i % 4] += byte == 0 ? 1 : 0;
        characters[i % 4] += byte == '\n' || byte == ' ' || (byte >= '0' && byte <= '9') ? 1 : 0;
    }
    const std::size_t quarter = sample.size() / 4;
    if (quarter < 2) return std::nullopt;
    const auto many = [&](std::size_t place) { return zeros[place] * 8 >= quarter; };
    const auto all = [&](std::size_t place) { return zeros[place] * 10 >= quarter * 9; };
    const auto few = [&](std::size_t place) { return zeros[place] * 50 <= quarter; };
    if (all(2) && all(3) && few(0) && characters[0] > 0) return Encoding::kUtf32LittleEndian;
    if (all(0) && all(1) && few(3) && characters[3] > 0) return Encoding::kUtf32BigEndian;
    // The other half may have zeros too: U+4E00 and U+3000 are a word and a space of Chinese.
    const std::size_t even = zeros[0] + zeros[2];
    const std::size_t odd = zeros[1] + zeros[3];
    if (many(1) && many(3) && even * 4 <= odd && characters[0] + characters[2] > 0) {
        return Encoding::kUtf16LittleEndian;
    }
    if (many(0) && many(2) && odd * 4 <= even && characters[1] + characters[3] > 0) {
        return Encoding::kUtf16BigEndian;
    }
    return std::nullopt;
}

// XML 1.0 §4.3.3: <?xml version="1.0" encoding="..."?>, in an encoding that shows ASCII as ASCII.
std::optional<Encoding> by_xml_declaration(std::string_view bytes) {
    if (!bytes.starts_with("<?xml")) return std::nullopt;
    const std::string_view declaration = bytes.substr(0, bytes.substr(0, 512).find("?>"));
    constexpr std::string_view kName = "encoding";
    const std::size_t name = declaration.find(kName);
    if (name == std::string_view::npos) return std::nullopt;
    const std::size_t open = declaration.find_first_of("\"'", name);
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = declaration.find(declaration[open], open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    const auto encoding = encoding_by_name(declaration.substr(open + 1, close - open - 1));
    // Something rewrote the text and not its declaration: the bytes are not wide.
    if (encoding && to_string(*encoding).starts_with("UTF-")) return std::nullopt;
    return encoding;
}

// -- UTF-8 ---------------------------------------------------------------------------------------

struct Utf8Count {
    std::size_t sequences = 0;  // valid, of more than one byte
    std::size_t bad = 0;        // bytes that belong to none
};

Utf8Count count_utf8(std::string_view text) {
    Utf8Count count;
    while (!text.empty()) {
        const std::size_t length = base::utf8_length(text);
        if (length > 1) ++count.sequences;
        if (length == 0) ++count.bad;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return count;
}

// -- Weighing ------------------------------------------------------------------------------------

struct Candidate {
    Encoding encoding;
    double reluctance;           // bits it has to make good: it is seldom met
    std::string_view languages;  // that are written in it, separated by spaces
};

// ISO 8859-16 is not among them: hardly anybody has used it, and ISO 8859-2 reads it nearly alike.
constexpr std::array kCandidates = std::to_array<Candidate>({
    {Encoding::kGb18030, 0, "zh-Hans zh-Hant"},
    {Encoding::kBig5, 0, "zh-Hant"},
    {Encoding::kWindows1251, 0, "ru uk be bg sr mk"},
    {Encoding::kWindows1252, 0, "en fr de es it pt nl sv da no fi"},
    {Encoding::kKoi8R, 1, "ru"},
    {Encoding::kKoi8U, 2, "uk ru"},
    {Encoding::kIso8859Part5, 2, "ru bg sr mk uk be"},
    {Encoding::kIbm866, 3, "ru be bg"},
    {Encoding::kMacCyrillic, 4, "ru uk be bg sr"},
    {Encoding::kShiftJis, 2, "ja"},
    {Encoding::kEucJp, 2, "ja"},
    {Encoding::kEucKr, 2, "ko"},
    {Encoding::kWindows1250, 3, "pl cs sk hu ro hr"},
    {Encoding::kIso8859Part2, 4, "pl cs sk hu ro hr"},
    {Encoding::kWindows1254, 4, "tr"},
    {Encoding::kWindows1257, 6, "lt lv et"},
    {Encoding::kIso8859Part15, 6, "fr fi et"},
    {Encoding::kWindows1253, 3, "el"},
    {Encoding::kIso8859Part7, 4, "el"},
    {Encoding::kWindows1255, 4, "he"},
    {Encoding::kWindows1256, 4, "ar fa"},
    {Encoding::kIso8859Part6, 5, "ar"},
    {Encoding::kWindows874, 5, "th"},
    {Encoding::kViscii, 7, "vi"},
});

// Only the lines that are not ASCII: the others read the same everywhere.
std::string sample_of(std::string_view bytes) {
    std::string sample;
    while (!bytes.empty() && sample.size() < kSample) {
        const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
        const std::string_view line = bytes.substr(0, std::min(end, kSample));
        const bool plain =
            std::all_of(line.begin(), line.end(), [](char c) { return (c & 0x80) == 0; });
        if (!plain) {
            sample += line;
            if (sample.back() != '\n') sample += '\n';
        }
        bytes.remove_prefix(end);
    }
    return sample;
}

// The bits that frequent words of ASCII take off the surprise: they tell the language of texts in
// Latin script, whose few other letters look alike in several encodings.
// No more than `most`, since words of ASCII may be another language's in a text of two.
double familiarity(const std::string& ascii_words, const LanguageModel& model, double most) {
    constexpr double kAWord = 1.5;
    if (model.script != Script::kLatin) return 0;
    double bits = 0;
    for (const std::string_view word : split_at_space(ascii_words)) {
        if (bits >= most) break;
        if (model.words.find(fmt::format(" {} ", word)) != std::string_view::npos) bits += kAWord;
    }
    return std::min(bits, most);
}

// Lower-case words of ASCII letters only, of lines that are not ASCII.
std::string ascii_words_of(std::string_view sample) {
    std::string words;
    std::string word;
    bool pure = true;
    const auto end_word = [&] {
        if (pure && !word.empty()) words += word + ' ';
        word.clear();
        pure = true;
    };
    for (const char c : sample) {
        if (is_ascii_alpha(c)) {
            word += c;
        } else if ((c & 0x80) != 0) {
            pure = false;
        } else {
            end_word();
        }
    }
    end_word();
    return to_ascii_lower(words);
}

bool has_case(Script script) {
    return script == Script::kLatin || script == Script::kCyrillic || script == Script::kGreek;
}

// How surprising `text` is as one of `model`'s language, in bits.
double weigh(std::string_view text, const LanguageModel& model) {
    constexpr double kUpperAfterLower = 8;
    constexpr double kBesideOtherScript = 8;
    constexpr double kWithinAsciiWord = 4;  // of a character of Chinese
    constexpr double kAccentBesideAccent = 5;
    constexpr double kSignWithinWord = 6;
    constexpr double kControl = 10;
    double bits = 0;
    char32_t before = U' ';
    Script script_before = Script::kNone;
    char32_t sign_after_letter = 0;  // a sign that a letter came right before
    while (!text.empty()) {
        const char32_t c = take_character(text);
        const bool ascii = c < 0x80;
        const Script script = script_of(c);
        if (!ascii) {
            bits += surprise(model, c);
        } else if (c < 0x20 && c != U'\n' && c != U'\r' && c != U'\t') {
            bits += kControl;
        }
        if (script != Script::kNone && script_before != Script::kNone &&
            (!ascii || before >= 0x80)) {
            if (script != script_before) {
                const bool characters = has_characters(script) || has_characters(script_before);
                const bool latin = script == Script::kLatin || script_before == Script::kLatin;
                if (!characters) {
                    bits += kBesideOtherScript;
                } else if (latin && !is_upper(script == Script::kLatin ? c : before)) {
                    bits += kWithinAsciiWord;
                }
            } else if (has_case(script)) {
                if (is_upper(c) && !is_upper(before)) bits += kUpperAfterLower;
                if (script == Script::kLatin && !ascii && before >= 0x80 && model.tag != "vi") {
                    bits += kAccentBesideAccent;
                }
            }
        }
        // "½" or "¿" in the middle of a word: an apostrophe or a hyphen may stand there.
        if (sign_after_letter != 0 && script != Script::kNone) bits += kSignWithinWord;
        const bool may_join = c == 0x2019 || c == 0x2010 || c == 0x2011 || c == 0xb7 || c == 0xa0 ||
                              c == 0x2026 || c == 0x2014 || c == 0x2013;
        sign_after_letter = !ascii && script == Script::kNone && !is_mark(c) && !may_join &&
                                    has_case(script_before) && !is_wide(c)
                                ? c
                                : 0;
        before = c;
        script_before = script;
    }
    return bits;
}

std::string_view base_language(std::string_view tag) {
    return tag.substr(0, tag.find('-'));
}

// What uchardet says, if it is an encoding known here.
std::optional<Encoding> by_uchardet(std::string_view bytes) {
    const auto deleter = [](uchardet_t detector) { uchardet_delete(detector); };
    const std::unique_ptr<uchardet, decltype(deleter)> detector(uchardet_new(), deleter);
    if (!detector) return std::nullopt;
    if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return std::nullopt;
    uchardet_data_end(detector.get());
    return encoding_by_name(uchardet_get_charset(detector.get()));
}

struct Reading {
    Encoding encoding = Encoding::kUtf8;
    std::string_view language;
    double bits = 0;
    std::string text;
    std::size_t bad_bytes = 0;
};

// All readings, the least surprising first.
std::vector<Reading> weigh_all(const std::string& sample, std::string_view bytes,
                               std::string_view language) {
    constexpr double kSecondOpinion = 5;
    constexpr double kDeclaredLanguage = 9;
    constexpr double kDeclaredForm = 4;  // of Chinese writing
    const std::optional<Encoding> opinion = by_uchardet(bytes.substr(0, std::size_t{64} * 1024));
    const std::string ascii_words = ascii_words_of(sample);
    // Far less for each byte than an alphabet's letter surprises in the wrong encoding.
    const auto other_bytes =
        std::count_if(sample.begin(), sample.end(), [](char c) { return (c & 0x80) != 0; });
    const double most_familiarity = 9 + 0.5 * static_cast<double>(other_bytes);
    std::vector<Reading> readings;
    for (const Candidate& candidate : kCandidates) {
        Reading best;
        best.encoding = candidate.encoding;
        best.bits = std::numeric_limits<double>::max();
        best.text = convert(sample, candidate.encoding, &best.bad_bytes);
        double order = 0;  // of languages, the more frequent first
        for (const std::string_view tag : split_at_space(candidate.languages)) {
            const LanguageModel* const model = find_language_model(tag);
            double bits = weigh(best.text, *model) + candidate.reluctance + order -
                          familiarity(ascii_words, *model, most_familiarity);
            order += 0.5;
            if (!language.empty() && base_language(language) == base_language(tag)) {
                bits -= kDeclaredLanguage;
                if (language.starts_with(tag) && tag.find('-') != std::string_view::npos) {
                    bits -= kDeclaredForm;
                }
            }
            if (bits < best.bits) {
                best.bits = bits;
                best.language = tag;
            }
        }
        if (opinion == candidate.encoding) best.bits -= kSecondOpinion;
        readings.push_back(std::move(best));
    }
    std::stable_sort(readings.begin(), readings.end(),
                     [](const Reading& a, const Reading& b) { return a.bits < b.bits; });
    return readings;
}

EncodingGuess weigh_readings(std::string_view bytes, std::string_view language) {
    const std::string sample = sample_of(bytes);
    const std::vector<Reading> readings = weigh_all(sample, bytes, language);
    const Reading& best = readings.front();
    const auto other = std::find_if(readings.begin(), readings.end(), [&](const Reading& reading) {
        return reading.text != best.text;
    });
    constexpr double kSure = 25;
    constexpr double kLikely = 6;
    const double margin = other == readings.end() ? kSure : other->bits - best.bits;
    EncodingGuess guess;
    guess.encoding = best.encoding;
    guess.certainty = margin >= kSure     ? Certainty::kSure
                      : margin >= kLikely ? Certainty::kLikely
                                          : Certainty::kGuess;
    guess.reason = fmt::format("read as {} it looks like {}", to_string(best.encoding),
                               native_name(best.language));
    if (other != readings.end() && guess.certainty != Certainty::kSure) {
        guess.reason += fmt::format("; it might be {} ({})", to_string(other->encoding),
                                    native_name(other->language));
    }
    return guess;
}

// Whether valid UTF-8 holds what subtitles seldom do: two letters of a legacy encoding in a row may
// happen to be such a sequence ("态" of GBK is a combining mark).
bool is_odd_utf8(std::string_view text) {
    char32_t before = U' ';
    while (!text.empty()) {
        const char32_t c = take_character(text);
        const Script script = script_of(c);
        const bool right_to_left = script == Script::kArabic || script == Script::kHebrew;
        if ((c >= 0x80 && c < 0xa0) || (c >= 0x180 && c < 0x370) || (c >= 0x530 && c < 0x590) ||
            (c >= 0x700 && c < 0x900) || (right_to_left && script_of(before) == Script::kLatin)) {
            return true;
        }
        before = c;
    }
    return false;
}

// For valid UTF-8 of a few odd sequences: the better reading, UTF-8 in doubt.
EncodingGuess weigh_against_utf8(std::string_view bytes, std::string_view language) {
    constexpr double kTrust = 10;
    const std::string sample = sample_of(bytes);
    double bits = std::numeric_limits<double>::max();
    for (const LanguageModel& model : language_models()) {
        bits = std::min(bits, weigh(sample, model) - kTrust);
    }
    const std::vector<Reading> readings = weigh_all(sample, bytes, language);
    if (readings.front().bits >= bits)
        return {Encoding::kUtf8, Certainty::kLikely, "it is valid UTF-8"};
    EncodingGuess guess = weigh_readings(bytes, language);
    if (guess.certainty == Certainty::kSure) guess.certainty = Certainty::kLikely;
    guess.reason += "; it is valid UTF-8 too, but would say nothing";
    return guess;
}

bool has_iso2022jp_escapes(std::string_view bytes) {
    return bytes.find("\x1b$B") != std::string_view::npos ||
           bytes.find("\x1b$@") != std::string_view::npos;
}

}  // namespace

bool looks_like_wide_text(std::string_view bytes) {
    const auto mark = by_mark(bytes);
    return (mark && *mark != Encoding::kUtf8WithMark) || by_zeros(bytes).has_value();
}

EncodingGuess detect_encoding(std::string_view bytes, std::string_view language) {
    if (const auto mark = by_mark(bytes)) {
        return {*mark, Certainty::kStated, "its byte order mark says so"};
    }
    if (const auto wide = by_zeros(bytes)) {
        return {*wide, Certainty::kSure, "no byte order mark, but zeros where its ASCII has them"};
    }
    if (has_iso2022jp_escapes(bytes)) {
        return {Encoding::kIso2022Jp, Certainty::kSure, "it has this encoding's escape sequences"};
    }
    const Utf8Count count = count_utf8(bytes);
    constexpr std::size_t kFew = 6;
    if (count.bad == 0) {
        if (count.sequences == 0) return {Encoding::kUtf8, Certainty::kSure, "it is plain ASCII"};
        if (count.sequences > kFew || !is_odd_utf8(bytes)) {
            return {Encoding::kUtf8, Certainty::kSure, "it is valid UTF-8"};
        }
        return weigh_against_utf8(bytes, language);
    }
    // Sequences of UTF-8 do not come by chance: bad bytes among many are damage.
    if (count.sequences > kFew && count.sequences >= count.bad * 4) {
        return {Encoding::kUtf8, Certainty::kSure, "it is UTF-8 except for damaged bytes"};
    }
    if (const auto declared = by_xml_declaration(bytes)) {
        return {*declared, Certainty::kStated, "its XML declaration says so"};
    }
    return weigh_readings(bytes, language);
}

}  // namespace matinee::subtitles
