// Runs preparation jobs: takes them from the store, has worker processes do them, and puts what
// they made into the library.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "prepare/sandbox.h"
#include "store/store.h"

namespace matinee::app {

// What one preparation may take. Zero: no limit.
struct JobLimits {
    std::uint64_t memory_bytes = 0;
    std::uint64_t disk_bytes = 0;      // of all it has written
    std::chrono::milliseconds time{};  // from start to end
};

struct JobRunnerOptions {
    // The program that prepares one file, with what comes before "prepare": it is run as
    //
    //     <worker...> prepare FILE --out FOLDER --house-json TEXT --progress=json --sandbox=MODE
    //                 --memory-mb=N --disk-mb=N --processor-seconds=N
    //
    // (zeros where there is no limit; FOLDER is there, empty, and alone in the folder it is in),
    // followed by --card where FILE is a card, and by --variant TEXT for a variant, with
    // --subtitles FOLDER when it draws from a set,
    //
    // and writes JSON objects to its standard output, one per line:
    //
    //     {"stage": "discover|loudness|encode|finish|verify", "fraction": 0..1}
    //     {"available": {"directory": "...", "groups": 12}}
    //     {"done": {"media_id": "...", "duration_seconds": ..., "directory": "..."}}
    //     {"error": {"code": "...", "message": "..."}}
    //
    // the last line being "done" or "error". `directory` lies within FOLDER (FOLDER itself when
    // it is left out); relative paths count from there. "available" says how many groups of
    // pictures of a growing entry are in a folder within incoming/ (library/growing_entry.h).
    // "done" may also say "duration_ticks" (of 90 kHz, instead of the seconds) and "frame_rate"
    // ("30000/1001").
    std::vector<std::string> worker;

    std::filesystem::path library;  // has incoming/ and media/, made when missing
    std::string house_json;         // library::to_json of the house format

    // Who holds the leases: a name no other runner on the database has. Made up when empty.
    std::string name;

    unsigned concurrent = 1;

    // How workers confine themselves.
    prepare::SandboxMode sandbox = prepare::SandboxMode::kBest;
    // Told to the worker, and watched from here at every heartbeat, whatever it does.
    JobLimits limits;

    // A worker that writes nothing for this long is stuck.
    std::chrono::milliseconds watchdog = std::chrono::minutes(2);
    // From SIGTERM to SIGKILL.
    std::chrono::milliseconds kill_grace = std::chrono::seconds(5);
    // How often progress is stored, leases are renewed, and jobs of other processes looked for.
    std::chrono::milliseconds heartbeat = std::chrono::seconds(1);
    // After this long without a heartbeat another runner may take the job.
    std::chrono::milliseconds lease = std::chrono::minutes(1);

    // What the result of a job must be called: the name follows from what was asked for. A worker
    // that decodes what strangers have sent is not asked what its result replaces. May be empty,
    // for workers that make up names.
    std::function<Result<std::string>(const store::Job&)> expected_media_id;

    // Called on the runner's thread with an entry that has just become ready, before on_change. May
    // be empty.
    std::function<void(const std::string& entry_id)> on_ready;

    // Called on the runner's thread with every job whose row has just changed. May be empty.
    std::function<void(const store::Job&)> on_change;

    // Called on the runner's thread when more of a job's film can be played already. May be empty.
    std::function<void(const store::Job&, const std::filesystem::path& directory,
                       std::int64_t groups)>
        on_available;
};

// Owns a thread with a GMainContext of its own; everything happens there.
//
// What becomes of a job: done -> its folder is renamed to media/<media_id> (or dropped when that
// is there already) and the entry is ready; an error of the worker -> failed, for its reason; a
// crash -> tried once more; silence, or more than the limits -> killed and failed; cancelled ->
// killed; this runner stops
// -> killed, and queued again. Workers run with low priority, and never outlive the runner.
class JobRunner {
  public:
    // Starts the thread. Removes what dead jobs have left in incoming/. `store` must outlive the
    // runner.
    static Result<std::unique_ptr<JobRunner>> start(store::Store& store, JobRunnerOptions options);

    // Stops: see stop().
    ~JobRunner();
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    // Ends the workers, gives their jobs back to the queue, and waits for the thread. At most
    // about `kill_grace` long. Not from on_change.
    void stop();

    // Looks for jobs now, and at what has been cancelled, not at the next heartbeat. Thread-safe.
    void wake();

    // Films that are begun from now on are prepared so; those at work go on as they were begun. Of
    // the options only concurrent, watchdog, sandbox and limits are taken. Thread-safe.
    void reconfigure(const JobRunnerOptions& options);

  private:
    class Impl;
    explicit JobRunner(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Moves a finished preparation into the library: `folder` becomes media/`media_id`, durably (file
// contents, then names). When that is there already, `folder` is dropped: equal names mean equal
// content. Blocks for the disk.
Result<void> publish_media(const std::filesystem::path& folder,
                           const std::filesystem::path& library, const std::string& media_id);

}  // namespace matinee::app
