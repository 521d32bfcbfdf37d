#include "media/nal_unit.h"

namespace matinee::media {

namespace {

// nal_unit_type values (ITU-T H.264 table 7-1)
constexpr unsigned kIdrSlice = 5;
constexpr unsigned kSequenceParameterSet = 7;
constexpr unsigned kPictureParameterSet = 8;
constexpr unsigned kAccessUnitDelimiter = 9;
constexpr unsigned kFiller = 12;
constexpr unsigned kSequenceParameterSetExtension = 13;

// Calls `visit(type, range with length prefix)` for each NAL unit.
template <typename Visit>
Result<void> for_each_nal_unit(ByteSpan sample, Visit visit) {
    base::ByteReader reader(sample);
    while (!reader.at_end()) {
        const std::uint64_t start = reader.position();
        const std::uint32_t size = TRY(reader.u32());
        const ByteSpan unit = TRY(reader.bytes(size));
        if (unit.empty()) continue;
        visit(std::to_integer<unsigned>(unit.front()) & 0x1fU, ByteRange{start, 4ULL + size});
    }
    return {};
}

}  // namespace

Result<std::vector<ByteRange>> without_parameter_sets(ByteSpan sample) {
    std::vector<ByteRange> kept;
    TRY(for_each_nal_unit(sample, [&](unsigned type, ByteRange range) {
        if (type == kSequenceParameterSet || type == kPictureParameterSet ||
            type == kSequenceParameterSetExtension || type == kAccessUnitDelimiter ||
            type == kFiller) {
            return;
        }
        if (!kept.empty() && kept.back().offset + kept.back().size == range.offset) {
            kept.back().size += range.size;
        } else {
            kept.push_back(range);
        }
    }));
    return kept;
}

Result<bool> holds_idr(ByteSpan sample) {
    bool found = false;
    TRY(for_each_nal_unit(sample,
                          [&](unsigned type, ByteRange) { found = found || type == kIdrSlice; }));
    return found;
}

Result<unsigned> nal_length_size(ByteSpan avcc) {
    base::ByteReader reader(avcc);
    TRY(reader.skip(4));
    return (TRY(reader.u8()) & 3U) + 1;
}

}  // namespace matinee::media
