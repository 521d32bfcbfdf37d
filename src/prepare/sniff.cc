#include "prepare/sniff.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace matinee::prepare {
namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::uint64_t kLargestMoov = 64 << 20;

struct TopLevel {
    bool file_type = false;
    bool movie = false;
    bool media = false;
    bool encrypted = false;
    bool overruns = false;  // a box claims more than the file has
    bool is_bmff = false;
    std::uint64_t movie_offset = 0;
    std::size_t movie_size = 0;
};

bool is_box_type(std::string_view type) {
    return std::all_of(type.begin(), type.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

TopLevel walk(std::uint64_t size, const ReadAt& read_at) {
    TopLevel found;
    std::uint64_t at = 0;
    // A sane file has a handful of boxes, a fragmented one thousands: moov comes early there.
    for (int count = 0; at + 8 <= size && count < 100'000; ++count) {
        const Bytes header = read_at(at, 16);
        base::ByteReader reader{ByteSpan(header)};
        const auto short_size = reader.u32();
        const auto type_bytes = reader.bytes(4);
        if (!short_size || !type_bytes) break;
        const std::string type(base::as_text(*type_bytes));
        if (!is_box_type(type)) break;
        std::uint64_t box_size = *short_size;
        if (box_size == 1) {
            const auto large = reader.u64();
            if (!large) break;
            box_size = *large;
        } else if (box_size == 0) {
            box_size = size - at;
        }
        if (count == 0) {
            static constexpr std::string_view kFirst[] = {"ftyp", "styp", "moov", "mdat",
                                                          "free", "skip", "wide", "pnot"};
            found.is_bmff =
                std::find(std::begin(kFirst), std::end(kFirst), type) != std::end(kFirst);
            if (!found.is_bmff) break;
        }
        if (box_size < 8) break;
        found.file_type |= type == "ftyp";
        found.media |= type == "mdat";
        const bool overruns = box_size > size - at;
        found.overruns |= overruns;
        if (type == "moov" && !overruns) {
            found.movie = true;
            found.movie_offset = at;
            found.movie_size =
                static_cast<std::size_t>(std::min<std::uint64_t>(box_size, kLargestMoov));
            const Bytes moov = read_at(at, found.movie_size);
            const std::string_view text = base::as_text(moov);
            // Sample entries of protected tracks: Common Encryption's, and FairPlay's.
            const bool entry = std::ranges::any_of(
                std::array{"encv", "enca", "drms", "drmi"},
                [&](const char* type_name) { return text.find(type_name) != text.npos; });
            found.encrypted = entry && text.find("sinf") != text.npos;
        }
        if (overruns) break;
        at += box_size;
    }
    return found;
}

bool looks_like_text(const Bytes& head) {
    std::string_view text = base::as_text(head);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;  // UTF-16
    const auto control = std::count_if(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' &&
               c != '\f';
    });
    if (control > 0) return false;
    // The head may end inside a character: leave the last three bytes out.
    if (text.size() == kHeadBytes) text.remove_suffix(3);
    return !text.empty() && (base::is_valid_utf8(text) ||
                             std::none_of(text.begin(), text.end(), [](char c) { return c == 0; }));
}

}  // namespace

std::optional<std::string> diagnose(std::uint64_t size, const ReadAt& read_at) {
    if (size == 0) return "is empty";
    const Bytes head = read_at(0, kHeadBytes);
    const std::string_view text = base::as_text(head);
    if (std::all_of(head.begin(), head.end(), [](std::byte b) { return b == std::byte{0}; })) {
        return "holds nothing but zeros; copy it again";
    }
    static constexpr struct {
        std::string_view magic;
        std::string_view what;
    } kOthers[] = {
        {"%PDF", "a PDF document"},         {"PK\x03\x04", "a ZIP archive or an office document"},
        {"Rar!", "a RAR archive"},          {"\x89PNG", "a PNG picture"},
        {"\xFF\xD8\xFF", "a JPEG picture"}, {"7z\xBC\xAF", "a 7z archive"},
    };
    for (const auto& other : kOthers) {
        if (text.starts_with(other.magic)) {
            return "is not a video file (it is " + std::string(other.what) + ")";
        }
    }
    if (looks_like_text(head)) return "is not a video file (looks like text)";

    const TopLevel boxes = walk(size, read_at);
    if (!boxes.is_bmff) return std::nullopt;
    if (boxes.encrypted) return "is encrypted; export it without protection";
    if (!boxes.movie) {
        if (boxes.media || boxes.overruns) {
            return "is cut short: the index (moov) is missing; export or copy it again";
        }
        return "is damaged: it has no index (moov); export it again";
    }
    return std::nullopt;
}

std::string_view container_of(ByteSpan head) {
    const std::string_view text = base::as_text(head);
    static constexpr struct {
        std::size_t at;
        std::string_view magic;
        std::string_view extension;
    } kContainers[] = {
        {4, "ftyp", "mp4"},
        {4, "moov", "mov"},
        {4, "mdat", "mov"},
        {4, "wide", "mov"},
        {4, "free", "mov"},
        {4, "skip", "mov"},
        {4, "pnot", "mov"},
        {0, "\x1A\x45\xDF\xA3", "mkv"},  // EBML: Matroska, WebM
        {0, "OggS", "ogg"},
        {0, "FLV\x01", "flv"},
        {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", "wmv"},  // ASF
        {0, "\x06\x0E\x2B\x34", "mxf"},                  // SMPTE universal label
        {0, ".RMF", "rm"},
        {0, "DKIF", "ivf"},
        {0, "YUV4MPEG2", "y4m"},
    };
    for (const auto& container : kContainers) {
        if (text.size() > container.at && text.substr(container.at).starts_with(container.magic)) {
            return container.extension;
        }
    }
    if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "AVI ") return "avi";
    using namespace std::string_view_literals;
    if (text.starts_with("\0\0\x01\xBA"sv) || text.starts_with("\0\0\x01\xB3"sv)) return "mpg";
    // Packets of a transport stream follow each other by 188 bytes, or 192 with a time before each.
    constexpr std::size_t kPackets = 4;
    for (const auto& [first, size] : {std::pair<std::size_t, std::size_t>{0, 188}, {4, 192}}) {
        bool all = text.size() > first + (kPackets - 1) * size;
        for (std::size_t i = 0; all && i < kPackets; ++i)
            all = text[first + i * size] == 'G';
        if (all) return first == 0 ? "ts" : "m2ts";
    }
    return {};
}

std::optional<unsigned> dolby_vision_profile(std::uint64_t size, const ReadAt& read_at) {
    // Either way it stands in the description of the tracks: in the moov, or near the beginning.
    constexpr std::size_t kMatroskaHead = 256 << 10;
    const TopLevel boxes = walk(size, read_at);
    const Bytes tracks =
        boxes.movie ? read_at(boxes.movie_offset, boxes.movie_size) : read_at(0, kMatroskaHead);
    const std::string_view text = base::as_text(tracks);
    for (const std::string_view type : {"dvcC", "dvvC", "dvwC"}) {
        const std::size_t at = text.find(type);
        if (at == text.npos) continue;
        std::size_t record = at + type.size();
        // Matroska: BlockAddIDType is followed by BlockAddIDExtraData (41ED) and its length.
        const std::string_view after = text.substr(record, 8);
        if (const std::size_t data = after.find("\x41\xED"); data != after.npos) record += data + 3;
        if (record + 3 > tracks.size()) continue;
        // version_major, version_minor, then seven bits of profile.
        return std::to_integer<unsigned>(tracks[record + 2]) >> 1;
    }
    return std::nullopt;
}

bool is_mirrored_across(std::uint64_t size, const ReadAt& read_at) {
    const TopLevel boxes = walk(size, read_at);
    if (!boxes.movie) return false;
    const Bytes movie = read_at(boxes.movie_offset, boxes.movie_size);
    const std::string_view text = base::as_text(movie);
    for (std::size_t at = text.find("tkhd"); at != text.npos; at = text.find("tkhd", at + 4)) {
        const ByteSpan rest = ByteSpan(movie).subspan(at + 4);
        if (rest.empty()) return false;
        // Version 1 has three times of eight bytes instead of four.
        const std::size_t matrix_at = rest[0] == std::byte{1} ? 52 : 40;
        constexpr std::size_t kMatrixAndSize = 9 * 4 + 2 * 4;
        if (rest.size() < matrix_at + kMatrixAndSize) return false;
        base::ByteReader reader(rest.subspan(matrix_at));
        std::array<std::uint32_t, 11> values{};
        for (std::uint32_t& value : values) {
            if (const auto read = reader.u32()) value = *read;
        }
        if (values[9] == 0) continue;  // sound
        constexpr std::uint32_t kMinusOne = 0xffff0000;
        return values[0] == 0 && values[1] == kMinusOne && values[3] == kMinusOne && values[4] == 0;
    }
    return false;
}

}  // namespace matinee::prepare
