#include "app/subtitle_intake.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/installed_fonts.h"
#include "app/intake.h"
#include "library/prepared_entry.h"
#include "library/subtitle_set.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using subtitles::Encoding;
using subtitles::Kind;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SubtitleOptions, AreReadFromJson) {
    const SubtitleOptions options = must(parse_subtitle_options(
        R"({"encoding": "cp1251", "language": "rus", "kind": "sdh", "label": "x", "shift": -1.5,
            "stretch": "25:23.976", "overlaps": "cut", "use": false})"));
    EXPECT_EQ(options.encoding, Encoding::kWindows1251);
    EXPECT_EQ(options.language, "ru");
    EXPECT_EQ(options.kind, Kind::kSdh);
    EXPECT_EQ(options.label, "x");
    EXPECT_EQ(options.timing.shift, subtitles::Milliseconds(-1500));
    EXPECT_EQ(options.timing.stretch_numerator, 1001);
    EXPECT_EQ(options.timing.overlaps, subtitles::OverlapHandling::kCut);
    EXPECT_FALSE(options.use);
    EXPECT_TRUE(must(parse_subtitle_options("{}")).use);
}

TEST(SubtitleOptions, SayWhatIsWrongWithThem) {
    const std::pair<const char*, const char*> cases[] = {
        {"[]", "must be an object"},
        {R"({"language": "klingonish tongue"})", "is no language"},
        {R"({"kind": "karaoke"})", "is no kind"},
        {R"({"overlaps": "melt"})", "overlaps are to"},
        {R"({"stretch": "pal"})", "is no stretch"},
        {R"({"sync": "1=2"})", "two points"},
        {R"({"sync": "1=2,5=6", "shift": "1"})", "stands instead"},
        {R"({"use": "no"})", "true or false"},
        {R"({"label": []})", "must be a text"},
    };
    for (const auto& [said, says] : cases) {
        const auto parsed = parse_subtitle_options(said);
        ASSERT_FALSE(parsed) << said;
        EXPECT_EQ(parsed.error().code(), ErrorCode::kInvalid);
        EXPECT_THAT(parsed.error().to_string(), HasSubstr(says)) << said;
    }
}

TEST(SubtitleOptions, LieInLayers) {
    EXPECT_EQ(merge_subtitle_options(R"({"a":1,"b":2})", R"({"b":3,"a":null,"c":4})"),
              R"({"b":3,"c":4})");
}

// "Привет, как дела? Я тебя ждал." in windows-1251.
const std::string kRussianSrt =
    "1\n00:00:10,000 --> 00:00:13,000\n\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? "
    "\xdf \xf2\xe5\xe1\xff \xe6\xe4\xe0\xeb.\n";

class SubtitleIntakeTest : public testing::Test {
  protected:
    SubtitleIntakeTest() {
        fs::create_directory(films());
        write("a.mp4", "film");
    }

    [[nodiscard]] fs::path films() const { return folder_ / "films"; }
    void write(const fs::path& name, std::string_view content) {
        std::ofstream(films() / name, std::ios::binary) << content;
    }

    ImportSummary import() {
        ImportOptions options;
        options.match_subtitles = match_subtitles;
        options.install_subtitles =
            [&](const std::string& id,
                std::span<const store::SubtitleSource> sources) -> Result<InstalledSubtitles> {
            const SubtitleContext context = must(subtitle_context(*store_, library_, id));
            return install_subtitles(library_.subtitles_folder(), sources, context, notes_);
        };
        options.has_media = [](const std::string&) { return true; };
        const std::vector<fs::path> paths = {films()};
        notes_.clear();
        return must(import_files(*store_, paths, options));
    }

    void prepare(std::chrono::seconds duration) {
        const auto job = must(store_->take_job("w", std::chrono::hours(1)));
        must(store_->finish_job(job->id, "w", {.id = "m", .house = "", .duration = duration}));
    }

    std::string set() { return must(store_->find_entry("a")).subtitles_id; }
    std::vector<store::SubtitleSource> sources() { return must(store_->list_subtitles("a")); }
    static Json report(const store::SubtitleSource& source) { return Json::parse(source.report); }
    std::vector<subtitles::Cue> cues(std::string_view language, Kind kind = Kind::kSubtitles,
                                     unsigned ordinal = 1) {
        const auto opened = must(library_.subtitles(set()));
        const subtitles::Track* track = opened->find(language, kind, ordinal);
        return track == nullptr ? std::vector<subtitles::Cue>() : track->cues();
    }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<store::Store> store_ = must(store::Store::open(folder_ / "matinee.db", clock_));
    library::Library library_{folder_ / "library"};
    std::vector<ImportNote> notes_;
};

TEST_F(SubtitleIntakeTest, FindsEncodingAndLanguageAndSaysSo) {
    write("a.srt", kRussianSrt);
    import();
    ASSERT_THAT(sources(), SizeIs(1));
    EXPECT_EQ(sources()[0].language, "ru");
    const Json found = report(sources()[0]);
    EXPECT_EQ(found["encoding"], "windows-1251");
    EXPECT_EQ(found["tracks"][0]["language_source"], "content");
    EXPECT_EQ(cues("ru").at(0).text, "Привет, как дела? Я тебя ждал.");
    EXPECT_THAT(notes_, Contains(Field(&ImportNote::text, HasSubstr("taken for windows-1251"))));
}

TEST_F(SubtitleIntakeTest, DoesWhatIsSetWithoutPreparingTheFilmAgain) {
    write("a.ru.srt", kRussianSrt);
    import();
    prepare(std::chrono::seconds(60));
    EXPECT_EQ(import().unchanged, std::vector<std::string>{"a"});
    const std::string before = set();
    must(store_->set_subtitle_options(
        "a", "a.ru.srt", R"({"shift": "-1.5", "kind": "sdh", "encoding": "windows-1251"})"));
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_NE(set(), before);
    ASSERT_THAT(cues("ru", Kind::kSdh), SizeIs(1));
    EXPECT_EQ(cues("ru", Kind::kSdh)[0].start, subtitles::Milliseconds(8500));
    EXPECT_EQ(report(sources()[0])["certainty"], "stated");
    EXPECT_THAT(must(store_->list_jobs()), SizeIs(1));
    // An import finds the same, and nothing to do; taking it back brings the old set back.
    const std::string after = set();
    const Instant touched = must(store_->find_entry("a")).updated;
    clock_.advance(std::chrono::hours(1));
    import();
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_EQ(set(), after);
    EXPECT_EQ(must(store_->find_entry("a")).updated, touched);
    must(store_->set_subtitle_options("a", "a.ru.srt", ""));
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_EQ(set(), before);
}

TEST_F(SubtitleIntakeTest, UsesWhatIsInsideTheFilmWhereNoFileLiesBesideIt) {
    write("a.ru.srt", kRussianSrt);
    import();
    prepare(std::chrono::seconds(60));
    const fs::path media = library_.media_folder() / "m";
    fs::create_directories(media);
    std::ofstream(media / library::kManifestFile) << "{}";
    subtitles::Document inside;
    subtitles::Cue cue;
    cue.start = subtitles::Milliseconds(1000);
    cue.end = subtitles::Milliseconds(2000);
    cue.text = "inside";
    inside.cues.push_back(cue);
    const std::vector<subtitles::Track> tracks = {{"ru", Kind::kSubtitles, inside},
                                                  {"en", Kind::kSubtitles, inside}};
    must(library::SubtitleSet::publish(media / library::kEmbeddedSubtitles, tracks));

    must(refresh_subtitles(*store_, library_, "a"));
    ASSERT_THAT(cues("en"), SizeIs(1));
    EXPECT_EQ(cues("en")[0].text, "inside");
    EXPECT_EQ(cues("ru").at(0).text, "Привет, как дела? Я тебя ждал.") << "the file stands over it";
    const std::string both = set();
    import();
    EXPECT_EQ(set(), both) << "an import does not lose it";
    fs::remove(films() / "a.ru.srt");
    import();
    EXPECT_EQ(cues("ru").at(0).text, "inside");
}

TEST_F(SubtitleIntakeTest, ChecksAgainstTheFilmOnceItsDurationIsKnown) {
    write("a.ru.srt", kRussianSrt);
    import();
    EXPECT_FALSE(report(sources()[0]).contains("duration"));
    const std::string before = set();
    prepare(std::chrono::seconds(5));
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_EQ(set(), before);
    const Json found = report(sources()[0]);
    EXPECT_EQ(found["duration"], 5000);
    EXPECT_EQ(found["tracks"][0]["counts"]["past-end"], 1);
    EXPECT_EQ(found["tracks"][0]["findings"][0]["cue"], 1);
    EXPECT_EQ(found["tracks"][0]["findings"][0]["start"], 10'000);
}

TEST_F(SubtitleIntakeTest, KeepsSeveralTracksOfOneLanguageApart) {
    const std::string plain = "1\n00:00:01,000 --> 00:00:03,000\n";
    write("a.en.srt", plain + "one\n");
    write("a.en.2.srt", plain + "two\n");
    write("a.en.director.srt", plain + "three\n");
    write("a.en.sdh.srt", plain + "four\n");
    import();
    EXPECT_EQ(cues("en").at(0).text, "one");
    EXPECT_EQ(cues("en", Kind::kSubtitles, 2).at(0).text, "two");
    EXPECT_EQ(cues("en", Kind::kSubtitles, 3).at(0).text, "three");
    EXPECT_EQ(cues("en", Kind::kSdh).at(0).text, "four");
    EXPECT_EQ(must(library_.subtitles(set()))->find("en", Kind::kSubtitles, 3)->label(),
              "director");
}

TEST_F(SubtitleIntakeTest, MakesChineseExactAndSaysSo) {
    write("a.zh.srt", "1\n00:00:01,000 --> 00:00:05,000\n我們明天在車站見面吧。\n");
    import();
    EXPECT_EQ(sources().at(0).language, "zh-Hant");
    EXPECT_THAT(notes_, Contains(Field(&ImportNote::text, HasSubstr("traditional characters"))));
    // What is found out once is not taken for what the name says later.
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_EQ(sources().at(0).language, "zh-Hant");
    EXPECT_EQ(report(sources()[0])["tracks"][0]["language_source"], "file name");
}

TEST_F(SubtitleIntakeTest, LeavesOutWhatIsNotToBeUsedOrCannotBeRead) {
    write("a.ru.srt", kRussianSrt);
    write("a.en.srt", "nothing");
    write("a.json", R"({"subtitles": {"a.ru.srt": {"use": false}}})");
    import();
    EXPECT_EQ(set(), "");
    ASSERT_THAT(sources(), SizeIs(2));
    EXPECT_THAT(report(sources()[0])["error"].get<std::string>(), HasSubstr("no cue found"));
    EXPECT_EQ(report(sources()[1])["used"], false);
    must(store_->set_subtitle_options("a", "a.ru.srt", R"({"use": true})"));
    must(refresh_subtitles(*store_, library_, "a"));
    EXPECT_THAT(cues("ru"), SizeIs(1));
}

TEST_F(SubtitleIntakeTest, RefusesWhatIsFarTooLargeUnread) {
    write("a.ru.srt", kRussianSrt);
    fs::resize_file(films() / "a.ru.srt", std::size_t{33} << 20);  // sparse
    import();
    EXPECT_THAT(report(sources().at(0))["error"].get<std::string>(),
                HasSubstr("larger than 32 MiB"));
}

TEST_F(SubtitleIntakeTest, ChangesNothingWhenAFileIsGone) {
    write("a.ru.srt", kRussianSrt);
    import();
    const std::string before = set();
    fs::remove(films() / "a.ru.srt");
    EXPECT_FALSE(refresh_subtitles(*store_, library_, "a"));
    EXPECT_EQ(set(), before);
}

TEST(InstalledFonts, CanDrawAscii) {
    const auto has_glyph = installed_glyphs();
    if (!has_glyph(U'a')) GTEST_SKIP() << "this machine has no fonts";
    EXPECT_TRUE(has_glyph(U'z'));
    EXPECT_FALSE(has_glyph(0x10fffd));  // private use, of no font
}

}  // namespace
}  // namespace matinee::app
