#include "app/operation_commands.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/backup.h"
#include "app/command_audit.h"
#include "app/command_output.h"
#include "app/encrypting.h"
#include "app/people_commands.h"
#include "app/station.h"
#include "app/system_report.h"
#include "app/uploads.h"
#include "app/workspace.h"
#include "http/tus.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kMegabyte = 1e6;

enum class Output : bool { kText, kJson };

// A line that is written over, where somebody looks.
BackupProgress progress_line(std::string_view doing, Output output) {
    if (output == Output::kJson || ::isatty(STDOUT_FILENO) == 0) return {};
    return [doing, said = -1](std::uint64_t done, std::uint64_t all) mutable {
        const int percent =
            all == 0
                ? 100
                : static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(all));
        if (percent == said) return;
        said = percent;
        fmt::print("\r{} {:3} %{}", doing, percent, percent >= 100 ? "\n" : "");
        std::fflush(stdout);
    };
}

Result<void> back_up(const fs::path& data, const fs::path& file, BackupMedia media, Output output) {
    Workspace workspace = TRY(Workspace::open(data));
    const BackupDone done = TRY(write_backup(*workspace.store, workspace.folder, file, media,
                                             progress_line("saving", output)));
    audit_command(*workspace.store, "backup.write", file.filename().string(),
                  {{"media", media == BackupMedia::kInclude}});
    if (output == Output::kJson) {
        print_json({{"file", file.string()},
                    {"files", done.files},
                    {"bytes", done.bytes},
                    {"media", media == BackupMedia::kInclude},
                    {"films_left_out", done.films_left_out}});
        return {};
    }
    fmt::print(
        "{}: {} files, {:.1f} MB{}\nIt holds keys and hashed passwords: keep it where only "
        "you can read it.\n",
        file.string(), done.files, static_cast<double>(done.bytes) / kMegabyte,
        media == BackupMedia::kInclude
            ? ""
            : "; films have to be prepared again after it is restored (--media)");
    if (!done.films_left_out.empty()) {
        fmt::print(
            "Warning: {} not in it, and this folder may be the only place that has {}: {}. Back up "
            "with --media, or copy the folder {} as well.\n",
            done.films_left_out.size() == 1
                ? "1 uploaded film is"
                : fmt::format("{} uploaded films are", done.films_left_out.size()),
            done.films_left_out.size() == 1 ? "it" : "them", fmt::join(done.films_left_out, ", "),
            (workspace.folder / kFilmsFolder).string());
    }
    return {};
}

Result<void> bring_back(const fs::path& data, const fs::path& file, Output output) {
    const fs::path folder = data.empty() ? TRY(default_data_folder()) : data;
    const BackupDone done = TRY(restore_backup(file, folder, progress_line("restoring", output)));
    Workspace workspace = TRY(Workspace::open(folder));
    audit_command(*workspace.store, "backup.restore", file.filename().string());
    std::vector<std::string> unprepared;
    std::vector<std::string> gone;
    for (const store::Entry& entry : TRY(workspace.store->list_entries())) {
        if (workspace.library->has_media(entry.media_id)) continue;
        if (!entry.media_id.empty()) unprepared.push_back(entry.id);
        std::error_code error;
        if (!fs::exists(entry.source.path, error)) gone.push_back(entry.source.path);
    }
    if (output == Output::kJson) {
        print_json({{"folder", folder.string()},
                    {"files", done.files},
                    {"bytes", done.bytes},
                    {"unprepared", unprepared},
                    {"missing_films", gone}});
        return {};
    }
    fmt::print("{}: {} files, {:.1f} MB, all as they were saved\n", folder.string(), done.files,
               static_cast<double>(done.bytes) / kMegabyte);
    if (unprepared.empty()) {
        fmt::print("everything that was prepared is there\n");
    } else {
        fmt::print(
            "{} entries have to be prepared again, by `matinee entry prepare ID` or `matinee "
            "import` of their folders: {}\n",
            unprepared.size(), fmt::join(unprepared, ", "));
    }
    for (const std::string& path : gone) {
        fmt::print("  its film is not on this machine: {}\n", path);
    }
    return {};
}

Result<void> encrypt(const fs::path& data, const std::string& channel, bool on, Output output) {
    Workspace workspace = TRY(Workspace::open(data));
    const auto edit = TRY(set_encryption(workspace, channel, on));
    audit_command(*workspace.store, "channel.change", channel, {{"encrypted", on}});
    if (output == Output::kJson) {
        print_json({{"channel", channel},
                    {"encrypted", on},
                    {"from_sequence", edit.from_sequence},
                    {"at", base::to_rfc3339(edit.at)}});
        return {};
    }
    fmt::print("channel {} is {} from segment {} on, at {}\n", channel,
               on ? "encrypted" : "not encrypted", edit.from_sequence, base::to_rfc3339(edit.at));
    return {};
}

Result<void> show_system(const fs::path& data, Output output) {
    Workspace workspace = TRY(Workspace::open(data));
    const auto since = ServerLock::held_since(workspace.folder);
    const json system = TRY(system_json(workspace, since));
    if (output == Output::kJson) {
        print_json(system);
        return {};
    }
    const auto text = [](const json& object, const char* key) {
        return object.at(key).get<std::string>();
    };
    fmt::print("matinee {}; {}\n", text(system, "version"),
               since ? "a server runs since " + base::to_rfc3339(*since) : "no server runs");
    const auto megabytes = [&](const char* key) {
        return static_cast<double>(system["disk"][key].get<std::uint64_t>()) / kMegabyte;
    };
    fmt::print("disk: {:.0f} of {:.0f} MB free\n", megabytes("free_bytes"),
               megabytes("total_bytes"));
    for (const json& check : system["checks"]) {
        fmt::print("{:8} {}: {}\n", text(check, "severity"), text(check, "check"),
                   text(check, "detail"));
        if (!text(check, "remedy").empty()) fmt::print("         {}\n", text(check, "remedy"));
    }
    for (const json& incident : system["incidents"]) {
        fmt::print("{}  {:28} {} {}\n", text(incident, "at"), text(incident, "action"),
                   text(incident, "subject"), incident["detail"].dump());
    }
    return {};
}

Result<void> list_uploads(const fs::path& data, Output output) {
    Workspace workspace = TRY(Workspace::open(data));
    json all = json::array();
    for (const http::Upload& upload : TRY(Uploads::look(workspace))) {
        if (output == Output::kJson) {
            all.push_back(http::upload_json(upload));
            continue;
        }
        const auto name = upload.metadata.find("filename");
        fmt::print("{} {:8} {:3.0f} % of {:.1f} MB  {:12} {} {}{}\n", upload.id, upload.state,
                   upload.length == 0 ? 100.0
                                      : 100.0 * static_cast<double>(upload.offset) /
                                            static_cast<double>(upload.length),
                   static_cast<double>(upload.length) / kMegabyte, upload.owner,
                   name == upload.metadata.end() ? "" : name->second, upload.entry, upload.reason);
    }
    if (output == Output::kJson) print_json({{"uploads", all}});
    return {};
}

Result<void> remove_upload(const fs::path& data, const std::string& id, Output output) {
    Workspace workspace = TRY(Workspace::open(data));
    TRY(Uploads::give_up(workspace, id, command_actor()));
    if (output == Output::kJson) print_removed(id);
    return {};
}

}  // namespace

void add_operation_commands(CLI::App& cli, CLI::App& channel, std::string& data, int& status) {
    struct Arguments {
        std::string file;
        std::string channel;
        std::string state;
        std::string upload;
        bool media = false;
        bool as_json = false;
        [[nodiscard]] Output output() const { return as_json ? Output::kJson : Output::kText; }
    };
    const auto given = std::make_shared<Arguments>();
    const auto with_data = [given, &data](CLI::App* command) {
        command->add_option("--data", data,
                            "the folder that holds everything (default: XDG data home)");
        command->add_flag("--json", given->as_json, "print JSON, for programs");
        return command;
    };
    CLI::App* backup = with_data(cli.add_subcommand(
        "backup",
        "Save everything but the films to one tar FILE, also while the server runs.\n"
        "Films that were uploaded are in this folder and maybe nowhere else: --media has them.\n"
        "The file is written whole or not at all, and readable by you only"));
    backup->add_option("FILE", given->file, "a file that is not there yet")->required();
    backup->add_flag("--media", given->media,
                     "films that were uploaded, and what has been prepared, as well");
    backup->callback([given, &data, &status] {
        status = run_command([&] {
            return back_up(data, given->file,
                           given->media ? BackupMedia::kInclude : BackupMedia::kLeaveOut,
                           given->output());
        });
    });
    CLI::App* restore = with_data(cli.add_subcommand(
        "restore", "Unpack a backup as a new data folder (--data), and say what it lacks"));
    restore->add_option("FILE", given->file, "what `matinee backup` has written")->required();
    restore->callback([given, &data, &status] {
        status = run_command([&] { return bring_back(data, given->file, given->output()); });
    });
    CLI::App* encrypted = with_data(channel.add_subcommand(
        "encrypt",
        "Encrypt a channel's segments with AES-128, or not any more, from the next film on"));
    encrypted->add_option("ID", given->channel)->required();
    encrypted->add_option("STATE", given->state, "on or off")
        ->required()
        ->check(CLI::IsMember({"on", "off"}));
    encrypted->callback([given, &data, &status] {
        status = run_command(
            [&] { return encrypt(data, given->channel, given->state == "on", given->output()); });
    });
    with_data(cli.add_subcommand(
                  "system",
                  "Say how the server is: whether one runs, the disk, what it would warn of, and "
                  "what went wrong on the air lately"))
        ->callback([given, &data, &status] {
            status = run_command([&] { return show_system(data, given->output()); });
        });
    CLI::App* upload = cli.add_subcommand(
        "upload", "Uploads under way, and those that ended lately: list, remove");
    upload->require_subcommand(1);
    with_data(upload->add_subcommand("list", "List the uploads, oldest first"))
        ->callback([given, &data, &status] {
            status = run_command([&] { return list_uploads(data, given->output()); });
        });
    CLI::App* given_up = with_data(upload->add_subcommand(
        "remove", "Give an upload up: what has come of it is deleted; what it became stays"));
    given_up->add_option("ID", given->upload, "as `matinee upload list` has it")->required();
    given_up->callback([given, &data, &status] {
        status = run_command([&] { return remove_upload(data, given->upload, given->output()); });
    });
}

}  // namespace matinee::app
