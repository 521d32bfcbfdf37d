#include "app/job_runner.h"

#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using store::Entry;
using store::EntryState;
using store::Job;
using store::JobState;
using test::must;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A worker whose source file is a shell script that says what it does. In it, $out is the folder
// to write to, $here that of the test, and $limits what the worker is told of its confinement.
constexpr std::string_view kFakeWorker = R"(#!/bin/sh
[ "$1" = prepare ] && [ "$3" = --out ] && [ "$5" = --house-json ] && [ "$7" = --progress=json ] ||
    exit 64
out=$4
house=$6
limits="$8 $9 ${10} ${11}"
here=$(dirname "$0")
. "$2"
)";

constexpr std::string_view kGoodFilm = R"(
echo '{"stage":"discover","fraction":0}'
echo '{"stage":"encode","fraction":0.5}'
echo picture > "$out/video.mp4"
mkdir "$out/pictures"
echo poster > "$out/pictures/poster.jpg"
printf %s "$house" > "$out/house.json"
echo '{"done":{"media_id":"m1","duration_seconds":2.5,"directory":"'"$out"'","frame_rate":"30000/1001"}}'
)";

class JobRunnerTest : public testing::Test {
  protected:
    JobRunnerTest() {
        std::ofstream(folder_ / "worker") << kFakeWorker;
        options_.worker = {"/bin/sh", (folder_ / "worker").string()};
        options_.library = folder_ / "library";
        options_.house_json = R"({"padding": "blur"})";
        options_.heartbeat = milliseconds(5);
        options_.kill_grace = milliseconds(200);
        options_.watchdog = std::chrono::seconds(60);
        options_.on_change = [this](const Job& job) {
            const std::lock_guard lock(mutex_);
            changes_.push_back(job);
            changed_.notify_all();
        };
    }

    void TearDown() override { runner_.reset(); }

    // An entry whose preparation does what `script` says, queued.
    Job queue(const std::string& id, std::string_view script) {
        const fs::path film = folder_ / (id + ".mp4");
        std::ofstream(film) << script;
        must(store_->upsert_entry({.id = id,
                                   .titles = {},
                                   .author = "",
                                   .country = "",
                                   .source = {film.string(), 1, 1, "sha-" + id}}));
        return must(store_->enqueue_job(id));
    }

    void start() { runner_ = must(JobRunner::start(*store_, options_)); }

    // Waits until the runner has reported a state of the job that satisfies `predicate`.
    template <typename Predicate>
    Job wait_for(const std::string& job_id, Predicate predicate) {
        std::unique_lock lock(mutex_);
        std::optional<Job> found;
        const bool came = changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            for (const Job& job : changes_) {
                if (job.id == job_id && predicate(job)) {
                    found = job;
                    return true;
                }
            }
            return false;
        });
        if (!came) throw std::runtime_error("the job never came that far");
        return *found;
    }

    Job wait_for_end(const std::string& job_id) {
        return wait_for(job_id, [](const Job& job) {
            return job.state != JobState::kQueued && job.state != JobState::kRunning;
        });
    }

    Job wait_for_stage(const std::string& job_id, const std::string& stage) {
        return wait_for(job_id, [&](const Job& job) { return job.stage == stage; });
    }

    Entry entry(const std::string& id) { return must(store_->find_entry(id)); }

    [[nodiscard]] std::vector<std::string> names_in(const fs::path& path) const {
        std::vector<std::string> names;
        for (const auto& item : fs::directory_iterator(options_.library / path)) {
            names.push_back(item.path().filename().string());
        }
        std::ranges::sort(names);
        return names;
    }

    TempFolder folder_;
    base::SystemClock clock_;
    std::unique_ptr<store::Store> store_ = must(store::Store::open(folder_ / "matinee.db", clock_));
    JobRunnerOptions options_;
    std::unique_ptr<JobRunner> runner_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Job> changes_;
};

constexpr const char* kServerFolder = "MATINEE_TEST_SERVER_FOLDER";

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool process_exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

TEST_F(JobRunnerTest, PublishesWhatTheWorkerMade) {
    const Job job = queue("a", kGoodFilm);
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    EXPECT_EQ(entry("a").state, EntryState::kReady);
    EXPECT_EQ(entry("a").media_id, "m1");
    EXPECT_EQ(entry("a").media_source_sha256, "sha-a");
    const store::Media media = must(store_->find_media("m1"));
    EXPECT_EQ(media.duration, Ticks(225'000));
    EXPECT_EQ(media.frame_rate_numerator, 30000U);
    EXPECT_EQ(media.frame_rate_denominator, 1001U);
    EXPECT_EQ(media.house, options_.house_json);
    EXPECT_EQ(media.size_bytes, 8 + 7 + static_cast<int>(options_.house_json.size()));
    EXPECT_THAT(media.summary, HasSubstr("duration_seconds"));
    EXPECT_THAT(names_in("media"), ElementsAre("m1"));
    EXPECT_THAT(names_in("media/m1"), ElementsAre("house.json", "pictures", "video.mp4"));
    EXPECT_EQ(text_of(options_.library / "media/m1/house.json"), options_.house_json);
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, TakesAFolderWithinTheFolder) {
    const Job job = queue("a", R"(
mkdir "$out/inner" && echo x > "$out/inner/video.mp4"
echo '{"done":{"media_id":"m1","duration_ticks":90000,"directory":"inner"}}'
)");
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    EXPECT_THAT(names_in("media/m1"), ElementsAre("video.mp4"));
    EXPECT_EQ(must(store_->find_media("m1")).duration, Ticks(90'000));
}

TEST_F(JobRunnerTest, KeepsWhatIsInTheLibraryAlready) {
    fs::create_directories(options_.library / "media/m1");
    std::ofstream(options_.library / "media/m1/on-the-air") << "x";
    const Job job = queue("a", kGoodFilm);
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    EXPECT_THAT(names_in("media/m1"), ElementsAre("on-the-air"));
    EXPECT_EQ(entry("a").media_id, "m1");
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, FailsForTheWorkersReasonAndGoesOn) {
    const Job bad = queue("bad", R"(
echo '{"stage":"discover","fraction":0}'
echo half > "$out/video.mp4"
echo '{"error":{"code":"invalid","message":"This is a text, not a film."}}'
exit 1
)");
    const Job good = queue("good", kGoodFilm);
    start();
    EXPECT_EQ(wait_for_end(bad.id).state, JobState::kFailed);
    EXPECT_EQ(wait_for_end(good.id).state, JobState::kDone);
    EXPECT_EQ(entry("bad").state, EntryState::kFailed);
    EXPECT_EQ(entry("bad").reason, "This is a text, not a film.");
    EXPECT_EQ(must(store_->find_job(bad.id)).attempts, 1);
    EXPECT_THAT(names_in("media"), ElementsAre("m1"));
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, TellsProgress) {
    const Job job = queue("a", R"(
echo '{"stage":"encode","fraction":0.25}'
echo 'a plugin prints something'
cat "$here/gate"
)");
    ASSERT_EQ(::mkfifo((folder_ / "gate").c_str(), 0600), 0);
    start();
    const Job running = wait_for_stage(job.id, "encode");
    EXPECT_EQ(running.fraction, 0.25);
    EXPECT_EQ(running.state, JobState::kRunning);
    EXPECT_EQ(entry("a").state, EntryState::kPreparing);
    std::ofstream(folder_ / "gate") << "go on\n";
    EXPECT_THAT(wait_for_end(job.id).reason, HasSubstr("status 0 and gave no reason"));
}

TEST_F(JobRunnerTest, TriesACrashOnceMore) {
    const Job job = queue("a", std::string(R"(
if [ ! -e "$here/tried" ]; then
    touch "$here/tried" "$out/half"
    kill -SEGV $$
fi
)") + std::string(kGoodFilm));
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    EXPECT_EQ(must(store_->find_job(job.id)).crashes, 1);
    EXPECT_THAT(names_in("media/m1"), ElementsAre("house.json", "pictures", "video.mp4"));
}

TEST_F(JobRunnerTest, FailsWhatCrashesTwice) {
    const Job job = queue("a", "kill -SEGV $$");
    start();
    const Job ended = wait_for_end(job.id);
    EXPECT_EQ(ended.state, JobState::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr("crashed, 2 times"));
    EXPECT_THAT(ended.reason, HasSubstr("signal 11"));
    EXPECT_EQ(ended.attempts, 2);
}

TEST_F(JobRunnerTest, EndsAWorkerThatStandsStill) {
    // It ignores SIGTERM, and so does what it started.
    const Job job = queue("a", R"(
trap '' TERM
echo $$ > "$here/pid"
sleep 1000 & echo $! > "$here/child"
echo '{"stage":"encode","fraction":0.9}'
wait
)");
    // Long enough for the shell to come that far on a busy machine.
    options_.watchdog = milliseconds(2500);
    start();
    const Job ended = wait_for_end(job.id);
    EXPECT_EQ(ended.state, JobState::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr("stood still for 2.5 s at encode"));
    EXPECT_FALSE(process_exists(std::stoi(text_of(folder_ / "pid"))));
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, TellsTheWorkerItsLimits) {
    const Job job = queue("a", R"(
printf '{"error":{"message":"%s"}}' "$limits"
)");
    options_.sandbox = prepare::SandboxMode::kRequired;
    options_.limits = {
        .memory_bytes = 1'500'000'000, .disk_bytes = 7'000'001, .time = std::chrono::hours(2)};
    start();
    EXPECT_EQ(wait_for_end(job.id).reason,
              fmt::format("--sandbox=required --memory-mb=1500 --disk-mb=8 --processor-seconds={}",
                          7200 * std::thread::hardware_concurrency()));
}

TEST_F(JobRunnerTest, EndsAWorkerThatIsBusyForTooLong) {
    const Job job = queue("a", R"(
while :; do echo '{"stage":"encode","fraction":0.5}'; done
)");
    options_.limits.time = milliseconds(100);
    start();
    const Job ended = wait_for_end(job.id);
    EXPECT_EQ(ended.state, JobState::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr("was still busy after 0.1 s"));
    EXPECT_THAT(ended.reason, HasSubstr("hours under [worker]"));
    EXPECT_EQ(ended.attempts, 1);
}

TEST_F(JobRunnerTest, EndsAWorkerThatTakesTooMuchMemory) {
    // It doubles a string for ever.
    const Job job = queue("a", R"(
text=0123456789abcdef
while :; do text=$text$text; done
)");
    const Job good = queue("good", kGoodFilm);
    options_.limits.memory_bytes = 64'000'000;
    start();
    const Job ended = wait_for_end(job.id);
    EXPECT_EQ(ended.state, JobState::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr("ran out of memory"));
    EXPECT_THAT(ended.reason, HasSubstr("more than 64 MB"));
    EXPECT_EQ(ended.attempts, 1);
    EXPECT_EQ(wait_for_end(good.id).state, JobState::kDone);
}

TEST_F(JobRunnerTest, EndsAWorkerThatFillsTheDisk) {
    // In many files, each of them small.
    const Job job = queue("a", R"(
number=0
while :; do
    head -c 100000 /dev/zero > "$out/$number"
    number=$((number + 1))
done
)");
    options_.limits.disk_bytes = 2'000'000;
    start();
    const Job ended = wait_for_end(job.id);
    EXPECT_EQ(ended.state, JobState::kFailed);
    EXPECT_THAT(ended.reason, HasSubstr("needs more than 2.0 MB of disk"));
    EXPECT_THAT(ended.reason, HasSubstr("disk_gb under [worker]"));
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, SaysWhichLimitTheKernelHeldAWorkerTo) {
    const Job busy = queue("busy", "kill -XCPU $$");
    const Job large = queue("large", R"(ulimit -f 1; exec head -c 100000 /dev/zero > "$out/x")");
    options_.limits = {
        .memory_bytes = 0, .disk_bytes = 1'000'000'000, .time = std::chrono::hours(3)};
    options_.concurrent = 2;
    start();
    EXPECT_THAT(wait_for_end(busy.id).reason, HasSubstr("still busy after 3 hours"));
    EXPECT_THAT(wait_for_end(large.id).reason, HasSubstr("more than 1 GB of disk"));
}

TEST_F(JobRunnerTest, LeavesNothingBehindBesideTheFolderThatWasAskedFor) {
    // As the real worker does: its work is hidden beside $out.
    const Job job = queue("a", R"(
mkdir "$(dirname "$out")/.entry.preparing-1"
kill -KILL $$
)");
    start();
    EXPECT_THAT(wait_for_end(job.id).reason, HasSubstr("run out of memory"));
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, PublishesNoLinks) {
    const Job symbolic = queue("symbolic", R"(
ln -s /etc/passwd "$out/video.mp4"
echo '{"done":{"media_id":"m1","duration_seconds":1}}'
)");
    const Job hard = queue("hard", R"(
echo key > "$here/key" && ln "$here/key" "$out/video.mp4"
echo '{"done":{"media_id":"m2","duration_seconds":1}}'
)");
    start();
    EXPECT_THAT(wait_for_end(symbolic.id).reason, HasSubstr("video.mp4, which is a link"));
    EXPECT_THAT(wait_for_end(hard.id).reason, HasSubstr("video.mp4, which is a link"));
    EXPECT_THAT(names_in("media"), IsEmpty());
}

TEST_F(JobRunnerTest, CancelsARunningJob) {
    const Job job = queue("a", R"(
echo '{"stage":"encode","fraction":0.1}'
exec sleep 1000
)");
    start();
    wait_for_stage(job.id, "encode");
    must(store_->cancel_job(job.id));
    runner_->wake();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kCancelled);
    EXPECT_EQ(entry("a").state, EntryState::kNew);
}

TEST_F(JobRunnerTest, GivesItsJobsBackWhenItStops) {
    const Job job = queue("a", R"(
echo $$ > "$here/pid"
echo '{"stage":"encode","fraction":0.1}'
exec sleep 1000
)");
    start();
    wait_for_stage(job.id, "encode");
    runner_->stop();
    const Job released = must(store_->find_job(job.id));
    EXPECT_EQ(released.state, JobState::kQueued);
    EXPECT_EQ(released.attempts, 0);
    EXPECT_EQ(entry("a").state, EntryState::kQueued);
    EXPECT_FALSE(process_exists(std::stoi(text_of(folder_ / "pid"))));
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, DropsAJobSomebodyElseHasTaken) {
    const Job job = queue("a", R"(
echo '{"stage":"encode","fraction":0.1}'
exec sleep 1000
)");
    options_.lease = milliseconds(0);
    options_.heartbeat = std::chrono::hours(1);  // beats only when woken
    start();
    wait_for(job.id, [](const Job& j) { return j.state == JobState::kRunning; });
    const auto other = must(store_->take_job("other", std::chrono::hours(1)));
    ASSERT_EQ(other->id, job.id);
    runner_->wake();
    runner_->stop();
    const Job now = must(store_->find_job(job.id));
    EXPECT_EQ(now.worker, "other");
    EXPECT_EQ(now.state, JobState::kRunning);
}

TEST_F(JobRunnerTest, DoesWhatAKilledServerHasLeft) {
    const Job job = queue("a", kGoodFilm);
    must(store_->take_job("dead", milliseconds(0)));
    fs::create_directories(options_.library / "incoming" / (job.id + ".1"));
    fs::create_directories(options_.library / "incoming" / "garbage");
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    EXPECT_EQ(must(store_->find_job(job.id)).attempts, 2);
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), IsEmpty());
}

TEST_F(JobRunnerTest, LeavesTheFoldersOfOtherRunnersAlone) {
    const Job job = queue("a", kGoodFilm);
    must(store_->take_job("alive", std::chrono::hours(1)));
    fs::create_directories(options_.library / "incoming" / (job.id + ".1"));
    start();
    runner_->stop();
    EXPECT_THAT(names_in("incoming"), ElementsAre(job.id + ".1"));
}

TEST_F(JobRunnerTest, RefusesNamesThatLeaveTheLibrary) {
    const Job bad = queue("bad", R"(
echo '{"done":{"media_id":"../../m1","duration_seconds":1,"directory":"'"$out"'"}}')");
    const Job outside = queue("outside", R"(
mkdir -p "$here/elsewhere"
echo '{"done":{"media_id":"m2","duration_seconds":1,"directory":"'"$here/elsewhere"'"}}')");
    const Job endless = queue("endless", R"(
echo '{"done":{"media_id":"m3","directory":"'"$out"'"}}')");
    start();
    EXPECT_THAT(wait_for_end(bad.id).reason, HasSubstr("../../m1"));
    EXPECT_THAT(wait_for_end(outside.id).reason, HasSubstr("elsewhere"));
    EXPECT_THAT(wait_for_end(endless.id).reason, HasSubstr("no duration"));
    EXPECT_THAT(names_in("media"), IsEmpty());
    EXPECT_TRUE(fs::exists(folder_ / "elsewhere"));
}

TEST_F(JobRunnerTest, StopsAWorkerThatWritesWithoutEnd) {
    const Job job = queue("a", "exec cat /dev/zero");
    start();
    EXPECT_THAT(wait_for_end(job.id).reason, HasSubstr("wrote without end"));
}

TEST_F(JobRunnerTest, SaysWhenThereIsNoWorker) {
    const Job job = queue("a", kGoodFilm);
    options_.worker = {(folder_ / "none").string()};
    start();
    EXPECT_THAT(wait_for_end(job.id).reason, HasSubstr("cannot be started"));
    options_.worker = {};
    EXPECT_EQ(JobRunner::start(*store_, options_).error().code(), ErrorCode::kInvalid);
}

TEST_F(JobRunnerTest, RunsSeveralAtOnceAndPolitely) {
    // Each waits for the other: one at a time they would never end.
    constexpr std::string_view kMeet = R"(
nice > "$here/nice"
if mkdir "$here/first" 2> /dev/null; then cat "$here/gate" > /dev/null; else echo go > "$here/gate"; fi
echo '{"error":{"message":"met"}}'
)";
    ASSERT_EQ(::mkfifo((folder_ / "gate").c_str(), 0600), 0);
    const Job a = queue("a", kMeet);
    const Job b = queue("b", kMeet);
    options_.concurrent = 2;
    start();
    EXPECT_EQ(wait_for_end(a.id).reason, "met");
    EXPECT_EQ(wait_for_end(b.id).reason, "met");
    EXPECT_GE(std::stoi(text_of(folder_ / "nice")), 10);
}

TEST_F(JobRunnerTest, WorkersEndWithAServerThatIsKilled) {
    ASSERT_EQ(::mkfifo((folder_ / "gate").c_str(), 0600), 0);
    queue("a", R"(
echo $$ > "$here/gate"
exec sleep 1000
)");
    // A process of its own that runs the test below.
    const pid_t server = ::fork();
    ASSERT_GE(server, 0);
    if (server == 0) {
        ::setenv(kServerFolder, folder_.path().c_str(), 1);
        ::execl("/proc/self/exe", "test-app", "--gtest_also_run_disabled_tests",
                "--gtest_filter=JobRunnerServer.*", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    std::ifstream gate(folder_ / "gate");
    pid_t worker = 0;
    ASSERT_TRUE(gate >> worker);
    ASSERT_TRUE(process_exists(worker));
    ASSERT_EQ(::kill(server, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(server, &status, 0), server);
    // The kernel signals the worker as the server goes; whoever inherits it reaps it.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto is_dead = [&] {
        const std::string stat = text_of("/proc/" + std::to_string(worker) + "/stat");
        return stat.empty() || stat.find(") Z ") != std::string::npos;
    };
    while (!is_dead() && std::chrono::steady_clock::now() < give_up) {
        ::sched_yield();
    }
    EXPECT_TRUE(is_dead());
}

// Not a test: the server that the test above kills.
TEST(JobRunnerServer, DISABLED_RunsUntilKilled) {
    const char* folder = std::getenv(kServerFolder);
    ASSERT_NE(folder, nullptr);
    const base::SystemClock clock;
    const auto store = must(store::Store::open(fs::path(folder) / "matinee.db", clock));
    JobRunnerOptions options;
    options.worker = {"/bin/sh", fs::path(folder) / "worker"};
    options.library = fs::path(folder) / "library";
    options.house_json = "{}";
    const auto runner = must(JobRunner::start(*store, options));
    while (true) {
        ::pause();
    }
}

TEST_F(JobRunnerTest, SaysHowMuchCanBePlayedAlready) {
    std::vector<std::pair<fs::path, std::int64_t>> heard;
    options_.on_available = [&](const Job& job, const fs::path& directory, std::int64_t groups) {
        EXPECT_EQ(job.entry_id, "long");
        heard.emplace_back(directory, groups);
    };
    const Job job = queue("long", std::string(R"(
echo '{"available":{"directory":"'"$out"'/entry","groups":3}}'
echo '{"available":{"directory":"'"$out"'/../../../etc","groups":4}}'
echo '{"available":{"directory":7,"groups":"many"}}'
echo '{"available":null}'
echo '{"available":{"directory":"'"$out"'/entry","groups":5}}'
)") + std::string(kGoodFilm));
    start();
    EXPECT_EQ(wait_for_end(job.id).state, JobState::kDone);
    runner_.reset();
    ASSERT_EQ(heard.size(), 2u) << "what lies outside is not believed";
    EXPECT_EQ(heard[0].first.filename(), "entry");
    EXPECT_EQ(heard[0].second, 3);
    EXPECT_EQ(heard[1].second, 5);
}

}  // namespace
}  // namespace matinee::app
