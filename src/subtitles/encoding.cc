#include "subtitles/encoding.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"
#include "subtitles/scan.h"

namespace matinee::subtitles {
namespace {

std::string decode_utf16(ByteSpan bytes, Encoding encoding) {
    const std::size_t high = encoding == Encoding::kUtf16BigEndian ? 0 : 1;
    const std::size_t count = bytes.size() / 2;
    const auto unit = [&](std::size_t i) {
        return static_cast<char32_t>(std::to_integer<std::uint32_t>(bytes[2 * i + high]) << 8 |
                                     std::to_integer<std::uint32_t>(bytes[2 * i + 1 - high]));
    };
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i < count; ++i) {
        char32_t character = unit(i);
        if (character >= 0xd800 && character <= 0xdfff) {
            const bool leads = character <= 0xdbff && i + 1 < count;
            const char32_t trail = leads ? unit(i + 1) : 0;
            if (trail >= 0xdc00 && trail <= 0xdfff) {
                character = 0x10000 + ((character - 0xd800) << 10) + (trail - 0xdc00);
                ++i;
            } else {
                character = 0xfffd;
            }
        }
        append_utf8(character, text);
    }
    return text;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
    switch (encoding) {
        case Encoding::kUtf8:
            return "UTF-8";
        case Encoding::kUtf8WithMark:
            return "UTF-8 with BOM";
        case Encoding::kUtf16LittleEndian:
            return "UTF-16LE";
        case Encoding::kUtf16BigEndian:
            return "UTF-16BE";
    }
    return "UTF-8";
}

Result<DecodedText> decode_text(std::string_view file_name, ByteSpan bytes) {
    const std::string_view text = base::as_text(bytes);
    if (text.starts_with("\xff\xfe")) {
        constexpr Encoding kEncoding = Encoding::kUtf16LittleEndian;
        return DecodedText{decode_utf16(bytes.subspan(2), kEncoding), kEncoding};
    }
    if (text.starts_with("\xfe\xff")) {
        constexpr Encoding kEncoding = Encoding::kUtf16BigEndian;
        return DecodedText{decode_utf16(bytes.subspan(2), kEncoding), kEncoding};
    }
    DecodedText decoded;
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf")) {
        decoded.encoding = Encoding::kUtf8WithMark;
        rest.remove_prefix(3);
    }
    decoded.text = rest;
    while (!rest.empty()) {
        const std::size_t length = base::utf8_length(rest);
        if (length == 0) {
            const std::string_view before = text.substr(0, text.size() - rest.size());
            return fail(ErrorCode::kInvalid,
                        "{}: the text is not UTF-8 (first at line {}): open it in an editor, save "
                        "it as UTF-8 and add it again",
                        file_name, std::count(before.begin(), before.end(), '\n') + 1);
        }
        rest.remove_prefix(length);
    }
    return decoded;
}

}  // namespace matinee::subtitles
