#include "app/commands.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cards.h"
#include "app/channel_settings.h"
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

// `burn_in`: "zh,ru", "none", or unset to leave it as it is.
Result<std::string> changed_settings(const std::string& settings,
                                     const std::optional<std::string>& burn_in) {
    if (!burn_in) return settings;
    ChannelSettings changed = TRY(channel_settings_from(settings));
    changed.burn_in.clear();
    if (*burn_in != "none") changed.burn_in = TRY(library::burn_in_wish(*burn_in));
    return with_settings(settings, changed);
}

Result<void> put_on_channel(Workspace& workspace, const std::string& id, const std::string& title,
                            const std::vector<std::string>& entries, std::optional<Instant> epoch,
                            const std::optional<std::string>& burn_in = {}) {
    const std::string playlist = id;
    TRY(workspace.store->set_playlist(playlist, title.empty() ? id : title, entries));
    auto channel = workspace.store->find_channel(id);
    if (channel) {
        channel->playlist_id = playlist;
        if (!title.empty()) channel->title = title;
        channel->settings = TRY(changed_settings(channel->settings, burn_in));
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
    added.settings = TRY(changed_settings(added.settings, burn_in));
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
    fmt::print("  certificate  SHA-256 {}\n\n", station.certificate_fingerprint());
    std::fflush(stdout);
}

Result<int> serve_until_stopped(Workspace& workspace, const std::optional<ListenAddress>& listen,
                                const StopSignals& signals) {
    Station::Options options;
    options.listen = listen.value_or(workspace.config.server.listen);
    const auto station = TRY(Station::start(workspace, options));
    std::vector<std::string> channels;
    for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
        channels.push_back(channel.id);
        if (channels.size() == 10) break;  // the page lists all
    }
    print_addresses(*station, channels);
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
            {"kind", to_string(entry.kind)},
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
        return serve_until_stopped(workspace, arguments.listen, signals);
    });
}

int demo(const DemoArguments& arguments) {
    return run([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const fs::path films = arguments.films.empty() ? TRY(made_up_films(workspace)) : arguments.films;
        const Intake intake = TRY(take_in_aloud(workspace, {films}));
        const Preparation done = TRY(prepare_all(workspace, signals));
        if (done.stopped) return 0;
        const auto entries = TRY(ready_entries(workspace, intake.summary.entries));
        if (entries.empty()) {
            return fail(ErrorCode::kInvalid,
                        "{}: holds no film that could be prepared; the reasons stand above",
                        films.string());
        }
        TRY(put_on_channel(workspace, kDemoChannel, "Main channel", entries, std::nullopt));
        return serve_until_stopped(workspace, arguments.listen, signals);
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
                if (entry.kind == store::EntryKind::kFilm) ids.push_back(entry.id);
            }
        }
        const auto entries = TRY(ready_entries(workspace, ids));
        if (entries.empty()) {
            return fail(ErrorCode::kInvalid,
                        "channel {}: no entry is ready; import some films first", arguments.id);
        }
        // What could not be drawn before may be possible now; whoever runs this command waits for it.
        if (arguments.burn_in) TRY(workspace.store->forget_failed_variants());
        TRY(put_on_channel(workspace, arguments.id, arguments.title, entries, arguments.epoch,
                           arguments.burn_in));
        fmt::print("channel {} plays {} entries\n", arguments.id, entries.size());
        return 0;
    });
}

namespace {

// How far the drawing of subtitles into a channel's films is.
struct BurnInState {
    std::string languages;    // "zh,ru"; empty: none are to be drawn
    std::size_t ready = 0;    // films shown with them
    std::size_t wanted = 0;   // films that have at least one of the languages
    std::vector<std::string> failed;  // "entry: reason"
};

Result<BurnInState> burn_in_state(Workspace& workspace, const store::Channel& channel) {
    BurnInState state;
    const ChannelSettings settings = TRY(channel_settings_from(channel.settings));
    state.languages = library::to_text(settings.burn_in);
    if (settings.burn_in.empty() || channel.playlist_id.empty()) return state;
    const std::vector<store::Variant> variants = TRY(workspace.store->list_variants());
    std::set<std::string> seen;
    const store::Playlist playlist = TRY(workspace.store->find_playlist(channel.playlist_id));
    for (const store::PlaylistItem& item : playlist.items) {
        if (item.kind != store::ItemKind::kEntry || !seen.insert(item.reference).second) continue;
        const store::Entry entry = TRY(workspace.store->find_entry(item.reference));
        if (entry.subtitles_id.empty()) continue;
        const auto set = TRY(workspace.library->subtitles(entry.subtitles_id));
        const library::Variant wanted = TRY(library::burned_in(*set, settings.burn_in));
        if (wanted.is_plain()) continue;
        ++state.wanted;
        const auto found = std::ranges::find_if(variants, [&](const store::Variant& variant) {
            return variant.entry_id == entry.id && variant.plain_media_id == entry.media_id &&
                   variant.description == library::to_text(wanted);
        });
        if (found == variants.end()) continue;
        if (found->state == store::EntryState::kReady) ++state.ready;
        if (found->state == store::EntryState::kFailed) {
            state.failed.push_back(fmt::format("{}: {}", entry.id, found->reason));
        }
    }
    return state;
}

}  // namespace

int list_channels(const fs::path& data, bool as_json) {
    return run([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        json all = json::array();
        for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
            const BurnInState burn_in = TRY(burn_in_state(workspace, channel));
            if (as_json) {
                json item{{"id", channel.id},
                          {"title", channel.title},
                          {"epoch", base::to_rfc3339(channel.epoch)},
                          {"playlist", channel.playlist_id}};
                if (!burn_in.languages.empty()) {
                    item["burn_in"] = {{"languages", burn_in.languages},
                                       {"ready", burn_in.ready},
                                       {"wanted", burn_in.wanted},
                                       {"failed", burn_in.failed}};
                }
                all.push_back(std::move(item));
                continue;
            }
            fmt::print("{:20} {}\n", channel.id, channel.title);
            if (burn_in.languages.empty()) continue;
            fmt::print("{:20} {} in the picture: {} of {} films with these subtitles are ready{}\n",
                       "", burn_in.languages, burn_in.ready, burn_in.wanted,
                       burn_in.ready < burn_in.wanted ? "; the others are shown without" : "");
            for (const std::string& failed : burn_in.failed) {
                fmt::print("{:20} failed: {}\n", "", failed);
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
                fmt::print("{:9} {:5} {:30} {}\n", to_string(entry.state), to_string(entry.kind),
                           entry.id, entry.reason);
            }
        }
        if (as_json) {
            fmt::print("{}\n", all.dump(2, ' ', false, json::error_handler_t::replace));
        }
        return 0;
    });
}

int add_card(const CardArguments& arguments) {
    return run([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        CardRequest request;
        request.id = arguments.id;
        request.card_template = arguments.card_template;
        request.author = arguments.author;
        request.country = arguments.country;
        request.duration = std::chrono::milliseconds(std::llround(arguments.seconds * 1000));
        for (const std::string& title : arguments.titles) {
            request.titles.push_back(card_text(title));
        }
        if (!arguments.entry.empty()) {
            const store::Entry entry = TRY(workspace.store->find_entry(arguments.entry));
            if (request.titles.empty()) {
                for (const auto& [language, title] : entry.titles) {
                    request.titles.push_back({title, language});
                }
                // By language, as the store has them, but Chinese first: it is legible at a
                // glance when it is the largest.
                std::ranges::stable_partition(request.titles, [](const prepare::CardText& title) {
                    return title.language.starts_with("zh");
                });
                constexpr std::size_t kRoom = 3;
                request.titles.resize(std::min(request.titles.size(), kRoom));
            }
            if (request.author.empty()) request.author = entry.author;
            if (request.country.empty()) request.country = entry.country;
        }
        TRY(make_card(workspace, request));
        if (!arguments.wait) return 0;
        const Preparation done = TRY(prepare_all(workspace, signals));
        if (done.stopped) return kSomeFailed;
        const store::Entry card = TRY(workspace.store->find_entry(arguments.id));
        if (card.state != store::EntryState::kReady) {
            return fail(ErrorCode::kInvalid, "card {}: {}", card.id, card.reason);
        }
        fmt::print("card {} is ready\n", card.id);
        return 0;
    });
}

int list_cards(const fs::path& data, bool as_json) {
    return run([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        json all = json::array();
        for (const store::Entry& entry : TRY(workspace.store->list_entries())) {
            if (entry.kind == store::EntryKind::kFilm) continue;
            if (as_json) {
                all.push_back(entry_json(entry));
            } else {
                fmt::print("{:9} {:5} {:30} {}\n", to_string(entry.state), to_string(entry.kind),
                           entry.id, entry.reason);
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
