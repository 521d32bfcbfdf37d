#include "subtitles/language.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "subtitles/encoding.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

struct Language {
    std::string_view tag;      // canonical
    std::string_view codes;    // ISO 639-2, /T first where it differs from /B; space-separated
    std::string_view english;  // lower case; several separated by "/"
    std::string_view native;   // as shown
    std::string_view also;     // other words, lower case, separated by "/"
};

// Names as the Unicode CLDR gives them, capitalised for menus.
constexpr std::array kLanguages = std::to_array<Language>({
    {"af", "afr", "afrikaans", "Afrikaans", ""},
    {"am", "amh", "amharic", "አማርኛ", ""},
    {"ar", "ara", "arabic", "العربية", ""},
    {"az", "aze", "azerbaijani/azeri", "Azərbaycan", ""},
    {"be", "bel", "belarusian", "Беларуская", ""},
    {"bg", "bul", "bulgarian", "Български", ""},
    {"bn", "ben", "bengali/bangla", "বাংলা", ""},
    {"bo", "bod tib", "tibetan", "བོད་སྐད་", ""},
    {"bs", "bos", "bosnian", "Bosanski", ""},
    {"ca", "cat", "catalan", "Català", ""},
    {"cs", "ces cze", "czech", "Čeština", "cestina"},
    {"cy", "cym wel", "welsh", "Cymraeg", ""},
    {"da", "dan", "danish", "Dansk", ""},
    {"de", "deu ger", "german", "Deutsch", ""},
    {"el", "ell gre", "greek", "Ελληνικά", ""},
    {"en", "eng", "english", "English", ""},
    {"en-GB", "", "british english", "English (UK)", ""},
    {"en-US", "", "american english", "English (US)", ""},
    {"eo", "epo", "esperanto", "Esperanto", ""},
    {"es", "spa", "spanish/castilian", "Español", "espanol"},
    {"es-419", "", "latin american spanish", "Español (Latinoamérica)", "latam"},
    {"es-ES", "", "european spanish", "Español (España)", ""},
    {"et", "est", "estonian", "Eesti", ""},
    {"eu", "eus baq", "basque", "Euskara", ""},
    {"fa", "fas per", "persian/farsi", "فارسی", ""},
    {"fi", "fin", "finnish", "Suomi", ""},
    {"fil", "", "filipino", "Filipino", ""},
    {"fr", "fra fre", "french", "Français", "francais"},
    {"fr-CA", "", "canadian french", "Français (Canada)", ""},
    {"ga", "gle", "irish", "Gaeilge", ""},
    {"gl", "glg", "galician", "Galego", ""},
    {"gu", "guj", "gujarati", "ગુજરાતી", ""},
    {"he", "heb", "hebrew", "עברית", "iw"},
    {"hi", "hin", "hindi", "हिन्दी", ""},
    {"hr", "hrv", "croatian", "Hrvatski", ""},
    {"hu", "hun", "hungarian", "Magyar", ""},
    {"hy", "hye arm", "armenian", "Հայերեն", ""},
    {"id", "ind", "indonesian", "Indonesia", "bahasa indonesia"},
    {"is", "isl ice", "icelandic", "Íslenska", ""},
    {"it", "ita", "italian", "Italiano", ""},
    {"ja", "jpn", "japanese", "日本語", "jp/jap"},
    {"ka", "kat geo", "georgian", "ქართული", ""},
    {"kk", "kaz", "kazakh", "Қазақ тілі", ""},
    {"km", "khm", "khmer", "ខ្មែរ", ""},
    {"kn", "kan", "kannada", "ಕನ್ನಡ", ""},
    {"ko", "kor", "korean", "한국어", "kr"},
    {"ku", "kur", "kurdish", "Kurdî", ""},
    {"ky", "kir", "kyrgyz/kirghiz", "Кыргызча", ""},
    {"la", "lat", "latin", "Latina", ""},
    {"lb", "ltz", "luxembourgish", "Lëtzebuergesch", ""},
    {"lo", "lao", "lao", "ລາວ", ""},
    {"lt", "lit", "lithuanian", "Lietuvių", ""},
    {"lv", "lav", "latvian", "Latviešu", ""},
    {"mk", "mkd mac", "macedonian", "Македонски", ""},
    {"ml", "mal", "malayalam", "മലയാളം", ""},
    {"mn", "mon", "mongolian", "Монгол", ""},
    {"mr", "mar", "marathi", "मराठी", ""},
    {"ms", "msa may", "malay", "Melayu", ""},
    {"mt", "mlt", "maltese", "Malti", ""},
    {"my", "mya bur", "burmese", "မြန်မာ", ""},
    {"nb", "nob", "norwegian bokmal", "Norsk bokmål", ""},
    {"ne", "nep", "nepali", "नेपाली", ""},
    {"nl", "nld dut", "dutch/flemish", "Nederlands", ""},
    {"nn", "nno", "norwegian nynorsk", "Norsk nynorsk", ""},
    {"no", "nor", "norwegian", "Norsk", ""},
    {"pa", "pan", "punjabi", "ਪੰਜਾਬੀ", ""},
    {"pl", "pol", "polish", "Polski", ""},
    {"ps", "pus", "pashto", "پښتو", ""},
    {"pt", "por", "portuguese", "Português", "portugues"},
    {"pt-BR", "pob", "brazilian portuguese/brazilian", "Português (Brasil)", "ptbr/pb"},
    {"pt-PT", "", "european portuguese", "Português (Portugal)", ""},
    {"ro", "ron rum", "romanian", "Română", "romana"},
    {"ru", "rus", "russian", "Русский", "русские"},
    {"si", "sin", "sinhala/sinhalese", "සිංහල", ""},
    {"sk", "slk slo", "slovak", "Slovenčina", ""},
    {"sl", "slv", "slovenian/slovene", "Slovenščina", ""},
    {"sq", "sqi alb", "albanian", "Shqip", ""},
    {"sr", "srp scc", "serbian", "Српски", ""},
    {"sr-Latn", "", "serbian latin", "Srpski (latinica)", ""},
    {"sv", "swe", "swedish", "Svenska", ""},
    {"sw", "swa", "swahili", "Kiswahili", ""},
    {"ta", "tam", "tamil", "தமிழ்", ""},
    {"te", "tel", "telugu", "తెలుగు", ""},
    {"tg", "tgk", "tajik", "Тоҷикӣ", ""},
    {"th", "tha", "thai", "ไทย", ""},
    {"tk", "tuk", "turkmen", "Türkmen dili", ""},
    {"tl", "tgl", "tagalog", "Tagalog", ""},
    {"tr", "tur", "turkish", "Türkçe", "turkce"},
    {"tt", "tat", "tatar", "Татар", ""},
    {"ug", "uig", "uyghur/uighur", "ئۇيغۇرچە", ""},
    {"uk", "ukr", "ukrainian", "Українська", "ua"},
    {"ur", "urd", "urdu", "اردو", ""},
    {"uz", "uzb", "uzbek", "O‘zbek", ""},
    {"vi", "vie", "vietnamese", "Tiếng Việt", ""},
    {"yi", "yid", "yiddish", "ייִדיש", "ji"},
    {"yue", "", "cantonese", "粵語", "粤语/广东话/廣東話"},
    {"zh", "zho chi", "chinese/mandarin", "中文", "cn/chn/汉语/漢語/中字"},
    {"zh-Hans", "", "simplified chinese/chinese simplified/simplified", "中文（简体）",
     "chs/zhs/sc/gb/gbk/简体/简体中文/简中/简"},
    {"zh-Hant", "", "traditional chinese/chinese traditional/traditional", "中文（繁體）",
     "cht/zht/tc/big5/繁體/繁体/繁體中文/繁体中文/繁中/繁"},
    {"zh-Hant-HK", "", "", "中文（香港）", ""},
    {"zu", "zul", "zulu", "isiZulu", ""},
});

// Scripts and regions that subtitles are made for.
constexpr std::array<std::string_view, 10> kScripts = {"Latn", "Cyrl", "Hans", "Hant", "Arab",
                                                       "Deva", "Guru", "Jpan", "Kore", "Hebr"};
constexpr std::array<std::string_view, 44> kRegions = {
    "419", "AR", "AT", "AU", "BE", "BR", "BY", "CA", "CH", "CL", "CN", "CO", "CZ", "DE", "DK",
    "ES",  "FI", "FR", "GB", "GR", "HK", "IE", "IL", "IN", "IR", "IT", "JP", "KR", "KZ", "MO",
    "MX",  "MY", "NL", "NO", "NZ", "PE", "PL", "PT", "RU", "SE", "SG", "TW", "UA", "US",
};

// RFC 5646 §2.2.8: what is kept although the grammar does not give it.
constexpr std::array<std::string_view, 26> kGrandfathered = {
    "art-lojban", "cel-gaulish", "en-gb-oed", "i-ami",      "i-bnn",     "i-default", "i-enochian",
    "i-hak",      "i-klingon",   "i-lux",     "i-mingo",    "i-navajo",  "i-pwn",     "i-tao",
    "i-tay",      "i-tsu",       "no-bok",    "no-nyn",     "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
    "zh-guoyu",   "zh-hakka",    "zh-min",    "zh-min-nan", "zh-xiang",
};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find_first_of(separators);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool contains(std::string_view list, std::string_view separators, std::string_view word) {
    if (list.empty()) return false;
    const std::vector<std::string_view> parts = split(list, separators);
    return std::find(parts.begin(), parts.end(), word) != parts.end();
}

bool is_alpha(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_ascii_alpha);
}
bool is_alphanumeric(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_ascii_alphanumeric);
}
bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_ascii_digit);
}

bool is_script(std::string_view subtag) {
    return subtag.size() == 4 && is_alpha(subtag);
}
bool is_region(std::string_view subtag) {
    return (subtag.size() == 2 && is_alpha(subtag)) || (subtag.size() == 3 && is_number(subtag));
}
bool is_variant(std::string_view subtag) {
    return is_alphanumeric(subtag) && ((subtag.size() >= 5 && subtag.size() <= 8) ||
                                       (subtag.size() == 4 && is_ascii_digit(subtag.front())));
}

// RFC 5646 §2.1, "langtag" and "privateuse". `subtags` in lower case, not empty.
bool matches_grammar(const std::vector<std::string_view>& subtags) {
    std::size_t i = 0;
    const auto more = [&] { return i < subtags.size(); };
    const auto private_use = [&] {
        if (!more() || subtags[i] != "x") return true;
        if (++i == subtags.size()) return false;
        for (; more(); ++i) {
            if (subtags[i].empty() || subtags[i].size() > 8 || !is_alphanumeric(subtags[i])) {
                return false;
            }
        }
        return true;
    };
    if (subtags.front() == "x") return private_use() && !more();

    const std::string_view language = subtags[i++];
    if (language.size() < 2 || language.size() > 8 || !is_alpha(language)) return false;
    if (language.size() <= 3) {
        for (int extended = 0; extended < 3 && more(); ++extended, ++i) {
            if (subtags[i].size() != 3 || !is_alpha(subtags[i])) break;
        }
    }
    if (more() && is_script(subtags[i])) ++i;
    if (more() && is_region(subtags[i])) ++i;
    const std::size_t first_variant = i;
    for (; more() && is_variant(subtags[i]); ++i) {
        const auto begin = subtags.begin() + static_cast<std::ptrdiff_t>(first_variant);
        const auto end = subtags.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(begin, end, subtags[i]) != end) return false;  // §2.2.9: not twice
    }
    std::string singletons;
    while (more() && subtags[i].size() == 1 && subtags[i] != "x") {
        const char singleton = subtags[i].front();
        if (!is_ascii_alphanumeric(singleton)) return false;
        if (singletons.find(singleton) != std::string::npos) return false;  // §2.2.9: not twice
        singletons += singleton;
        const std::size_t first = ++i;
        while (more() && subtags[i].size() >= 2 && subtags[i].size() <= 8 &&
               is_alphanumeric(subtags[i])) {
            ++i;
        }
        if (i == first) return false;
    }
    return private_use() && !more();
}

// The lower case of `text` for ASCII, Latin-1 and Cyrillic: what names of languages need.
std::string fold_case(std::string_view text) {
    std::string out = to_ascii_lower(text);
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const auto lead = static_cast<unsigned char>(out[i]);
        const auto next = static_cast<unsigned char>(out[i + 1]);
        if (lead == 0xc3 && next >= 0x80 && next <= 0x9e && next != 0x97) {
            out[i + 1] = static_cast<char>(next + 0x20);  // À to Þ
        } else if (lead == 0xd0 && next >= 0x90 && next <= 0x9f) {
            out[i + 1] = static_cast<char>(next + 0x20);  // А to П
        } else if (lead == 0xd0 && next >= 0xa0 && next <= 0xaf) {
            out[i] = '\xd1';  // Р to Я
            out[i + 1] = static_cast<char>(next - 0x20);
        } else if (lead == 0xd0 && next <= 0x8f && next >= 0x80) {
            out[i] = '\xd1';  // Ѐ to Џ, with Ё, Є, І and Ї
            out[i + 1] = static_cast<char>(next + 0x10);
        }
    }
    return out;
}

const Language* find_by_tag(std::string_view tag) {
    const auto* const found =
        std::find_if(kLanguages.begin(), kLanguages.end(),
                     [&](const Language& language) { return language.tag == tag; });
    return found == kLanguages.end() ? nullptr : found;
}

const Language* find_by_code(std::string_view code) {
    const auto* const found =
        std::find_if(kLanguages.begin(), kLanguages.end(),
                     [&](const Language& language) { return contains(language.codes, " ", code); });
    return found == kLanguages.end() ? nullptr : found;
}

struct KindWord {
    std::string_view word;
    Kind kind;
};
constexpr std::array<KindWord, 8> kKindWords = {{
    {"forced", Kind::kForced},
    {"foreign", Kind::kForced},
    {"signs", Kind::kForced},
    {"sdh", Kind::kSdh},
    {"cc", Kind::kSdh},
    {"hoh", Kind::kSdh},
    {"captions", Kind::kSdh},
    {"caption", Kind::kSdh},
}};

constexpr std::array<std::string_view, 9> kIdleWords = {
    "sub", "subs", "subtitle", "subtitles", "default", "full", "utf8", "utf", "final",
};

// Between the words of a file name.
constexpr std::string_view kSeparators = "._- []()";

std::string_view without_extension(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

// A word of a file name, and the character before it.
struct Word {
    char separator = '.';
    std::string_view text;
};

std::vector<Word> split_words(std::string_view text, std::string_view separators) {
    std::vector<Word> words;
    while (!text.empty()) {
        const char separator = text.front();
        text.remove_prefix(1);
        const std::string_view word = text.substr(0, text.find_first_of(separators));
        text.remove_prefix(word.size());
        if (!word.empty()) words.push_back({separator, word});
    }
    return words;
}

// Reads the words after the film's name, joining neighbours: "pt-BR", "Traditional Chinese".
class WordReader {
  public:
    explicit WordReader(std::vector<Word> words) : words_(std::move(words)) {}

    std::optional<Sidecar> read() && {
        for (std::size_t i = 0; i < words_.size();) {
            const std::size_t used = take(i);
            if (used == 0) return std::nullopt;
            i += used;
        }
        return sidecar_;
    }

  private:
    // How many words from `at` mean something; 0 when the first does not.
    std::size_t take(std::size_t at) {
        constexpr std::size_t kLongest = 3;
        for (std::size_t count = std::min(kLongest, words_.size() - at); count > 0; --count) {
            if (take_language(joined(at, count))) return count;
        }
        const std::string word = fold_case(words_[at].text);
        for (const KindWord& candidate : kKindWords) {
            if (candidate.word == word) {
                sidecar_.kind = candidate.kind;
                return 1;
            }
        }
        if (std::find(kIdleWords.begin(), kIdleWords.end(), word) != kIdleWords.end()) return 1;
        // A number or a word may be another film's ("film 2.srt"), but after a language it tells
        // versions apart.
        if (!has_language_ || language_of_word(word)) return 0;
        if (encoding_by_name(word)) return 1;  // "film.ru.cp1251.srt"
        if (!sidecar_.label.empty()) sidecar_.label += ' ';
        sidecar_.label += words_[at].text;
        return 1;
    }

    // Words [at, at + count) as they would be written in a tag or a name.
    [[nodiscard]] std::string joined(std::size_t at, std::size_t count) const {
        std::string out(words_[at].text);
        for (std::size_t i = at + 1; i < at + count; ++i) {
            const bool in_tag = words_[i].separator == '-' || words_[i].separator == '_';
            out += in_tag ? '-' : ' ';
            out += words_[i].text;
        }
        return out;
    }

    bool take_language(const std::string& word) {
        const std::optional<std::string> language = language_of_word(word);
        if (!language) return false;
        // "hi" is Hindi, and "hearing impaired" beside another language.
        const bool hearing_impaired = to_ascii_lower(word) == "hi";
        if (has_language_ && hearing_impaired) {
            sidecar_.kind = Kind::kSdh;
            return true;
        }
        if (has_language_ && !was_hi_) return false;  // two languages: which one is it?
        if (was_hi_) sidecar_.kind = Kind::kSdh;
        sidecar_.language = *language;
        has_language_ = true;
        was_hi_ = hearing_impaired;
        return true;
    }

    std::vector<Word> words_;
    Sidecar sidecar_{std::string(kUndetermined)};
    bool has_language_ = false;
    bool was_hi_ = false;
};

}  // namespace

bool is_well_formed(std::string_view tag) {
    const std::string lower = to_ascii_lower(tag);
    if (std::find(kGrandfathered.begin(), kGrandfathered.end(), lower) != kGrandfathered.end()) {
        return true;
    }
    return matches_grammar(split(lower, "-"));
}

std::string canonical_tag(std::string_view tag) {
    const std::string lower = to_ascii_lower(tag);
    const std::vector<std::string_view> subtags = split(lower, "-");
    std::string out;
    bool after_singleton = false;
    for (std::size_t i = 0; i < subtags.size(); ++i) {
        std::string subtag(subtags[i]);
        if (i == 0) {
            const Language* const language = find_by_code(subtag);
            if (language != nullptr && language->tag.size() == 2) subtag = language->tag;
        } else if (!after_singleton && is_script(subtag)) {
            subtag[0] = static_cast<char>(subtag[0] - 'a' + 'A');
        } else if (!after_singleton && subtag.size() == 2) {
            for (char& c : subtag) {
                if (is_ascii_alpha(c)) c = static_cast<char>(c - 'a' + 'A');
            }
        }
        after_singleton = after_singleton || subtag.size() == 1;
        if (i > 0) out += '-';
        out += subtag;
    }
    constexpr auto kEqual = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"zh-CN", "zh-Hans"},      {"zh-SG", "zh-Hans"},    {"zh-Hans-CN", "zh-Hans"},
        {"zh-Hans-SG", "zh-Hans"}, {"zh-TW", "zh-Hant"},    {"zh-Hant-TW", "zh-Hant"},
        {"zh-HK", "zh-Hant-HK"},   {"zh-MO", "zh-Hant-MO"}, {"sr-Cyrl", "sr"},
        {"be-BY", "be"},           {"cs-CZ", "cs"},         {"da-DK", "da"},
        {"de-DE", "de"},           {"el-GR", "el"},         {"fa-IR", "fa"},
        {"fi-FI", "fi"},           {"fr-FR", "fr"},         {"he-IL", "he"},
        {"it-IT", "it"},           {"ja-JP", "ja"},         {"kk-KZ", "kk"},
        {"ko-KR", "ko"},           {"pl-PL", "pl"},         {"ru-RU", "ru"},
        {"sv-SE", "sv"},           {"uk-UA", "uk"},
    });
    for (const auto& [from, to] : kEqual) {
        if (out == from) return std::string(to);
    }
    return out;
}

std::optional<std::string> language_of_word(std::string_view word) {
    const std::string folded = fold_case(trim(word));
    if (folded.empty()) return std::nullopt;
    for (const Language& language : kLanguages) {
        if (contains(language.codes, " ", folded) || contains(language.english, "/", folded) ||
            contains(language.also, "/", folded) || fold_case(language.native) == folded) {
            return std::string(language.tag);
        }
    }
    if (folded == kUndetermined) return folded;
    if (!is_well_formed(folded)) return std::nullopt;
    // A tag counts when all of it is known here: "the-cut" is none, nor are "en-director" and
    // "en-hi".
    const std::string tag = canonical_tag(folded);
    const std::vector<std::string_view> subtags = split(tag, "-");
    if (find_by_tag(subtags.front()) == nullptr) return std::nullopt;
    const bool plain = std::all_of(subtags.begin() + 1, subtags.end(), [](std::string_view subtag) {
        return std::find(kScripts.begin(), kScripts.end(), subtag) != kScripts.end() ||
               std::find(kRegions.begin(), kRegions.end(), subtag) != kRegions.end();
    });
    return plain ? std::optional(tag) : std::nullopt;
}

std::optional<std::string> asked_language(std::string_view text) {
    if (auto known = language_of_word(text)) return known;
    const std::string_view tag = trim(text);
    if (!is_well_formed(tag)) return std::nullopt;
    // Longer ones are in the grammar only (RFC 5646 section 2.2.1).
    const std::size_t length = split(tag, "-").front().size();
    if (length < 2 || length > 3) return std::nullopt;
    return canonical_tag(tag);
}

bool is_in(std::string_view tag, std::string_view range) {
    return tag.starts_with(range) && (tag.size() == range.size() || tag[range.size()] == '-');
}

std::string native_name(std::string_view tag) {
    const std::string canonical = canonical_tag(tag);
    std::string_view known = canonical;
    while (!known.empty()) {
        const Language* const language = find_by_tag(known);
        if (language != nullptr) {
            if (known.size() == canonical.size()) return std::string(language->native);
            return fmt::format("{} ({})", language->native, canonical.substr(known.size() + 1));
        }
        const std::size_t dash = known.rfind('-');
        known = dash == std::string_view::npos ? std::string_view() : known.substr(0, dash);
    }
    return std::string(tag);
}

std::optional<Sidecar> match_sidecar(std::string_view subtitle_name, std::string_view film_name) {
    const std::string_view subtitle = without_extension(subtitle_name);
    // Some tools write "film.mp4.en.srt".
    for (const std::string_view film : {film_name, without_extension(film_name)}) {
        if (film.empty() || subtitle.size() < film.size() ||
            fold_case(subtitle.substr(0, film.size())) != fold_case(film)) {
            continue;
        }
        const std::string_view rest = subtitle.substr(film.size());
        if (!rest.empty() && kSeparators.find(rest.front()) == std::string_view::npos) continue;
        return WordReader(split_words(rest, kSeparators)).read();
    }
    return std::nullopt;
}

Sidecar sidecar_alone(std::string_view subtitle_name) {
    const std::string_view stem = without_extension(subtitle_name);
    if (const auto language = language_of_word(stem)) return Sidecar{*language};
    // The shortest beginning after which every word means something.
    for (std::size_t i = 1; i < stem.size(); ++i) {
        if (kSeparators.find(stem[i]) == std::string_view::npos) continue;
        std::optional<Sidecar> sidecar =
            WordReader(split_words(stem.substr(i), kSeparators)).read();
        if (sidecar && sidecar->language != kUndetermined) return *std::move(sidecar);
    }
    return Sidecar{std::string(kUndetermined)};
}

std::optional<SidecarMatch> find_film(std::string_view subtitle_name,
                                      std::span<const std::string> film_names) {
    std::optional<SidecarMatch> best;
    std::size_t best_length = 0;
    for (std::size_t i = 0; i < film_names.size(); ++i) {
        const std::size_t length = without_extension(film_names[i]).size();
        if (best && length <= best_length) continue;
        std::optional<Sidecar> sidecar = match_sidecar(subtitle_name, film_names[i]);
        if (!sidecar) continue;
        best = SidecarMatch{i, *std::move(sidecar)};
        best_length = length;
    }
    return best;
}

}  // namespace matinee::subtitles
