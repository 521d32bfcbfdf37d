// The command line.
#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands.h"
#include "app/people_commands.h"
#include "base/log.h"

namespace {

namespace app = matinee::app;

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
    CLI::App* import = with_data(
        cli.add_subcommand("import",
                           "Take films in and prepare them; again is cheap and changes nothing.\n"
                           "Exit status: 0 all ready, 3 some could not be prepared"));
    import->add_option("PATH", paths, "films, or folders of them")->required();
    import->add_flag("--no-wait", no_wait, "only queue them, for the server to prepare");
    import->callback([&] {
        status = app::import({data, {paths.begin(), paths.end()}, !no_wait});
});

CLI::App* channel = cli.add_subcommand("channel", "Channels: list, add");
channel->require_subcommand(1);
app::ChannelArguments added;
std::string epoch;
CLI::App* add = with_data(
    channel->add_subcommand("add", "Add a channel that loops entries, or change what it loops"));
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
        added.epoch = app::instant_from(text);
        return added.epoch ? std::string() : "an instant is written 2026-11-23T20:00:00Z";
    });
add->callback([&] {
    added.data = data;
    status = app::add_channel(added);
});
with_json(with_data(channel->add_subcommand("list", "List the channels")))->callback([&] {
    status = app::list_channels(data, json);
});

CLI::App* entry = cli.add_subcommand("entry", "Entries: list");
entry->require_subcommand(1);
with_json(with_data(entry->add_subcommand("list", "List the entries and their states")))
    ->callback([&] { status = app::list_entries(data, json); });

std::string file;
CLI::App* subtitles =
    with_json(cli.add_subcommand("subtitles", "Show what the parser makes of a subtitle file"));
subtitles->add_option("FILE", file)->required();
subtitles->callback([&] { status = app::show_subtitles(file, json); });

CLI::App* doctor =
    with_json(with_data(cli.add_subcommand("doctor",
                                           "Say what this machine lacks, and how to mend it.\n"
                                           "Exit status: 0 all well, 1 warnings, 2 problems")));
doctor->callback([&] { status = app::doctor(data, json); });

cli.add_subcommand("config", "Print a configuration with every setting and its default")
    ->callback([] { fmt::print("{}", app::default_config_text()); });

app::add_people_commands(cli, status);

cli.add_subcommand("prepare", "Prepare one FILE into a folder (--out), without a server");

cli.parse_complete_callback([&] {
    if (verbose) matinee::log::set_level(matinee::log::Level::kDebug);
});
CLI11_PARSE(cli, argc, argv);
return status;
}
