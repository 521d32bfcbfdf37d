#include "app/commands.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/doctor.h"
#include "app/intake.h"
#include "app/progress_display.h"
#include "app/station.h"
#include "app/stop_signals.h"
#include "app/workspace.h"
#include "base/log.h"
#include "library/mapped_file.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFailed = 1;
constexpr int kSomeFailed = 3;

// The channel that the demo plays, and its playlist.
constexpr const char* kDemoChannel = "main";
constexpr const char* kDemoPlaylist = "main";

// A new channel's timeline begins a little in the past, so that its first viewers find as much
// behind the live edge as players want to buffer.
constexpr std::chrono::seconds kHeadStart{60};

int report(const Error& error) {
    fmt::print(stderr, "matinee: {}\n", error.to_string());
    return kFailed;
}

// Runs a command's body, whose value is the exit status.
template <typename Body>
int run(Body&& body) {
    Result<int> status = body();
    return status ? *status : report(status.error());
}

void print_notes(const std::vector<ImportNote>& notes, std::string_view what) {
    for (const ImportNote& note : notes) {
        fmt::print("{}: {}: {}\n", what, note.path.string(), note.text);
    }
}

Result<Intake> take_in_aloud(Workspace& workspace, const std::vector<fs::path>& paths) {
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    const auto on_file = [terminal](const fs::path& file) {
        if (!terminal) return;
        fmt::print("\r\x1b[2Kreading {}", file.filename().string());
        std::fflush(stdout);
    };
    Intake intake = TRY(take_in(workspace, paths, on_file));
    if (terminal) fmt::print("\r\x1b[2K");
    const ImportSummary& summary = intake.summary;
    print_notes(summary.ignored, "ignored");
    print_notes(summary.problems, "problem");
    print_notes(intake.subtitle_problems, "subtitles");
    fmt::print(
        "{} entries: {} new, {} changed, {} to prepare again, {} unchanged, {} failed before\n",
        summary.entries.size(), summary.added.size(), summary.changed.size(), summary.queued.size(),
        summary.unchanged.size(), summary.failed.size());
    std::fflush(stdout);
    return intake;
}

// Runs the open jobs in this process, or lets the server of this folder do it.
Result<Preparation> prepare_all(Workspace& workspace, const StopSignals& signals) {
    auto lock = ServerLock::take(workspace.folder);
    if (!lock && lock.error().code() != ErrorCode::kConflict) {
        return Unexpected(std::move(lock).error());
    }
    std::unique_ptr<JobRunner> runner;
    if (lock) runner = TRY(JobRunner::start(*workspace.store, job_options(workspace)));
    return show_preparation(*workspace.store, signals);
}

// The ready ones among `ids`, in that order.
Result<std::vector<std::string>> ready_entries(Workspace& workspace,
                                               const std::vector<std::string>& ids) {
    std::vector<std::string> ready;
    for (const std::string& id : ids) {
        const store::Entry entry = TRY(workspace.store->find_entry(id));
        if (workspace.library->has_media(entry.media_id)) ready.push_back(id);
    }
    return ready;
}

Result<void> put_on_channel(Workspace& workspace, const std::string& id, const std::string& title,
                            const std::vector<std::string>& entries, std::optional<Instant> epoch) {
    const std::string playlist = id;
    TRY(workspace.store->set_playlist(playlist, title.empty() ? id : title, entries));
    auto channel = workspace.store->find_channel(id);
    if (channel) {
        channel->playlist_id = playlist;
        if (!title.empty()) channel->title = title;
        return workspace.store->update_channel(*channel);
    }
    if (channel.error().code() != ErrorCode::kNotFound) {
        return Unexpected(std::move(channel).error());
    }
    store::Channel added;
    added.id = id;
    added.title = title.empty() ? id : title;
    added.epoch = epoch.value_or(std::chrono::floor<std::chrono::seconds>(workspace.clock->now()) -
                                 kHeadStart);
    added.playlist_id = playlist;
    return workspace.store->create_channel(added);
}

void print_addresses(const Station& station, const std::vector<std::string>& channels) {
    const std::string origin = station.origin();
    fmt::print("\nmatinee is on the air. Stop with Ctrl-C.\n\n");
    fmt::print("  channels     {}/\n", origin);
    for (const std::string& id : channels) {
        fmt::print("  watch        {}/watch/{}\n", origin, id);
        fmt::print("  playlist     {}/channels/{}/master.m3u8\n", origin, id);
    }
    fmt::print("  certificate  SHA-256 {}\n", station.certificate_fingerprint());
    if (!station.setup_address().empty()) {
        fmt::print("  set up       {}  (makes the first account, once)\n", station.setup_address());
    }
    fmt::print("\n");
    std::fflush(stdout);
}

Result<std::unique_ptr<Station>> start_station(Workspace& workspace,
                                               const std::optional<ListenAddress>& listen) {
    Station::Options options;
    options.listen = listen.value_or(workspace.config.server.listen);
    return Station::start(workspace, options);
}

Result<int> serve_until_stopped(Workspace& workspace, const Station& station,
                                const StopSignals& signals) {
    std::vector<std::string> channels;
    for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
        channels.push_back(channel.id);
        if (channels.size() == 10) break;  // the page lists all
    }
    print_addresses(station, channels);
    signals.wait();
    fmt::print("stopping\n");
    return 0;
}

// Makes the sample entries, as the source tree's or the installed script does.
Result<fs::path> made_up_films(const Workspace& workspace) {
    const fs::path folder = workspace.folder / "samples";
    std::error_code error;
    const fs::path installed = MATINEE_INSTALLED_MAKE_SAMPLES;
    const fs::path script = fs::exists(installed, error) ? installed : MATINEE_SOURCE_MAKE_SAMPLES;
    GError* failure = nullptr;
    const auto process = base::Ref<GSubprocess>::adopt(g_subprocess_new(
        G_SUBPROCESS_FLAGS_NONE, &failure, script.c_str(), folder.c_str(), nullptr));
    if (!process || !g_subprocess_wait_check(process.get(), nullptr, &failure)) {
        return fail(base::adopt_error(failure), "{}: could not make sample films in {}",
                    script.string(), folder.string());
    }
    return folder;
}

json entry_json(const store::Entry& entry) {
    return {{"id", entry.id},
            {"title", entry.titles},
            {"author", entry.author},
            {"country", entry.country},
            {"state", to_string(entry.state)},
            {"reason", entry.reason},
            {"source", entry.source.path},
            {"media", entry.media_id}};
}

json subtitles_json(const subtitles::ParsedFile& parsed) {
    json documents = json::array();
    for (const subtitles::Document& document : parsed.documents) {
        json cues = json::array();
        for (const subtitles::Cue& cue : document.cues) {
            cues.push_back(
                {{"start", cue.start.count()}, {"end", cue.end.count()}, {"text", cue.text}});
        }
        documents.push_back({{"language", document.language}, {"cues", std::move(cues)}});
    }
    json problems = json::array();
    for (const subtitles::Problem& problem : parsed.problems) {
        problems.push_back({{"line", problem.line}, {"message", problem.message}});
    }
    return json{{"format", to_string(parsed.format)},
                {"encoding", to_string(parsed.encoding)},
                {"documents", std::move(documents)},
                {"problems", std::move(problems)}};
}

std::string clock_text(subtitles::Milliseconds time) {
    const std::chrono::hh_mm_ss split(time);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", split.hours().count(), split.minutes().count(),
                       split.seconds().count(), split.subseconds().count());
}

void print_subtitles(const subtitles::ParsedFile& parsed) {
    fmt::print("{}, {}\n", to_string(parsed.format), to_string(parsed.encoding));
    for (const subtitles::Document& document : parsed.documents) {
        for (const subtitles::Cue& cue : document.cues) {
            std::string text = cue.text;
            std::ranges::replace(text, '\n', '/');
            fmt::print("{} - {}  {}\n", clock_text(cue.start), clock_text(cue.end), text);
        }
    }
    for (const subtitles::Problem& problem : parsed.problems) {
        fmt::print("line {}: {}\n", problem.line, problem.message);
    }
}

}  // namespace

int serve(const ServeArguments& arguments) {
    return run([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const auto station = TRY(start_station(workspace, arguments.listen));
        return serve_until_stopped(workspace, *station, signals);
    });
}

int demo(const DemoArguments& arguments) {
    return run([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const fs::path films = arguments.films.empty() ? TRY(made_up_films(workspace)) : arguments.films;
        const Intake intake = TRY(take_in_aloud(workspace, {films}));
        const auto& entries = intake.summary.entries;
        // All of them: a film joins the channel when it is prepared, a long one while it is.
        if (!entries.empty()) {
            TRY(put_on_channel(workspace, kDemoChannel, "Main channel", entries, std::nullopt));
        }
        const auto station = TRY(start_station(workspace, arguments.listen));
        if (TRY(ready_entries(workspace, entries)).size() < entries.size()) {
            fmt::print("{}/watch/{} shows films as soon as they are prepared\n", station->origin(),
                       kDemoChannel);
            std::fflush(stdout);
        }
        const Preparation done = TRY(show_preparation(*workspace.store, signals));
        if (done.stopped) return 0;
        if (TRY(ready_entries(workspace, entries)).empty()) {
            return fail(ErrorCode::kInvalid,
                        "{}: holds no film that could be prepared; the reasons stand above",
                        films.string());
        }
        return serve_until_stopped(workspace, *station, signals);
    });
}

int import(const ImportArguments& arguments) {
    return run([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const Intake intake = TRY(take_in_aloud(workspace, arguments.paths));
        if (!arguments.wait) return 0;
        const Preparation done = TRY(prepare_all(workspace, signals));
        if (done.stopped) {
            fmt::print("stopped; what is not prepared yet stays queued\n");
            return kSomeFailed;
        }
        const auto ready = TRY(ready_entries(workspace, intake.summary.entries));
        fmt::print("{} of {} entries are ready\n", ready.size(), intake.summary.entries.size());
        return ready.size() == intake.summary.entries.size() ? 0 : kSomeFailed;
    });
}

int add_channel(const ChannelArguments& arguments) {
    return run([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(arguments.data));
        std::vector<std::string> ids = arguments.entries;
        if (ids.empty()) {
            for (const store::Entry& entry : TRY(workspace.store->list_entries())) {
                ids.push_back(entry.id);
            }
        }
        const auto ready = TRY(ready_entries(workspace, ids));
        // Those that were named join when they are prepared; else there is no telling which are
        // meant.
        const auto& entries = arguments.entries.empty() ? ready : ids;
        if (entries.empty()) {
            return fail(ErrorCode::kInvalid,
                        "channel {}: no entry is ready; import some films first", arguments.id);
        }
        TRY(put_on_channel(workspace, arguments.id, arguments.title, entries, arguments.epoch));
        fmt::print("channel {} plays {} entries\n", arguments.id, entries.size());
        if (ready.size() < entries.size()) {
            fmt::print("{} of them are not prepared yet, and join when they are\n",
                       entries.size() - ready.size());
        }
        return 0;
    });
}

int list_channels(const fs::path& data, bool as_json) {
    return run([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        json all = json::array();
        for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
            if (as_json) {
                all.push_back({{"id", channel.id},
                               {"title", channel.title},
                               {"epoch", base::to_rfc3339(channel.epoch)},
                               {"playlist", channel.playlist_id}});
            } else {
                fmt::print("{:20} {}\n", channel.id, channel.title);
            }
        }
        if (as_json) fmt::print("{}\n", all.dump(2));
        return 0;
    });
}

int list_entries(const fs::path& data, bool as_json) {
    return run([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        json all = json::array();
        for (const store::Entry& entry : TRY(workspace.store->list_entries())) {
            if (as_json) {
                all.push_back(entry_json(entry));
            } else {
                fmt::print("{:9} {:30} {}\n", to_string(entry.state), entry.id, entry.reason);
            }
        }
        if (as_json) {
            fmt::print("{}\n", all.dump(2, ' ', false, json::error_handler_t::replace));
        }
        return 0;
    });
}

int show_subtitles(const fs::path& file, bool as_json) {
    return run([&]() -> Result<int> {
        const auto mapped = TRY(library::MappedFile::open(file));
        const auto parsed = TRY(subtitles::parse(file.filename().string(), mapped->bytes()));
        if (as_json) {
            fmt::print("{}\n", subtitles_json(parsed).dump(2));
        } else {
            print_subtitles(parsed);
        }
        return 0;
    });
}

int doctor(const fs::path& data, bool as_json) {
    return run([&]() -> Result<int> {
        const fs::path folder = data.empty() ? TRY(default_data_folder()) : data;
        const Config config = TRY(load_config(folder / "matinee.toml"));
        DoctorProbes probes;
        probes.run = run_program;
        probes.missing_elements = []() -> Result<std::vector<MissingElement>> {
            std::vector<std::string> command = Workspace::worker_command();
            command.insert(command.end(), {"prepare", "--check"});
            return parse_worker_check(TRY(run_program(command)));
        };
        const base::SystemClock clock;
        const auto findings = diagnose(gather_facts(config, folder, clock, probes));
        fmt::print("{}", as_json ? to_json(findings) + "\n"
                                 : to_text(findings, ::isatty(STDOUT_FILENO) == 1));
        return static_cast<int>(worst(findings));
    });
}

int prepare(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = Workspace::worker_command();
    command.emplace_back("prepare");
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : command) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    return report(Error(ErrorCode::kInternal,
                        fmt::format("{}: cannot be run; is matinee installed whole?", argv[0])));
}

}  // namespace matinee::app
