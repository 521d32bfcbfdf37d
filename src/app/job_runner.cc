#include "app/job_runner.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <gio/gio.h>
#include <nlohmann/json.hpp>

#include "app/json_line.h"
#include "base/bytes.h"
#include "base/files.h"
#include "base/glib_support.h"
#include "base/handle.h"
#include "base/log.h"
#include "library/variant.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using base::Ref;
using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A worker's line is a few hundred bytes; one that never ends is no line.
constexpr std::size_t kLongestLine = std::size_t{64} * 1024;
constexpr std::size_t kReadSize = std::size_t{16} * 1024;

// How often a job whose worker crashes is tried again.
constexpr int kRetries = 1;

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

Result<void> sync_path(const fs::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return base::file_failure(errno, "open", path);
    if (::fsync(file.get()) != 0) return base::file_failure(errno, "write to disk", path);
    return {};
}

Result<void> sync_tree(const fs::path& folder) {
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry->is_regular_file(error) || entry->is_directory(error)) {
            TRY(sync_path(entry->path()));
        }
    }
    if (error) return base::file_failure(error.value(), "list", folder);
    return sync_path(folder);
}

Result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return base::file_failure(error.value(), "make the folder", folder);
    return {};
}

// What cannot be removed only takes up space until the next start, which tries again.
void remove_folder(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) {
        log::warning("a folder of a job that is over cannot be removed",
                     {{"folder", folder.string()}, {"error", error.message()}});
    }
}

// The name becomes a folder of the library and a part of URLs.
bool is_media_id(std::string_view name) {
    return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool lies_within(const fs::path& path, const fs::path& folder) {
    const auto [end, rest] = std::ranges::mismatch(folder, path);
    return end == folder.end();
}

// In the child, between fork and exec: only what is safe after fork in a process with threads.
void set_up_child(gpointer parent) noexcept {
    // A group of its own, so that whatever the worker starts can be ended with it.
    ::setpgid(0, 0);
    // It ends when the runner's thread does: also when the server is killed.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != static_cast<pid_t>(GPOINTER_TO_INT(parent))) ::_exit(127);
    // Preparation yields to serving: for the processor and for the disk.
    ::setpriority(PRIO_PROCESS, 0, 10);
    const sched_param no_priority{};
    ::sched_setscheduler(0, SCHED_BATCH, &no_priority);
    constexpr int kWhoProcess = 1;
    constexpr int kBestEffortLowest = 2 << 13 | 7;
    ::syscall(SYS_ioprio_set, kWhoProcess, 0, kBestEffortLowest);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The memory of a process that is its own, in bytes; nothing when it has gone.
std::uint64_t private_memory(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    std::uint64_t kilobytes = 0;
    for (std::string line; std::getline(status, line);) {
        for (const std::string_view name : {"RssAnon:", "RssShmem:", "VmSwap:"}) {
            if (line.starts_with(name)) kilobytes += std::stoull(line.substr(name.size()));
        }
    }
    return kilobytes * 1024;
}

// What the files below a folder take up. Files come and go meanwhile; what cannot be seen counts
// the next time.
std::uint64_t disk_use(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
            bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
        }
    }
    return bytes;
}

// The size of what a worker made. It has decoded a stranger's file: a link among its files could
// make the server hand out what it never meant to.
Result<std::int64_t> size_of_plain_files(const fs::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0) {
            return base::file_failure(errno, "look at", entry->path());
        }
        if (S_ISDIR(status.st_mode)) continue;
        if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
            return fail(ErrorCode::kInternal,
                        "the preparer left {}, which is a link or no file: this is an attack, or a "
                        "defect of matinee",
                        entry->path().filename().string());
        }
        bytes += status.st_size;
    }
    if (error) return base::file_failure(error.value(), "list", folder);
    return bytes;
}

std::string duration_text(milliseconds time) {
    const auto hours = std::chrono::floor<std::chrono::hours>(time);
    if (hours == time && hours.count() > 0) {
        return fmt::format("{} hour{}", hours.count(), hours.count() == 1 ? "" : "s");
    }
    return fmt::format("{} s", std::chrono::duration<double>(time).count());
}

std::string size_text(std::uint64_t bytes) {
    return bytes % base::kGigabyte == 0
               ? fmt::format("{} GB", bytes / base::kGigabyte)
               : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string too_long_reason(const JobLimits& limits) {
    return fmt::format(
        "was still busy after {} and was stopped: if the film is not that long it is damaged, "
        "export it again; else allow more (hours under [worker] in matinee.toml)",
        duration_text(limits.time));
}

std::string too_much_disk_reason(const JobLimits& limits) {
    return fmt::format(
        "needs more than {} of disk and was stopped: if the film is not that long it is damaged, "
        "export it again; else allow more (disk_gb under [worker] in matinee.toml)",
        size_text(limits.disk_bytes));
}

std::string make_name() {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    std::random_device chance;
    return fmt::format("{}:{}:{:08x}", host, ::getpid(), chance());
}

}  // namespace

Result<void> publish_media(const fs::path& folder, const fs::path& library,
                           const std::string& media_id) {
    const fs::path shelf = library / "media";
    TRY(make_folder(shelf));
    TRY(sync_tree(folder));
    const fs::path place = shelf / media_id;
    if (::rename(folder.c_str(), place.c_str()) != 0) {
        if (errno != ENOTEMPTY && errno != EEXIST) {
            return base::file_failure(errno, "move the preparation to", place);
        }
        remove_folder(folder);
    }
    return sync_path(shelf);
}

class JobRunner::Impl {
    // Why a worker is being ended; the job's fate follows from it.
    enum class Stop : std::uint8_t {
        kNone,
        kSilent,
        kFlood,
        kTooLong,
        kTooMuchMemory,
        kTooMuchDisk,
        kCancelled,
        kLost,
        kShutdown,
    };

    // One worker process at one job. Lives until the process has ended and its output was read.
    struct Run {
        store::Job job;
        fs::path folder;  // all it may write to
        fs::path target;  // within it, what was given as --out
        Ref<GSubprocess> process;
        pid_t pid = 0;
        Ref<GInputStream> output;
        Ref<GCancellable> reading = Ref<GCancellable>::adopt(g_cancellable_new());

        std::string partial_line;
        store::Progress progress;
        json done;   // null until it came
        json error;  // null until it came

        const steady_clock::time_point started = steady_clock::now();
        steady_clock::time_point heard = steady_clock::now();
        Stop stop = Stop::kNone;
        steady_clock::time_point stopped;
        bool killed = false;
        bool exited = false;
        steady_clock::time_point exited_at;
        bool output_ended = false;
        bool over = false;  // the job's fate is stored

        void signal_group(int signal) const {
            if (pid > 0) ::kill(-pid, signal);
        }
    };

  public:
    Impl(store::Store& store, JobRunnerOptions options)
        : store_(store),
          options_(std::move(options)),
          context_(Ref<GMainContext>::adopt(g_main_context_new())),
          loop_(Ref<GMainLoop>::adopt(g_main_loop_new(context_.get(), FALSE))) {}

    Result<void> start() {
        if (options_.name.empty()) options_.name = make_name();
        TRY(make_folder(options_.library / "incoming"));
        TRY(make_folder(options_.library / "media"));
        // Workers may report paths with symbolic links resolved.
        std::error_code error;
        options_.library = fs::canonical(options_.library, error);
        if (error) return base::file_failure(error.value(), "find", options_.library);
        TRY(remove_stale_folders());
        thread_ = std::thread([this] { run(); });
        return {};
    }

    void stop() {
        if (!thread_.joinable()) return;
        post([this] {
            stopping_ = true;
            for (const auto& run : runs_) {
                end_worker(*run, Stop::kShutdown);
            }
            leave_when_idle();
        });
        thread_.join();
    }

    void wake() {
        post([this] { beat(); });
    }

    void reconfigure(const JobRunnerOptions& options) {
        post([this, concurrent = options.concurrent, watchdog = options.watchdog,
              sandbox = options.sandbox, limits = options.limits] {
            options_.concurrent = concurrent;
            options_.watchdog = watchdog;
            options_.sandbox = sandbox;
            options_.limits = limits;
            beat();
        });
    }

  private:
    // Calls `task` on the runner's thread, never from within this call.
    void post(std::function<void()> task) {
        GSource* source = g_idle_source_new();
        g_source_set_priority(source, G_PRIORITY_DEFAULT);
        g_source_set_callback(
            source,
            [](gpointer data) -> gboolean {
                (*static_cast<std::function<void()>*>(data))();
                return G_SOURCE_REMOVE;
            },
            new std::function<void()>(std::move(task)),
            [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
        g_source_attach(source, context_.get());
        g_source_unref(source);
    }

    void run() {
        g_main_context_push_thread_default(context_.get());
        {
            GSource* timer = g_timeout_source_new(
                static_cast<guint>(std::max<std::int64_t>(options_.heartbeat.count(), 1)));
            // Not behind the reading: a worker that never stops writing must not keep its limits
            // away.
            g_source_set_priority(timer, G_PRIORITY_DEFAULT);
            g_source_set_callback(
                timer,
                [](gpointer data) -> gboolean {
                    static_cast<Impl*>(data)->beat();
                    return G_SOURCE_CONTINUE;
                },
                this, nullptr);
            g_source_attach(timer, context_.get());
            const base::ScopedSource scoped(timer);
            post([this] { beat(); });
            g_main_loop_run(loop_.get());
        }
        g_main_context_pop_thread_default(context_.get());
    }

    Result<void> remove_stale_folders() {
        // Folders first, jobs second: a folder that another runner makes meanwhile is not listed,
        // or its job is.
        std::vector<fs::path> folders;
        const fs::path incoming = options_.library / "incoming";
        std::error_code error;
        fs::directory_iterator entry(incoming, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            folders.push_back(entry->path());
        }
        if (error) return base::file_failure(error.value(), "list", incoming);
        const std::vector<store::Job> running = TRY(store_.list_running_jobs());
        for (const fs::path& folder : folders) {
            const std::string id = folder.stem().string();
            if (std::ranges::none_of(running, [&](const auto& job) { return job.id == id; })) {
                remove_folder(folder);
            }
        }
        return {};
    }

    void beat() {
        for (const auto& run : runs_) {
            beat(*run);
        }
        sweep();
        while (!stopping_ && runs_.size() < options_.concurrent && take_one()) {
        }
        leave_when_idle();
    }

    void beat(Run& run) {
        const auto now = steady_clock::now();
        if (run.exited) {
            // Something the worker started holds its output open, and has left its group.
            if (now - run.exited_at > options_.kill_grace) g_cancellable_cancel(run.reading.get());
            return;
        }
        if (run.stop != Stop::kNone) {
            if (!run.killed && now - run.stopped > options_.kill_grace) {
                run.killed = true;
                run.signal_group(SIGKILL);
            }
        } else if (now - run.heard > options_.watchdog) {
            end_worker(run, Stop::kSilent);
        } else {
            hold_to_limits(run);
        }
        if (run.stop == Stop::kLost) return;
        const auto order =
            store_.renew_job(run.job.id, options_.name, options_.lease, run.progress);
        if (!order) {
            if (order.error().code() == ErrorCode::kConflict ||
                order.error().code() == ErrorCode::kNotFound) {
                end_worker(run, Stop::kLost);
            } else {
                log::warning("a job's lease cannot be renewed",
                             {{"job", run.job.id}, {"error", order.error().to_string()}});
            }
            return;
        }
        if (*order == store::JobOrder::kCancel) end_worker(run, Stop::kCancelled);
        report(run.job.id);
    }

    // What it takes is looked at from here as well: a worker that somebody else has got hold of
    // need not keep to anything.
    void hold_to_limits(Run& run) {
        const JobLimits& limits = options_.limits;
        if (limits.time.count() > 0 && steady_clock::now() - run.started > limits.time) {
            end_worker(run, Stop::kTooLong);
        } else if (limits.memory_bytes != 0 && private_memory(run.pid) > limits.memory_bytes) {
            kill_worker(run, Stop::kTooMuchMemory);
        } else if (limits.disk_bytes != 0 && disk_use(run.folder) > limits.disk_bytes) {
            kill_worker(run, Stop::kTooMuchDisk);
        }
    }

    // Now: what it has too much of, others lack.
    void kill_worker(Run& run, Stop why) {
        end_worker(run, why);
        if (run.stop != why) return;
        run.killed = true;
        run.signal_group(SIGKILL);
    }

    // The first reason counts.
    void end_worker(Run& run, Stop why) {
        if (run.stop != Stop::kNone || run.exited) return;
        run.stop = why;
        run.stopped = steady_clock::now();
        run.signal_group(SIGTERM);
    }

    bool take_one() {
        auto taken = store_.take_job(options_.name, options_.lease);
        if (!taken) {
            log::error("no job can be taken", {{"error", taken.error().to_string()}});
            return false;
        }
        if (!*taken) return false;
        const store::Job job = **taken;
        report(job.id);
        const auto started = start_worker(job);
        if (!started) {
            settle(job, store_.fail_job(job.id, options_.name, started.error().to_string()));
        }
        return true;
    }

    Result<void> start_worker(const store::Job& job) {
        auto run = std::make_unique<Run>();
        run->job = job;
        // A name per attempt: a worker of an attempt whose lease ran out may still be writing.
        run->folder = options_.library / "incoming" / fmt::format("{}.{}", job.id, job.attempts);
        run->target = run->folder / "entry";
        remove_folder(run->folder);
        TRY(make_folder(run->target));

        const std::vector<std::string> words = worker_command(job, run->target);
        std::vector<const char*> arguments;
        for (const std::string& word : words) {
            arguments.push_back(word.c_str());
        }
        arguments.push_back(nullptr);

        const auto launcher = Ref<GSubprocessLauncher>::adopt(
            g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE));
        g_subprocess_launcher_set_child_setup(launcher.get(), set_up_child,
                                              GINT_TO_POINTER(::getpid()), nullptr);
        GError* error = nullptr;
        run->process = Ref<GSubprocess>::adopt(
            g_subprocess_launcher_spawnv(launcher.get(), arguments.data(), &error));
        if (!run->process) {
            remove_folder(run->folder);
            return fail(base::adopt_error(error),
                        "the worker {} cannot be started; check that matinee is installed whole",
                        words.front());
        }
        if (const char* pid = g_subprocess_get_identifier(run->process.get())) {
            run->pid = static_cast<pid_t>(std::stol(pid));
        }
        run->output = Ref<GInputStream>::share(g_subprocess_get_stdout_pipe(run->process.get()));
        Run* const raw = run.get();
        callbacks_.push_back(std::make_unique<Callback>(Callback{this, raw}));
        Callback* const callback = callbacks_.back().get();
        runs_.push_back(std::move(run));
        g_subprocess_wait_async(raw->process.get(), nullptr, on_exit, callback);
        read_more(callback);
        return {};
    }

    [[nodiscard]] std::vector<std::string> worker_command(const store::Job& job,
                                                          const fs::path& output) const {
        constexpr std::uint64_t kMegabyte = 1'000'000;
        const JobLimits& limits = options_.limits;
        const auto megabytes = [](std::uint64_t bytes) {
            return (bytes + kMegabyte - 1) / kMegabyte;
        };
        // No more than all processors for all of its time.
        const auto processor_seconds =
            std::chrono::ceil<std::chrono::seconds>(limits.time).count() *
            std::max(1U, std::thread::hardware_concurrency());
        std::vector<std::string> words = options_.worker;
        words.insert(words.end(),
                     {"prepare", job.source_path, "--out", output.string(), "--house-json",
                      options_.house_json, "--progress=json",
                      fmt::format("--sandbox={}", prepare::to_string(options_.sandbox)),
                      fmt::format("--memory-mb={}", megabytes(limits.memory_bytes)),
                      fmt::format("--disk-mb={}", megabytes(limits.disk_bytes)),
                      fmt::format("--processor-seconds={}", processor_seconds)});
        if (job.entry_kind != store::EntryKind::kFilm) words.emplace_back("--card");
        if (!job.variant.empty()) words.insert(words.end(), {"--variant", job.variant});
        const auto variant = library::variant_from_text(job.variant);
        if (variant && library::shared_frames(*variant, 1) > 0) {
            words.insert(words.end(),
                         {"--plain", (options_.library / "media" / job.plain_media_id).string()});
        }
        if (!job.subtitles_id.empty()) {
            words.insert(
                words.end(),
                {"--subtitles", (options_.library / "subtitles" / job.subtitles_id).string()});
        }
        return words;
    }

    // What GLib's callbacks get.
    struct Callback {
        Impl* self;
        Run* run;
    };

    static void on_exit(GObject* source, GAsyncResult* result, gpointer data) noexcept {
        auto* callback = static_cast<Callback*>(data);
        // Without a cancellable, waiting cannot fail.
        g_subprocess_wait_finish(reinterpret_cast<GSubprocess*>(source), result, nullptr);
        callback->self->exited(*callback->run);
    }

    static void on_output(GObject* source, GAsyncResult* result, gpointer data) noexcept {
        auto* callback = static_cast<Callback*>(data);
        GError* error = nullptr;
        const auto bytes = Ref<GBytes>::adopt(g_input_stream_read_bytes_finish(
            reinterpret_cast<GInputStream*>(source), result, &error));
        const base::OwnedGError owned(error);
        callback->self->received(callback, bytes.get());
    }

    static void read_more(Callback* callback) {
        g_input_stream_read_bytes_async(callback->run->output.get(), kReadSize, G_PRIORITY_DEFAULT,
                                        callback->run->reading.get(), on_output, callback);
    }

    // `bytes` is null when reading failed, which ends the output like its end does.
    void received(Callback* callback, GBytes* bytes) {
        Run& run = *callback->run;
        gsize size = 0;
        const auto* data =
            bytes ? static_cast<const char*>(g_bytes_get_data(bytes, &size)) : nullptr;
        if (size == 0) {
            if (!run.partial_line.empty()) heard(run, run.partial_line);
            run.output_ended = true;
            conclude(run);
            return;
        }
        run.heard = steady_clock::now();
        run.partial_line.append(data, size);
        std::size_t start = 0;
        for (std::size_t end = 0; (end = run.partial_line.find('\n', start)) != std::string::npos;
             start = end + 1) {
            heard(run, std::string_view(run.partial_line).substr(start, end - start));
        }
        run.partial_line.erase(0, start);
        if (run.partial_line.size() > kLongestLine) {
            run.partial_line.clear();
            end_worker(run, Stop::kFlood);
        }
        read_more(callback);
    }

    void heard(Run& run, std::string_view line) {
        json said = json::parse(line, nullptr, false);
        if (!said.is_object()) {
            // A library that prints: it shows life, no more.
            if (!line.empty()) log::debug("a worker wrote", {{"job", run.job.id}, {"line", line}});
            return;
        }
        if (said.contains("done")) {
            run.done = std::move(said["done"]);
        } else if (said.contains("error")) {
            run.error = std::move(said["error"]);
        } else if (said.contains("available")) {
            available(run, said["available"]);
        } else if (said.contains("stage") && said["stage"].is_string()) {
            run.progress.stage = said["stage"].get<std::string>();
            const auto fraction = said.find("fraction");
            if (fraction != said.end() && fraction->is_number()) {
                run.progress.fraction = std::clamp(fraction->get<double>(), 0.0, 1.0);
            }
        }
    }

    // Says on what can be played, when it is what a worker may say: it has met a stranger's file.
    void available(const Run& run, const json& said) {
        fs::path folder;
        std::int64_t groups = 0;
        if (said.is_object() && said.contains("directory") && said["directory"].is_string()) {
            folder = fs::path(said["directory"].get<std::string>()).lexically_normal();
        }
        if (said.is_object() && said.contains("groups") && said["groups"].is_number_integer()) {
            groups = said["groups"].get<std::int64_t>();
        }
        if (groups <= 0 || !lies_within(folder, run.folder.parent_path())) {
            log::warning("a worker says what cannot be",
                         {{"job", run.job.id}, {"available", said.dump()}});
            return;
        }
        if (options_.on_available) options_.on_available(run.job, folder, groups);
    }

    void exited(Run& run) {
        run.exited = true;
        run.exited_at = steady_clock::now();
        // What the worker has left running holds the other end of its output.
        run.signal_group(SIGKILL);
        conclude(run);
    }

    // Settles the job once the worker has ended and all it said is known.
    void conclude(Run& run) {
        if (!run.exited || !run.output_ended || run.over) return;
        run.over = true;
        settle(run.job, decide(run));
        remove_folder(run.folder);
        // From a callback of `run` itself, which must not go yet.
        post([this] { beat(); });
    }

    Result<void> decide(Run& run) {
        const std::string& id = run.job.id;
        const std::string& name = options_.name;
        switch (run.stop) {
            case Stop::kLost:
                return {};
            case Stop::kShutdown:
                return store_.release_job(id, name);
            case Stop::kCancelled:
                return store_.confirm_cancelled(id, name);
            case Stop::kSilent:
                return store_.fail_job(
                    id, name,
                    fmt::format("the preparation stood still for {} s{} and was stopped: the file "
                                "may be damaged; play it from start to end, or export it again",
                                std::chrono::duration<double>(options_.watchdog).count(),
                                run.progress.stage.empty() ? "" : " at " + run.progress.stage));
            case Stop::kFlood:
                return store_.fail_job(id, name,
                                       "the preparer wrote without end and was stopped: this is "
                                       "a defect of matinee, please report it with the file");
            case Stop::kTooLong:
                return store_.fail_job(id, name, too_long_reason(options_.limits));
            case Stop::kTooMuchMemory:
                return store_.fail_job(id, name,
                                       prepare::out_of_memory_reason(options_.limits.memory_bytes));
            case Stop::kTooMuchDisk:
                return store_.fail_job(id, name, too_much_disk_reason(options_.limits));
            case Stop::kNone:
                break;
        }
        GSubprocess* const process = run.process.get();
        if (g_subprocess_get_if_signaled(process)) {
            const int signal = g_subprocess_get_term_sig(process);
            // The kernel was quicker than the next heartbeat.
            if (signal == SIGXCPU) {
                return store_.fail_job(id, name, too_long_reason(options_.limits));
            }
            if (signal == SIGXFSZ) {
                return store_.fail_job(id, name, too_much_disk_reason(options_.limits));
            }
            if (run.job.crashes < kRetries) {
                log::warning("a worker crashed; its job is tried again",
                             {{"job", id}, {"file", run.job.source_path}, {"signal", signal}});
                return store_.retry_job(id, name);
            }
            return store_.fail_job(
                id, name,
                fmt::format("preparing the file crashed, {} times, last with signal {} ({}): {}",
                            run.job.crashes + 1, signal, ::strsignal(signal),
                            signal == SIGKILL ? "the machine may have run out of memory"
                                              : "the file may be damaged; export it again"));
        }
        if (run.error.is_object()) {
            const auto message = run.error.find("message");
            return store_.fail_job(id, name,
                                   message != run.error.end() && message->is_string()
                                       ? message->get<std::string>()
                                       : "the preparer gave no reason");
        }
        const int status = g_subprocess_get_exit_status(process);
        if (status != 0 || !run.done.is_object()) {
            return store_.fail_job(id, name,
                                   fmt::format("the preparer ended with status {} and gave no "
                                               "reason; the server's log may have one",
                                               status));
        }
        return finish(run);
    }

    Result<void> finish(Run& run) {
        const auto media = publish(run);
        if (!media) {
            return store_.fail_job(run.job.id, options_.name, media.error().to_string());
        }
        auto finished = store_.finish_job(run.job.id, options_.name, *media);
        if (!finished && finished.error().code() == ErrorCode::kCancelled) {
            return store_.confirm_cancelled(run.job.id, options_.name);
        }
        if (finished && options_.on_ready) options_.on_ready(run.job.entry_id);
        return finished;
    }

    // Puts what the worker says it made into the library.
    Result<store::Media> publish(const Run& run) const {
        const json& done = run.done;
        store::Media media;
        media.house = options_.house_json;
        media.summary = json_line(done);
        if (const auto id = done.find("media_id"); id != done.end() && id->is_string()) {
            media.id = id->get<std::string>();
        }
        if (!is_media_id(media.id)) {
            return fail(ErrorCode::kInternal, "the preparer named its result \"{}\"", media.id);
        }
        if (options_.expected_media_id) {
            const std::string expected = TRY(options_.expected_media_id(run.job));
            if (media.id != expected) {
                return fail(ErrorCode::kConflict,
                            "the preparer named its result {} where {} was asked for: {} has "
                            "changed meanwhile, or does the preparer harm; import it again",
                            media.id, expected, run.job.source_path);
            }
        }
        if (const auto ticks = done.find("duration_ticks");
            ticks != done.end() && ticks->is_number_integer()) {
            media.duration = Ticks(ticks->get<std::int64_t>());
        } else if (const auto seconds = done.find("duration_seconds");
                   seconds != done.end() && seconds->is_number()) {
            media.duration = Ticks(std::llround(seconds->get<double>() * media::kVideoTimescale));
        }
        if (media.duration <= Ticks::zero()) {
            return fail(ErrorCode::kInternal, "the preparer reported no duration");
        }
        if (const auto rate = done.find("frame_rate"); rate != done.end() && rate->is_string()) {
            const std::string text = rate->get<std::string>();
            unsigned numerator = 0;
            unsigned denominator = 0;
            if (std::sscanf(text.c_str(), "%u/%u", &numerator, &denominator) == 2) {
                media.frame_rate_numerator = numerator;
                media.frame_rate_denominator = denominator;
            }
        }
        fs::path folder = run.target;
        if (const auto place = done.find("directory"); place != done.end() && place->is_string()) {
            folder = run.target / place->get<std::string>();
        }
        std::error_code error;
        folder = fs::weakly_canonical(folder, error);
        if (!lies_within(folder, run.target) || !fs::is_directory(folder, error)) {
            return fail(ErrorCode::kInternal, "the preparer put its result into {}, not into {}",
                        folder.string(), run.target.string());
        }
        media.size_bytes = TRY(size_of_plain_files(folder));
        TRY(publish_media(folder, options_.library, media.id));
        return media;
    }

    // `outcome` is that of storing a job's fate. Where it failed, the lease runs out and the job
    // is done again.
    void settle(const store::Job& job, const Result<void>& outcome) {
        if (!outcome) {
            log::error("the end of a job cannot be stored",
                       {{"job", job.id}, {"error", outcome.error().to_string()}});
        }
        report(job.id);
    }

    void report(const std::string& job_id) {
        if (!options_.on_change) return;
        const auto job = store_.find_job(job_id);
        if (job) {
            options_.on_change(*job);
        } else {
            log::warning("a job cannot be read",
                         {{"job", job_id}, {"error", job.error().to_string()}});
        }
    }

    void sweep() {
        std::erase_if(callbacks_, [](const auto& callback) { return callback->run->over; });
        std::erase_if(runs_, [](const auto& run) { return run->over; });
    }

    void leave_when_idle() {
        if (stopping_ && runs_.empty()) g_main_loop_quit(loop_.get());
    }

    store::Store& store_;
    JobRunnerOptions options_;
    Ref<GMainContext> context_;
    Ref<GMainLoop> loop_;
    std::thread thread_;

    // Of the runner's thread.
    std::vector<std::unique_ptr<Run>> runs_;
    std::vector<std::unique_ptr<Callback>> callbacks_;
    bool stopping_ = false;
};

JobRunner::JobRunner(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

JobRunner::~JobRunner() {
    stop();
}

Result<std::unique_ptr<JobRunner>> JobRunner::start(store::Store& store, JobRunnerOptions options) {
    if (options.worker.empty() || options.concurrent == 0) {
        return fail(ErrorCode::kInvalid, "a job runner needs a worker program and room for a job");
    }
    auto impl = std::make_unique<Impl>(store, std::move(options));
    TRY(impl->start());
    return std::unique_ptr<JobRunner>(new JobRunner(std::move(impl)));
}

void JobRunner::stop() {
    impl_->stop();
}

void JobRunner::wake() {
    impl_->wake();
}

void JobRunner::reconfigure(const JobRunnerOptions& options) {
    impl_->reconfigure(options);
}

}  // namespace matinee::app
