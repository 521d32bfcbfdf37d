#include "app/importer.h"

#include <sys/stat.h>

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/sha256.h"
#include "store/metadata.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using store::Entry;
using store::EntryState;
using store::JobState;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// "film.zh.srt" is the Chinese subtitles of "film".
std::optional<SidecarName> match_by_suffix(std::string_view film, std::string_view name) {
    const std::string_view stem = film.substr(0, film.rfind('.'));
    if (!name.starts_with(stem)) return std::nullopt;
    name.remove_prefix(stem.size());
    if (name.size() != 7 || name[0] != '.') return std::nullopt;
    const std::string_view extension = name.substr(3);
    if (extension != ".srt" && extension != ".vtt") return std::nullopt;
    return SidecarName{std::string(name.substr(1, 2)), "full"};
}

class ImporterTest : public testing::Test {
  protected:
    ImporterTest() {
        options_.match_subtitles = match_by_suffix;
        options_.install_subtitles =
            [](const std::string&,
               std::span<const store::SubtitleSource> sources) -> Result<InstalledSubtitles> {
            InstalledSubtitles installed{sources.empty() ? "" : "set",
                                         {sources.begin(), sources.end()}};
            for (const auto& source : sources) {
                installed.set += "-" + source.language + "-" + source.sha256.substr(0, 4);
                if (source.options != "{}") installed.set += source.options;
            }
            return installed;
        };
        options_.has_media = [this](const std::string& id) { return library_.contains(id); };
        options_.house_json = "house-1";
        fs::create_directory(films());
    }

    [[nodiscard]] fs::path films() const { return folder_ / "films"; }

    void write(const fs::path& name, std::string_view content) {
        fs::create_directories((films() / name).parent_path());
        std::ofstream(films() / name) << content;
    }

    ImportSummary import() {
        const std::vector<fs::path> paths = {films()};
        return must(import_files(*store_, paths, options_));
    }

    // Does the oldest job as a worker would; the media is called after the source's content.
    void prepare_next() {
        const auto job = must(store_->take_job("w", std::chrono::hours(1)));
        ASSERT_TRUE(job);
        const std::string id = "m-" + job->source_sha256.substr(0, 8);
        must(store_->finish_job(job->id, "w",
                                {.id = id, .house = options_.house_json, .duration = Ticks(1)}));
        library_.insert(id);
    }

    Entry entry(const std::string& id) { return must(store_->find_entry(id)); }

    TempFolder folder_;
    FakeClock clock_;
    std::unique_ptr<store::Store> store_ = must(store::Store::open(folder_ / "matinee.db", clock_));
    std::set<std::string> library_;
    ImportOptions options_;
};

std::vector<std::string> paths_of(const std::vector<ImportNote>& notes) {
    std::vector<std::string> names;
    for (const ImportNote& note : notes) {
        names.push_back(note.path.filename().string());
    }
    return names;
}

TEST_F(ImporterTest, QueuesEveryFilm) {
    write("b.mov", "two");
    write("A Film.mp4", "one");
    write("day 2/c.mkv", "three");
    const ImportSummary summary = import();
    EXPECT_THAT(summary.added, ElementsAre("a-film", "b", "day-2-c"));
    EXPECT_EQ(summary.entries, summary.added);
    EXPECT_THAT(summary.ignored, IsEmpty());
    EXPECT_THAT(summary.problems, IsEmpty());
    const Entry film = entry("a-film");
    EXPECT_EQ(film.state, EntryState::kQueued);
    EXPECT_EQ(film.titles.at("und"), "A Film");
    EXPECT_EQ(film.source.path, (films() / "A Film.mp4").string());
    EXPECT_EQ(film.source.size, 3);
    EXPECT_EQ(film.source.sha256,
              "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
    EXPECT_EQ(must(store_->list_jobs()).size(), 3U);
}

TEST_F(ImporterTest, OffersWhateverMightBeAFilm) {
    write("text.mp4", "This is no film.");
    write("empty.mov", "");
    write("noextension", "x");
    write("odd.xyz", "x");
    EXPECT_THAT(import().added, ElementsAre("empty", "noextension", "odd", "text"));
}

TEST_F(ImporterTest, IgnoresTheRestWithAReason) {
    write("film.mp4", "film");
    write("poster.JPG", "x");
    write("notes.txt", "x");
    write("other.zh.srt", "x");
    write("all.zip", "x");
    write("big.mp4.part", "x");
    write(".hidden.mp4", "x");
    write(".git/object.mp4", "x");
    write("program.json", "{}");
    const ImportSummary summary = import();
    EXPECT_THAT(summary.added, ElementsAre("film"));
    EXPECT_THAT(paths_of(summary.ignored),
                ElementsAre(".hidden.mp4", "all.zip", "big.mp4.part", "notes.txt", "other.zh.srt",
                            "poster.JPG", "program.json"));
    EXPECT_THAT(summary.ignored[1].text, HasSubstr("unpack"));
    EXPECT_THAT(summary.ignored[4].text, HasSubstr("no film beside it"));
}

TEST_F(ImporterTest, DoesNothingTwice) {
    write("a.mp4", "one");
    write("a.zh.srt", "zh");
    write("a.json", R"({"title": "A"})");
    write("b.mp4", "two");
    import();
    EXPECT_THAT(import().queued, ElementsAre("a", "b"));  // under way
    prepare_next();
    prepare_next();
    const Entry before = entry("a");
    clock_.advance(std::chrono::hours(1));
    const ImportSummary summary = import();
    EXPECT_THAT(summary.unchanged, ElementsAre("a", "b"));
    EXPECT_THAT(summary.queued, IsEmpty());
    EXPECT_EQ(entry("a").updated, before.updated);
    EXPECT_EQ(must(store_->list_jobs()).size(), 2U);
}

TEST_F(ImporterTest, ReadsAFileAgainOnlyWhenItWasTouched) {
    write("a.mp4", "one");
    import();
    prepare_next();
    const fs::path file = films() / "a.mp4";
    // Same size and time: taken for the same content. That is the bargain.
    const auto time = fs::last_write_time(file);
    write("a.mp4", "two");
    fs::last_write_time(file, time);
    EXPECT_THAT(import().unchanged, ElementsAre("a"));
    fs::last_write_time(file, time + std::chrono::seconds(1));
    EXPECT_THAT(import().changed, ElementsAre("a"));
    // Another time, but the same content: nothing to prepare.
    prepare_next();
    fs::last_write_time(file, time + std::chrono::seconds(2));
    EXPECT_THAT(import().unchanged, ElementsAre("a"));
}

TEST_F(ImporterTest, QueuesWhatHasChanged) {
    write("a.mp4", "one");
    import();
    prepare_next();
    write("a.mp4", "another");
    EXPECT_THAT(import().changed, ElementsAre("a"));
    EXPECT_EQ(entry("a").state, EntryState::kQueued);
    EXPECT_FALSE(entry("a").media_id.empty());
    prepare_next();
    EXPECT_EQ(entry("a").media_source_sha256, entry("a").source.sha256);
    EXPECT_THAT(import().unchanged, ElementsAre("a"));
}

TEST_F(ImporterTest, NoticesAChangeThatWasStoredButNotQueued) {
    // As if the import had been killed between the two.
    write("a.mp4", "one");
    import();
    prepare_next();
    Entry changed = entry("a");
    changed.source.sha256 = "other";
    must(store_->upsert_entry(changed));
    EXPECT_THAT(import().queued, ElementsAre("a"));
}

TEST_F(ImporterTest, QueuesWhatTheLibraryLacksOrHasInAnotherFormat) {
    write("a.mp4", "one");
    import();
    prepare_next();
    library_.clear();
    EXPECT_THAT(import().queued, ElementsAre("a"));
    prepare_next();
    EXPECT_THAT(import().unchanged, ElementsAre("a"));
    options_.house_json = "house-2";
    EXPECT_THAT(import().queued, ElementsAre("a"));
}

TEST_F(ImporterTest, TriesFailedOnesAgainOnlyWhenAsked) {
    write("a.mp4", "one");
    import();
    const auto job = must(store_->take_job("w", std::chrono::hours(1)));
    must(store_->fail_job(job->id, "w", "no picture"));
    EXPECT_THAT(import().failed, ElementsAre("a"));
    EXPECT_EQ(entry("a").state, EntryState::kFailed);
    options_.retry_failed = true;
    EXPECT_THAT(import().queued, ElementsAre("a"));
    EXPECT_EQ(entry("a").state, EntryState::kQueued);
}

TEST_F(ImporterTest, PairsSubtitlesWithTheirFilm) {
    write("a.mp4", "one");
    write("a.zh.srt", "zh");
    write("a.ru.vtt", "ru");
    write("a.b.mp4", "two");
    write("a.b.en.srt", "en");
    EXPECT_THAT(import().ignored, IsEmpty());
    const auto subtitles = must(store_->list_subtitles("a"));
    ASSERT_THAT(subtitles, SizeIs(2));
    EXPECT_EQ(subtitles[0].language, "ru");
    EXPECT_EQ(subtitles[0].path, (films() / "a.ru.vtt").string());
    EXPECT_EQ(subtitles[1].language, "zh");
    EXPECT_THAT(entry("a").subtitles_id, HasSubstr("set-ru-"));
    EXPECT_THAT(must(store_->list_subtitles("a-b")), SizeIs(1));
}

TEST_F(ImporterTest, ReplacesSubtitlesWithoutPreparingAgain) {
    write("a.mp4", "one");
    write("a.zh.srt", "zh");
    import();
    prepare_next();
    const std::string before = entry("a").subtitles_id;
    write("a.zh.srt", "better");
    EXPECT_THAT(import().unchanged, ElementsAre("a"));
    EXPECT_NE(entry("a").subtitles_id, before);
    fs::remove(films() / "a.zh.srt");
    import();
    EXPECT_EQ(entry("a").subtitles_id, "");
    EXPECT_THAT(must(store_->list_subtitles("a")), IsEmpty());
}

TEST_F(ImporterTest, PrefersSubtitlesThatWereUploadedToThoseOfTheSameNameBesideTheFilm) {
    options_.uploads = folder_ / "uploads";
    write("a.mp4", "one");
    write("a.zh.srt", "as it came");
    write("a.ru.srt", "ru");
    import();
    fs::create_directories(options_.uploads / "a");
    std::ofstream(options_.uploads / "a/a.zh.srt") << "corrected";
    import();
    const auto subtitles = must(store_->list_subtitles("a"));
    ASSERT_THAT(subtitles, SizeIs(2));
    EXPECT_EQ(subtitles[0].path, (films() / "a.ru.srt").string());
    EXPECT_EQ(subtitles[1].path, (options_.uploads / "a/a.zh.srt").string());
}

TEST_F(ImporterTest, KeepsTwoSubtitlesOfOneKind) {
    write("a.mp4", "one");
    write("a.zh.srt", "zh");
    write("a.zh.vtt", "zh");
    EXPECT_THAT(import().problems, IsEmpty());
    const auto subtitles = must(store_->list_subtitles("a"));
    ASSERT_THAT(subtitles, SizeIs(2));
    EXPECT_EQ(subtitles[0].path, (films() / "a.zh.srt").string());
    EXPECT_EQ(subtitles[1].path, (films() / "a.zh.vtt").string());
}

TEST_F(ImporterTest, SetsOptionsOfSubtitlesFromTheDescription) {
    write("a.mp4", "one");
    write("a.ru.srt", "ru");
    write("korean.srt", "ko");  // only the description says whose it is
    write("a.json", R"({"subtitles": {"a.ru.srt": {"shift": "-1.5"},
                                      "korean.srt": {"language": "ko"}}})");
    const ImportSummary summary = import();
    EXPECT_THAT(summary.problems, IsEmpty());
    EXPECT_THAT(summary.ignored, IsEmpty());
    const auto subtitles = must(store_->list_subtitles("a"));
    ASSERT_THAT(subtitles, SizeIs(2));
    EXPECT_EQ(subtitles[0].options, R"({"shift":"-1.5"})");
    EXPECT_EQ(subtitles[1].options, R"({"language":"ko"})");
}

TEST_F(ImporterTest, LetsWhatWasSetByHandStandOverTheDescription) {
    write("a.mp4", "one");
    write("a.ru.srt", "ru");
    write("a.json", R"({"subtitles": {"a.ru.srt": {"shift": "-1.5", "encoding": "koi8-r"}}})");
    import();
    prepare_next();
    const std::string before = entry("a").subtitles_id;
    must(store_->set_subtitle_options("a", "a.ru.srt", R"({"shift":"2"})"));
    EXPECT_THAT(import().unchanged, ElementsAre("a"));  // the film is not prepared again
    EXPECT_NE(entry("a").subtitles_id, before);
    EXPECT_EQ(must(store_->list_subtitles("a")).at(0).options,
              R"({"encoding":"koi8-r","shift":"2"})");
}

TEST_F(ImporterTest, ReportsOptionsThatMakeNoSense) {
    write("a.mp4", "one");
    write("a.ru.srt", "ru");
    const std::pair<const char*, const char*> cases[] = {
        {R"({"subtitles": 1})", "must name files"},
        {R"({"subtitles": {"a.ru.srt": {"shift": "soon"}}})", "is no shift"},
        {R"({"subtitles": {"a.ru.srt": {"speed": "2"}}})", "nothing that can be set"},
        {R"({"subtitles": {"a.ru.srt": {"encoding": "klingon"}}})", "is no encoding known here"},
        {R"({"subtitles": {"gone.srt": {"shift": "1"}}})", "it is not there"},
    };
    for (const auto& [text, says] : cases) {
        write("a.json", text);
        const ImportSummary summary = import();
        ASSERT_THAT(summary.problems, SizeIs(1)) << text;
        EXPECT_THAT(summary.problems[0].text, HasSubstr(says));
        EXPECT_THAT(must(store_->list_subtitles("a")), SizeIs(1)) << text;
    }
}

TEST_F(ImporterTest, GoesOnWhenSubtitlesAreBad) {
    write("a.mp4", "one");
    write("a.zh.srt", "zh");
    options_.install_subtitles = [](const auto&, auto) -> Result<InstalledSubtitles> {
        return fail(ErrorCode::kInvalid, "line 3 is no time");
    };
    const ImportSummary summary = import();
    EXPECT_THAT(summary.added, ElementsAre("a"));
    ASSERT_THAT(summary.problems, SizeIs(1));
    EXPECT_THAT(summary.problems[0].text, HasSubstr("line 3 is no time"));
}

TEST_F(ImporterTest, ReadsWhatTheProducerSays) {
    write("a.mp4", "one");
    write("a.json", R"({"title": {"zh": "电影", "en": "Film"}, "author": "Анна", "country": "CN",
                        "year": 2026})");
    EXPECT_THAT(import().ignored, IsEmpty());
    const Entry film = entry("a");
    EXPECT_EQ(film.titles, (store::Titles{{"en", "Film"}, {"zh", "电影"}}));
    EXPECT_EQ(film.author, "Анна");
    EXPECT_EQ(film.country, "CN");
    EXPECT_EQ(film.metadata, R"({"year":2026})");
}

TEST_F(ImporterTest, KeepsWhatTheGuideTellsAndSaysWhatIsWrongWithIt) {
    write("a.mp4", "one");
    write("a.json", R"({"synopsis": {"en": "A boat.", "ru": "Кораблик"}, "category": "Animation",
                        "not_before": "2026-11-20", "not_after": "2026-11-30"})");
    EXPECT_THAT(import().problems, IsEmpty());
    const store::Metadata metadata = must(store::parse_metadata(entry("a").metadata));
    EXPECT_EQ(metadata.synopsis.at("ru"), "Кораблик");
    EXPECT_EQ(metadata.categories.size(), 1U);
    EXPECT_FALSE(metadata.permits(*base::parse_rfc3339("2026-12-01T00:00:00Z")));
    write("a.json", R"({"not_before": "2026-11-30", "not_after": "2026-11-20"})");
    const ImportSummary summary = import();
    ASSERT_THAT(summary.problems, SizeIs(1));
    EXPECT_THAT(summary.problems[0].text, HasSubstr("it could never be shown"));
}

TEST_F(ImporterTest, ReportsADescriptionThatIsWrong) {
    for (const char* text : {"{", "[]", R"({"title": 1})", R"({"title": {"en": 1}})",
                             R"({"title": "New", "author": ["x"]})",
                             R"({"title": "New", "synopsis": {"in English": "x"}})",
                             R"({"title": "New", "not_before": "tomorrow"})"}) {
        write("a_b.mp4", "one");
        write("a_b.json", text);
        const ImportSummary summary = import();
        EXPECT_THAT(paths_of(summary.problems), ElementsAre("a_b.json")) << text;
        EXPECT_EQ(entry("a-b").titles.at("und"), "a b") << text;
    }
}

TEST_F(ImporterTest, KeepsIdsApartAndStable) {
    write("a-b.mp4", "one");
    write("a b.mov", "two");
    const ImportSummary first = import();
    ASSERT_THAT(first.added, SizeIs(2));
    EXPECT_EQ(first.added[0], "a-b");
    EXPECT_THAT(first.added[1], testing::MatchesRegex("a-b-[0-9a-f]{8}"));
    EXPECT_EQ(import().queued, first.added);
    // Given as a file it is still the same entry.
    const std::vector<fs::path> one = {films() / "a-b.mp4"};
    EXPECT_EQ(must(import_files(*store_, one, options_)).queued,
              std::vector<std::string>{first.added[1]});
}

TEST_F(ImporterTest, FollowsAFolderThatHasMoved) {
    write("a.mp4", "one");
    import();
    prepare_next();
    fs::rename(films(), folder_ / "moved");
    const std::vector<fs::path> moved = {folder_ / "moved/"};
    EXPECT_THAT(must(import_files(*store_, moved, options_)).unchanged, ElementsAre("a"));
    EXPECT_EQ(entry("a").source.path, (folder_ / "moved/a.mp4").string());
}

TEST_F(ImporterTest, ReportsPathsThatAreNotThere) {
    write("a.mp4", "one");
    const std::vector<fs::path> paths = {folder_ / "none", films() / "a.mp4"};
    const ImportSummary summary = must(import_files(*store_, paths, options_));
    EXPECT_THAT(paths_of(summary.problems), ElementsAre("none"));
    EXPECT_THAT(summary.added, ElementsAre("a"));
}

TEST_F(ImporterTest, IsNotHeldUpByAPipe) {
    ASSERT_EQ(::mkfifo((films() / "pipe.mp4").c_str(), 0600), 0);
    write("a.mp4", "one");
    const ImportSummary summary = import();
    EXPECT_THAT(summary.added, ElementsAre("a"));
    EXPECT_THAT(paths_of(summary.ignored), ElementsAre("pipe.mp4"));
}

TEST(Slug, IsReadableAsciiAndUnique) {
    EXPECT_EQ(make_slug("Film.mp4"), "film");
    EXPECT_EQ(make_slug("Day 1/My_Film (final).v2.mp4"), "day-1-my-film-final-v2");
    EXPECT_THAT(make_slug("Фильм.mp4"), testing::MatchesRegex("[a-z-]*[0-9a-f]{8}"));
    EXPECT_THAT(make_slug("电影 2.mp4"), testing::MatchesRegex("2-[0-9a-f]{8}"));
    EXPECT_NE(make_slug("电影.mp4"), make_slug("电视.mp4"));
    EXPECT_EQ(make_slug("电影.mp4"), make_slug("电影.mp4"));
    EXPECT_THAT(make_slug("???.mp4"), testing::MatchesRegex("entry-[0-9a-f]{8}"));
    EXPECT_THAT(make_slug("bad\xff.mp4"), testing::MatchesRegex("bad-[0-9a-f]{8}"));
    const std::string long_slug = make_slug(std::string(300, 'x') + ".mp4");
    EXPECT_THAT(long_slug, testing::MatchesRegex("x{64}-[0-9a-f]{8}"));
}

TEST(Sha256, IsThatOfTheStandard) {
    // FIPS 180-4, the "abc" example.
    constexpr auto kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const TempFolder folder;
    std::ofstream(folder / "abc") << "abc";
    EXPECT_EQ(must(sha256_of_file(folder / "abc")), kAbc);
    std::ofstream(folder / "large") << std::string(3'000'001, 'x');
    EXPECT_EQ(must(sha256_of_file(folder / "large")),
              library::sha256_hex(base::as_byte_span(std::string(3'000'001, 'x'))));
    EXPECT_EQ(sha256_of_file(folder / "none").error().code(), ErrorCode::kNotFound);
    EXPECT_FALSE(sha256_of_file(folder.path()));
}

}  // namespace
}  // namespace matinee::app
