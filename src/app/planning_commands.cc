#include "app/planning_commands.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/api_context.h"
#include "app/channel_removal.h"
#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/control_room.h"
#include "app/outlook.h"
#include "app/planning.h"
#include "app/planning_json.h"
#include "app/resource_json.h"
#include "app/station.h"
#include "app/wall_clock.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "http/airings.h"

namespace matinee::app {

namespace {

using nlohmann::json;
using store::ItemKind;
using store::PlaylistItem;

constexpr int kFindings = 3;  // a check has found errors

// What the options of one command are parsed into; commands share none.
struct PlanningArguments {
    std::string id;
    std::string second;
    std::vector<std::string> words;
    std::string title;
    std::string author = command_actor();
    std::int64_t version = 0;
    std::int64_t expected = -1;
    std::int64_t item = 1;
    std::string when = "after-current";
    std::string file;
    std::string channel;
    std::vector<std::string> languages;
    std::optional<Instant> from;
    std::optional<Instant> to;
    bool dry_run = false;
    bool as_json = false;
    bool next_item = false;
    bool yes = false;
    bool empty = false;
};

// "card:welcome@25-500": what, and which of its frames.
Result<PlaylistItem> parse_item(const std::string& text) {
    PlaylistItem item;
    std::string rest = text;
    for (const ItemKind kind : {ItemKind::kEntry, ItemKind::kCard, ItemKind::kFiller}) {
        const std::string prefix = std::string(to_string(kind)) + ":";
        if (!rest.starts_with(prefix)) continue;
        item.kind = kind;
        rest.erase(0, prefix.size());
        break;
    }
    const auto bad = [&] {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no item; one is written ENTRY, card:ENTRY or filler:ENTRY, and "
                    "@IN-OUT after it names its first frame and the one before which it ends",
                    text);
    };
    if (rest.ends_with("!")) {
        item.untrimmed = store::Untrimmed::kWhole;
        rest.pop_back();
    }
    const std::size_t at = rest.find('@');
    item.reference = rest.substr(0, at);
    if (item.reference.empty()) return bad();
    if (at == std::string::npos) return item;
    const std::string points = rest.substr(at + 1);
    const std::size_t dash = points.find('-');
    if (dash == std::string::npos) return bad();
    const auto number = [](std::string_view digits, std::int64_t& value) {
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size() &&
               value >= 0;
    };
    const std::string_view view(points);
    if (dash > 0 && !number(view.substr(0, dash), item.in)) return bad();
    if (dash + 1 < view.size()) {
        std::int64_t out = 0;
        if (!number(view.substr(dash + 1), out) || out <= item.in) return bad();
        item.out = out;
    }
    return item;
}

std::string text_of(const PlaylistItem& item) {
    std::string text;
    if (item.kind != ItemKind::kEntry) text = fmt::format("{}:", to_string(item.kind));
    text += item.reference;
    if (item.is_trimmed()) {
        text += fmt::format("@{}-{}", item.in, item.out ? std::to_string(*item.out) : "");
    }
    if (item.untrimmed == store::Untrimmed::kWhole) text += "!";
    return text;
}

// "after-current", "now", or an instant.
struct When {
    playout::From from = playout::From::kAfterCurrent;
    Instant at{};
};
Result<When> parse_when(const std::string& text) {
    if (text == "after-current") return When{};
    if (text == "now") return When{playout::From::kFirstBoundary, {}};
    const auto at = base::parse_rfc3339(text);
    if (!at) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\": write now, after-current, or an instant as 2026-11-23T20:00:00Z",
                    text);
    }
    return When{playout::From::kAt, *at};
}

ControlRoom control_room(Workspace& workspace) {
    return {*workspace.store, *workspace.library, *workspace.clock,
            broadcaster_options(workspace.config)};
}

Result<void> print_playlist(Workspace& workspace, const store::Playlist& playlist, bool as_json) {
    ControlRoom room = control_room(workspace);
    const auto states = TRY(room.item_states(playlist));
    if (as_json) {
        json value = playlist_json(playlist);
        for (std::size_t i = 0; i < playlist.items.size(); ++i) {
            json& item = value["items"][i];
            item["ready"] = states[i].why.empty();
            if (!states[i].why.empty()) item["reason"] = states[i].why;
        }
        print_json(value);
        return {};
    }
    fmt::print("{}: \"{}\", version {} (published {}, newest {})\n", playlist.id, playlist.title,
               playlist.version, playlist.published, playlist.draft);
    for (std::size_t i = 0; i < playlist.items.size(); ++i) {
        fmt::print("{:4} {}{}\n", i + 1, text_of(playlist.items[i]),
                   states[i].why.empty() ? "" : fmt::format("  ({})", states[i].why));
    }
    return {};
}

void print_finding(const playout::Finding& finding, Instant epoch) {
    const std::string at =
        finding.at < Ticks(0) ? "" : base::to_rfc3339(playout::instant_of(epoch, finding.at));
    std::string place = finding.block;
    if (finding.item >= 0) place += fmt::format(" item {}", finding.item + 1);
    if (!at.empty()) place += (place.empty() ? "" : ", ") + at;
    if (!place.empty()) place += ": ";
    fmt::print("{}: {}{}\n", playout::to_string(finding.severity), place, finding.message);
}

void print_publication(const ControlRoom::Published& published) {
    for (const playout::Finding& finding : published.errors)
        print_finding(finding, published.epoch);
    const auto& changes = published.plan.changes;
    if (changes.empty()) {
        fmt::print("channel {}: nothing changes\n", published.channel);
        return;
    }
    const auto instant = [&](Ticks tick) {
        return base::to_rfc3339(playout::instant_of(published.epoch, tick));
    };
    fmt::print("channel {}: changes from {}\n", published.channel, instant(changes.front().at));
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(changes.size(), kShown); ++i) {
        const playout::Change& change = changes[i];
        const auto name = [](const std::string& entry) {
            return entry.empty() ? std::string("-") : entry;
        };
        fmt::print("  {}  {:30} -> {}\n", instant(change.at), name(change.before),
                   name(change.after));
    }
    if (changes.size() > kShown) fmt::print("  and {} more\n", changes.size() - kShown);
}

Result<int> list_playlists(Workspace& workspace, const PlanningArguments& arguments) {
    const auto channels = TRY(channels_by_playlist(*workspace.store));
    json all = json::array();
    for (const store::Playlist& playlist : TRY(workspace.store->list_playlists())) {
        if (arguments.as_json) {
            all.push_back(playlist_summary_json(playlist, channels));
        } else {
            fmt::print("{:20} {:3} items, published {}, newest {}  {}\n", playlist.id,
                       playlist.items.size(), playlist.published, playlist.draft, playlist.title);
        }
    }
    if (arguments.as_json) print_json(all);
    return 0;
}

Result<int> show_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    const auto playlist =
        TRY(workspace.store->find_playlist_version(arguments.id, arguments.version));
    TRY(print_playlist(workspace, playlist, arguments.as_json));
    return 0;
}

Result<int> set_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    std::vector<PlaylistItem> items;
    for (const std::string& word : arguments.words) {
        items.push_back(TRY(parse_item(word)));
        TRY(workspace.store->find_entry(items.back().reference));
        const std::string why = TRY(why_bad(*workspace.store, played(items.back())));
        if (!why.empty()) {
            return fail(ErrorCode::kInvalid, "item {}, {}: {}", items.size(), word, why);
        }
    }
    const auto present = workspace.store->find_playlist_version(arguments.id, 0);
    if (!present && present.error().code() != ErrorCode::kNotFound) {
        return Unexpected(Error(present.error()));
    }
    // Without items only the title changes: that it is to have none has to be said.
    if (items.empty() && present && !arguments.empty) {
        if (arguments.title.empty()) {
            return fail(ErrorCode::kInvalid,
                        "name what playlist \"{}\" is to have, or its new --title, or say --empty",
                        arguments.id);
        }
        items = present->items;
    }
    const std::int64_t draft = present ? present->draft : 0;
    const std::string title =
        !arguments.title.empty() ? arguments.title : (present ? present->title : arguments.id);
    const std::int64_t version = TRY(workspace.store->save_draft(
        arguments.id, title, items, arguments.expected < 0 ? draft : arguments.expected,
        arguments.author));
    if (arguments.as_json) {
        const auto saved = TRY(workspace.store->find_playlist_version(arguments.id, 0));
        TRY(print_playlist(workspace, saved, true));
        return 0;
    }
    fmt::print("playlist {} has version {}, a draft: matinee playlist publish {}\n", arguments.id,
               version, arguments.id);
    return 0;
}

Result<int> undo_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    const store::Playlist present = TRY(workspace.store->find_playlist_version(arguments.id, 0));
    TRY(workspace.store->undo_draft(arguments.id,
                                    arguments.expected < 0 ? present.draft : arguments.expected,
                                    arguments.author));
    const auto restored = TRY(workspace.store->find_playlist_version(arguments.id, 0));
    TRY(print_playlist(workspace, restored, arguments.as_json));
    return 0;
}

Result<int> show_history(Workspace& workspace, const PlanningArguments& arguments) {
    json all = json::array();
    for (const auto& version : TRY(workspace.store->playlist_history(arguments.id))) {
        if (arguments.as_json) {
            all.push_back(playlist_version_json(version));
            continue;
        }
        fmt::print("{:4} {} {}{}\n", version.version, base::to_rfc3339(version.created),
                   version.author,
                   version.restores > 0 ? fmt::format(" (back to {})", version.restores) : "");
    }
    if (arguments.as_json) print_json(all);
    return 0;
}

Result<int> publish_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    const When when = TRY(parse_when(arguments.when));
    const store::Playlist draft =
        TRY(workspace.store->find_playlist_version(arguments.id, arguments.version));
    ControlRoom room = control_room(workspace);
    const auto published = TRY(room.publish(
        arguments.id, draft.version, arguments.expected < 0 ? draft.published : arguments.expected,
        when.from, when.at,
        arguments.dry_run ? ControlRoom::Mode::kDryRun : ControlRoom::Mode::kCommit));
    if (arguments.as_json) {
        json channels = json::array();
        for (const auto& each : published)
            channels.push_back(publication_json(each));
        print_json({{"playlist", arguments.id},
                    {"version", draft.version},
                    {"dry_run", arguments.dry_run},
                    {"channels", std::move(channels)}});
        return 0;
    }
    for (const auto& each : published)
        print_publication(each);
    const auto states = TRY(room.item_states(draft));
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i].why.empty()) continue;
        const bool whole = draft.items[i].untrimmed == store::Untrimmed::kWhole;
        fmt::print("item {}, {}: {}; it is {} until it is ready\n", i + 1, text_of(draft.items[i]),
                   states[i].why,
                   draft.items[i].is_trimmed() && whole ? "shown whole" : "passed over");
    }
    fmt::print("{} version {} of playlist {}\n",
               arguments.dry_run ? "nothing was published; it would be" : "published",
               draft.version, arguments.id);
    return 0;
}

Result<int> remove_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    const auto present = TRY(workspace.store->find_playlist_version(arguments.id, 0));
    TRY(workspace.store->remove_playlist(present, command_actor()));
    if (arguments.as_json) {
        print_removed(arguments.id);
    } else {
        fmt::print("playlist {} is removed, with its {} versions\n", arguments.id, present.draft);
    }
    return 0;
}

Result<int> take_off_air(Workspace& workspace, const PlanningArguments& arguments) {
    const auto channel = TRY(workspace.store->find_channel(arguments.id));
    const auto shown = TRY(shown_at(*workspace.store, channel, workspace.clock->now()));
    if (shown && !arguments.yes) {
        return fail(ErrorCode::kConflict,
                    "channel \"{}\" is on the air: it shows \"{}\" until {}; nothing was removed. "
                    "With --yes it ends now, for all who watch",
                    channel.id, shown->entry_id,
                    base::to_rfc3339(playout::instant_of(channel.epoch, shown->end())));
    }
    TRY(remove_channel(*workspace.store, *workspace.library, *workspace.clock, channel,
                       command_actor()));
    if (arguments.as_json) {
        print_removed(channel.id);
    } else {
        fmt::print("channel {} is removed; `matinee as-run {}` still has what it has shown\n",
                   channel.id, channel.id);
    }
    return 0;
}

Result<store::Schedule> read_schedule(const std::string& channel, const std::string& file,
                                      std::int64_t present) {
    std::ifstream stream(file);
    if (!stream) return fail(ErrorCode::kNotFound, "{} cannot be read", file);
    json value = json::parse(stream, nullptr, false);
    // One of another channel may serve.
    if (value.is_object()) value.erase("channel");
    auto schedule = schedule_from(value, channel, present);
    if (!schedule) {
        return fail(std::move(schedule).error(),
                    "{}: `matinee schedule show CHANNEL` prints one that is right", file);
    }
    return schedule;
}

Result<int> show_schedule(Workspace& workspace, const PlanningArguments& arguments) {
    print_json(channel_schedule_json(TRY(workspace.store->find_schedule(arguments.id))));
    return 0;
}

Result<int> set_schedule(Workspace& workspace, const PlanningArguments& arguments) {
    const When when = TRY(parse_when(arguments.when));
    const store::Schedule present = TRY(workspace.store->find_schedule(arguments.id));
    const store::Schedule wanted =
        TRY(read_schedule(arguments.id, arguments.file, present.version));
    TRY(expect_entries(*workspace.store, wanted));
    ControlRoom room = control_room(workspace);
    const auto published = TRY(
        room.publish(wanted, when.from, when.at,
                     arguments.dry_run ? ControlRoom::Mode::kDryRun : ControlRoom::Mode::kCommit));
    if (arguments.as_json) {
        const auto after = TRY(workspace.store->find_schedule(arguments.id));
        print_json({{"version", after.version},
                    {"dry_run", arguments.dry_run},
                    {"publication", publication_json(published)}});
        return 0;
    }
    print_publication(published);
    if (arguments.dry_run) fmt::print("nothing was published\n");
    return 0;
}

Result<int> clear_schedule(Workspace& workspace, const PlanningArguments& arguments) {
    const store::Schedule present = TRY(workspace.store->find_schedule(arguments.id));
    TRY(workspace.store->remove_schedule(arguments.id, present.version));
    if (arguments.as_json) return show_schedule(workspace, arguments);
    fmt::print("channel {} plays its playlist round and round\n", arguments.id);
    return 0;
}

// Tells of them. Exit status: whether there are errors.
int print_findings(const store::Channel& channel, const std::vector<playout::Finding>& findings,
                   bool as_json) {
    const bool errors = std::ranges::any_of(findings, [](const playout::Finding& finding) {
        return finding.severity == playout::Severity::kError;
    });
    if (as_json) {
        print_json(findings_json(channel, findings));
        return errors ? kFindings : 0;
    }
    for (const auto& finding : findings)
        print_finding(finding, channel.epoch);
    return errors ? kFindings : 0;
}

Result<int> check_schedule(Workspace& workspace, const PlanningArguments& arguments) {
    const store::Schedule present = TRY(workspace.store->find_schedule(arguments.id));
    store::Schedule wanted = present;
    if (!arguments.file.empty()) {
        wanted = TRY(read_schedule(arguments.id, arguments.file, present.version));
        ++wanted.version;  // also the first one is a schedule
    }
    const store::Channel channel = TRY(workspace.store->find_channel(arguments.id));
    if (arguments.to) TRY(expect_foreseeable(*arguments.to, workspace.clock->now()));
    ControlRoom room = control_room(workspace);
    const auto findings = TRY(
        check_drafts(room, *workspace.store, wanted, channel, arguments.languages, arguments.to));
    return print_findings(channel, findings, arguments.as_json);
}

Result<int> check_one_playlist(Workspace& workspace, const PlanningArguments& arguments) {
    ControlRoom room = control_room(workspace);
    const auto check = TRY(check_playlist(room, *workspace.store, arguments.id, arguments.channel,
                                          arguments.languages));
    if (!arguments.as_json) fmt::print("as channel {} would play it\n", check.channel.id);
    return print_findings(check.channel, check.findings, arguments.as_json);
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<int> plan_schedule(Workspace& workspace, const PlanningArguments& arguments) {
    constexpr std::chrono::hours kUsual{24};
    const Instant now = workspace.clock->now();
    const Instant from = arguments.from.value_or(now);
    std::optional<store::Schedule> wanted;
    if (!arguments.file.empty()) {
        const store::Schedule present = TRY(workspace.store->find_schedule(arguments.id));
        wanted = TRY(read_schedule(arguments.id, arguments.file, present.version));
    }
    ControlRoom room = control_room(workspace);
    const json plan = TRY(foresee(room, *workspace.store, arguments.id, wanted,
                                  {from, arguments.to.value_or(from + kUsual)}, now));
    if (arguments.as_json) {
        print_json(plan);
        return 0;
    }
    for (const json& stretch : plan["stretches"]) {
        fmt::print("{}  {}  {:8} {:20} {} airings\n", text_at(stretch, "start"),
                   text_at(stretch, "end"), text_at(stretch, "kind"), text_at(stretch, "block"),
                   stretch["airings"].get<std::int64_t>());
    }
    return 0;
}

Result<int> show_rundown(Workspace& workspace, const PlanningArguments& arguments) {
    const store::Channel channel = TRY(workspace.store->find_channel(arguments.id));
    const Instant now = workspace.clock->now();
    const Period usual = usual_period(now);
    const json rundown = TRY(
        rundown_json(*workspace.store, channel,
                     {arguments.from.value_or(usual.from), arguments.to.value_or(usual.to)}, now));
    if (arguments.as_json) {
        print_json(rundown);
        return 0;
    }
    for (const json& airing : rundown["airings"]) {
        fmt::print("{}  {}  {:6} {:8} {:30} {}\n", text_at(airing, "start"), text_at(airing, "end"),
                   text_at(airing, "state"), text_at(airing, "role"), text_at(airing, "entry"),
                   text_at(airing, "block"));
    }
    return 0;
}

void print_now(const json& channel) {
    const json& now = channel["now"];
    if (now.is_null()) {
        fmt::print("{}: nothing is on\n", text_at(channel, "id"));
        return;
    }
    fmt::print("{}: {} until {}\n", text_at(channel, "id"), text_at(now, "entry"),
               text_at(now, "end"));
    for (const json& next : channel["next"]) {
        fmt::print("  then {} at {}\n", text_at(next, "entry"), text_at(next, "start"));
    }
}

Result<int> show_now(Workspace& workspace, const PlanningArguments& arguments) {
    const Instant now = workspace.clock->now();
    const bool one = !arguments.id.empty();
    json channels = json::array();
    for (const store::Channel& channel : TRY(workspace.store->list_channels())) {
        if (one && channel.id != arguments.id) continue;
        channels.push_back(TRY(channel_now_json(
            workspace, channel, one ? http::kNextOfChannel : http::kNextInList, now)));
    }
    // Says that there is none.
    if (one && channels.empty()) TRY(workspace.store->find_channel(arguments.id));
    if (!arguments.as_json) {
        for (const json& channel : channels)
            print_now(channel);
    } else if (one) {
        print_json(channels.front());
    } else {
        print_json({{"channels", channels}, {"server_time", base::to_rfc3339(now)}});
    }
    return 0;
}

Result<int> perform(Workspace& workspace, const PlanningArguments& arguments,
                    const ControlRoom::Command& command) {
    ControlRoom room = control_room(workspace);
    const auto done = TRY(room.perform(arguments.id, command));
    if (arguments.as_json) {
        print_json({{"channel", arguments.id},
                    {"at", base::to_rfc3339(done.at)},
                    {"left_out", done.left_out}});
        return 0;
    }
    fmt::print("channel {}: from {}\n", arguments.id, base::to_rfc3339(done.at));
    for (const std::string& entry : done.left_out) {
        fmt::print("left out: {}, which was put in by hand\n", entry);
    }
    return 0;
}

using PlanningBody = std::function<Result<int>(Workspace&, const PlanningArguments&)>;

// A subcommand, its arguments, and what it does with them.
class Command {
  public:
    Command(CLI::App& parent, std::string& data, int& status, const std::string& name,
            const std::string& what, PlanningBody body)
        : app_(parent.add_subcommand(name, what)),
          arguments_(std::make_shared<PlanningArguments>()),
          audit_(std::make_shared<Audit>()) {
        app_->add_option("--data", data,
                         "the folder that holds everything (default: XDG data home)");
        app_->callback(
            [&data, &status, arguments = arguments_, audit = audit_, body = std::move(body)] {
                auto workspace = Workspace::open(data);
                const auto done = workspace ? body(*workspace, *arguments)
                                            : Result<int>(Unexpected(Error(workspace.error())));
                status = done ? *done : report_failure(done.error());
                if (!done || audit->action.empty() || arguments->dry_run) return;
                audit_command(*workspace->store, audit->action, arguments->id,
                              audit->detail ? audit->detail(*arguments) : nlohmann::json::object());
            });
    }

    // What the audit log calls it, and what it has of it beyond the id.
    using Detail = std::function<nlohmann::json(const PlanningArguments&)>;
    Command& audit(std::string action, Detail detail = {}) {
        *audit_ = {std::move(action), std::move(detail)};
        return *this;
    }

    Command& id(const char* name, const char* what) {
        app_->add_option(name, arguments_->id, what)->required();
        return *this;
    }
    Command& second(const char* name, const char* what) {
        app_->add_option(name, arguments_->second, what)->required();
        return *this;
    }
    Command& words(const char* name, const char* what) {
        app_->add_option(name, arguments_->words, what);
        return *this;
    }
    Command& languages() {
        app_->add_option("--language", arguments_->languages,
                         "subtitles that every item ought to have; zh is content with zh-Hans; "
                         "several times")
            ->allow_extra_args(false);
        return *this;
    }
    Command& instant(const char* name, std::optional<Instant> PlanningArguments::*field,
                     const char* what) {
        app_->add_option_function<std::string>(
            name,
            [arguments = arguments_, name, field](const std::string& text) {
                const auto at = base::parse_rfc3339(text);
                if (!at) {
                    throw CLI::ValidationError(
                        name,
                        "an instant is written 2026-11-23T20:00:00Z or 2026-11-23T21:00:00+01:00");
                }
                (*arguments).*field = *at;
            },
            what);
        return *this;
    }
    Command& file(bool required) {
        app_->add_option("FILE", arguments_->file, "JSON, as `matinee schedule show` prints it")
            ->required(required);
        return *this;
    }
    Command& json() {
        app_->add_flag("--json", arguments_->as_json, "print JSON, for programs");
        return *this;
    }
    Command& version(const char* what) {
        app_->add_option("--version", arguments_->version, what);
        return *this;
    }
    Command& expected(const char* what) {
        app_->add_option("--expect", arguments_->expected, what);
        return *this;
    }
    Command& author() {
        app_->add_option("--author", arguments_->author, "who did it, for the history");
        return *this;
    }
    Command& publishing() {
        app_->add_option("--when", arguments_->when,
                         "after-current (default), now (what is on ends at the first segment that "
                         "nobody may have fetched), or an instant (2026-11-23T20:00:00Z)");
        app_->add_flag("--dry-run", arguments_->dry_run, "only say what changes, and from when");
        return *this;
    }
    CLI::App* operator->() { return app_; }
    PlanningArguments& arguments() { return *arguments_; }

  private:
    struct Audit {
        std::string action;  // empty: it changes nothing
        Detail detail;
    };

    CLI::App* app_;
    std::shared_ptr<PlanningArguments> arguments_;
    std::shared_ptr<Audit> audit_;
};

}  // namespace

void add_planning_commands(CLI::App& cli, CLI::App& channel, std::string& data, int& status) {
    const auto command = [&data, &status](CLI::App& parent, const char* name, const char* what,
                                          PlanningBody body) {
        return Command(parent, data, status, name, what, std::move(body));
    };
    CLI::App& playlist = *cli.add_subcommand(
        "playlist", "Playlists: list, show, set, undo, history, check, publish, remove");
    playlist.require_subcommand(1);
    command(playlist, "list", "List the playlists", list_playlists).json();
    command(playlist, "show", "Show a playlist's newest version", show_playlist)
        .id("ID", "the playlist")
        .version("another version")
        .json();
    const auto when = [](const PlanningArguments& given) { return json{{"when", given.when}}; };
    Command set =
        command(playlist, "set", "Make a new version, a draft, of these items", set_playlist);
    set.id("ID", "the playlist; made when it is not there")
        .words("ITEM",
               "ENTRY, card:ENTRY, filler:ENTRY; ENTRY@IN-OUT shows frames IN to OUT, and "
               "! after it all of it until they are prepared")
        .expected("the newest version you know; refused when there is a newer one")
        .author()
        .audit("playlist.save",
               [](const PlanningArguments& given) {
                   return json{{"items", given.words}};
               })
        .json();
    set->add_option("--title", set.arguments().title,
                    "what people call it; without items only this changes");
    set->add_flag("--empty", set.arguments().empty, "no items at all")->excludes("ITEM");
    command(playlist, "undo", "Make a new version like the one before; again goes further back",
            undo_playlist)
        .id("ID", "the playlist")
        .expected("the newest version you know")
        .author()
        .audit("playlist.undo")
        .json();
    command(playlist, "history", "List the versions", show_history).id("ID", "the playlist").json();
    Command check = command(playlist, "check",
                            "Say what is wrong with a playlist's newest version, as if it were "
                            "published.\nExit status 3: there are errors",
                            check_one_playlist);
    check.id("ID", "the playlist").languages().json();
    check->add_option("--channel", check.arguments().channel,
                      "where (default: the first channel that plays it); one that does not is "
                      "taken to loop it");
    command(playlist, "publish", "Let channels play the newest version", publish_playlist)
        .id("ID", "the playlist")
        .version("another version")
        .expected("the published version you know; refused when it is another one")
        .publishing()
        .audit("playlist.publish", when)
        .json();
    command(playlist, "remove",
            "Forget a playlist that no channel plays, with all its versions; its films stay",
            remove_playlist)
        .id("ID", "the playlist")
        .json();

    Command removal = command(channel, "remove",
                              "Take a channel off the air for good, with its schedule; its "
                              "playlists, its films and\nits as-run log stay",
                              take_off_air);
    removal.id("ID", "the channel").json();
    removal->add_flag("--yes", removal.arguments().yes, "also while it shows something");

    CLI::App& schedule =
        *cli.add_subcommand("schedule", "What a channel plays when: show, set, check, plan, clear");
    schedule.require_subcommand(1);
    command(schedule, "show", "Print a channel's schedule as JSON", show_schedule)
        .id("CHANNEL", "the channel")
        .json();
    command(schedule, "set", "Replace a channel's schedule", set_schedule)
        .id("CHANNEL", "the channel")
        .file(true)
        .publishing()
        .audit("schedule.publish", when)
        .json();
    command(schedule, "check",
            "Say what is wrong with a schedule and the newest versions of its playlists.\n"
            "Exit status 3: there are errors",
            check_schedule)
        .id("CHANNEL", "the channel")
        .file(false)
        .languages()
        .instant("--until", &PlanningArguments::to,
                 "how far to look, up to a month ahead (default: two days)")
        .json();
    command(schedule, "plan",
            "Say what a channel shows when, by its schedule, or as if FILE were published now",
            plan_schedule)
        .id("CHANNEL", "the channel")
        .file(false)
        .instant("--from", &PlanningArguments::from,
                 "from when on (2026-11-23T20:00:00Z; default: now)")
        .instant("--to", &PlanningArguments::to,
                 "and until when, up to nine days later (default: a day later)")
        .json();
    command(schedule, "clear", "Let a channel loop its playlist again", clear_schedule)
        .id("CHANNEL", "the channel")
        .audit("schedule.clear")
        .json();

    command(channel, "rundown", "List what has been on, is on, and comes, as it is planned now",
            show_rundown)
        .id("ID", "the channel")
        .instant("--from", &PlanningArguments::from,
                 "from when on (2026-11-23T20:00:00Z; default: an hour ago)")
        .instant("--to", &PlanningArguments::to,
                 "and until when, up to two days later (default: six hours from now)")
        .json();
    Command now = command(channel, "now", "Say what is on, until when, and what is next", show_now);
    now.json();
    now->add_option("ID", now.arguments().id, "the channel (default: each of them)");

    const auto on_air =
        [&](const char* name, const char* what,
            std::function<Result<ControlRoom::Command>(Workspace&, const PlanningArguments&)>
                make) {
            return command(channel, name, what,
                           [make](Workspace& workspace,
                                  const PlanningArguments& arguments) -> Result<int> {
                               return perform(workspace, arguments,
                                              TRY(make(workspace, arguments)));
                           })
                .id("ID", "the channel")
                .audit(fmt::format("channel.{}", name))
                .json();
        };
    using Made = Result<ControlRoom::Command>;
    on_air("skip", "End what is on; the next item follows",
           [](Workspace&, const PlanningArguments&) -> Made {
               return ControlRoom::Command(playout::skip);
           });
    on_air("hold", "Show the slate, until resumed or the next fixed start",
           [](Workspace&, const PlanningArguments&) -> Made {
               return ControlRoom::Command([](const auto& on, auto moment) {
                   return playout::hold(on, moment, playout::Role::kHold);
               });
           });
    on_air("panic", "Show the slate until resumed, whatever is scheduled",
           [](Workspace&, const PlanningArguments&) -> Made {
               return ControlRoom::Command([](const auto& on, auto moment) {
                   return playout::hold(on, moment, playout::Role::kPanic);
               });
           });
    Command resume = on_air("resume", "Go on after a hold, where the film stopped",
                            [](Workspace&, const PlanningArguments& arguments) -> Made {
                                const auto where = arguments.next_item
                                                       ? playout::Resume::kNextItem
                                                       : playout::Resume::kWhereItStopped;
                                return ControlRoom::Command([where](const auto& on, auto moment) {
                                    return playout::resume(on, moment, where);
                                });
                            });
    resume->add_flag("--next", resume.arguments().next_item, "with the next item instead");
    const auto with_entry = [](ControlRoom::PutOn how) {
        return [how](Workspace& workspace, const PlanningArguments& arguments) -> Made {
            return control_room(workspace).putting_on(arguments.id, arguments.second, how);
        };
    };
    const auto entry = [](const PlanningArguments& given) { return json{{"entry", given.second}}; };
    on_air("insert", "Play an entry after what is on", with_entry(playout::insert_next))
        .second("ENTRY", "the entry")
        .audit("channel.insert", entry);
    on_air("replace", "Play an entry in place of what is on", with_entry(playout::replace))
        .second("ENTRY", "the entry")
        .audit("channel.replace", entry);
    Command go_to = on_air(
        "go-to", "Go on with another item of what is on",
        [](Workspace&, const PlanningArguments& arguments) -> Made {
            return ControlRoom::Command(
                [block = arguments.second, item = arguments.item - 1](const auto& on, auto moment) {
                    return playout::go_to(on, moment, block, item);
                });
        });
    go_to.audit("channel.go-to", [](const PlanningArguments& given) {
        return json{{"block", given.second}, {"item", given.item - 1}};
    });
    go_to->add_option("ITEM", go_to.arguments().item, "its number, from 1")->required();
    go_to.arguments().second = "loop";
    go_to->add_option("--block", go_to.arguments().second,
                      "the block, for a channel with a schedule (default: its playlist)");
}

}  // namespace matinee::app
