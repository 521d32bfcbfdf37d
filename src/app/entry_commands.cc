#include "app/entry_commands.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/entry_removal.h"
#include "app/listing.h"
#include "app/resource_json.h"
#include "app/workspace.h"

namespace matinee::app {

namespace {

using nlohmann::json;

struct EntryArguments {
    std::string id;
    std::size_t limit = 50;
    std::vector<std::string> states;
    std::optional<std::string> entry;
    bool as_json = false;
    bool with_source = false;
};

using EntryBody = std::function<Result<void>(Workspace&, const EntryArguments&)>;

void print_job(const store::Job& job) {
    fmt::print("{} {:9} {:3.0f} % {:10} {:30} {}\n", job.id, to_string(job.state),
               job.fraction * 100, job.stage, job.entry_id, job.reason);
}

Result<void> show_job(Workspace& workspace, const std::string& id, bool as_json) {
    const store::Job job = TRY(workspace.store->find_job(id));
    if (as_json) {
        print_json(job_json(job));
    } else {
        print_job(job);
    }
    return {};
}

Result<void> list_jobs(Workspace& workspace, const EntryArguments& arguments) {
    json all = json::array();
    auto jobs = TRY(jobs_like(*workspace.store, {arguments.states, arguments.entry}));
    jobs.resize(std::min(jobs.size(), arguments.limit));
    for (const store::Job& job : jobs) {
        if (arguments.as_json) {
            all.push_back(job_json(job));
        } else {
            print_job(job);
        }
    }
    if (arguments.as_json) print_json(all);
    return {};
}

Result<void> show_one_job(Workspace& workspace, const EntryArguments& arguments) {
    return show_job(workspace, arguments.id, arguments.as_json);
}

Result<void> cancel_job(Workspace& workspace, const EntryArguments& arguments) {
    TRY(workspace.store->cancel_job(arguments.id));
    audit_command(*workspace.store, "job.cancel", arguments.id);
    return show_job(workspace, arguments.id, arguments.as_json);
}

Result<void> prepare_entry(Workspace& workspace, const EntryArguments& arguments) {
    const store::Job job = TRY(workspace.store->enqueue_job(arguments.id));
    audit_command(*workspace.store, "entry.prepare", arguments.id);
    return show_job(workspace, job.id, arguments.as_json);
}

Result<void> forget_entry(Workspace& workspace, const EntryArguments& arguments) {
    TRY(remove_entry(workspace, arguments.id,
                     arguments.with_source ? Source::kGoes : Source::kStays, command_actor()));
    audit_command(*workspace.store, "entry.remove", arguments.id,
                  {{"source", arguments.with_source}});
    if (arguments.as_json) print_removed(arguments.id);
    return {};
}

}  // namespace

void add_entry_commands(CLI::App& cli, CLI::App& entry, std::string& data, int& status) {
    const auto given = std::make_shared<EntryArguments>();
    const auto command = [given, &data, &status](CLI::App& parent, const char* name,
                                                 const char* what, EntryBody body) {
        CLI::App* added = parent.add_subcommand(name, what);
        added->add_option("--data", data,
                          "the folder that holds everything (default: XDG data home)");
        added->add_flag("--json", given->as_json, "print JSON, for programs");
        added->callback([given, &data, &status, body = std::move(body)] {
            const auto done = [&]() -> Result<void> {
                Workspace workspace = TRY(Workspace::open(data));
                return body(workspace, *given);
            }();
            if (!done) status = report_failure(done.error());
        });
        return added;
    };
    const auto with_id = [given](CLI::App* added, const char* name) {
        added->add_option(name, given->id)->required();
        return added;
    };
    with_id(command(entry, "prepare", "Prepare an entry again, as after a failure", prepare_entry),
            "ID");
    with_id(command(entry, "remove", "Forget an entry that nothing needs any more; its file stays",
                    forget_entry),
            "ID")
        ->add_flag("--with-source", given->with_source,
                   "delete what was uploaded for it, too: the film and its subtitles in films/ID");

    CLI::App* job = cli.add_subcommand("job", "Preparations: list, show, cancel");
    job->require_subcommand(1);
    CLI::App* jobs = command(*job, "list", "List the jobs, newest first", list_jobs);
    jobs->add_option("--limit", given->limit, "how many (default 50)")
        ->check(CLI::Range(1, 100'000));
    jobs->add_option("--state", given->states,
                     "those that are queued, running, done, failed, cancelled; several times")
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"queued", "running", "done", "failed", "cancelled"}));
    jobs->add_option("--entry", given->entry, "those of this entry");
    with_id(command(*job, "show", "Show one job, and how far it is", show_one_job), "ID");
    with_id(command(*job, "cancel", "Stop a job", cancel_job), "ID");
}

}  // namespace matinee::app
