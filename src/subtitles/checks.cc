#include "subtitles/checks.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "subtitles/detect_language.h"
#include "subtitles/language.h"
#include "subtitles/plain_text.h"
#include "subtitles/scan.h"
#include "subtitles/script.h"
#include "subtitles/text_layout.h"

namespace matinee::subtitles {
namespace {

// -- Which letters a language has ----------------------------------------------------------------

struct Writing {
    std::string_view languages;  // primary subtags, with a space before and after each
    std::array<Script, 3> scripts;
};
constexpr std::array kWritings = std::to_array<Writing>({
    {" ru uk be bg mk kk ky mn tg tt ", {Script::kCyrillic, Script::kCyrillic, Script::kCyrillic}},
    {" zh yue ", {Script::kHan, Script::kHan, Script::kHan}},
    {" ja ", {Script::kKana, Script::kHan, Script::kHan}},
    {" ko ", {Script::kHangul, Script::kHan, Script::kHangul}},
    {" el ", {Script::kGreek, Script::kGreek, Script::kGreek}},
    {" he yi ", {Script::kHebrew, Script::kHebrew, Script::kHebrew}},
    {" ar fa ur ps ug ", {Script::kArabic, Script::kArabic, Script::kArabic}},
    {" th ", {Script::kThai, Script::kThai, Script::kThai}},
    {" hi mr ne ", {Script::kDevanagari, Script::kDevanagari, Script::kDevanagari}},
    {" hy ", {Script::kArmenian, Script::kArmenian, Script::kArmenian}},
    {" ka ", {Script::kGeorgian, Script::kGeorgian, Script::kGeorgian}},
    {" af az bs ca cs cy da de en eo es et eu fi fil fr ga gl hr hu id is it la lb lt lv ms mt nb "
     "nl nn no pl pt ro sk sl sq sv sw tk tl tr vi zu ",
     {Script::kLatin, Script::kLatin, Script::kLatin}},
});

const Writing* writing_of(std::string_view tag) {
    const std::string_view primary = tag.substr(0, tag.find('-'));
    // A script in the tag ("sr-Latn", "az-Cyrl") is what counts; where it is said, it is unusual.
    if (tag.find("-Latn") != std::string_view::npos) return &kWritings.back();
    if (tag.find("-Cyrl") != std::string_view::npos) return &kWritings.front();
    const auto* const found =
        std::find_if(kWritings.begin(), kWritings.end(), [&](const Writing& writing) {
            return writing.languages.find(fmt::format(" {} ", primary)) != std::string_view::npos;
        });
    return found == kWritings.end() ? nullptr : found;
}

bool fits(const Writing& writing, Script script) {
    return std::find(writing.scripts.begin(), writing.scripts.end(), script) !=
           writing.scripts.end();
}

// -- One cue's text ------------------------------------------------------------------------------

struct Measure {
    std::size_t lines = 0;
    std::size_t widest = 0;  // columns
    std::map<Script, std::size_t> letters;
    std::size_t signs = 0;  // all that take time to read but are no letters: digits, spaces, points
};

Measure measure(std::string_view text) {
    Measure result;
    std::size_t width = 0;
    result.lines = 1;
    while (!text.empty()) {
        const char32_t character = take_character(text);
        if (character == U'\n') {
            ++result.lines;
            width = 0;
            ++result.signs;
            continue;
        }
        if (is_mark(character)) continue;
        width += is_wide(character) ? 2 : 1;
        result.widest = std::max(result.widest, width);
        const Script script = script_of(character);
        if (script == Script::kNone) {
            ++result.signs;
        } else {
            ++result.letters[script];
        }
    }
    return result;
}

std::size_t letters_of(const Measure& measure, Script script) {
    const auto found = measure.letters.find(script);
    return found == measure.letters.end() ? 0 : found->second;
}

std::size_t all_letters(const Measure& measure) {
    std::size_t sum = 0;
    for (const auto& [script, count] : measure.letters) {
        sum += count;
    }
    return sum;
}

// How long one needs to read it, in seconds. Each script is read at its own speed; in a cue of two
// languages people read one of them, the slower.
double reading_seconds(const Measure& measure, const CheckLimits& limits) {
    const auto han =
        static_cast<double>(letters_of(measure, Script::kHan) + letters_of(measure, Script::kKana));
    const auto hangul = static_cast<double>(letters_of(measure, Script::kHangul));
    const double alphabet = static_cast<double>(all_letters(measure)) - han - hangul;
    const auto signs = static_cast<double>(measure.signs);
    const bool mostly_alphabet = alphabet > han + hangul;
    return std::max({han / limits.characters_per_second, hangul / limits.syllables_per_second,
                     (alphabet + (mostly_alphabet ? signs : 0)) / limits.letters_per_second});
}

// -- Words ---------------------------------------------------------------------------------------

std::vector<std::u32string> words_of(std::string_view text) {
    std::vector<std::u32string> words;
    std::u32string word;
    while (!text.empty()) {
        const char32_t character = take_character(text);
        if (script_of(character) != Script::kNone) {
            word += character;
        } else if (!is_mark(character) && !word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

// Letters of Latin that look like one of Cyrillic or Greek, and the other way.
bool looks_latin_and_cyrillic(char32_t character) {
    constexpr std::u32string_view kLatin = U"AaBCcEeHIiJjKMOoPpSsTXxYykruémnïë";
    constexpr std::u32string_view kCyrillic = U"АаВСсЕеНІіЈјКМОоРрЅѕТХхУукгиптёїЁЇ";
    return kLatin.find(character) != std::u32string_view::npos ||
           kCyrillic.find(character) != std::u32string_view::npos;
}

// Whether a word has letters of two alphabets of which the fewer look like the more: somebody's
// keyboard, or a recognised picture, has mixed them up. "DVDшник" is a word.
bool is_mixed(std::u32string_view word) {
    std::size_t latin = 0;
    std::size_t cyrillic = 0;
    std::size_t latin_alike = 0;
    std::size_t cyrillic_alike = 0;
    for (const char32_t character : word) {
        const Script script = script_of(character);
        if (script == Script::kLatin) {
            ++latin;
            latin_alike += looks_latin_and_cyrillic(character) ? 1 : 0;
        } else if (script == Script::kCyrillic) {
            ++cyrillic;
            cyrillic_alike += looks_latin_and_cyrillic(character) ? 1 : 0;
        }
    }
    if (latin == 0 || cyrillic == 0) return false;
    return (latin <= cyrillic && latin_alike == latin) ||
           (cyrillic <= latin && cyrillic_alike == cyrillic);
}

// -- Mojibake ------------------------------------------------------------------------------------

// Bytes 0x80 to 0xbf as windows-1252 has them (and ISO 8859-1 where that has nothing).
bool is_continuation_in_1252(char32_t c) {
    constexpr std::u32string_view kSigns = U"€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    return (c >= 0x80 && c <= 0xbf) || kSigns.find(c) != std::u32string_view::npos;
}

// The same of windows-1251, without what Russian has beside Р and С: "РЎ" may be an abbreviation.
bool is_continuation_in_1251(char32_t c) {
    constexpr std::u32string_view kSigns =
        U"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈ¤Ґ¦§©Є«¬®Ї°±Ііґµ¶·№є»јЅѕї";
    return kSigns.find(c) != std::u32string_view::npos;
}

// Why `text` looks misread; empty when it does not.
std::string_view why_mojibake(std::string_view text) {
    if (text.find("\xef\xbf\xbd") != std::string_view::npos) {
        return "characters were lost (\ufffd): an encoding went wrong before or here";
    }
    // U+FFFD of UTF-8 read as GBK, and fillings of memory that GBK shows so.
    for (const std::string_view known : {"锟斤拷", "烫烫烫", "屯屯屯"}) {
        if (text.find(known) != std::string_view::npos) return "not Chinese but lost characters";
    }
    char32_t before = 0;
    char32_t before_that = 0;
    std::size_t latin_pairs = 0;
    std::size_t cyrillic_pairs = 0;
    std::size_t accents = 0;  // in a row
    std::size_t most_accents = 0;
    std::size_t case_jumps = 0;      // lower to upper within Cyrillic words
    std::size_t inverted_words = 0;  // that begin with a small letter and a capital
    std::size_t marks = 0;           // question marks in a row
    std::size_t most_marks = 0;
    std::size_t words_of_marks = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const char32_t c = take_character(rest);
        if (((before >= 0xc2 && before <= 0xdf) || before == 0xe2) && is_continuation_in_1252(c)) {
            ++latin_pairs;
        }
        if ((before == U'Р' || before == U'С') && is_continuation_in_1251(c)) ++cyrillic_pairs;
        const bool accent = c >= 0xc0 && c <= 0xff && c != 0xd7 && c != 0xf7;
        accents = accent ? accents + 1 : 0;
        most_accents = std::max(most_accents, accents);
        if (script_of(c) == Script::kCyrillic && script_of(before) == Script::kCyrillic &&
            is_upper(c) && !is_upper(before)) {
            ++case_jumps;
            if (script_of(before_that) == Script::kNone) ++inverted_words;
        }
        if (c == U'?') {
            ++marks;
            most_marks = std::max(most_marks, marks);
        } else {
            if (marks >= 3 && c == U' ') ++words_of_marks;
            marks = 0;
        }
        before_that = before;
        before = c;
    }
    if (latin_pairs >= 2 ||
        (latin_pairs == 1 && text.find("\u00e2\u20ac") != std::string_view::npos)) {
        return "it looks like UTF-8 that was read as windows-1252";
    }
    if (cyrillic_pairs >= 2) return "it looks like UTF-8 that was read as windows-1251";
    if (most_accents >= 4) {
        return "it looks like text of another alphabet that was read as windows-1252";
    }
    if (case_jumps >= 3 || inverted_words >= 2)
        return "it looks like Russian that was read in a wrong encoding";
    if (words_of_marks >= 1 && most_marks >= 4) {
        return "question marks in place of letters: they were lost before the file came here";
    }
    return {};
}

// -- The checks ----------------------------------------------------------------------------------

class Checker {
  public:
    Checker(const Document& document, const CheckContext& context)
        : document_(document), context_(context), writing_(writing_of(context.language)) {
        for (const Cue& cue : document.cues) {
            texts_.push_back(plain_text(cue.text));
            measures_.push_back(measure(texts_.back()));
        }
    }

    std::vector<Finding> run() && {
        check_language();
        Milliseconds latest_end = Milliseconds::min();
        std::size_t latest = 0;
        for (std::size_t i = 0; i < document_.cues.size(); ++i) {
            const Cue& cue = document_.cues[i];
            check_text(i);
            check_times(i);
            if (i > 0) check_neighbour(i, latest, latest_end);
            if (cue.end > latest_end) {
                latest_end = cue.end;
                latest = i;
            }
        }
        check_glyphs();
        std::stable_sort(findings_.begin(), findings_.end(),
                         [](const Finding& a, const Finding& b) { return a.cue < b.cue; });
        return std::move(findings_);
    }

  private:
    void add(Check check, Severity severity, std::size_t index, std::string message) {
        const Cue& cue = document_.cues[index];
        findings_.push_back({check, severity, index + 1, cue.start, cue.end, std::move(message)});
    }
    void add_for_all(Check check, Severity severity, std::string message) {
        findings_.push_back({check, severity, 0, {}, {}, std::move(message)});
    }

    // Whether the text as a whole is what it is said to be.
    void check_language() {
        std::map<Script, std::size_t> sums;
        std::size_t all = 0;
        std::size_t fitting = 0;
        for (const Measure& each : measures_) {
            for (const auto& [script, count] : each.letters) {
                sums[script] += count;
                all += count;
                if (writing_ != nullptr && fits(*writing_, script)) fitting += count;
            }
        }
        constexpr std::size_t kEnoughToTell = 20;
        if (all < kEnoughToTell) return;
        // Beside Chinese often stands its translation, three letters for a character.
        const bool ideographs = writing_ != nullptr && fits(*writing_, Script::kHan);
        constexpr std::size_t kShare = 5;
        if (writing_ != nullptr && fitting * (ideographs ? kShare : 2) < all) {
            const auto most =
                std::max_element(sums.begin(), sums.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
            misfit_ = true;
            add_for_all(Check::kScript, Severity::kError,
                        fmt::format("said to be {} ({}), but most letters are {}",
                                    native_name(context_.language), context_.language,
                                    to_string(most->first)));
            return;
        }
        const std::string spoken = language_of_text(plain_text(document_));
        if (spoken == kUndetermined || context_.language == kUndetermined ||
            context_.language.empty()) {
            return;
        }
        const auto primary = [](std::string_view tag) { return tag.substr(0, tag.find('-')); };
        const bool same = primary(spoken) == primary(context_.language);
        const bool other_form =
            same && ((spoken == "zh-Hans" && context_.language.starts_with("zh-Hant")) ||
                     (spoken == "zh-Hant" && context_.language.starts_with("zh-Hans")));
        if (!same || other_form) {
            add_for_all(Check::kScript, Severity::kWarning,
                        fmt::format("said to be {} ({}), but it reads like {} ({})",
                                    native_name(context_.language), context_.language,
                                    native_name(spoken), spoken));
        }
    }

    void check_text(std::size_t i) {
        const std::string& text = texts_[i];
        const Measure& m = measures_[i];
        if (!has_letters_or_signs(text)) {
            add(Check::kEmpty, Severity::kWarning, i, "the cue shows nothing");
            return;
        }
        if (m.widest > context_.limits.columns) {
            add(Check::kLineLength, Severity::kNotice, i,
                fmt::format("a line of {} columns (up to {} are usual)", m.widest,
                            context_.limits.columns));
        }
        if (m.lines > context_.limits.lines) {
            add(Check::kLineCount, Severity::kNotice, i,
                fmt::format("{} lines (up to {} are usual)", m.lines, context_.limits.lines));
        }
        constexpr std::size_t kEnoughToTell = 10;
        const std::size_t all = all_letters(m);
        if (writing_ != nullptr && !misfit_ && all >= kEnoughToTell) {
            const bool none =
                std::none_of(m.letters.begin(), m.letters.end(),
                             [&](const auto& each) { return fits(*writing_, each.first); });
            if (none) {
                const auto most = std::max_element(
                    m.letters.begin(), m.letters.end(),
                    [](const auto& a, const auto& b) { return a.second < b.second; });
                add(Check::kScript, Severity::kNotice, i,
                    fmt::format("no letter is of {}: all are {}", native_name(context_.language),
                                to_string(most->first)));
            }
        }
        for (const std::u32string& word : words_of(text)) {
            if (!is_mixed(word)) continue;
            std::string foreign;
            const auto cyrillic =
                static_cast<std::size_t>(std::count_if(word.begin(), word.end(), [](char32_t c) {
                    return script_of(c) == Script::kCyrillic;
                }));
            const Script fewer = cyrillic * 2 >= word.size() ? Script::kLatin : Script::kCyrillic;
            for (const char32_t c : word) {
                if (script_of(c) == fewer) append_utf8(c, foreign);
            }
            add(Check::kMixed, Severity::kWarning, i,
                fmt::format("\"{}\" has {} letters among its own: {}", to_utf8(word),
                            to_string(fewer), foreign));
        }
        const std::string_view why = why_mojibake(text);
        if (!why.empty()) add(Check::kMojibake, Severity::kError, i, std::string(why));
    }

    static bool has_letters_or_signs(std::string_view text) {
        while (!text.empty()) {
            const char32_t c = take_character(text);
            if (c > 0x20 && c != 0xa0 && c != 0x3000 && !is_mark(c)) return true;
        }
        return false;
    }

    void check_times(std::size_t i) {
        const Cue& cue = document_.cues[i];
        const CheckLimits& limits = context_.limits;
        const Milliseconds lasts = cue.end - cue.start;
        if (lasts < limits.shortest) {
            add(Check::kDuration, Severity::kWarning, i,
                fmt::format("on the screen for {} ms (at least {} are needed)", lasts.count(),
                            limits.shortest.count()));
        }
        if (lasts > limits.longest * 2) {
            add(Check::kDuration, Severity::kNotice, i,
                fmt::format("on the screen for {:.1f} s",
                            static_cast<double>(lasts.count()) / 1000));
        }
        const double needs = reading_seconds(measures_[i], limits);
        const double has = static_cast<double>(lasts.count()) / 1000;
        if (needs > has && lasts.count() > 0) {
            const bool ideographs = letters_of(measures_[i], Script::kHan) > 0;
            const double limit =
                ideographs ? limits.characters_per_second : limits.letters_per_second;
            // A third too fast is read by nobody.
            add(Check::kReadingSpeed, needs > has * 4 / 3 ? Severity::kWarning : Severity::kNotice,
                i,
                fmt::format("{:.1f} characters a second (up to {:.0f} can be read)",
                            limit * needs / has, limit));
        }
        if (context_.duration && cue.end > *context_.duration) {
            const bool whole = cue.start >= *context_.duration;
            add(Check::kPastEnd, whole ? Severity::kWarning : Severity::kNotice, i,
                whole ? std::string("starts after the film's end: nobody will see it")
                      : fmt::format("lasts {} ms beyond the film's end: it is cut there",
                                    (cue.end - *context_.duration).count()));
        }
    }

    void check_neighbour(std::size_t i, std::size_t latest, Milliseconds latest_end) {
        const Cue& cue = document_.cues[i];
        if (cue.start < latest_end) {
            add(Check::kOverlap, Severity::kNotice, i,
                fmt::format("starts {} ms before cue {} ends: both are shown",
                            (latest_end - cue.start).count(), latest + 1));
            return;
        }
        const Milliseconds gap = cue.start - latest_end;
        if (gap > Milliseconds(0) && gap < context_.limits.smallest_gap) {
            add(Check::kGap, Severity::kNotice, i,
                fmt::format("{} ms after cue {}: it flickers", gap.count(), latest + 1));
        }
    }

    // A finding for each character, at its first cue.
    void check_glyphs() {
        if (!context_.has_glyph) return;
        std::set<char32_t> seen;
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            for (std::string_view rest = texts_[i]; !rest.empty();) {
                const char32_t c = take_character(rest);
                if (c <= 0x20 || c == 0xfffd || is_mark(c) || !seen.insert(c).second) continue;
                if (context_.has_glyph(c)) continue;
                add(Check::kGlyphs, Severity::kError, i,
                    fmt::format("no installed font has \"{}\" (U+{:04X})", to_utf8({&c, 1}),
                                static_cast<std::uint32_t>(c)));
            }
        }
    }

    const Document& document_;
    const CheckContext& context_;
    const Writing* writing_;
    bool misfit_ = false;  // the whole text is in another script: no need to say it of each cue
    std::vector<std::string> texts_;  // parallel to the cues
    std::vector<Measure> measures_;
    std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(Check check) {
    switch (check) {
        case Check::kReadingSpeed:
            return "reading-speed";
        case Check::kLineLength:
            return "line-length";
        case Check::kLineCount:
            return "line-count";
        case Check::kDuration:
            return "duration";
        case Check::kGap:
            return "gap";
        case Check::kOverlap:
            return "overlap";
        case Check::kPastEnd:
            return "past-end";
        case Check::kEmpty:
            return "empty";
        case Check::kGlyphs:
            return "glyphs";
        case Check::kScript:
            return "script";
        case Check::kMixed:
            return "mixed-script";
        case Check::kMojibake:
            return "mojibake";
    }
    return "mojibake";
}

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::kNotice:
            return "notice";
        case Severity::kWarning:
            return "warning";
        case Severity::kError:
            return "error";
    }
    return "error";
}

std::vector<Finding> check_document(const Document& document, const CheckContext& context) {
    return Checker(document, context).run();
}

std::map<Check, std::size_t> count_findings(const std::vector<Finding>& findings) {
    std::map<Check, std::size_t> counts;
    for (const Finding& finding : findings) {
        ++counts[finding.check];
    }
    return counts;
}

std::vector<Finding> first_of_each(const std::vector<Finding>& findings, std::size_t most) {
    std::map<Check, std::size_t> counts;
    std::vector<Finding> first;
    for (const Finding& finding : findings) {
        if (++counts[finding.check] <= most) first.push_back(finding);
    }
    return first;
}

}  // namespace matinee::subtitles
