// matinee-worker: prepares one film. A program of its own, since GStreamer decodes files that
// nobody vouches for, and the server must not notice when that ends badly.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "prepare/confined_worker.h"
#include "prepare/requirements.h"
#include "prepare/worker.h"

int main(int argc, char** argv) {
    namespace prepare = matinee::prepare;
    CLI::App cli(
        "Prepares one film: decodes it, conforms it to the house format, and encodes it once.",
        "matinee");
    cli.require_subcommand(1);
    CLI::App* command = cli.add_subcommand("prepare", "Prepare one FILE into a new folder");

    prepare::WorkerOptions options;
    std::string file;
    std::string out;
    std::string house;
    std::string progress = "bar";
    std::string variant;
    bool card = false;
    int stall_seconds = 30;
    bool check = false;
    bool check_sandbox = false;
    std::string sandbox = "best";
    std::uint64_t memory_mb = 0;
    std::uint64_t disk_mb = 0;
    std::int64_t processor_seconds = 0;
    command->add_option("FILE", file, "the film");
    command->add_option("--out", out, "the folder to make");
    command->add_option("--house-json", house, "the house format (default: the usual one)");
    command->add_option("--title", options.title, "for the slate of a film without picture");
    command->add_option("--variant", variant, "in what it differs from the plain one, as JSON");
    command->add_option("--subtitles", options.subtitles,
                        "the folder of the subtitle set that a variant draws");
    command->add_option(
        "--plain", options.plain,
        "the folder of the plain preparation, of which an ending takes what it shares");
    command->add_flag("--card", card, "FILE is a card, not a film");
    command->add_option("--progress", progress, "how to tell it: bar, json or none")
        ->check(CLI::IsMember({"bar", "json", "none"}));
    command->add_option("--stall-seconds", stall_seconds, "nothing moving for so long is a failure")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--sandbox", sandbox,
                     "what may be done while decoding: required (refuse to work without the whole "
                     "sandbox), best (what this kernel offers) or off")
        ->check(CLI::IsMember({"required", "best", "off"}));
    command->add_option("--memory-mb", memory_mb, "memory it may take (default: no limit)");
    command->add_option("--disk-mb", disk_mb, "what a file it writes may hold (default: no limit)");
    command
        ->add_option("--processor-seconds", processor_seconds,
                     "processor time it may take (default: no limit)")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--check", check, "print which GStreamer elements are missing, as JSON");
    command->add_flag("--check-sandbox", check_sandbox,
                      "print what the sandbox forbids on this machine, as JSON");
    CLI11_PARSE(cli, argc, argv);

    if (check_sandbox) {
        fmt::print("{}\n", prepare::sandbox_json());
        return 0;
    }
    if (check) {
        fmt::print("{}\n", prepare::missing_elements_json());
        return 0;
    }
    if (file.empty() || out.empty()) {
        fmt::print(stderr, "matinee prepare: give it a FILE, and --out with a folder to make\n");
        return 2;
    }
    if (!house.empty()) {
        auto parsed = matinee::library::house_format_from_json(house);
        if (!parsed) {
            fmt::print(stderr, "matinee prepare: --house-json: {}\n", parsed.error().to_string());
            return 2;
        }
        options.house = *std::move(parsed);
    }
    auto parsed_variant = matinee::library::variant_from_text(variant);
    if (!parsed_variant) {
        fmt::print(stderr, "matinee prepare: --variant: {}\n", parsed_variant.error().to_string());
        return 2;
    }
    options.variant = *std::move(parsed_variant);
    if (card) options.kind = prepare::SourceKind::kCard;
    options.source = file;
    options.output = out;
    options.stall_timeout = std::chrono::seconds(stall_seconds);
    options.progress = progress == "json"  ? prepare::ProgressStyle::kJsonLines
                       : progress == "bar" ? prepare::ProgressStyle::kBar
                                           : prepare::ProgressStyle::kQuiet;

    const auto mode = prepare::sandbox_mode_from(sandbox);
    constexpr std::uint64_t kMegabyte = 1'000'000;
    const prepare::Limits limits{.memory_bytes = memory_mb * kMegabyte,
                                 .file_bytes = disk_mb * kMegabyte,
                                 .processor_time = std::chrono::seconds(processor_seconds)};
    // From here on nothing in this process can do what preparing this one film does not take.
    const auto confined =
        mode ? prepare::confine_worker(options, *mode, limits)
             : matinee::Result<prepare::SandboxLevel>(matinee::Unexpected(mode.error()));
    if (!confined) {
        prepare::ProgressReporter(options.progress).failed(confined.error());
        return 1;
    }
    if (memory_mb != 0) {
        const matinee::Error error(matinee::ErrorCode::kExhausted,
                                   fmt::format("{}: {}", options.source.filename().string(),
                                               prepare::out_of_memory_reason(limits.memory_bytes)));
        prepare::when_out_of_memory(options.progress == prepare::ProgressStyle::kJsonLines
                                        ? prepare::error_line(error)
                                        : error.to_string());
    }
    return prepare::run_worker(options);
}
