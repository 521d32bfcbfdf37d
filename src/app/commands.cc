#include "app/commands.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <span>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/as_run_log.h"
#include "app/cards.h"
#include "app/channel_removal.h"
#include "app/channel_settings.h"
#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/description.h"
#include "app/doctor.h"
#include "app/entry_json.h"
#include "app/installed_fonts.h"
#include "app/intake.h"
#include "app/intake_json.h"
#include "app/json_line.h"
#include "app/progress_display.h"
#include "app/reload_signal.h"
#include "app/resource_json.h"
#include "app/station.h"
#include "app/stop_signals.h"
#include "app/subtitle_intake.h"
#include "app/workspace.h"
#include "base/files.h"
#include "base/log.h"
#include "library/mapped_file.h"
#include "library/output_file.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"
#include "subtitles/timing.h"
#include "subtitles/webvtt.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kSomeFailed = 3;
constexpr int kNotGenuine = 4;

// The channel that the demo plays, and its playlist.
constexpr const char* kDemoChannel = "main";
constexpr const char* kDemoPlaylist = "main";

void print_notes(std::FILE* told, const std::vector<ImportNote>& notes, std::string_view what) {
    for (const ImportNote& note : notes) {
        fmt::print(told, "{}: {}: {}\n", what, note.path.string(), note.text);
    }
}

// What a row is about, or why that is not known.
std::string fate_text(const SheetRowNote& note) {
    switch (note.match.fate) {
        case RowFate::kMatched:
            return fmt::format("{} (by {})", note.match.entry_id, note.match.by);
        case RowFate::kWaiting:
            return "waits for its film";
        case RowFate::kAmbiguous:
            break;
    }
    return fmt::format("may be about {}; nothing is guessed: name the file in a column",
                       fmt::join(note.match.candidates, ", "));
}

void print_sheets(std::FILE* told, const Intake& intake, bool all_rows) {
    for (const SheetIntake& sheet : intake.sheets) {
        const std::string name = sheet.file.filename().string();
        std::size_t matched = 0;
        std::size_t waiting = 0;
        for (const SheetRowNote& note : sheet.rows) {
            if (note.match.fate == RowFate::kMatched) ++matched;
            if (note.match.fate == RowFate::kWaiting) ++waiting;
            if (!all_rows && note.match.fate != RowFate::kAmbiguous) continue;
            fmt::print(told, "{} line {:<5} {:9} {:30} {}\n", name, note.row.line,
                       to_string(note.change), note.row.title, fate_text(note));
        }
        for (const SheetProblem& problem : sheet.problems) {
            fmt::print(told, "{} line {}: {}\n", name, problem.line, problem.message);
        }
        fmt::print(told,
                   "{}: {} rows, {}: {} belong to a film, {} wait for theirs, {} are ambiguous\n",
                   name, sheet.rows.size(), sheet.encoding, matched, waiting,
                   sheet.rows.size() - matched - waiting);
    }
    for (const SheetRowNote& note : intake.arrived) {
        fmt::print(told, "{} line {}: \"{}\" is {}\n", note.row.sheet, note.row.line,
                   note.row.title, fate_text(note));
    }
    for (const std::string& id : intake.without_row) {
        fmt::print(told, "no row is about {}\n", id);
    }
}

// Tells people of it, on `told`.
Result<Intake> take_in_aloud(Workspace& workspace, const std::vector<fs::path>& paths,
                             IntakeOptions options, std::FILE* told) {
    const bool terminal = ::isatty(::fileno(told)) == 1;
    options.on_file = [terminal, told](const fs::path& file) {
        if (!terminal) return;
        fmt::print(told, "\r\x1b[2Kreading {}", file.filename().string());
        std::fflush(told);
    };
    Intake intake = TRY(take_in(workspace, paths, options));
    if (terminal) fmt::print(told, "\r\x1b[2K");
    const ImportSummary& summary = intake.summary;
    print_notes(told, summary.ignored, "ignored");
    print_notes(told, summary.problems, "problem");
    print_notes(told, intake.subtitle_problems, "subtitles");
    print_sheets(told, intake, false);
    fmt::print(
        told,
        "{} entries: {} new, {} changed, {} to prepare again, {} unchanged, {} failed before\n",
        summary.entries.size(), summary.added.size(), summary.changed.size(), summary.queued.size(),
        summary.unchanged.size(), summary.failed.size());
    std::fflush(told);
    return intake;
}

// With how it is with the entries now.
Result<json> import_json(Workspace& workspace, const Intake& intake) {
    json value = intake_json(intake, false);
    for (json& each : value["entries"]) {
        const auto entry = TRY(workspace.store->find_entry(each["id"].get<std::string>()));
        each["state"] = to_string(entry.state);
        each["reason"] = entry.reason;
    }
    return value;
}

// Runs the open jobs in this process, or lets the server of this folder do it.
Result<Preparation> prepare_all(Workspace& workspace, const StopSignals& signals, std::FILE* told) {
    auto lock = ServerLock::take(workspace.folder);
    if (!lock && lock.error().code() != ErrorCode::kConflict) {
        return Unexpected(std::move(lock).error());
    }
    std::unique_ptr<JobRunner> runner;
    if (lock) log_sandbox(workspace.config.worker);
    if (lock) runner = TRY(JobRunner::start(*workspace.store, job_options(workspace)));
    return show_preparation(*workspace.store, signals, told);
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

// The playlist `id`, its newest version; nothing when there is none.
Result<std::optional<store::Playlist>> playlist_called(store::Store& store, const std::string& id) {
    auto found = store.find_playlist_version(id, 0);
    if (found) return std::optional(*std::move(found));
    if (found.error().code() != ErrorCode::kNotFound) return Unexpected(std::move(found).error());
    return std::optional<store::Playlist>();
}

// Refuses to write over what somebody has planned: a channel that loops entries has a playlist of
// its own name.
Result<void> expect_own_loop(store::Store& store, const std::string& id,
                             const std::optional<store::Channel>& known,
                             const std::vector<std::string>& entries) {
    if (known && !known->playlist_id.empty() && known->playlist_id != id) {
        return fail(ErrorCode::kConflict,
                    "channel {} plays playlist {}: change that one (matinee playlist set {} ...), "
                    "or give it another (matinee channel set {} --playlist ID)",
                    id, known->playlist_id, known->playlist_id, id);
    }
    const auto own = TRY(playlist_called(store, id));
    if (!own) return {};
    if (own->draft != own->published) {
        return fail(ErrorCode::kConflict,
                    "playlist {} has a draft that is not published: publish it (matinee playlist "
                    "publish {}), or go back (matinee playlist undo {})",
                    id, id, id);
    }
    const bool same = std::ranges::equal(own->items, entries, {}, [](const auto& item) {
        return item.is_trimmed() ? std::string() : item.reference;
    });
    if (!known && !same) {
        return fail(ErrorCode::kConflict,
                    "there is a playlist {} already: matinee channel add {} --playlist {} plays it",
                    id, id, id);
    }
    return {};
}

// Makes the channel, or changes it: what it loops, unless there is another playlist for it to play.
Result<void> put_on_channel(Workspace& workspace, const ChannelArguments& wanted,
                            const std::vector<std::string>& entries) {
    store::Store& store = *workspace.store;
    const std::string& id = wanted.id;
    std::optional<store::Channel> known;
    if (auto found = store.find_channel(id)) {
        known = *std::move(found);
    } else if (found.error().code() != ErrorCode::kNotFound) {
        return Unexpected(std::move(found).error());
    }
    store::Channel channel = known.value_or(store::Channel());
    if (!known) {
        channel.id = id;
        channel.title = id;
        channel.epoch =
            wanted.epoch ? *wanted.epoch : TRY(new_epoch(store, id, workspace.clock->now()));
    }
    if (!wanted.title.empty()) channel.title = wanted.title;
    channel.settings = TRY(changed_settings(channel.settings, wanted.burn_in));
    json detail = json::object();
    if (wanted.playlist) {
        if (!wanted.playlist->empty()) TRY(store.find_playlist(*wanted.playlist));
        channel.playlist_id = *wanted.playlist;
        detail["playlist"] = channel.playlist_id;
    } else if (!entries.empty()) {
        TRY(expect_own_loop(store, id, known, entries));
        TRY(store.set_playlist(id, channel.title, entries, command_actor()));
        channel.playlist_id = id;
        detail["entries"] = entries;
    }
    if (!wanted.title.empty()) detail["title"] = wanted.title;
    if (wanted.burn_in) detail["burn_in"] = *wanted.burn_in;
    TRY(known ? store.update_channel(channel, *known) : store.create_channel(channel));
    audit_command(store, known ? "channel.change" : "channel.add", id, detail);
    return {};
}

// A channel is the demo's to change as long as nobody else has planned what it plays.
Result<bool> is_demos_own(store::Store& store) {
    const auto own = TRY(playlist_called(store, kDemoChannel));
    if (!own) return true;
    const std::string author = TRY(store.playlist_history(kDemoChannel))
    .front().author;
    return author.empty() || author == command_actor();
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
                                               const std::optional<ListenAddress>& listen,
                                               std::span<const http::Socket> inherited) {
    Station::Options options;
    options.listen = listen.value_or(workspace.config.server.listen);
    options.inherited = inherited;
    return Station::start(workspace, options);
}

// How soon SIGHUP is heeded.
constexpr std::chrono::milliseconds kReloadPoll{200};

Result<int> serve_until_stopped(Workspace& workspace, Station& station, const StopSignals& signals,
                                ReloadSignal& reload) {
    std::vector<std::string> channels;
    for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
        channels.push_back(channel.id);
        if (channels.size() == 10) break;  // the page lists all
    }
    print_addresses(station, channels);
    while (!signals.wait_for(kReloadPoll)) {
        if (reload.take()) station.reload();
    }
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

// What the API says of the entry, and where its file is.
Result<json> printed_entry(Workspace& workspace, const store::Entry& entry) {
    std::shared_ptr<const library::PreparedEntry> prepared;
    if (workspace.library->has_media(entry.media_id)) {
        // One that is damaged is as none: the server shows the slate for it.
        if (auto opened = workspace.library->media(entry.media_id)) prepared = *std::move(opened);
    }
    json value =
        TRY(entry_json(*workspace.store, entry, prepared ? &prepared->manifest() : nullptr));
    value["path"] = entry.source.path;
    return value;
}

// Entries of one kind or the other: as JSON, or a line each.
Result<void> print_entries(Workspace& workspace, const EntryFilter& filter, bool as_json) {
    json all = json::array();
    for (const store::Entry& entry : TRY(entries_like(workspace, filter))) {
        if (as_json) {
            all.push_back(TRY(printed_entry(workspace, entry)));
        } else {
            fmt::print("{:9} {:5} {:30} {}\n", to_string(entry.state), to_string(entry.kind),
                       entry.id, entry.reason);
        }
    }
    if (as_json) print_json(all);
    return {};
}

void print_as_run(const AsRunReport& report) {
    for (const playout::AsRunRecord& record : report.records) {
        fmt::print("{}  {:>12}  {:20} {:24} {}{}\n", base::to_rfc3339(record.starts_at()),
                   playout::duration_text(record.duration), record.channel_id, record.entry_id,
                   record.title(),
                   record.ending() == "whole" ? "" : fmt::format("  ({})", record.ending()));
        for (const playout::AsRunMark& mark : record.marks) {
            fmt::print("    {}  {}: {}\n", base::to_rfc3339(mark.at), mark.kind, mark.detail);
        }
    }
    fmt::print("{} airings; the log is complete until {}\n", report.records.size(),
               base::to_rfc3339(report.to));
}

// A path with a further ending: "log.csv" to "log.csv.sig".
fs::path signature_file(const fs::path& file) {
    fs::path path = file;
    path += ".sig";
    return path;
}

Result<void> write_text(const fs::path& file, std::string_view text) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    if (!stream) {
        return fail(ErrorCode::kUnavailable,
                    "{}: cannot be written; is there such a folder, and room in it?",
                    file.string());
    }
    return {};
}

std::string clock_text(subtitles::Milliseconds time) {
    const std::chrono::hh_mm_ss split(time);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", split.hours().count(), split.minutes().count(),
                       split.seconds().count(), split.subseconds().count());
}

void print_report(const json& report) {
    if (report.contains("error")) {
        fmt::print("  not used: {}\n", report["error"].get<std::string>());
        return;
    }
    if (!report.contains("encoding")) {
        fmt::print("  not used, as set\n");
        return;
    }
    const auto text = [](const json& from, const char* key) { return from.value(key, ""); };
    fmt::print("  {}, {} ({}: {})\n", text(report, "format"), text(report, "encoding"),
               text(report, "certainty"), text(report, "reason"));
    const json tracks = report.value("tracks", json::array());
    for (const json& track : tracks) {
        const std::string label = text(track, "label");
        fmt::print("  {} ({}, by {}), {}{}{}, {} cues\n",
                   subtitles::native_name(text(track, "language")), text(track, "language"),
                   text(track, "language_source"), text(track, "kind"), label.empty() ? "" : ", ",
                   label, track.value("cues", 0));
        if (!text(track, "note").empty()) fmt::print("  {}\n", text(track, "note"));
        const json findings = track.value("findings", json::array());
        for (const json& finding : findings) {
            const std::string place =
                finding.contains("cue")
                    ? fmt::format("cue {} at {}", finding.value("cue", 0),
                                  clock_text(subtitles::Milliseconds(finding.value("start", 0LL))))
                    : std::string("all");
            fmt::print("  {:7} {:13} {}: {}\n", text(finding, "severity"), text(finding, "check"),
                       place, text(finding, "message"));
        }
        const json counts = track.value("counts", json::object());
        std::size_t found = 0;
        for (const json& count : counts) {
            found += count.get<std::size_t>();
        }
        if (found > findings.size()) {
            fmt::print("  and {} more of the same kinds\n", found - findings.size());
        }
    }
    const json problems = report.value("problems", json::array());
    for (const json& problem : problems) {
        const int line = problem.value("line", 0);
        fmt::print("  {}{}\n", line > 0 ? fmt::format("line {}: ", line) : "",
                   text(problem, "message"));
    }
}

// Checks that need the film's duration, which is known once it is prepared.
Result<void> recheck_subtitles(Workspace& workspace, const std::vector<std::string>& ids,
                               std::FILE* told) {
    for (const std::string& id : ids) {
        const auto checked = refresh_subtitles(*workspace.store, *workspace.library, id);
        if (!checked) fmt::print(told, "subtitles: {}: {}\n", id, checked.error().to_string());
    }
    return {};
}

// The name of the entry's subtitle file that `wanted` means: a file name, or a language that one
// file alone has.
Result<std::string> name_of_source(const std::vector<store::SubtitleSource>& sources,
                                   const std::string& entry, const std::string& wanted) {
    std::vector<std::string> of_language;
    std::string known;
    const auto language = subtitles::language_of_word(wanted);
    for (const store::SubtitleSource& source : sources) {
        std::string name = fs::path(source.path).filename().string();
        if (name == fs::path(wanted).filename().string()) return name;
        known += fmt::format("{}{} ({})", known.empty() ? "" : ", ", name, source.language);
        // "zh" means what was found to be zh-Hant, too.
        if (language &&
            (source.language == *language || source.language.starts_with(*language + "-"))) {
            of_language.push_back(std::move(name));
        }
    }
    if (of_language.size() == 1) return of_language.front();
    return fail(of_language.empty() ? ErrorCode::kNotFound : ErrorCode::kConflict,
                "entry {} has {} subtitle file \"{}\": it has {}", entry,
                of_language.empty() ? "no" : "more than one", wanted,
                known.empty() ? "none" : known);
}

}  // namespace

int serve(const ServeArguments& arguments) {
    return run_command([&]() -> Result<int> {
        const auto inherited = TRY(http::take_inherited_sockets());
        if (!inherited.empty()) {
            log::info("it listens on the sockets it was started with, not where it was told to");
        }
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        ReloadSignal reload;
        const auto station = TRY(start_station(workspace, arguments.listen, inherited));
        return serve_until_stopped(workspace, *station, signals, reload);
    });
}

int demo(const DemoArguments& arguments) {
    return run_command([&]() -> Result<int> {
        const StopSignals signals;
        ReloadSignal reload;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const fs::path films = arguments.films.empty() ? TRY(made_up_films(workspace)) : arguments.films;
        const Intake intake = TRY(take_in_aloud(workspace, {films}, {}, stdout));
        const auto& entries = intake.summary.entries;
        // All of them: a film joins the channel when it is prepared, a long one while it is.
        if (!entries.empty() && TRY(is_demos_own(*workspace.store))) {
            ChannelArguments channel;
            channel.id = kDemoChannel;
            channel.title = "Main channel";
            TRY(put_on_channel(workspace, channel, entries));
        }
        const auto station = TRY(start_station(workspace, arguments.listen, {}));
        if (TRY(ready_entries(workspace, entries)).size() < entries.size()) {
            fmt::print("{}/watch/{} shows films as soon as they are prepared\n", station->origin(),
                       kDemoChannel);
            std::fflush(stdout);
        }
        const Preparation done = TRY(show_preparation(*workspace.store, signals, stdout, [&] {
            if (reload.take()) station->reload();
        }));
        if (done.stopped) return 0;
        const auto ready = TRY(ready_entries(workspace, entries));
        TRY(recheck_subtitles(workspace, ready, stdout));
        if (ready.empty()) {
            return fail(ErrorCode::kInvalid,
                        "{}: holds no film that could be prepared; the reasons stand above",
                        films.string());
        }
        return serve_until_stopped(workspace, *station, signals, reload);
    });
}

int import(const ImportArguments& arguments) {
    return run_command([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        IntakeOptions options;
        options.mapping = TRY(mapping_from(arguments.mappings));
        options.dry_run = arguments.dry_run;
        if (arguments.dry_run) {
            const Intake intake = TRY(take_in(workspace, arguments.paths, options));
            if (arguments.json) {
                print_json(intake_json(intake, true));
                return 0;
            }
            const auto actions = actions_of(intake.summary);
            for (std::size_t i = 0; i < intake.summary.entries.size(); ++i) {
                const std::string& id = intake.summary.entries[i];
                fmt::print("{:9} {:30} {}\n", actions.at(id), id, intake.summary.paths[i].string());
            }
            print_notes(stdout, intake.summary.ignored, "ignored");
            print_notes(stdout, intake.summary.problems, "problem");
            print_sheets(stdout, intake, true);
            fmt::print("nothing was changed: this was a dry run\n");
            return 0;
        }
        std::FILE* const told = arguments.json ? stderr : stdout;
        const Intake intake = TRY(take_in_aloud(workspace, arguments.paths, options, told));
        const auto& entries = intake.summary.entries;
        for (const fs::path& path : arguments.paths) {
            audit_command(*workspace.store, "import", path.filename().string(),
                          {{"entries", entries.size()}});
        }
        Preparation done;
        std::vector<std::string> ready;
        if (arguments.wait) {
            done = TRY(prepare_all(workspace, signals, told));
            ready = TRY(ready_entries(workspace, entries));
            if (!done.stopped) TRY(recheck_subtitles(workspace, ready, told));
        }
        if (arguments.json) print_json(TRY(import_json(workspace, intake)));
        if (!arguments.wait) return 0;
        if (done.stopped) {
            fmt::print(told, "stopped; what is not prepared yet stays queued\n");
            return kSomeFailed;
        }
        fmt::print(told, "{} of {} entries are ready\n", ready.size(), entries.size());
        return ready.size() == entries.size() ? 0 : kSomeFailed;
    });
}

int add_channel(const ChannelArguments& arguments) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(arguments.data));
        if (arguments.playlist && !arguments.entries.empty()) {
            return fail(ErrorCode::kInvalid,
                        "channel {}: it plays either these entries or playlist {}", arguments.id,
                        *arguments.playlist);
        }
        std::vector<std::string> ids = arguments.entries;
        if (ids.empty() && !arguments.playlist) {
            for (const store::Entry& entry : TRY(workspace.store->list_entries())) {
                if (entry.kind == store::EntryKind::kFilm) ids.push_back(entry.id);
            }
        }
        const auto ready = TRY(ready_entries(workspace, ids));
        // Those that were named join when they are prepared; else there is no telling which are
        // meant.
        const auto& entries = arguments.entries.empty() ? ready : ids;
        if (entries.empty() && !arguments.playlist) {
            return fail(ErrorCode::kInvalid,
                        "channel {}: no entry is ready; import some films first", arguments.id);
        }
        // What could not be drawn before may be possible now; whoever runs this command waits for
        // it.
        if (arguments.burn_in) TRY(workspace.store->forget_failed_variants());
        TRY(put_on_channel(workspace, arguments, entries));
        if (arguments.json) {
            const auto channel = TRY(workspace.store->find_channel(arguments.id));
            print_json(TRY(channel_json(*workspace.store, channel)));
            return 0;
        }
        if (arguments.playlist) {
            fmt::print("channel {} plays playlist {}\n", arguments.id, *arguments.playlist);
            return 0;
        }
        fmt::print("channel {} plays {} entries\n", arguments.id, entries.size());
        if (ready.size() < entries.size()) {
            fmt::print("{} of them are not prepared yet, and join when they are\n",
                       entries.size() - ready.size());
        }
        return 0;
    });
}

int set_channel(const ChannelArguments& arguments) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(arguments.data));
        TRY(workspace.store->find_channel(arguments.id));
        if (arguments.title.empty() && !arguments.playlist && !arguments.burn_in) {
            return fail(ErrorCode::kInvalid, "nothing to set; --help says what can be");
        }
        if (arguments.burn_in) TRY(workspace.store->forget_failed_variants());
        TRY(put_on_channel(workspace, arguments, {}));
        const auto channel = TRY(workspace.store->find_channel(arguments.id));
        if (arguments.json) {
            print_json(TRY(channel_json(*workspace.store, channel)));
        } else {
            fmt::print("channel {}: \"{}\", plays playlist {}\n", channel.id, channel.title,
                       channel.playlist_id);
        }
        return 0;
    });
}

namespace {

// How far the drawing of subtitles into a channel's films is.
struct BurnInState {
    std::string languages;            // "zh,ru"; empty: none are to be drawn
    std::size_t ready = 0;            // films shown with them
    std::size_t wanted = 0;           // films that have at least one of the languages
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
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        json all = json::array();
        const Instant now = workspace.clock->now();
        for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
            const BurnInState burn_in = TRY(burn_in_state(workspace, channel));
            json item = TRY(listed_channel_json(*workspace.store, channel, now));
            if (as_json) {
                if (!burn_in.languages.empty()) {
                    item["burn_in_films"] = {{"ready", burn_in.ready},
                                             {"wanted", burn_in.wanted},
                                             {"failed", burn_in.failed}};
                }
                all.push_back(std::move(item));
                continue;
            }
            const bool on_air = item.at("on_air").get<bool>();
            fmt::print("{:20} {}{}\n", channel.id, channel.title, on_air ? "" : " (off the air)");
            if (burn_in.languages.empty()) continue;
            fmt::print("{:20} {} in the picture: {} of {} films with these subtitles are ready{}\n",
                       "", burn_in.languages, burn_in.ready, burn_in.wanted,
                       burn_in.ready < burn_in.wanted ? "; the others are shown without" : "");
            for (const std::string& failed : burn_in.failed) {
                fmt::print("{:20} failed: {}\n", "", failed);
            }
        }
        if (as_json) print_json(all);
        return 0;
    });
}

int list_entries(const fs::path& data, const EntryFilter& filter, bool as_json) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        TRY(print_entries(workspace, filter, as_json));
        return 0;
    });
}

int add_card(const CardArguments& arguments) {
    return run_command([&]() -> Result<int> {
        const StopSignals signals;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        CardRequest request;
        request.id = arguments.id;
        request.card_template = arguments.card_template;
        request.author = arguments.author;
        request.country = arguments.country;
        request.duration = usual_duration(arguments.card_template);
        if (arguments.seconds) {
            request.duration = std::chrono::milliseconds(std::llround(*arguments.seconds * 1000));
        }
        for (const std::string& title : arguments.titles) {
            request.titles.push_back(card_text(title));
        }
        if (!arguments.entry.empty()) {
            TRY(fill_card_from(*workspace.store, arguments.entry, request));
        }
        TRY(make_card(workspace, request));
        audit_command(*workspace.store, "card.add", arguments.id,
                      {{"template", arguments.card_template}});
        std::FILE* const told = arguments.json ? stderr : stdout;
        Preparation done;
        if (arguments.wait) done = TRY(prepare_all(workspace, signals, told));
        const store::Entry card = TRY(workspace.store->find_entry(arguments.id));
        if (arguments.json) print_json(TRY(printed_entry(workspace, card)));
        if (!arguments.wait) return 0;
        if (done.stopped) return kSomeFailed;
        if (card.state != store::EntryState::kReady) {
            return fail(ErrorCode::kInvalid, "card {}: {}", card.id, card.reason);
        }
        if (!arguments.json) fmt::print("card {} is ready\n", card.id);
        return 0;
    });
}

int list_cards(const fs::path& data, bool as_json) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        TRY(print_entries(workspace, {.kinds = {"card", "slate"}}, as_json));
        return 0;
    });
}

int show_entry(const fs::path& data, const std::string& id, bool as_json) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        const store::Entry entry = TRY(workspace.store->find_entry(id));
        if (as_json) {
            print_json(TRY(printed_entry(workspace, entry)));
            return 0;
        }
        const auto sources = TRY(workspace.store->list_subtitles(id));
        fmt::print("{}: {}{}{}\n", entry.id, to_string(entry.state),
                   entry.reason.empty() ? "" : ": ", entry.reason);
        fmt::print("{}\n", entry.source.path);
        for (const store::SubtitleSource& source : sources) {
            fmt::print("\n{}", fs::path(source.path).filename().string());
            if (source.options != "{}") fmt::print("  {}", source.options);
            fmt::print("\n");
            print_report(parsed_object(source.report));
        }
        return 0;
    });
}

namespace {

// "zh=..." as a language and its text; a text alone is of no certain language.
void add_text(json& texts, const std::string& given) {
    const std::size_t equals = given.find('=');
    const std::string language = equals == std::string::npos ? "" : given.substr(0, equals);
    const bool tagged = subtitles::is_well_formed(language);
    const std::string text = tagged ? given.substr(equals + 1) : given;
    texts[tagged ? subtitles::canonical_tag(language) : std::string(subtitles::kUndetermined)] =
        text.empty() ? json(nullptr) : json(text);
}

// As a description (description.h) has it; null for what is taken away.
Result<json> said_by(const SetEntryArguments& arguments) {
    json said = json::object();
    for (const auto& [key, texts] :
         {std::pair("title", &arguments.titles), std::pair("synopsis", &arguments.synopses)}) {
        for (const std::string& text : *texts) {
            if (!said.contains(key)) said[key] = json::object();
            add_text(said[key], text);
        }
    }
    for (const auto& [key, value] :
         {std::pair("author", &arguments.author), std::pair("country", &arguments.country),
          std::pair("not_before", &arguments.not_before),
          std::pair("not_after", &arguments.not_after)}) {
        if (*value) said[key] = (*value)->empty() ? json(nullptr) : json(**value);
    }
    for (const auto& [key, values] : {std::pair("category", &arguments.categories),
                                      std::pair("content_notes", &arguments.content_notes)}) {
        if (!*values) continue;
        json list = json::array();
        for (const std::string& value : **values) {
            if (!value.empty()) list.push_back(value);
        }
        said[key] = list.empty() ? json(nullptr) : std::move(list);
    }
    for (const std::string& other : arguments.others) {
        const std::size_t equals = other.find('=');
        if (equals == std::string::npos || equals == 0) {
            return fail(ErrorCode::kInvalid, "\"{}\": write KEY=VALUE", other);
        }
        const std::string value = other.substr(equals + 1);
        said[other.substr(0, equals)] = value.empty() ? json(nullptr) : json(value);
    }
    return said;
}

}  // namespace

int set_entry(const SetEntryArguments& arguments) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(arguments.data));
        const json said = TRY(said_by(arguments));
        if (said.empty() && !arguments.reset) {
            return fail(ErrorCode::kInvalid, "nothing to set; --help says what can be");
        }
        TRY(describe_by_hand(*workspace.store, arguments.entry, json_line(said),
                             arguments.reset ? Before::kForgotten : Before::kKept));
        audit_command(*workspace.store, "entry.change", arguments.entry, said);
        const auto entry = TRY(workspace.store->find_entry(arguments.entry));
        print_json(TRY(printed_entry(workspace, entry)));
        return 0;
    });
}

int as_run(const AsRunArguments& arguments) {
    return run_command([&]() -> Result<int> {
        using Form = AsRunArguments::Form;
        Workspace workspace = TRY(Workspace::open(arguments.data));
        AsRunLog log(*workspace.store, *workspace.clock, workspace.folder);
        const http::AsRunQuery query{arguments.channel, arguments.entry, arguments.from,
                                     arguments.to};
        if (arguments.form == Form::kText) {
            print_as_run(TRY(log.report(query)));
            return 0;
        }
        std::string text;
        std::string signature;
        if (arguments.form == Form::kJson) {
            text = TRY(log.json(query));
        } else {
            http::AsRunCsv csv = TRY(log.csv(query));
            text = std::move(csv.csv);
            signature = std::move(csv.signature);
        }
        if (arguments.out.empty()) {
            fmt::print("{}", text);
            return 0;
        }
        TRY(write_text(arguments.out, text));
        if (!signature.empty()) TRY(write_text(signature_file(arguments.out), signature));
        return 0;
    });
}

int as_run_key(const fs::path& data, bool as_json) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(data));
        AsRunLog log(*workspace.store, *workspace.clock, workspace.folder);
        const std::string key = TRY(log.public_key());
        if (as_json) {
            print_json({{"key", key}});
        } else {
            fmt::print("{}", key);
        }
        return 0;
    });
}

int verify_as_run(const VerifyArguments& arguments) {
    return run_command([&]() -> Result<int> {
        fs::path key_file = arguments.key;
        if (key_file.empty()) {
            const fs::path data = arguments.data.empty() ? TRY(default_data_folder()) : arguments.data;
            key_file = signing_folder(data) / kPublicKeyFile;
        }
        auto key = VerifyingKey::read(key_file);
        if (!key) {
            return fail(std::move(key).error(),
                        "nothing to check the signature with; name the public key with --key");
        }
        const std::string text = TRY(base::read_file(arguments.file));
        Result<AsRunCheck> check(AsRunCheck{});
        if (text.starts_with('{')) {
            check = check_json(text, *key);
        } else {
            auto signature = base::read_file(signature_file(arguments.file));
            if (!signature) {
                return fail(std::move(signature).error(),
                            "{}: a CSV file is checked with the signature beside it",
                            arguments.file.string());
            }
            check = check_csv(text, *signature, *key);
        }
        if (!check) return fail(std::move(check).error(), "{}", arguments.file.string());
        if (arguments.json) {
            print_json({{"genuine", check->faults.empty()},
                        {"about", check->about},
                        {"key", key->id()},
                        {"faults", check->faults}});
            return check->faults.empty() ? 0 : kNotGenuine;
        }
        if (check->faults.empty()) {
            fmt::print("genuine: {}, signed with key {}\n", check->about, key->id());
            return 0;
        }
        fmt::print("NOT GENUINE: {}\n", check->about);
        for (const std::string& fault : check->faults) {
            fmt::print("  {}\n", fault);
        }
        return kNotGenuine;
    });
}

int show_subtitles(const SubtitlesArguments& arguments) {
    return run_command([&]() -> Result<int> {
        const auto mapped = TRY(library::MappedFile::open(arguments.file));
        const std::string name = arguments.file.filename().string();
        SubtitleContext context;
        context.has_glyph = installed_glyphs();
        if (arguments.duration) {
            context.duration = std::chrono::round<subtitles::Milliseconds>(
                std::chrono::duration<double>(*arguments.duration));
        }
        const SubtitleOptions options = TRY(parse_subtitle_options(arguments.options));
        const subtitles::Sidecar said = subtitles::sidecar_alone(name);
        SubtitleReading reading = TRY(read_subtitles(
            name, mapped->bytes(), {said.language, std::string(kind_word(said.kind)), said.label},
            options, context));
        if (arguments.json) {
            json report = parsed_object(reading.report);
            for (std::size_t i = 0; i < reading.tracks.size(); ++i) {
                json cues = json::array();
                for (const subtitles::Cue& cue : reading.tracks[i].cues()) {
                    cues.push_back({{"start", cue.start.count()},
                                    {"end", cue.end.count()},
                                    {"text", cue.text}});
                }
                report["documents"].push_back(
                    {{"language", reading.tracks[i].language()}, {"cues", std::move(cues)}});
            }
            print_json(report);
        } else {
            for (const subtitles::Track& track : reading.tracks) {
                for (const subtitles::Cue& cue : track.cues()) {
                    std::string text = cue.text;
                    std::ranges::replace(text, '\n', '/');
                    fmt::print("{} - {}  {}\n", clock_text(cue.start), clock_text(cue.end), text);
                }
            }
            fmt::print("\n{}\n", name);
            print_report(parsed_object(reading.report));
        }
        if (arguments.output.empty()) return 0;
        if (reading.tracks.size() != 1) {
            return fail(ErrorCode::kInvalid, "{}: holds {} languages, but one file can be written",
                        name, reading.tracks.size());
        }
        subtitles::Document document = reading.tracks.front().document();
        std::vector<subtitles::Problem> trimmed;
        if (context.duration) trim_to(*context.duration, document, trimmed);
        for (const subtitles::Problem& problem : trimmed) {
            fmt::print(stderr, "{}: {}\n", name, problem.message);
        }
        TRY(library::write_file(arguments.output,
                                base::as_byte_span(subtitles::render_file(document))));
        return 0;
    });
}

int set_subtitles(const SetSubtitlesArguments& arguments) {
    return run_command([&]() -> Result<int> {
        Workspace workspace = TRY(Workspace::open(arguments.data));
        store::Store& store = *workspace.store;
        const auto sources = TRY(store.list_subtitles(arguments.entry));
        const std::string name = TRY(name_of_source(sources, arguments.entry, arguments.file));
        const auto before = TRY(store.list_subtitle_options(arguments.entry));
        const auto found = before.find(name);
        const bool keep = found != before.end() && !arguments.reset;
        const std::string options =
            merge_subtitle_options(keep ? found->second : "{}", arguments.options);
        // Nothing is kept that would be refused when it is used.
        TRY(parse_subtitle_options(options));
        TRY(store.set_subtitle_options(arguments.entry, name, options == "{}" ? "" : options));
        audit_command(store, arguments.reset ? "subtitles.reset" : "subtitles.set",
                      fmt::format("{}/{}", arguments.entry, name), {{"options", options}});
        const auto notes = TRY(refresh_subtitles(store, *workspace.library, arguments.entry));
        for (const ImportNote& note : notes) {
            if (arguments.json || note.path.filename() != name) continue;
            fmt::print("{}: {}\n", name, note.text);
        }
        for (const store::SubtitleSource& source : TRY(store.list_subtitles(arguments.entry))) {
            if (fs::path(source.path).filename().string() != name) continue;
            if (arguments.json) {
                print_json(subtitle_json(source));
                continue;
            }
            fmt::print("{}: {} {}\n", arguments.entry, name, source.options);
        }
        return 0;
    });
}

int doctor(const fs::path& data, bool as_json) {
    return run_command([&]() -> Result<int> {
        const fs::path folder = data.empty() ? TRY(default_data_folder()) : data;
        const Config config = TRY(load_config(folder / "matinee.toml"));
        DoctorProbes probes;
        probes.run = run_program;
        probes.missing_elements = []() -> Result<std::vector<MissingElement>> {
            std::vector<std::string> command = Workspace::worker_command();
            command.insert(command.end(), {"prepare", "--check"});
            return parse_worker_check(TRY(run_program(command)));
        };
        probes.sandbox = [] { return ask_worker_for_sandbox(Workspace::worker_command()); };
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
    return report_failure(
        Error(ErrorCode::kInternal,
              fmt::format("{}: cannot be run; is matinee installed whole?", argv[0])));
}

}  // namespace matinee::app
