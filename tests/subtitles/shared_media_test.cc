// Files of the real world, which are not ours to keep here: MATINEE_MEDIA names the folder that
// has them, with a folder `subs`. Without it these tests are skipped, and say so.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "subtitles/builders.h"
#include "subtitles/cue_text.h"
#include "subtitles/parse.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SharedSubtitles : public ::testing::Test {
  protected:
    void SetUp() override {
        const char* const media = std::getenv("MATINEE_MEDIA");
        if (media == nullptr || *media == '\0') {
            GTEST_SKIP() << "MATINEE_MEDIA is not set: no shared subtitle files to read";
        }
        root_ = fs::path(media) / "subs";
        ASSERT_TRUE(fs::is_directory(root_)) << root_ << " is not there: check MATINEE_MEDIA";
    }

    // Files below `folder` that end with `extension` (all when empty), sorted.
    [[nodiscard]] std::vector<fs::path> files(const fs::path& folder,
                                              const std::string& extension = "") const {
        std::vector<fs::path> found;
        for (const auto& entry : fs::recursive_directory_iterator(root_ / folder)) {
            if (entry.is_regular_file() &&
                (extension.empty() || entry.path().extension() == extension)) {
                found.push_back(entry.path());
            }
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    [[nodiscard]] std::string name(const fs::path& path) const {
        return path.lexically_normal()
            .lexically_relative(root_.lexically_normal())
            .generic_string();
    }

    fs::path root_;
};

TEST_F(SharedSubtitles, AreReadOrRefusedWithAReasonAndReadBackAsTheyWere) {
    std::size_t read = 0;
    std::size_t refused = 0;
    for (const fs::path& path : files(".")) {
        const std::string content = base::read_file(path).value();
        const Result<ParsedFile> parsed =
            parse(path.filename().string(), base::as_byte_span(content), {}, {FrameRate{25, 1}});
        if (!parsed) {
            ++refused;
            EXPECT_THAT(parsed.error().to_string(), StartsWith(path.filename().string() + ": "));
            continue;
        }
        ++read;
        for (const Document& document : parsed->documents) {
            Result<Source> again = parse_webvtt(render_file(document));
            ASSERT_TRUE(again) << name(path);
            std::vector<Problem> problems;
            EXPECT_EQ(tidy(*std::move(again), Overlaps::kExpected, problems), document)
                << name(path);
            EXPECT_TRUE(problems.empty()) << name(path) << ": " << problems[0].message;
        }
    }
    RecordProperty("read", static_cast<int>(read));
    RecordProperty("refused", static_cast<int>(refused));
    EXPECT_GT(read, 100U);
}

// Those whose content is no matter of taste: name, cues.
TEST_F(SharedSubtitles, HaveTheCuesOneCounts) {
    const std::map<std::string, std::size_t> expected = {
        {"srt/astisub_example-in.srt", 6},
        {"srt/astisub_example-in-html-entities.srt", 3},
        {"srt/cleanable-01.srt", 7},
        {"srt/cleanable-02.srt", 4},
        {"srt/coordinates.srt", 311},
        {"srt/dots-in-timings.srt", 3},
        {"srt/gpac_counter.srt", 600},
        {"srt/normal-01.srt", 639},  // one ends when it starts
        {"srt/parse-edge-case-1.srt", 5},
        {"srt/parse-edge-case-3.srt", 1},  // five more have no text
        {"srt/parse-edge-case-5.srt", 5},
        {"srt/pysrt_empty.srt", 5},  // two have no text
        {"srt/pysrt_no-indexes.srt", 7},
        {"srt/three-cues.srt", 3},
        {"srt/three-cues-cleanable.srt", 3},  // one says the same again
        {"srt/webvtt-py_invalid_timeframe.srt", 5},
        {"srt/webvtt-py_missing_caption_text.srt", 4},
        {"encodings/ErsatzTV-bom.srt", 1},
        {"encodings/auto_detect_Russian.srt", 183},
        {"encodings/bom-utf-16-be.srt", 7},
        {"encodings/bom-utf-16-le.srt", 7},
        {"encodings/three-cues-chinese.srt", 3},
        {"vtt/gpac_comments.vtt", 13},
        {"vtt/gpac_counter.vtt", 1500},
        {"vtt/gpac_elephants-dream-subtitles-en.vtt", 89},
        {"vtt/gpac_spec-example-nested.vtt", 6},
        {"vtt/webvtt-py_one_caption.vtt", 1},
        {"vtt/webvtt-py_styles.vtt", 1},
        {"vtt/gpac_empty2.vtt", 0},
        {"ass/gaupol.ass", 9},  // one ends before the film starts
        {"ass/gaupol.ssa", 9},
        {"ass/libass_drawImg.ass", 0},  // a drawing, and nothing else
        {"ass/libass_ffmpeg_legacy3.ass", 1},
        {"ass/st_ass01.ass", 0},  // three lines without text
        {"ass/st_no-header.ssa", 3},
        {"ass/st_ssa04--with-ass-header.ssa", 20},
        {"ass/st_three-cues.ass", 3},
        {"ass/st_three-cues.ssa", 3},
        {"encodings/utf-8-000-chi.ass", 21},
        {"microdvd/gaupol.sub", 9},
        {"microdvd/three-cues.sub", 3},
        {"sbv/subaligner_test.sbv", 17},
        {"sbv/subsrt_sample.sbv", 5},
        {"sbv/webvtt-py_missing_timeframe.sbv", 3},  // one has no timing, one ends before it starts
        {"ttml/astisub_example-out-no-indent.ttml", 6},
        {"ttml/gpac_ebu-ttd_prefix.ttml", 2},
        {"ttml/gpac_ebu-ttd_sample.ttml", 13},
        {"ttml/gpac_ebu-ttd_sample_invalid_ns.ttml", 2},
        {"ttml/mantas_sample.dfxp", 17},
        {"ttml/imsc1/document/DocumentExample120.ttml", 11},
        {"ttml/imsc1/structure/Structure002.ttml", 0},  // no body
        {"ttml/imsc1/timing/BeginEnd001.ttml", 9},
        {"ttml/imsc1/timing/TimeExpressions001.ttml", 11},
    };
    for (const auto& [file, count] : expected) {
        const std::string content = base::read_file(root_ / file).value();
        const FilmFacts film{FrameRate{25, 1}};
        const Result<ParsedFile> parsed = parse(file, base::as_byte_span(content), {}, film);
        ASSERT_TRUE(parsed) << file << ": " << parsed.error().to_string();
        EXPECT_EQ(parsed->documents.at(0).cues.size(), count)
            << file << "\n"
            << fmt::format("{}", fmt::join(messages(parsed->problems), "\n"));
    }
}

TEST_F(SharedSubtitles, AreRefusedForTheRightReason) {
    const std::pair<const char*, const char*> expected[] = {
        {"srt/empty.srt", "empty"},
        {"srt/webvtt-py_invalid_format2.srt", "no cue found"},
        {"bitmap/ersatztv.sup", "PGS"},
        {"bitmap/three-english-cues.sup", "PGS"},
        {"bitmap/vobsub_example.idx", "VobSub"},
        {"bitmap/vobsub_example.sub", "VobSub"},
        {"ass/fake-binary.ass", "not text"},
        {"microdvd/three-cues.sub", "how many a second"},
        {"sbv/webvtt-py_invalid_format.sbv", "no cue found"},
        {"other/test.scc", "Scenarist"},
        {"other/gaupol.lrc", "LRC"},
        {"stl/astisub_example-in.stl", "EBU STL"},
        {"ttml/imsc1/altText/altText1.ttml", "pictures"},
        {"ttml/gpac_ttml_images.ttml", "pictures"},
    };
    for (const auto& [file, says] : expected) {
        const std::string content = base::read_file(root_ / file).value();
        const Result<ParsedFile> parsed = parse(file, base::as_byte_span(content));
        ASSERT_FALSE(parsed) << file;
        EXPECT_THAT(parsed.error().to_string(), HasSubstr(says)) << file;
    }
}

// Cases of the W3C's IMSC suite say in their own text when it is to be seen.
TEST_F(SharedSubtitles, KeepTheTimesOfImsc) {
    const std::map<std::string, std::vector<std::string>> expected = {
        {"BasicTiming001", {"10000-20000"}},
        {"BasicTiming002", {"10000-20000"}},
        {"BasicTiming003", {"10000-20000"}},
        {"BasicTiming006", {"0-15000"}},
        {"BasicTiming007", {"5000-15000"}},
        {"BasicTiming010", {"10000-24400", "25000-35000"}},
        {"BasicTimeContainment001", {"0-5000", "5000-10000"}},
        {"MediaParTiming001", {"5000-15000", "10000-20000"}},
        {"MediaSeqTiming004", {"5000-10000", "15000-20000"}},
        {"MediaSeqTiming007", {"5000-10000"}},
    };
    for (const auto& [file, times] : expected) {
        const std::string content =
            base::read_file(root_ / "ttml/imsc1/timing" / (file + ".ttml")).value();
        const Result<ParsedFile> parsed = parse(file, base::as_byte_span(content));
        ASSERT_TRUE(parsed) << file << ": " << parsed.error().to_string();
        std::vector<std::string> found;
        for (const Cue& cue : parsed->documents.at(0).cues) {
            found.push_back(fmt::format("{}-{}", cue.start.count(), cue.end.count()));
            EXPECT_EQ(cue.text.find("must not appear"), std::string::npos) << file;
        }
        EXPECT_EQ(found, times) << file;
    }
}

// No file of any kind but these may be refused, and what is read has plausible cues.
TEST_F(SharedSubtitles, AreAllRead) {
    // By the folder or file they are in: what cannot be text.
    const std::pair<std::string, ErrorCode> unreadable[] = {
        {"bitmap/", ErrorCode::kUnsupported},
        {"stl/", ErrorCode::kUnsupported},
        {"other/test.scc", ErrorCode::kUnsupported},
        {"other/gaupol.lrc", ErrorCode::kUnsupported},
        {"ass/fake-binary.ass", ErrorCode::kInvalid},
        {"sbv/webvtt-py_invalid_format.sbv", ErrorCode::kInvalid},
        {"srt/empty.srt", ErrorCode::kInvalid},
        {"srt/webvtt-py_invalid_format", ErrorCode::kInvalid},
        {"vtt/webvtt-py_empty.vtt", ErrorCode::kInvalid},
        {"ttml/gpac_ttml_images.ttml", ErrorCode::kUnsupported},
        {"ttml/imsc1/altText/altText1.ttml", ErrorCode::kUnsupported},
        {"ttml/imsc1/aspectRatio/", ErrorCode::kUnsupported},
    };
    const std::set<std::string> subtitles = {".srt",  ".vtt", ".ass", ".ssa", ".ttml",
                                             ".dfxp", ".smi", ".sbv", ".sub", ".idx",
                                             ".sup",  ".scc", ".lrc", ".stl"};
    std::size_t encodings = 0;
    std::map<std::string, std::pair<std::size_t, std::size_t>> counts;  // read, refused
    for (const fs::path& path : files(".")) {
        const std::string file = name(path);
        if (!subtitles.contains(path.extension()) || file.starts_with("vttjs-suite")) continue;
        const std::string content = base::read_file(path).value();
        const FilmFacts film{FrameRate{25, 1}};
        const Result<ParsedFile> parsed = parse(file, base::as_byte_span(content), {}, film);
        auto& [read, refused] = counts[path.extension()];
        if (!parsed) {
            ++refused;
            const std::string reason = parsed.error().to_string();
            if (reason.find("is not UTF-8") != std::string::npos) {
                ++encodings;
                continue;
            }
            const auto* const known =
                std::find_if(std::begin(unreadable), std::end(unreadable),
                             [&](const auto& one) { return file.starts_with(one.first); });
            const bool webvtt_without_signature =
                path.extension() == ".vtt" && reason.find("WEBVTT") != std::string::npos;
            EXPECT_TRUE(known != std::end(unreadable) || webvtt_without_signature) << reason;
            if (known != std::end(unreadable)) {
                EXPECT_EQ(parsed.error().code(), known->second) << reason;
            }
            continue;
        }
        ++read;
        for (const Document& document : parsed->documents) {
            for (const Cue& cue : document.cues) {
                EXPECT_LE(cue.start, std::chrono::hours(200)) << file;
                EXPECT_TRUE(has_visible_text(cue.text)) << file;
                EXPECT_EQ(cue.text.find("{\\"), std::string::npos) << file << ": " << cue.text;
            }
        }
        // A file without cues says why.
        EXPECT_TRUE(!parsed->documents.at(0).cues.empty() || !parsed->problems.empty() ||
                    path.extension() == ".vtt")
            << file;
    }
    for (const auto& [extension, count] : counts) {
        fmt::print("{:6} {:4} read, {:3} refused\n", extension, count.first, count.second);
    }
    fmt::print("{} refused for their encoding\n", encodings);
}

// What MANIFEST.tsv says of each file's encoding. Two of its columns speak of it: `encoding` is
// what the file was collected as, `sniffed` what its bytes are; where they are valid UTF-8, that
// counts.
TEST_F(SharedSubtitles, AreInTheEncodingTheManifestSays) {
    std::istringstream manifest(base::read_file(root_ / "MANIFEST.tsv").value());
    std::size_t compared = 0;
    std::size_t legacy = 0;
    for (std::string row; std::getline(manifest, row);) {
        std::vector<std::string> fields;
        std::istringstream cells(row);
        for (std::string cell; std::getline(cells, cell, '\t');) {
            fields.push_back(cell);
        }
        constexpr std::size_t kFile = 0;
        constexpr std::size_t kEncoding = 8;
        constexpr std::size_t kSniffed = 9;
        if (fields.size() <= kSniffed || !fs::is_regular_file(root_ / fields[kFile])) continue;
        // By its own word it does not know: the file is Korean, and was filed as Japanese.
        if (fields[kEncoding].find("illegal") != std::string::npos) continue;
        std::string says = fields[kEncoding].substr(0, fields[kEncoding].find(" ("));
        if (fields[kSniffed].starts_with("UTF-8") || fields[kSniffed] == "ASCII") says = "UTF-8";
        if (says.ends_with(" BOM")) says.resize(says.size() - 4);
        const auto expected = encoding_by_name(says);
        if (!expected) continue;  // "legacy/binary": of bitmaps and the like
        const std::string content = base::read_file(root_ / fields[kFile]).value();
        const Result<DecodedText> decoded = decode_text(fields[kFile], base::as_byte_span(content));
        ASSERT_TRUE(decoded) << fields[kFile] << ": " << decoded.error().to_string();
        std::string text = convert(content, *expected);
        if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
        // Encodings that read these bytes alike are as good: windows-1254 for ISO 8859-9.
        EXPECT_EQ(decoded->text == text, true)
            << fields[kFile] << " is " << fields[kEncoding] << ", not "
            << to_string(decoded->encoding) << " (" << decoded->reason << ")";
        EXPECT_NE(decoded->certainty, Certainty::kGuess) << fields[kFile] << decoded->reason;
        ++compared;
        if (fields[kSniffed] == "legacy/binary") {
            ++legacy;
            fmt::print("{:45} {:22} {:13} {}\n", fields[kFile], says, to_string(decoded->encoding),
                       to_string(decoded->certainty));
        }
    }
    fmt::print("{} files have the encoding the manifest says, {} of them a legacy one\n", compared,
               legacy);
    EXPECT_GT(compared, 200U);
    EXPECT_GE(legacy, 12U);
}

// The test suite of vtt.js gives for each file what a parser must find in it. It follows the
// drafts of 2014: what the specification has changed since is translated, or listed as `outdated`.
TEST_F(SharedSubtitles, AgreeWithTheSuiteOfVttJs) {
    const std::set<std::string> outdated = {
        // Regions in the header; they have blocks of their own now (6.1).
        "vttjs-suite/tests/cue-settings/region/region-arrows.vtt",
        "vttjs-suite/tests/cue-settings/region/valid.vtt",
        "vttjs-suite/tests/integration/regions.vtt",
        "vttjs-suite/tests/regions/id/arrows.vtt",
        "vttjs-suite/tests/regions/id/correct.vtt",
        // Three digits, or more than 59, are hours, which minutes and seconds must follow (6.3).
        "vttjs-suite/tests/cue-times/min-top-digits.vtt",
        "vttjs-suite/tests/cue-times/minimum-spots-over-sixty.vtt",
        // A second arrow starts a new block even below a line that was no timing (6.1).
        "vttjs-suite/tests/integration/id.vtt",
    };
    std::size_t files_compared = 0;
    std::size_t agreeing = 0;
    for (const fs::path& path : files("vttjs-suite", ".vtt")) {
        fs::path json_path = path;
        json_path.replace_extension(".json");
        if (!fs::exists(json_path)) continue;
        const nlohmann::json expected = nlohmann::json::parse(base::read_file(json_path).value());
        const Result<Source> read = parse_webvtt(base::read_file(path).value());
        ++files_compared;
        std::string difference;
        const auto differ = [&](const std::string& what, const auto& is, const auto& should_be) {
            if (is != should_be) difference += fmt::format("{}: {}, not {}; ", what, is, should_be);
        };
        const auto& cues = expected.at("cues");
        differ("cues", read ? read->cues.size() : 0, cues.size());
        for (std::size_t i = 0; difference.empty() && i < cues.size(); ++i) {
            const auto& wanted = cues[i];
            const Cue& cue = read->cues[i].cue;
            const CueSettings& settings = cue.settings;
            const auto text = [&](const char* key) { return wanted.at(key).get<std::string>(); };
            const auto thousandths = [&](const char* key) {
                return std::llround(wanted.at(key).get<double>() * 1000);
            };
            differ("id", cue.id, text("id"));
            differ("start", static_cast<long long>(cue.start.count()), thousandths("startTime"));
            differ("end", static_cast<long long>(cue.end.count()), thousandths("endTime"));
            differ("text", cue.text, normalise_cue_text(text("text")));
            differ("size", settings.size, wanted.at("size").get<double>());
            differ("region", settings.region,
                   wanted.at("region").is_string() ? text("region") : std::string("an object"));
            const char* const directions[] = {"", "rl", "lr"};
            differ("vertical",
                   std::string(directions[static_cast<std::size_t>(settings.direction)]),
                   text("vertical"));
            const char* const aligns[] = {"start", "middle", "end", "left", "right"};
            differ("align", std::string(aligns[static_cast<std::size_t>(settings.align)]),
                   text("align"));
            const auto& line = wanted.at("line");
            differ("line", settings.line.has_value(), line.is_number());
            if (settings.line && line.is_number()) {
                differ("line", *settings.line, line.get<double>());
                differ("snap", settings.line_unit == LineUnit::kLines,
                       wanted.at("snapToLines").get<bool>());
            }
            const auto& position = wanted.at("position");
            if (position.is_number()) {
                differ("position", settings.position.value_or(-1), position.get<double>());
            }
        }
        if (difference.empty()) ++agreeing;
        EXPECT_EQ(difference.empty(), !outdated.contains(name(path)))
            << name(path) << ": " << difference;
    }
    fmt::print("{} of {} files of the vtt.js suite agree\n", agreeing, files_compared);
    EXPECT_GT(files_compared, 100U);
}

}  // namespace
}  // namespace matinee::subtitles
