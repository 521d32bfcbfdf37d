#include "subtitles/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.h"
#include "subtitles/detect_encoding.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

struct NamedEncoding {
    Encoding encoding;
    std::string_view name;  // for people
    const char* converter;  // iconv's name for it
    std::string_view also;  // other names, lower case without "-", "_" and " ", space-separated
};

// In the order of the enumeration.
constexpr std::array kEncodings = std::to_array<NamedEncoding>({
    {Encoding::kUtf8, "UTF-8", "UTF-8", "utf8 ascii usascii unicode11utf8"},
    {Encoding::kUtf8WithMark, "UTF-8 with BOM", "UTF-8", "utf8sig utf8bom"},
    {Encoding::kUtf16LittleEndian, "UTF-16LE", "UTF-16LE", "utf16 ucs2 ucs2le unicode"},
    {Encoding::kUtf16BigEndian, "UTF-16BE", "UTF-16BE", "ucs2be"},
    {Encoding::kUtf32LittleEndian, "UTF-32LE", "UTF-32LE", "utf32 ucs4 ucs4le"},
    {Encoding::kUtf32BigEndian, "UTF-32BE", "UTF-32BE", "ucs4be"},
    {Encoding::kGb18030, "GB18030", "GB18030", "gb gbk gb2312 cp936 ms936 windows936 euccn xgbk"},
    {Encoding::kBig5, "Big5", "BIG5-HKSCS", "big5hkscs cp950 ms950 windows950 big5eten cnbig5"},
    {Encoding::kShiftJis, "Shift_JIS", "CP932", "sjis cp932 ms932 windows31j mskanji"},
    {Encoding::kEucJp, "EUC-JP", "EUC-JP-MS", "ujis eucjpms"},
    {Encoding::kIso2022Jp, "ISO-2022-JP", "ISO-2022-JP-2", "jis iso2022jp2"},
    {Encoding::kEucKr, "EUC-KR", "UHC", "uhc cp949 ms949 windows949 ksc5601 ksc56011987"},
    {Encoding::kWindows1250, "windows-1250", "CP1250", "cp1250"},
    {Encoding::kWindows1251, "windows-1251", "CP1251", "cp1251"},
    {Encoding::kWindows1252, "windows-1252", "CP1252", "cp1252 latin1 iso88591 ansi"},
    {Encoding::kWindows1253, "windows-1253", "CP1253", "cp1253"},
    {Encoding::kWindows1254, "windows-1254", "CP1254", "cp1254 latin5 iso88599"},
    {Encoding::kWindows1255, "windows-1255", "CP1255", "cp1255 iso88598 iso88598i"},
    {Encoding::kWindows1256, "windows-1256", "CP1256", "cp1256"},
    {Encoding::kWindows1257, "windows-1257", "CP1257", "cp1257 iso885913 latin7"},
    {Encoding::kWindows1258, "windows-1258", "CP1258", "cp1258"},
    {Encoding::kWindows874, "windows-874", "CP874", "cp874 tis620 iso885911"},
    {Encoding::kIso8859Part2, "ISO-8859-2", "ISO-8859-2", "latin2"},
    {Encoding::kIso8859Part5, "ISO-8859-5", "ISO-8859-5", "cyrillic"},
    {Encoding::kIso8859Part6, "ISO-8859-6", "ISO-8859-6", "arabic"},
    {Encoding::kIso8859Part7, "ISO-8859-7", "ISO-8859-7", "greek"},
    {Encoding::kIso8859Part15, "ISO-8859-15", "ISO-8859-15", "latin9"},
    {Encoding::kIso8859Part16, "ISO-8859-16", "ISO-8859-16", "latin10"},
    {Encoding::kKoi8R, "KOI8-R", "KOI8-R", "koi8 koi"},
    {Encoding::kKoi8U, "KOI8-U", "KOI8-U", ""},
    {Encoding::kIbm866, "IBM866", "CP866", "cp866 dos866 dos alt"},
    {Encoding::kMacCyrillic, "x-mac-cyrillic", "MAC-CYRILLIC", "maccyrillic"},
    {Encoding::kViscii, "VISCII", "VISCII", ""},
});

constexpr auto kAll = [] {
    std::array<Encoding, kEncodings.size()> all{};
    for (std::size_t i = 0; i < kEncodings.size(); ++i) {
        all[i] = kEncodings[i].encoding;
    }
    return all;
}();

const NamedEncoding& names_of(Encoding encoding) {
    return kEncodings[static_cast<std::size_t>(encoding)];
}

std::string bare_name(std::string_view name) {
    std::string bare;
    for (const char c : to_ascii_lower(name)) {
        if (is_ascii_alphanumeric(c)) bare += c;
    }
    return bare;
}

// One direction of iconv. Values in, values out: what it opens is the C library's own tables.
class Converter {
  public:
    explicit Converter(Encoding encoding)
        : handle_(::iconv_open("UTF-8", names_of(encoding).converter)) {}
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    ~Converter() {
        if (is_open()) ::iconv_close(handle_);
    }

    [[nodiscard]] bool is_open() const {
        // iconv_open(3): (iconv_t) -1 is its error.
        return reinterpret_cast<std::intptr_t>(handle_) != -1;
    }

    // Converts until `in` is empty or begins with something that means nothing. Returns whether
    // all is done.
    bool run(std::string_view& in, std::string& out) {
        std::array<char, 4096> buffer;
        while (true) {
            char* from = const_cast<char*>(in.data());  // NOLINT: iconv's old signature
            std::size_t left = in.size();
            char* to = buffer.data();
            std::size_t room = buffer.size();
            const std::size_t result = ::iconv(handle_, &from, &left, &to, &room);
            const int code = errno;
            out.append(buffer.data(), buffer.size() - room);
            in.remove_prefix(in.size() - left);
            if (result != static_cast<std::size_t>(-1)) {
                // Some encodings hold the last character back, for a mark that may follow.
                to = buffer.data();
                room = buffer.size();
                ::iconv(handle_, nullptr, nullptr, &to, &room);
                out.append(buffer.data(), buffer.size() - room);
                return true;
            }
            if (code != E2BIG) return false;
        }
    }

  private:
    iconv_t handle_;
};

std::size_t unit_of(Encoding encoding) {
    switch (encoding) {
        case Encoding::kUtf16LittleEndian:
        case Encoding::kUtf16BigEndian:
            return 2;
        case Encoding::kUtf32LittleEndian:
        case Encoding::kUtf32BigEndian:
            return 4;
        default:
            return 1;
    }
}

constexpr std::string_view kReplacementText = "\xef\xbf\xbd";

struct Conversion {
    std::string text;
    std::size_t bad_bytes = 0;
    std::size_t characters_lost = 0;
    std::vector<std::size_t> bad_at;  // offsets in `text` of what was lost
};

// Replaces what is no UTF-8 in the text: for the C library, characters go on beyond U+10FFFF.
void replace_invalid(Conversion& conversion) {
    if (base::is_valid_utf8(conversion.text)) return;
    const std::string before = std::exchange(conversion.text, {});
    const std::vector<std::size_t> lost = std::exchange(conversion.bad_at, {});
    auto next_lost = lost.begin();
    for (std::string_view rest = before; !rest.empty();) {
        const std::size_t length = base::utf8_length(rest);
        if (next_lost != lost.end() && *next_lost == before.size() - rest.size()) {
            conversion.bad_at.push_back(conversion.text.size());
            ++next_lost;
        }
        if (length > 0) {
            conversion.text += rest.substr(0, length);
            rest.remove_prefix(length);
            continue;
        }
        conversion.bad_at.push_back(conversion.text.size());
        ++conversion.bad_bytes;
        ++conversion.characters_lost;
        conversion.text += kReplacementText;
        rest.remove_prefix(1);
    }
}

Conversion convert_all(std::string_view bytes, Encoding encoding) {
    Conversion result;
    if (encoding == Encoding::kUtf8 || encoding == Encoding::kUtf8WithMark) {
        result.text = bytes;
        replace_invalid(result);
        return result;
    }
    result.text.reserve(bytes.size() + bytes.size() / 2);
    Converter converter(encoding);
    if (!converter.is_open()) {
        // A C library without its tables: nothing has a meaning then.
        result.bad_bytes = bytes.size();
        return result;
    }
    while (!bytes.empty() && !converter.run(bytes, result.text)) {
        const std::size_t lost = std::min(unit_of(encoding), bytes.size());
        bytes.remove_prefix(lost);
        result.bad_bytes += lost;
        ++result.characters_lost;
        result.bad_at.push_back(result.text.size());
        result.text += kReplacementText;
    }
    replace_invalid(result);
    return result;
}

// A problem for each line that lost something; the first lines only, and how many more.
std::vector<Problem> problems_of(const Conversion& conversion, Encoding encoding) {
    constexpr std::size_t kMost = 50;
    std::vector<Problem> problems;
    std::size_t line = 1;
    std::size_t offset = 0;
    std::size_t more = 0;
    for (std::size_t i = 0; i < conversion.bad_at.size();) {
        const auto at = [&](std::size_t n) {
            return conversion.text.begin() + static_cast<std::ptrdiff_t>(n);
        };
        line += static_cast<std::size_t>(std::count(at(offset), at(conversion.bad_at[i]), '\n'));
        offset = conversion.bad_at[i];
        const std::size_t line_end =
            std::min(conversion.text.find('\n', offset), conversion.text.size());
        std::size_t count = 0;
        for (; i < conversion.bad_at.size() && conversion.bad_at[i] < line_end; ++i) {
            ++count;
        }
        if (problems.size() == kMost) {
            ++more;
            continue;
        }
        problems.push_back(
            {line, fmt::format("{} {} no character of {}: shown as \ufffd", count,
                               count == 1 ? "byte is" : "bytes are", to_string(encoding))});
    }
    if (more > 0) {
        problems.push_back({0, fmt::format("{} more lines have bytes that are no characters of {}",
                                           more, to_string(encoding))});
    }
    return problems;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
    return names_of(encoding).name;
}

std::span<const Encoding> all_encodings() {
    return kAll;
}

std::optional<Encoding> encoding_by_name(std::string_view name) {
    const std::string bare = bare_name(name);
    if (bare.empty()) return std::nullopt;
    for (const NamedEncoding& row : kEncodings) {
        if (bare_name(row.name) == bare) return row.encoding;
        std::string_view rest = row.also;
        while (!rest.empty()) {
            const std::string_view word = rest.substr(0, rest.find(' '));
            if (word == bare) return row.encoding;
            rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        }
    }
    return std::nullopt;
}

std::string_view to_string(Certainty certainty) {
    switch (certainty) {
        case Certainty::kStated:
            return "stated";
        case Certainty::kSure:
            return "sure";
        case Certainty::kLikely:
            return "likely";
        case Certainty::kGuess:
            return "guess";
    }
    return "guess";
}

std::string convert(std::string_view bytes, Encoding encoding, std::size_t* bad_bytes) {
    Conversion conversion = convert_all(bytes, encoding);
    if (bad_bytes != nullptr) *bad_bytes = conversion.bad_bytes;
    return std::move(conversion.text);
}

Result<DecodedText> decode_text(std::string_view file_name, ByteSpan bytes,
                                const DecodeOptions& options) {
    std::string_view raw = base::as_text(bytes);
    DecodedText decoded;
    if (options.encoding) {
        decoded.encoding = *options.encoding;
        decoded.certainty = Certainty::kStated;
        decoded.reason = "chosen by the producer";
    } else {
        EncodingGuess guess = detect_encoding(raw, options.language);
        decoded.encoding = guess.encoding;
        decoded.certainty = guess.certainty;
        decoded.reason = std::move(guess.reason);
    }
    const Encoding encoding = decoded.encoding;
    Conversion conversion = convert_all(raw, encoding);
    if (conversion.text.starts_with("\xef\xbb\xbf")) {
        conversion.text.erase(0, 3);
        for (std::size_t& offset : conversion.bad_at) {
            offset -= 3;
        }
        if (encoding == Encoding::kUtf8) decoded.encoding = Encoding::kUtf8WithMark;
    }
    // Where every fourth character is lost, whatever is left is nothing to show. A few are forgiven
    // in any text.
    constexpr std::size_t kForgiven = 8;
    const std::size_t shown =
        conversion.text.size() - conversion.characters_lost * kReplacementText.size();
    if (conversion.characters_lost >= kForgiven && conversion.characters_lost * 3 >= shown) {
        const auto first =
            conversion.text.begin() +
            static_cast<std::ptrdiff_t>(conversion.bad_at.empty() ? 0 : conversion.bad_at.front());
        return fail(ErrorCode::kInvalid,
                    "{}: the text is not {} (first at line {}), and in no other encoding known "
                    "here: choose one by name, or open it in an editor, save it as UTF-8 and add "
                    "it again",
                    file_name, to_string(encoding),
                    std::count(conversion.text.begin(), first, '\n') + 1);
    }
    decoded.problems = problems_of(conversion, encoding);
    decoded.text = std::move(conversion.text);
    return decoded;
}

}  // namespace matinee::subtitles
