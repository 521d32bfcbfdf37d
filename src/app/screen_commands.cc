#include "app/screen_commands.h"

#include <functional>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/screen_design.h"
#include "app/screens.h"
#include "app/workspace.h"
#include "auth/pairing.h"

namespace matinee::app {

namespace {

using nlohmann::json;

// The arguments of all these commands; each uses some.
struct ScreenArguments {
    std::string data;
    bool as_json = false;
    std::string screen;
    std::string name;
    std::string channel;
    std::string kind;
    std::vector<std::string> settings;
};

// What it reported, in a few words.
std::string report_text(const json& report) {
    if (!report.is_object()) return "";
    const auto number = [&](const char* key) { return report.value(key, json(nullptr)); };
    std::string text = report.value("state", "");
    if (const json entry = number("entry"); entry.is_string()) {
        text += " " + entry.get<std::string>();
        if (const json at = number("position"); at.is_number()) {
            text += fmt::format(" at {:.0f} s", at.get<double>());
        }
    }
    if (const json late = number("late_ms"); late.is_number()) {
        text += fmt::format(", {:+.0f} ms off the clock", late.get<double>());
    }
    if (const json dropped = number("dropped"); dropped.is_number_integer()) {
        text += fmt::format(", {} frames dropped", dropped.get<std::int64_t>());
    }
    if (report.value("sound", "") == "blocked") text += ", no sound until it is touched";
    if (!report.value("kept", true)) text += ", opens only while the server answers";
    return text;
}

Result<void> list_screens(Workspace& workspace, const ScreenArguments& arguments) {
    const Instant now = workspace.clock->now();
    json all = json::array();
    for (const store::Screen& screen : TRY(workspace.store->list_screens())) {
        json value = screen_json(screen, now);
        if (!arguments.as_json) {
            fmt::print("{:20} {:8} {:12} {}{}\n", screen.name,
                       to_string(health_of(screen.reported, now)),
                       screen.channel_id.empty() ? "-" : screen.channel_id,
                       screen.muted ? "(muted) " : "", report_text(value["report"]));
        }
        all.push_back(std::move(value));
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<void> approve_screen(Workspace& workspace, const ScreenArguments& arguments) {
    const std::string code = TRY(auth::read_pairing_code(arguments.screen));
    const auto screen = TRY(
        workspace.store->approve_screen(code, arguments.name, arguments.channel, command_actor()));
    if (arguments.as_json) {
        print_json(screen_json(screen, workspace.clock->now()));
        return {};
    }
    fmt::print("{} is a screen{}\n", screen.name,
               screen.channel_id.empty() ? "; give it a channel with `matinee screen assign`"
                                         : ", and shows " + screen.channel_id);
    return {};
}

Result<void> show_changed(Workspace& workspace, const ScreenArguments& arguments,
                          const std::string& id) {
    if (!arguments.as_json) return {};
    print_json(screen_json(TRY(workspace.store->find_screen(id)), workspace.clock->now()));
    return {};
}

Result<void> change_screen(Workspace& workspace, const ScreenArguments& arguments,
                           const std::function<void(store::Screen&)>& change) {
    store::Screen screen = TRY(workspace.store->find_screen(arguments.screen));
    change(screen);
    TRY(workspace.store->update_screen(screen, command_actor()));
    return show_changed(workspace, arguments, screen.id);
}

Result<void> remove_screen(Workspace& workspace, const ScreenArguments& arguments) {
    const auto screen = TRY(workspace.store->find_screen(arguments.screen));
    TRY(workspace.store->remove_screen(screen.id, command_actor()));
    if (arguments.as_json) print_removed(screen.name);
    return {};
}

Result<void> command_screen(Workspace& workspace, const ScreenArguments& arguments) {
    if (arguments.kind == "mute" || arguments.kind == "unmute") {
        return change_screen(workspace, arguments, [&](store::Screen& screen) {
            screen.muted = arguments.kind == "mute";
        });
    }
    TRY(workspace.store->command_screen(arguments.screen, arguments.kind, kScreenCommandLasts,
                                        command_actor()));
    return show_changed(workspace, arguments, arguments.screen);
}

Result<void> design_screens(Workspace& workspace, const ScreenArguments& arguments) {
    const auto known = TRY(workspace.store->find_channel(arguments.channel));
    store::Channel channel = known;
    json changes = json::object();
    for (const std::string& setting : arguments.settings) {
        changes.update(TRY(screen_design_change(setting)));
    }
    if (!changes.empty()) {
        channel.settings = TRY(with_screen_design(channel.settings, changes));
        TRY(workspace.store->update_channel(channel, known));
        audit_command(*workspace.store, "channel.screen-design", channel.id, changes);
    }
    const json design = TRY(screen_design_from(channel.settings));
    if (arguments.as_json) {
        print_json(design);
        return {};
    }
    for (const auto& [key, value] : design.items()) {
        fmt::print("{}={}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return {};
}

}  // namespace

void add_screen_commands(CLI::App& cli, int& status) {
    // The commands' callbacks keep it as long as they are needed.
    const auto given = std::make_shared<ScreenArguments>();
    using Body = std::function<Result<void>(Workspace&, const ScreenArguments&)>;
    const auto command = [given, &status](CLI::App* parent, const char* name, const char* what,
                                          Body body) {
        CLI::App* added = parent->add_subcommand(name, what);
        added->add_option("--data", given->data,
                          "the folder that holds everything (default: XDG data home)");
        added->add_flag("--json", given->as_json, "print JSON, for programs");
        added->callback([given, &status, body = std::move(body)] {
            const auto done = [&]() -> Result<void> {
                Workspace workspace = TRY(Workspace::open(given->data));
                return body(workspace, *given);
            }();
            if (!done) status = report_failure(done.error());
        });
        return added;
    };
    const auto with_screen = [given](CLI::App* added) {
        added->add_option("SCREEN", given->screen, "its name, or its id")->required();
        return added;
    };

    CLI::App* screen = cli.add_subcommand(
        "screen", "Screens of venues: list, approve, rename, assign, command, remove");
    screen->require_subcommand(1);
    command(screen, "list", "List the screens, whether they are there, and what they show",
            list_screens);
    CLI::App* approve =
        command(screen, "approve", "Make a screen of the browser that shows CODE at /screen",
                approve_screen);
    approve->add_option("CODE", given->screen, "the six letters and digits it shows")->required();
    approve->add_option("--name", given->name, "what people call it")->required();
    approve->add_option("--channel", given->channel, "what it shows");
    with_screen(command(screen, "rename", "Call a screen something else",
                        [](Workspace& workspace, const ScreenArguments& arguments) {
                            return change_screen(workspace, arguments, [&](store::Screen& changed) {
                                changed.name = arguments.name;
                            });
                        }))
        ->add_option("NAME", given->name)
        ->required();
    with_screen(command(screen, "assign", "Have a screen show a channel; it follows within seconds",
                        [](Workspace& workspace, const ScreenArguments& arguments) {
                            return change_screen(workspace, arguments, [&](store::Screen& changed) {
                                changed.channel_id =
                                    arguments.channel == "none" ? "" : arguments.channel;
                            });
                        }))
        ->add_option("CHANNEL", given->channel, "a channel, or \"none\"")
        ->required();
    with_screen(command(screen, "command",
                        "Have a screen show its name, load its page again, be silent or sound",
                        command_screen))
        ->add_option("COMMAND", given->kind, "identify, reload, mute or unmute")
        ->required()
        ->check(CLI::IsMember({"identify", "reload", "mute", "unmute"}));
    with_screen(
        command(screen, "remove", "Remove a screen; it shows nothing from then on", remove_screen));

    CLI::App* design = command(
        cli.get_subcommand("channel"), "screens",
        "Say what a channel's screens draw over the picture; without settings, what they do now",
        design_screens);
    design->add_option("ID", given->channel)->required();
    design->add_option("KEY=VALUE", given->settings,
                       "lower_third=SECONDS, next=true|false, clock=off|top-left|top-right|"
                       "bottom-left|bottom-right, accent=#rrggbb, language=en|zh|ru, away=TEXT; "
                       "KEY= for the default");
}

}  // namespace matinee::app
