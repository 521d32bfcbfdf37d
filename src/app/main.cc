// The command line.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cards.h"
#include "app/commands.h"
#include "app/entry_commands.h"
#include "app/json_line.h"
#include "app/operation_commands.h"
#include "app/people_commands.h"
#include "app/planning_commands.h"
#include "app/review_commands.h"
#include "app/screen_commands.h"
#include "base/clock.h"
#include "base/log.h"
#include "library/variant.h"

namespace {

namespace app = matinee::app;

// The options of a subtitle file, by the keys of app::SubtitleOptions.
class SubtitleFlags {
  public:
    void add_to(CLI::App& command) {
        add(command, "encoding", "its encoding: windows-1251, KOI8-R, GB18030, Big5 ...");
        add(command, "language", "its language: zh-Hant, rus, Russian ...");
        add(command, "kind", "subtitles, forced or sdh");
        add(command, "label", "what tells it from others of its language");
        add(command, "shift", "later by so many seconds (-1.5: earlier), or a time");
        add(command, "stretch", "from a frame rate to the film's (25:23.976), or a factor");
        add(command, "sync",
            "two times of the file with theirs in the film: 1:00=1:02.5,80:00=80:09");
        add(command, "overlaps", "cues that overlap: keep or cut");
    }

    // What was given; null where the value was empty.
    [[nodiscard]] nlohmann::json json() const {
        nlohmann::json all = nlohmann::json::object();
        for (const auto& [key, value] : values_) {
            if (!value) continue;
            all[key] = value->empty() ? nlohmann::json() : nlohmann::json(*value);
        }
        return all;
    }

  private:
    void add(CLI::App& command, const std::string& key, const std::string& help) {
        std::optional<std::string>& value = values_[key];
        command.add_option_function<std::string>(
            "--" + key, [&value](const std::string& given) { value = given; }, help);
    }

    std::map<std::string, std::optional<std::string>> values_;
};

}  // namespace

int main(int argc, char** argv) {
    // `prepare` is the worker's business, arguments and all: no parser of ours in between.
    if (argc >= 2 && std::string_view(argv[1]) == "prepare") {
        return app::prepare(std::vector<std::string>(argv + 2, argv + argc));
    }

    CLI::App cli(
        "matinee: prepares films once, and assembles them into HLS channels.\n"
        "Everything it keeps is in one folder (--data).",
        "matinee");
    cli.require_subcommand(1);
    cli.set_version_flag("--version", MATINEE_VERSION);
    int status = 0;
    std::string data;
    std::string listen_text;
    bool json = false;
    bool verbose = false;
    std::optional<app::ListenAddress> listen;

    const auto with_data = [&](CLI::App* command) {
        command->add_option("--data", data,
                            "the folder that holds everything (default: XDG data home)");
        command->add_flag("--verbose", verbose, "log every request");
        return command;
    };
    const auto with_listen = [&](CLI::App* command) {
        command
            ->add_option("--listen", listen_text,
                         "ADDRESS:PORT to serve on (default 127.0.0.1:8443)")
            ->check([&](const std::string& text) {
                const auto parsed = app::parse_listen_address(text);
                if (!parsed) return parsed.error().to_string();
                listen = *parsed;
                return std::string();
            });
        return command;
    };
    const auto with_json = [&](CLI::App* command) {
        command->add_flag("--json", json, "print JSON, for programs");
        return command;
    };

    std::string films;
    CLI::App* demo = with_listen(with_data(cli.add_subcommand(
        "demo", "Import DIR (or made-up samples), loop it on channel \"main\", serve it")));
    demo->add_option("DIR", films, "a folder of films with their subtitles");
    demo->callback([&] { status = app::demo({data, listen, films}); });

    CLI::App* serve = with_listen(with_data(cli.add_subcommand("serve", "Serve the channels")));
    serve->callback([&] { status = app::serve({data, listen}); });

    std::vector<std::string> paths;
    bool no_wait = false;
    CLI::App* import = with_json(with_data(
        cli.add_subcommand("import",
                           "Take films in and prepare them; again is cheap and changes nothing.\n"
                           "Exit status: 0 all ready, 3 some could not be prepared")));
    import
        ->add_option("PATH", paths,
                     "films, folders of them, and sheets (.csv, .tsv) of what is said of them")
        ->required();
    import->add_flag("--no-wait", no_wait, "only queue them, for the server to prepare");
    bool dry_run = false;
    std::vector<std::string> mappings;
    import->add_flag("--dry-run", dry_run, "only say what would be done, and change nothing");
    import
        ->add_option("--map", mappings,
                     "COLUMN=FIELD of a sheet: title, title.zh, file, author, not_before ...")
        ->allow_extra_args(false);
    import->callback([&] {
        status = app::import(
            {data, {paths.begin(), paths.end()}, !no_wait, dry_run, mappings, json});
});

CLI::App* channel = cli.add_subcommand(
    "channel", "Channels: list, add, set, now, rundown, remove; skip, hold, resume and more");
channel->require_subcommand(1);
app::ChannelArguments added;
std::string epoch;
CLI::App* add = with_json(with_data(
    channel->add_subcommand("add", "Add a channel that loops entries, or change what it loops")));
add->add_option("ID", added.id, "part of its address: a-z, 0-9, -")
    ->required()
    ->check([](const std::string& id) {
        const bool good = !id.empty() && std::ranges::all_of(id, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
        return good ? std::string() : "a channel's id is made of a-z, 0-9 and -";
    });
add->add_option("ENTRY", added.entries, "entries in order (default: all that are ready)");
add->add_option("--title", added.title, "what people call it");
add->add_option("--epoch", epoch, "when its timeline began (2026-11-23T20:00:00Z; default: now)")
    ->check([&](const std::string& text) {
        added.epoch = matinee::base::parse_rfc3339(text);
        return added.epoch ? std::string() : "an instant is written 2026-11-23T20:00:00Z";
    });
const auto with_burn_in = [](CLI::App* command, app::ChannelArguments& arguments) {
    command
        ->add_option("--burn-in", arguments.burn_in,
                     "draw subtitles into the picture: one language or two, the upper first "
                     "(zh,ru; \"none\" for the plain picture)")
        ->check([](const std::string& text) {
            if (text == "none") return std::string();
            const auto wish = matinee::library::burn_in_wish(text);
            return wish ? std::string() : wish.error().to_string();
        });
};
with_burn_in(add, added);
add->add_option("--playlist", added.playlist, "what it plays, instead of entries named here");
add->callback([&] {
    added.data = data;
    added.json = json;
    status = app::add_channel(added);
});
app::ChannelArguments changed;
CLI::App* change = with_json(with_data(channel->add_subcommand(
    "set", "Change a channel's title, playlist or the languages drawn into its picture")));
change->add_option("ID", changed.id, "the channel")->required();
change->add_option("--title", changed.title, "what people call it");
change->add_option("--playlist", changed.playlist, "what it plays while it has no schedule");
with_burn_in(change, changed);
change->callback([&] {
    changed.data = data;
    changed.json = json;
    status = app::set_channel(changed);
});
with_json(with_data(channel->add_subcommand("list", "List all channels, also those off the air")))
    ->callback([&] { status = app::list_channels(data, json); });

CLI::App* card = cli.add_subcommand("card", "Cards, entries drawn from a template: add, list");
card->require_subcommand(1);
CLI::App* new_card = with_json(with_data(card->add_subcommand(
    "add", "Make the card ID and prepare it: a title, what comes next, a filler, a countdown")));
app::CardArguments carded;
bool card_no_wait = false;
bool card_counts_down = false;
new_card->add_option("ID", carded.id, "its name, as an entry")
    ->required()
    ->check([](const std::string& id) {
        const bool good = !id.empty() && std::ranges::all_of(id, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
        return good ? std::string() : "a name is made of a-z, 0-9 and -";
    });
CLI::Option* const card_template =
    new_card
        ->add_option("--template", carded.card_template, "title, next, filler, slate, countdown")
        ->capture_default_str();
new_card
    ->add_flag("--countdown", card_counts_down,
               "one that counts down to a fixed start: `--template countdown`")
    ->excludes(card_template);
new_card->add_option("--entry", carded.entry, "take title, author and country from this entry");
new_card
    ->add_option("--title", carded.titles,
                 "LANGUAGE=TEXT, up to three times; the first is the largest")
    ->allow_extra_args(false);
new_card->add_option("--author", carded.author);
new_card->add_option("--country", carded.country);
new_card->add_option("--seconds", carded.seconds, "how long it lasts (5; a countdown 60)")
    ->check(CLI::Range(2.0, 600.0));
new_card->add_flag("--no-wait", card_no_wait, "queue it only");
new_card->callback([&] {
    carded.data = data;
    carded.wait = !card_no_wait;
    carded.json = json;
    if (card_counts_down) carded.card_template = app::kCountdownTemplate;
    status = app::add_card(carded);
});
with_json(with_data(card->add_subcommand("list", "List the cards and their states")))
    ->callback([&] { status = app::list_cards(data, json); });
app::add_planning_commands(cli, *channel, data, status);
app::add_operation_commands(cli, *channel, data, status);

CLI::App* entry = cli.add_subcommand("entry", "Entries: list, show, set, prepare, remove");
entry->require_subcommand(1);
app::EntryFilter filter;
CLI::App* entries =
    with_json(with_data(entry->add_subcommand("list", "List the entries and their states")));
entries->add_option("--search", filter.search,
                    "words that titles, author, country or id have, all of them");
entries
    ->add_option("--state", filter.states,
                 "those that are new, queued, preparing, ready, failed; several times")
    ->allow_extra_args(false)
    ->check(CLI::IsMember({"new", "queued", "preparing", "ready", "failed"}));
entries->add_option("--kind", filter.kinds, "film, card, slate; several times")
    ->allow_extra_args(false)
    ->check(CLI::IsMember({"film", "card", "slate"}));
entries->add_option("--without-language", filter.without_language,
                    "those that lack subtitles in this language (zh)");
entries->callback([&] { status = app::list_entries(data, filter, json); });
std::string entry_id;
CLI::App* show = with_json(with_data(entry->add_subcommand(
    "show", "Show one entry, and what was found in its subtitles, by cue and time")));
show->add_option("ID", entry_id, "as `matinee entry list` has it")->required();
show->callback([&] { status = app::show_entry(data, entry_id, json); });
app::add_entry_commands(cli, *entry, data, status);

app::SetEntryArguments said;
CLI::App* set_entry = with_json(with_data(entry->add_subcommand(
    "set",
    "Say something of an entry: it stands over its description and its sheet, also at the next\n"
    "import. An empty value takes away what they say. Prints the entry as JSON")));
set_entry->add_option("ID", said.entry, "as `matinee entry list` has it")->required();
const auto add_texts = [&](const char* name, std::vector<std::string>& texts, const char* help) {
    set_entry->add_option(name, texts, help)->allow_extra_args(false);
};
add_texts("--title", said.titles, "LANGUAGE=TEXT, or a text; several times");
add_texts("--synopsis", said.synopses, "likewise");
set_entry->add_option("--author", said.author);
set_entry->add_option("--country", said.country);
set_entry->add_option("--not-before", said.not_before,
                      "when it may be shown: a day of UTC (2026-11-20) or an instant");
set_entry->add_option("--not-after", said.not_after, "until when; a day is meant as a whole");
const auto add_list = [&](const char* name, std::optional<std::vector<std::string>>& list,
                          const char* help) {
    set_entry
        ->add_option_function<std::vector<std::string>>(
            name, [&list](const std::vector<std::string>& values) { list = values; }, help)
        ->allow_extra_args(false);
};
add_list("--category", said.categories, "several times; all of them are replaced");
add_list("--content-note", said.content_notes, "likewise");
add_texts("--set", said.others, "KEY=VALUE, of whatever else is known of it");
set_entry->add_flag("--reset", said.reset, "forget what was set before");
set_entry->callback([&] {
    said.data = data;
    status = app::set_entry(said);
});

app::AsRunArguments log;
std::string from;
std::string to;
bool csv = false;
const auto instant_into = [](std::optional<matinee::Instant>& field) {
    return [&field](const std::string& text) {
        field = matinee::base::parse_rfc3339(text);
        return field ? std::string()
                     : "an instant is written 2026-11-23T20:00:00Z or 2026-11-23T21:00:00+01:00";
    };
};
CLI::App* as_run = with_json(with_data(cli.add_subcommand(
    "as-run", "What has been on the air, of a channel or an entry: signed proof of screening")));
as_run->require_subcommand(0, 1);
CLI::Option* log_channel = as_run->add_option("CHANNEL", log.channel, "the channel");
as_run->add_option("--entry", log.entry, "instead: the entry, on all channels")
    ->excludes(log_channel);
as_run->add_option("--from", from, "airings that begin then or later (2026-11-23T20:00:00Z)")
    ->check(instant_into(log.from));
as_run->add_option("--to", to, "and before that")->check(instant_into(log.to));
as_run->add_flag("--csv", csv, "as CSV; with --out its signature goes beside it, to FILE.sig")
    ->excludes("--json");
as_run->add_option("--out", log.out, "the file to write");

app::VerifyArguments verified;
CLI::App* verify = with_json(with_data(as_run->add_subcommand(
    "verify",
    "Check an exported log (JSON, or CSV with its .sig beside it) against its signature.\n"
    "Exit status: 0 genuine, 1 could not be checked, 4 not what was signed")));
verify->add_option("FILE", verified.file)->required();
verify->add_option("--key", verified.key,
                   "the public key that is trusted (default: the data folder's)");
verify->callback([&] {
    verified.data = data;
    verified.json = json;
    status = app::verify_as_run(verified);
});
CLI::App* key = with_json(with_data(as_run->add_subcommand(
    "key", "Print the public key that logs are signed with, for whoever checks them")));
key->callback([&] { status = app::as_run_key(data, json); });
as_run->callback([&] {
    if (!as_run->get_subcommands().empty()) return;
    if (log.channel.empty() && log.entry.empty()) {
        throw CLI::RequiredError("CHANNEL or --entry ID");
    }
    using Form = app::AsRunArguments::Form;
    log.data = data;
    const bool named_csv = log.out.extension() == ".csv";
    log.form = json               ? Form::kJson
               : csv || named_csv ? Form::kCsv
               : log.out.empty()  ? Form::kText
                                  : Form::kJson;
    status = app::as_run(log);
});

// What can be set for a subtitle file: for one look, or for good.
SubtitleFlags flags;
app::SubtitlesArguments looked_at;
CLI::App* subtitles = with_json(cli.add_subcommand(
    "subtitles",
    "Show what the parser makes of a subtitle file, and what is wrong with it.\n"
    "`matinee subtitles set` sets for an entry's file what these options try out"));
subtitles->add_option("FILE", looked_at.file, "a subtitle file");
flags.add_to(*subtitles);
subtitles
    ->add_option("--duration", looked_at.duration,
                 "how long the film is, in seconds: finds cues past its end")
    ->check(CLI::PositiveNumber);
subtitles->add_option("--output", looked_at.output,
                      "write what came of it as WebVTT, cut to the duration");
app::SetSubtitlesArguments set;
SubtitleFlags set_flags;
CLI::App* set_command = with_json(with_data(subtitles->add_subcommand(
    "set",
    "Set options of an entry's subtitle file, for this and every later import.\n"
    "The film is not prepared again. An empty value takes a setting away")));
set_command->add_option("ENTRY", set.entry, "as `matinee entry list` has it")->required();
set_command
    ->add_option("FILE", set.file, "the file's name, or its language when only one file has it")
    ->required();
set_flags.add_to(*set_command);
bool use = false;
bool ignore = false;
set_command->add_flag("--use", use, "use the file (again)");
set_command->add_flag("--ignore", ignore, "do not use the file");
set_command->add_flag("--reset", set.reset, "forget what was set before");
set_command->callback([&] {
    set.data = data;
    set.json = json;
    nlohmann::json options = set_flags.json();
    if (use) options["use"] = nullptr;
    if (ignore) options["use"] = false;
    set.options = app::json_line(options);
    status = app::set_subtitles(set);
});
subtitles->callback([&] {
    if (set_command->parsed()) return;
    if (looked_at.file.empty()) throw CLI::RequiredError("FILE");
    looked_at.json = json;
    looked_at.options = app::json_line(flags.json());
    status = app::show_subtitles(looked_at);
});

CLI::App* doctor =
    with_json(with_data(cli.add_subcommand("doctor",
                                           "Say what this machine lacks, and how to mend it.\n"
                                           "Exit status: 0 all well, 1 warnings, 2 problems")));
doctor->callback([&] { status = app::doctor(data, json); });

cli.add_subcommand("config", "Print a configuration with every setting and its default")
    ->callback([] { fmt::print("{}", app::default_config_text()); });

app::add_people_commands(cli, status);
app::add_review_commands(cli, data, status);
app::add_screen_commands(cli, status);

cli.add_subcommand("prepare", "Prepare one FILE into a folder (--out), without a server");

cli.parse_complete_callback([&] {
    if (verbose) matinee::log::set_level(matinee::log::Level::kDebug);
});
CLI11_PARSE(cli, argc, argv);
return status;
}
