#include "app/people_commands.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/listing.h"
#include "app/resource_json.h"
#include "app/workspace.h"
#include "auth/access.h"
#include "auth/key_file.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "base/clock.h"
#include "http/sign_in.h"

namespace matinee::app {

namespace {

using nlohmann::json;
using std::chrono::hours;

// The arguments of all these commands; each uses some.
struct PeopleArguments {
    std::string data;
    bool as_json = false;
    std::string name;
    std::string role;
    std::string label;
    std::string from;
    std::string until;
    unsigned days = 0;
    std::vector<std::string> channels;
    std::vector<std::string> entries;
    std::uint16_t viewers = 0;
    std::string watch;
    std::size_t limit = 50;
    std::string action;
    std::string before;
};

std::string end_text(Instant revoked, Instant expires) {
    if (revoked != Instant()) return "revoked";
    return expires == Instant() ? "until revoked" : "until " + base::to_rfc3339(expires);
}

// A line of standard input, which a terminal does not show.
Result<std::string> read_line(const std::string& prompt) {
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    termios shown{};
    if (terminal) {
        fmt::print(stderr, "{}: ", prompt);
        if (::tcgetattr(STDIN_FILENO, &shown) != 0) {
            return fail(ErrorCode::kUnavailable, "the terminal cannot be made not to show typing");
        }
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    std::string line;
    const bool read = static_cast<bool>(std::getline(std::cin, line));
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fmt::print(stderr, "\n");
    }
    if (!read) {
        return fail(ErrorCode::kInvalid, "there is no password on standard input; write a line");
    }
    return line;
}

// A new password's hash; asked for twice on a terminal.
Result<std::string> ask_for_password(const std::string& name) {
    const std::string password = TRY(read_line("password for " + name));
    TRY(auth::check_password(password));
    if (::isatty(STDIN_FILENO) == 1 && TRY(read_line("again")) != password) {
        return fail(ErrorCode::kInvalid, "the two are not the same; nothing was changed");
    }
    return auth::hash_password(password);
}

Result<void> add_user(Workspace& workspace, const PeopleArguments& arguments) {
    TRY(http::check_account_name(arguments.name));
    store::User user;
    user.name = arguments.name;
    user.role = to_string(TRY(auth::parse_role(arguments.role)));
    user.password_hash = TRY(ask_for_password(user.name));
    const auto made = TRY(workspace.store->create_user(user, command_actor()));
    if (arguments.as_json) {
        print_json(account_json(made));
    } else {
        fmt::print("{} may sign in, as {}\n", made.name, made.role);
    }
    return {};
}

Result<void> change_user(Workspace& workspace, const PeopleArguments& arguments,
                         const std::function<Result<void>(store::User&)>& change) {
    store::User user = TRY(workspace.store->find_user_by_name(arguments.name));
    TRY(change(user));
    TRY(workspace.store->update_user(user, command_actor()));
    if (arguments.as_json) print_json(account_json(TRY(workspace.store->find_user(user.id))));
    return {};
}

Result<void> remove_user(Workspace& workspace, const PeopleArguments& arguments) {
    const store::User user = TRY(workspace.store->find_user_by_name(arguments.name));
    TRY(workspace.store->remove_user(user.id, command_actor()));
    if (arguments.as_json) print_removed(user.name);
    return {};
}

Result<void> list_users(Workspace& workspace, const PeopleArguments& arguments) {
    json all = json::array();
    for (const store::User& user : TRY(workspace.store->list_users())) {
        if (arguments.as_json) {
            all.push_back(account_json(user));
        } else {
            fmt::print("{:20} {:10}{}\n", user.name, user.role, user.disabled ? "disabled" : "");
        }
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<Instant> date_from(const std::string& text) {
    if (text.empty()) return Instant();
    const auto instant = base::parse_rfc3339(text);
    if (instant) return *instant;
    return fail(ErrorCode::kInvalid, "\"{}\" is no instant; write 2026-11-23T20:00:00Z", text);
}

// --until, or --days from now; 1970 for neither.
Result<Instant> end_from(const Workspace& workspace, const PeopleArguments& arguments) {
    if (arguments.days == 0) return date_from(arguments.until);
    return workspace.clock->now() + hours(24) * arguments.days;
}

Result<void> add_token(Workspace& workspace, const PeopleArguments& arguments) {
    const store::User user = TRY(workspace.store->find_user_by_name(arguments.name));
    const std::string secret = auth::new_secret();
    store::Token token;
    token.kind = "bearer";
    token.secret_hash = auth::hash_of_secret(secret);
    token.user_id = user.id;
    token.label = arguments.label;
    token.expires = TRY(end_from(workspace, arguments));
    token = TRY(workspace.store->create_token(token, command_actor()));
    if (arguments.as_json) {
        print_json(token_made_json(token, secret));
    } else {
        fmt::print("{}\n", secret);
        fmt::print(stderr, "This is shown once. Its id, to revoke it by, is {}\n", token.id);
    }
    return {};
}

// Account names by their ids.
Result<std::map<std::string, std::string>> account_names(Workspace& workspace) {
    std::map<std::string, std::string> names;
    for (const store::User& user : TRY(workspace.store->list_users())) {
        names[user.id] = user.name;
    }
    return names;
}

Result<void> revoke_token(Workspace& workspace, const PeopleArguments& arguments) {
    TRY(workspace.store->revoke_token(arguments.name, command_actor()));
    if (!arguments.as_json) return {};
    auto names = TRY(account_names(workspace));
    for (const store::Token& token : TRY(workspace.store->list_tokens())) {
        if (token.id == arguments.name) print_json(token_json(token, names[token.user_id]));
    }
    return {};
}

Result<void> list_tokens(Workspace& workspace, const PeopleArguments& arguments) {
    auto names = TRY(account_names(workspace));
    json all = json::array();
    for (const store::Token& token : TRY(workspace.store->list_tokens())) {
        if (arguments.as_json) {
            all.push_back(token_json(token, names[token.user_id]));
        } else {
            fmt::print("{} {:8} {:20} {}  {}\n", token.id, token.kind, names[token.user_id],
                       end_text(token.revoked, token.expires), token.label);
        }
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<void> print_link(const Workspace& workspace, const PeopleArguments& arguments,
                        const auth::LinkKey& key, const store::Link& link) {
    const auth::LinkClaims claims = claims_of(link);
    const std::string token = TRY(key.sign(claims));
    if (arguments.as_json) {
        json value = TRY(link_with_addresses_json(key, link));
        value["token"] = token;
        print_json(value);
        return {};
    }
    std::vector<std::string> paths;
    for (const std::string& id : claims.channels) {
        paths.push_back(id == "*" ? fmt::format("/t/{}/", token)
                                  : fmt::format("/t/{}/channels/{}/master.m3u8", token, id));
    }
    for (const std::string& id : claims.entries) {
        paths.push_back(fmt::format("/t/{}/entries/{}/master.m3u8", token, id == "*" ? "ID" : id));
    }
    for (const std::string& path : paths) {
        fmt::print("https://{}{}\n", to_string(workspace.config.server.listen), path);
    }
    fmt::print(stderr, "Its id, to revoke it by, is {}\n", claims.id);
    return {};
}

Result<void> add_link(Workspace& workspace, const PeopleArguments& arguments) {
    const auto key = TRY(auth::load_or_make_link_key(workspace.folder / kLinkKeyFile));
    if (arguments.channels.empty() && arguments.entries.empty()) {
        return fail(ErrorCode::kInvalid,
                    "a link is for something: name --channel ID or --entry ID, \"*\" for all");
    }
    for (const std::string& id : arguments.channels) {
        if (id != "*") TRY(workspace.store->find_channel(id));
    }
    for (const std::string& id : arguments.entries) {
        if (id != "*") TRY(workspace.store->find_entry(id));
    }
    store::Link link;
    link.id = auth::new_id();
    link.label = arguments.label;
    link.scope = json{{"channels", arguments.channels}, {"entries", arguments.entries}}.dump();
    link.not_before = TRY(date_from(arguments.from));
    link.expires = TRY(end_from(workspace, arguments));
    if (link.expires != Instant() && link.expires <= link.not_before) {
        return fail(ErrorCode::kInvalid, "the link would end ({}) before it begins ({})",
                    base::to_rfc3339(link.expires), base::to_rfc3339(link.not_before));
    }
    if (link.expires != Instant() && link.expires <= workspace.clock->now()) {
        return fail(ErrorCode::kInvalid,
                    "the link would have ended ({}) before anybody could use it",
                    base::to_rfc3339(link.expires));
    }
    link.viewers = arguments.viewers;
    link.secret_hash = auth::hash_of_secret(TRY(key.sign(claims_of(link))));
    TRY(workspace.store->create_link(link, command_actor()));
    return print_link(workspace, arguments, key, TRY(workspace.store->find_link(link.id)));
}

// The same token again: it follows from what is stored and the key.
Result<void> show_link(Workspace& workspace, const PeopleArguments& arguments) {
    const auto key = TRY(auth::load_or_make_link_key(workspace.folder / kLinkKeyFile));
    const store::Link link = TRY(workspace.store->find_link(arguments.name));
    if (auth::hash_of_secret(TRY(key.sign(claims_of(link)))) != link.secret_hash) {
        return fail(ErrorCode::kConflict,
                    "link {} was signed with another key than {}; make a new one", link.id,
                    (workspace.folder / kLinkKeyFile).string());
    }
    return print_link(workspace, arguments, key, link);
}

Result<void> revoke_link(Workspace& workspace, const PeopleArguments& arguments) {
    TRY(workspace.store->revoke_link(arguments.name, command_actor()));
    if (arguments.as_json) print_json(link_json(TRY(workspace.store->find_link(arguments.name))));
    return {};
}

Result<void> list_links(Workspace& workspace, const PeopleArguments& arguments) {
    json all = json::array();
    for (const store::Link& link : TRY(workspace.store->list_links())) {
        if (arguments.as_json) {
            all.push_back(link_json(link));
            continue;
        }
        const auth::LinkClaims claims = claims_of(link);
        fmt::print("{} {} {} {}  {}\n", link.id, fmt::join(claims.channels, ","),
                   fmt::join(claims.entries, ","), end_text(link.revoked, link.expires),
                   link.label);
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<void> set_channel_access(Workspace& workspace, const PeopleArguments& arguments) {
    const auto known = TRY(workspace.store->find_channel(arguments.name));
    store::Channel channel = known;
    auth::ChannelRule rule;
    for (const auth::Watch watch : {auth::Watch::kPublic, auth::Watch::kLink, auth::Watch::kRole}) {
        if (to_string(watch) == arguments.watch) rule.watch = watch;
    }
    if (!arguments.role.empty()) rule.least = TRY(auth::parse_role(arguments.role));
    channel.settings = TRY(auth::with_channel_rule(channel.settings, rule));
    TRY(workspace.store->update_channel(channel, known));
    json access{{"watch", to_string(rule.watch)}};
    if (rule.watch == auth::Watch::kRole) access["role"] = to_string(rule.least);
    audit_command(*workspace.store, "channel.change", channel.id, {{"access", std::move(access)}});
    if (arguments.as_json) print_json(TRY(channel_json(*workspace.store, channel)));
    return {};
}

Result<void> show_audit(Workspace& workspace, const PeopleArguments& arguments) {
    json all = json::array();
    const AuditPage page =
        TRY(audit_like(*workspace.store, {arguments.action, arguments.before, arguments.limit}));
    for (const store::AuditRecord& record : page.records) {
        if (arguments.as_json) {
            all.push_back(audit_json(record));
        } else {
            fmt::print("{}  {:12} {:16} {:20} {}\n", base::to_rfc3339(record.at), record.actor,
                       record.action, record.subject, record.detail);
        }
    }
    if (arguments.as_json) {
        print_json(all);
    } else if (page.more && !page.records.empty()) {
        fmt::print("there are older ones: --before {}\n", page.records.back().id);
    }
    return {};
}

}  // namespace

void add_people_commands(CLI::App& cli, int& status) {
    // The commands' callbacks keep it as long as they are needed.
    const auto given = std::make_shared<PeopleArguments>();
    using Body = std::function<Result<void>(Workspace&, const PeopleArguments&)>;
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
    const auto with_name = [given](CLI::App* added, const char* what) {
        added->add_option(what, given->name)->required();
        return added;
    };
    const auto with_end = [given](CLI::App* added) {
        CLI::Option* until =
            added->add_option("--until", given->until, "when it ends (2026-11-23T20:00:00Z)");
        added->add_option("--days", given->days, "ends so many days from now")
            ->check(CLI::Range(1, 36'500))
            ->excludes(until);
        added->add_option("--label", given->label, "what it is for, to find it again");
        return added;
    };

    CLI::App* user =
        cli.add_subcommand("user", "Accounts: add, list, password, role, disable, enable, remove");
    user->require_subcommand(1);
    const auto role = CLI::IsMember({"screen", "reviewer", "producer", "admin"});
    with_name(
        command(user, "add",
                "Add an account. The password is asked for, or a line of standard input", add_user),
        "NAME")
        ->add_option("--role", given->role, "screen, reviewer, producer or admin")
        ->required()
        ->check(role);
    command(user, "list", "List the accounts", list_users);
    with_name(command(user, "password",
                      "Set a new password; whoever is signed in by the old one is signed out",
                      [](Workspace& workspace, const PeopleArguments& arguments) {
                          return change_user(
                              workspace, arguments, [](store::User& changed) -> Result<void> {
                                  changed.password_hash = TRY(ask_for_password(changed.name));
                                  return {};
                              });
                      }),
              "NAME");
    with_name(command(user, "role", "Change what an account may do",
                      [](Workspace& workspace, const PeopleArguments& arguments) {
                          return change_user(workspace, arguments,
                                             [&](store::User& changed) -> Result<void> {
                                                 changed.role = arguments.role;
                                                 return {};
                                             });
                      }),
              "NAME")
        ->add_option("ROLE", given->role)
        ->required()
        ->check(role);
    for (const bool disabled : {true, false}) {
        with_name(command(user, disabled ? "disable" : "enable",
                          disabled ? "Keep an account and its tokens from doing anything"
                                   : "Let a disabled account sign in again",
                          [disabled](Workspace& workspace, const PeopleArguments& arguments) {
                              return change_user(workspace, arguments,
                                                 [&](store::User& changed) -> Result<void> {
                                                     changed.disabled = disabled;
                                                     return {};
                                                 });
                          }),
                  "NAME");
    }
    with_name(command(user, "remove", "Remove an account and its tokens", remove_user), "NAME");

    CLI::App* token = cli.add_subcommand("token", "Tokens for scripts: add, list, revoke");
    token->require_subcommand(1);
    with_end(with_name(
        command(token, "add", "Print a token that does what its account may do", add_token),
        "ACCOUNT"));
    command(token, "list", "List tokens and sessions", list_tokens);
    with_name(command(token, "revoke", "End a token or a session, by its id", revoke_token), "ID");

    CLI::App* link = cli.add_subcommand("link", "Links for viewers: add, list, show, revoke");
    link->require_subcommand(1);
    CLI::App* add =
        with_end(command(link, "add", "Print addresses for whoever you give them to", add_link));
    add->add_option("--channel", given->channels, "a channel; * for all; may be repeated");
    add->add_option("--entry", given->entries, "an entry; * for all; may be repeated");
    add->add_option("--from", given->from, "when it begins (2026-11-23T20:00:00Z)");
    add->add_option("--viewers", given->viewers, "how many may watch at the same time")
        ->check(CLI::Range(1, 65'535));
    command(link, "list", "List the links", list_links);
    with_name(command(link, "show", "Print a link's addresses again", show_link), "ID");
    with_name(command(link, "revoke", "End a link, within a second also for those who watch",
                      revoke_link),
              "ID");

    CLI::App* access = with_name(command(cli.get_subcommand("channel"), "access",
                                         "Say whom a channel is for", set_channel_access),
                                 "ID");
    access->add_option("FOR", given->watch, "public, link (those with a link) or role")
        ->required()
        ->check(CLI::IsMember({"public", "link", "role"}));
    access->add_option("--role", given->role, "the least role that does (default: screen)")
        ->check(role);

    CLI::App* audit = command(&cli, "audit", "Show who did what, newest first", show_audit);
    audit->add_option("--limit", given->limit, "how many (default 50)")
        ->check(CLI::Range(1, 100'000));
    audit->add_option("--action", given->action,
                      "those of this action (channel.skip); with a dot at its end (incident.) of "
                      "all that begin so");
    audit->add_option("--before", given->before,
                      "those before this record: the last one's \"id\" leads to the next page");
}

}  // namespace matinee::app
