#include "prepare/sniff.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matinee::prepare {
namespace {

using testing::HasSubstr;

std::string verdict(const Bytes& file) {
    return diagnose(file.size(),
                    [&](std::uint64_t offset, std::size_t size) {
                        const std::size_t begin = std::min<std::size_t>(offset, file.size());
                        const std::size_t end = std::min(begin + size, file.size());
                        return Bytes(file.begin() + static_cast<std::ptrdiff_t>(begin),
                                     file.begin() + static_cast<std::ptrdiff_t>(end));
                    })
        .value_or("nothing");
}

Bytes text(std::string_view content) {
    const ByteSpan bytes = base::as_byte_span(content);
    return {bytes.begin(), bytes.end()};
}

class Boxes {
  public:
    Boxes& box(std::string_view type, std::string_view content, std::uint32_t claimed = 0) {
        writer_.u32(claimed ? claimed : static_cast<std::uint32_t>(8 + content.size()));
        writer_.text(type);
        writer_.text(content);
        return *this;
    }
    Bytes take() { return std::move(writer_).take(); }

  private:
    base::ByteWriter writer_;
};

TEST(Sniff, SaysEmpty) {
    EXPECT_EQ(verdict({}), "is empty");
}

TEST(Sniff, KnowsTextInAnyLanguage) {
    EXPECT_EQ(verdict(text("This is not a film\n")), "is not a video file (looks like text)");
    EXPECT_EQ(verdict(text("Это не фильм\r\n")), "is not a video file (looks like text)");
    std::string long_text;
    for (int i = 0; i < 2000; ++i)
        long_text += "字幕";
    EXPECT_EQ(verdict(text(long_text)), "is not a video file (looks like text)");
}

TEST(Sniff, KnowsOtherFiles) {
    EXPECT_THAT(verdict(text("%PDF-1.7 ...")), HasSubstr("PDF"));
    EXPECT_THAT(verdict(text(std::string_view("PK\x03\x04 more", 9))), HasSubstr("ZIP"));
    EXPECT_THAT(verdict(Bytes(1000)), HasSubstr("zeros"));
}

TEST(Sniff, MissesTheIndex) {
    EXPECT_THAT(
        verdict(Boxes().box("ftyp", "isom").box("mdat", std::string(100, 'x'), 5000).take()),
        HasSubstr("cut short: the index (moov) is missing"));
    EXPECT_THAT(verdict(Boxes().box("ftyp", "isom").box("free", "").take()),
                HasSubstr("no index (moov)"));
}

TEST(Sniff, SeesEncryption) {
    EXPECT_THAT(verdict(Boxes().box("ftyp", "isom").box("moov", "...encv...sinf...").take()),
                HasSubstr("encrypted"));
}

TEST(Sniff, HasNothingAgainstAWholeFile) {
    EXPECT_EQ(verdict(Boxes().box("ftyp", "isom").box("moov", "trak").box("mdat", "x").take()),
              "nothing");
    EXPECT_EQ(verdict(text(std::string_view("\x1A\x45\xDF\xA3\x01\x02\x03\x00", 8))), "nothing");
}

TEST(Sniff, EndsOnBoxesThatLieAboutTheirSize) {
    for (std::uint32_t size : {1U, 2U, 7U, 0xFFFFFFFFU}) {
        EXPECT_NE(verdict(Boxes().box("ftyp", "isom").box("mdat", "", size).take()), "nothing");
    }
}

TEST(Sniff, KnowsContainersByTheirFirstBytes) {
    using namespace std::string_view_literals;
    const auto container = [](std::string_view text) {
        return container_of(base::as_byte_span(text));
    };
    EXPECT_EQ(container("\0\0\0\x18"
                        "ftypmp42"sv),
              "mp4");
    EXPECT_EQ(container("\0\0\0\x08wide\0\0\0\0mdat"sv), "mov");
    EXPECT_EQ(container("\x1A\x45\xDF\xA3\x01"sv), "mkv");
    EXPECT_EQ(container("RIFF\x10\0\0\0AVI LIST"sv), "avi");
    EXPECT_EQ(container("RIFF\x10\0\0\0WAVEfmt "sv), "");
    EXPECT_EQ(container("\0\0\x01\xBA\x44"sv), "mpg");
    std::string packets(1000, 'x');
    for (std::size_t at = 0; at < packets.size(); at += 188)
        packets[at] = 'G';
    EXPECT_EQ(container(packets), "ts");
    EXPECT_EQ(container("G" + std::string(999, 'x')), "");
    EXPECT_EQ(container("\x7f"
                        "ELF"sv),
              "");
    EXPECT_EQ(container(""), "");
}

}  // namespace
}  // namespace matinee::prepare
