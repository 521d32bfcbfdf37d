#include "app/review_commands.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/review_room.h"
#include "app/workspace.h"
#include "auth/key_file.h"

namespace matinee::app {

namespace {

using nlohmann::json;

// The arguments of all these commands; each uses some.
struct ReviewArguments {
    std::string round;
    std::string juror;
    std::string account;
    std::vector<std::string> entries;
    std::vector<std::string> titles;    // "en=Final"
    std::vector<std::string> criteria;  // "story:1-10:2:en=Story:zh=..."
    std::string criteria_file;
    std::string reason;
    std::string until;
    std::string out;
    std::vector<std::string> languages{"en"};
    bool remove = false;
    bool sheets = false;
    bool as_json = false;
};

std::string text_in(const json& texts, const std::string& otherwise) {
    if (texts.contains("en")) return texts["en"].get<std::string>();
    return texts.empty() ? otherwise : texts.begin()->get<std::string>();
}

// "en=Final" into `texts`.
Result<void> add_text(review::Texts& texts, const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
        return fail(ErrorCode::kInvalid, "\"{}\": write a language and a text, like en=Story",
                    text);
    }
    texts[text.substr(0, equals)] = text.substr(equals + 1);
    return {};
}

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts{""};
    for (const char c : text) {
        if (c == by) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

Result<int> number_from(const std::string& text, const std::string& whole) {
    constexpr std::size_t kMostDigits = 4;
    const bool digits = !text.empty() && text.size() <= kMostDigits &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return fail(ErrorCode::kInvalid, "\"{}\" in \"{}\" is no number", text, whole);
    return std::stoi(text);
}

// "story:1-10:2:en=Story:zh=故事:ru=Сюжет": id, scale, weight, names.
Result<review::Criterion> criterion_from(const std::string& text) {
    const auto parts = split(text, ':');
    const auto scale = parts.size() > 1 ? split(parts[1], '-') : std::vector<std::string>();
    if (parts.size() < 4 || scale.size() != 2) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" is no criterion: write id, scale, weight and names, like "
                    "story:1-10:2:en=Story:ru=Сюжет",
                    text);
    }
    review::Criterion criterion;
    criterion.id = parts[0];
    criterion.low = TRY(number_from(scale[0], text));
    criterion.high = TRY(number_from(scale[1], text));
    criterion.weight = TRY(number_from(parts[2], text));
    for (std::size_t i = 3; i < parts.size(); ++i) {
        TRY(add_text(criterion.names, parts[i]));
    }
    return criterion;
}

Result<std::vector<review::Criterion>> criteria_given(const ReviewArguments& arguments) {
    std::vector<review::Criterion> criteria;
    if (!arguments.criteria_file.empty()) {
        std::ifstream file(arguments.criteria_file);
        if (!file) {
            return fail(ErrorCode::kNotFound, "cannot read {}", arguments.criteria_file);
        }
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const json value = json::parse(text, nullptr, false);
        if (value.is_discarded()) {
            return fail(ErrorCode::kInvalid, "{} is no JSON", arguments.criteria_file);
        }
        return criteria_from(value);
    }
    for (const std::string& text : arguments.criteria) {
        criteria.push_back(TRY(criterion_from(text)));
    }
    return criteria;
}

class Office {
  public:
    static Result<Office> open(const std::string& data) {
        Workspace workspace = TRY(Workspace::open(data));
        auth::LinkKey key = TRY(auth::load_or_make_link_key(workspace.folder / kLinkKeyFile));
        return Office(std::move(workspace), std::move(key));
    }

    store::Store& store() { return *workspace_.store; }
    ReviewRoom& room() { return *room_; }
    // The address of a path on this machine's server.
    [[nodiscard]] std::string address(const std::string& path) const {
        const ListenAddress& listen = workspace_.config.server.listen;
        return fmt::format("https://{}:{}{}", listen.host, listen.port, path);
    }

  private:
    Office(Workspace workspace, auth::LinkKey key)
        : workspace_(std::move(workspace)),
          key_(std::make_unique<auth::LinkKey>(std::move(key))),
          room_(std::make_unique<ReviewRoom>(*workspace_.store, *key_)) {}

    Workspace workspace_;
    std::unique_ptr<auth::LinkKey> key_;
    std::unique_ptr<ReviewRoom> room_;
};

// What has been changed, for programs; people know what they did.
Result<void> show_changed(Office& office, const ReviewArguments& arguments) {
    if (arguments.as_json) print_json(TRY(office.room().round(arguments.round)));
    return {};
}

Result<void> create_round(Office& office, const ReviewArguments& arguments) {
    store::ReviewRound round;
    round.id = arguments.round;
    for (const std::string& title : arguments.titles) {
        TRY(add_text(round.titles, title));
    }
    round.criteria = TRY(criteria_given(arguments));
    TRY(office.room().create(round, command_actor()));
    return show_changed(office, arguments);
}

// Titles, criteria, or both.
Result<void> change_round(Office& office, const ReviewArguments& arguments) {
    auto round = TRY(office.store().find_review_round(arguments.round));
    for (const std::string& title : arguments.titles) {
        TRY(add_text(round.titles, title));
    }
    if (!arguments.criteria.empty() || !arguments.criteria_file.empty()) {
        round.criteria = TRY(criteria_given(arguments));
    }
    TRY(office.store().change_review_round(round, command_actor()));
    return show_changed(office, arguments);
}

Result<void> set_closed(Office& office, const ReviewArguments& arguments, bool closed) {
    auto round = TRY(office.store().find_review_round(arguments.round));
    if (round.closed != closed) {
        round.closed = closed;
        TRY(office.store().change_review_round(round, command_actor()));
    }
    return show_changed(office, arguments);
}

Result<void> assign(Office& office, const ReviewArguments& arguments) {
    if (arguments.remove) {
        for (const std::string& entry : arguments.entries) {
            TRY(office.store().withdraw_review_entry(arguments.round, entry, command_actor()));
        }
        return show_changed(office, arguments);
    }
    const auto count = TRY(
        office.store().assign_review_entries(arguments.round, arguments.entries, command_actor()));
    if (arguments.as_json) return show_changed(office, arguments);
    fmt::print("{} films more in \"{}\"\n", count, arguments.round);
    return {};
}

Result<void> add_juror(Office& office, const ReviewArguments& arguments) {
    if (arguments.remove) {
        const auto juror = TRY(office.room().juror(arguments.round, arguments.juror));
        TRY(office.store().remove_juror(juror.id, command_actor()));
        if (arguments.as_json) print_removed(juror.name);
        return {};
    }
    ReviewRoom::NewJuror asked;
    asked.round_id = arguments.round;
    asked.name = arguments.juror;
    asked.account = arguments.account;
    if (!arguments.until.empty()) {
        const auto until = base::parse_rfc3339(arguments.until);
        if (!until) {
            return fail(ErrorCode::kInvalid, "\"{}\" is no instant; write 2026-11-23T20:00:00Z",
                        arguments.until);
        }
        asked.expires = *until;
    }
    const auto juror = TRY(office.room().add_juror(asked, command_actor()));
    const std::string path = TRY(office.room().path_of(juror));
    if (arguments.as_json) {
        print_json({{"id", juror.id}, {"name", juror.name}, {"path", path}});
    } else {
        fmt::print("{}\n", office.address(path));
    }
    return {};
}

Result<void> set_conflict(Office& office, const ReviewArguments& arguments) {
    const auto juror = TRY(office.room().juror(arguments.round, arguments.juror));
    for (const std::string& entry : arguments.entries) {
        if (arguments.remove) {
            TRY(office.store().clear_review_conflict(juror.id, entry, command_actor()));
        } else {
            TRY(office.store().set_review_conflict(juror.id, entry, arguments.reason,
                                                   command_actor()));
        }
    }
    return show_changed(office, arguments);
}

Result<void> list_rounds(Office& office, const ReviewArguments& arguments) {
    json all = json::array();
    for (const auto& round : TRY(office.store().list_review_rounds())) {
        const json value = TRY(office.room().round(round.id));
        if (!arguments.as_json) {
            fmt::print("{:20} {:6} {} films, {} jurors  {}\n", round.id,
                       round.closed ? "closed" : "open", value["films"].size(),
                       value["jurors"].size(), text_in(value["titles"], ""));
        }
        all.push_back(value);
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<void> show_round(Office& office, const ReviewArguments& arguments) {
    const json value = TRY(office.room().round(arguments.round));
    if (arguments.as_json) {
        print_json(value);
        return {};
    }
    for (const json& criterion : value["criteria"]) {
        fmt::print("criterion  {:16} {} to {}, weight {}  {}\n", criterion["id"].get<std::string>(),
                   criterion["low"].get<int>(), criterion["high"].get<int>(),
                   criterion["weight"].get<int>(), text_in(criterion["names"], ""));
    }
    for (const json& film : value["films"]) {
        fmt::print("film       {:16} {}\n", film["entry"].get<std::string>(),
                   text_in(film["title"], ""));
    }
    for (const json& juror : value["jurors"]) {
        fmt::print("juror      {:16} {}\n", juror["name"].get<std::string>(),
                   juror["path"].is_null() ? "(signed with another key)"
                                           : office.address(juror["path"].get<std::string>()));
        for (const json& conflict : juror["conflicts"]) {
            fmt::print("             not {}  {}\n", conflict["entry"].get<std::string>(),
                       conflict["reason"].get<std::string>());
        }
    }
    return {};
}

Result<void> show_progress(Office& office, const ReviewArguments& arguments) {
    const json value = TRY(office.room().progress(arguments.round));
    if (arguments.as_json) {
        print_json(value);
        return {};
    }
    fmt::print("{:24} {:>6} {:>5} {:>5} {:>6}\n", "juror", "scored", "seen", "begun", "new");
    for (const json& juror : value["jurors"]) {
        const json& counts = juror["counts"];
        fmt::print("{:24} {:>6} {:>5} {:>5} {:>6}\n", juror["name"].get<std::string>(),
                   counts["scored"].get<int>(), counts["seen"].get<int>(),
                   counts["begun"].get<int>(), counts["new"].get<int>());
    }
    return {};
}

std::string spread_text(const json& spread) {
    if (spread["count"].get<int>() == 0) return "-";
    return fmt::format("{:.1f} ±{:.1f}", spread["mean"].get<double>(),
                       spread["deviation"].get<double>());
}

Result<void> show_results(Office& office, const ReviewArguments& arguments) {
    const json value = TRY(office.room().results(arguments.round));
    if (arguments.as_json) {
        print_json(value);
        return {};
    }
    for (const json& film : value["films"]) {
        fmt::print("{:>3}  {:24} {:14} of {}", film["rank"].is_null() ? "" : film["rank"].dump(),
                   film["entry"].get<std::string>(), spread_text(film["marks"]),
                   film["marks"]["count"].get<int>());
        for (const json& criterion : value["criteria"]) {
            const std::string id = criterion["id"].get<std::string>();
            fmt::print("  {} {}", id, spread_text(film["by_criterion"][id]));
        }
        const int incomplete = film["incomplete"].get<int>();
        if (incomplete > 0) fmt::print("  ({} incomplete)", incomplete);
        fmt::print("\n");
    }
    return {};
}

Result<void> export_round(Office& office, const ReviewArguments& arguments) {
    const std::string text =
        arguments.sheets ? TRY(office.room().sheets_csv(arguments.round, arguments.languages))
                         : TRY(office.room().results_csv(arguments.round, arguments.languages));
                         if (arguments.out.empty()) {
                             fmt::print("{}", text);
                             return {};
                         }
                         std::ofstream file(arguments.out, std::ios::binary);
                         file << text;
                         file.close();
                         if (!file)
                             return fail(ErrorCode::kExhausted, "cannot write {}", arguments.out);
                         return {};
}

}  // namespace

void add_review_commands(CLI::App& cli, std::string& data, int& status) {
    // The commands' callbacks keep it as long as they are needed.
    const auto given = std::make_shared<ReviewArguments>();
    CLI::App* review = cli.add_subcommand(
        "review", "Jurors judge films: create, assign, juror, conflict, progress, results ...");
    review->require_subcommand(1);
    using Body = std::function<Result<void>(Office&, const ReviewArguments&)>;
    const auto command = [given, review, &data, &status](const char* name, const char* what,
                                                         Body body) {
        CLI::App* added = review->add_subcommand(name, what);
        added->add_option("--data", data,
                          "the folder that holds everything (default: XDG data home)");
        added->callback([given, &data, &status, body = std::move(body)] {
            const auto done = [&]() -> Result<void> {
                Office office = TRY(Office::open(data));
                return body(office, *given);
            }();
            if (!done) status = report_failure(done.error());
        });
        return added;
    };
    const auto with_round = [given](CLI::App* added) {
        added->add_option("ROUND", given->round, "the round's id")->required();
        return added;
    };
    const auto with_json = [given](CLI::App* added) {  // all but those that write a file
        added->add_flag("--json", given->as_json, "print JSON, for programs");
        return added;
    };
    const auto with_criteria = [given](CLI::App* added) {
        added->add_option("--title", given->titles,
                          "its title in a language, like en=Final; may be repeated");
        CLI::Option* file =
            added->add_option("--criteria", given->criteria_file, "a JSON file with all criteria");
        added
            ->add_option("--criterion", given->criteria,
                         "id, scale, weight and names, like story:1-10:2:en=Story:ru=Сюжет; may "
                         "be repeated")
            ->excludes(file);
        return added;
    };
    const auto with_entries = [given](CLI::App* added) {
        added->add_option("ENTRY", given->entries, "films")->required();
        return added;
    };
    const auto with_remove = [given](CLI::App* added, const char* what) {
        added->add_flag("--remove", given->remove, what);
        return added;
    };

    with_json(with_criteria(with_round(command(
        "create", "Make a round, by whose criteria films are to be judged", create_round))));
    with_json(with_criteria(
        with_round(command("change", "Change a round's titles or criteria", change_round))));
    with_json(command("list", "List the rounds", list_rounds));
    with_json(with_round(command(
        "show", "Print a round's criteria, films, jurors and their addresses", show_round)));
    with_json(
        with_remove(with_entries(with_round(command(
                        "assign", "Have films judged; from then on they are not public", assign))),
                    "take them out instead"));
    CLI::App* juror = with_json(
        with_remove(with_round(command("juror", "Add a juror, and print the address that is theirs",
                                       add_juror)),
                    "remove the juror instead: their link ends, their scores count no more"));
    juror->add_option("NAME", given->juror, "their name, which stands over the films")->required();
    juror->add_option("--account", given->account,
                      "the account (reviewer or more) they sign in with, instead of a link");
    juror->add_option("--until", given->until, "when the link ends (2026-11-23T20:00:00Z)");
    CLI::App* conflict = with_json(with_round(
        command("conflict", "Keep films from a juror who has an interest in them", set_conflict)));
    conflict->add_option("NAME", given->juror, "the juror")->required();
    with_remove(with_entries(conflict), "give them to the juror after all");
    conflict->add_option("--reason", given->reason, "why, for the audit log");
    for (const bool closed : {true, false}) {
        with_json(with_round(command(closed ? "close" : "open",
                                     closed ? "End a round: jurors neither watch nor write any more"
                                            : "Open a closed round again",
                                     [closed](Office& office, const ReviewArguments& arguments) {
                                         return set_closed(office, arguments, closed);
                                     })));
    }
    with_json(with_round(command("progress", "Show how far each juror is", show_progress)));
    with_json(with_round(command(
        "results", "Show means and spreads, in all and by criterion, best first", show_results)));
    CLI::App* exported = with_round(
        command("export", "Write the results for spreadsheets (CSV), a line a film", export_round));
    exported->add_flag("--sheets", given->sheets,
                       "all that jurors gave and wrote instead, a line a juror and film");
    exported->add_option("--out", given->out, "the file (default: standard output)");
    exported->add_option("--language", given->languages,
                         "in which titles and criteria are, best first (default: en)");
}

}  // namespace matinee::app
