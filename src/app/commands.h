// The subcommands of `matinee`, one function each. They print for people and return the exit
// status: 0 done, 1 failed, 2 wrong usage (CLI11's), other values as each says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "app/listing.h"
#include "base/clock.h"

namespace matinee::app {

struct ServeArguments {
    std::filesystem::path data;  // empty: the default folder
    std::optional<ListenAddress> listen;
};
int serve(const ServeArguments& arguments);

struct DemoArguments {
    std::filesystem::path data;
    std::optional<ListenAddress> listen;
    std::filesystem::path films;  // empty: made-up samples
};
// 0 when it was stopped; entries that cannot be prepared are reported and left out.
int demo(const DemoArguments& arguments);

struct ImportArguments {
    std::filesystem::path data;
    std::vector<std::filesystem::path> paths;  // films, folders, sheets (.csv, .tsv)
    bool wait = true;                          // until everything is prepared
    bool dry_run = false;                      // only say what would be done
    std::vector<std::string> mappings;         // "Column=field"
    bool json = false;
};
// 0 when all entries are ready, 3 when some could not be prepared.
int import(const ImportArguments& arguments);

struct SetEntryArguments {
    std::filesystem::path data;
    std::string entry;
    // "zh=..." or a text; an empty text takes it away.
    std::vector<std::string> titles;
    std::vector<std::string> synopses;
    std::optional<std::string> author;
    std::optional<std::string> country;
    std::optional<std::string> not_before;  // a day or an instant; empty: no bound
    std::optional<std::string> not_after;
    std::optional<std::vector<std::string>> categories;
    std::optional<std::vector<std::string>> content_notes;
    std::vector<std::string> others;  // "key=value"
    bool reset = false;               // forget what was set before
};
// Says something of an entry that stands over its description and its sheet's row.
int set_entry(const SetEntryArguments& arguments);

struct ChannelArguments {
    std::filesystem::path data;
    std::string id;
    std::string title;
    std::vector<std::string> entries;     // empty: all that are ready
    std::optional<std::string> playlist;  // to play this one, and none of the channel's own
    std::optional<Instant> epoch;         // unset: now
    // Languages to draw into the picture ("zh,ru"; "none"); unset: as it is.
    std::optional<std::string> burn_in;
    bool json = false;
};
int add_channel(const ChannelArguments& arguments);
// Changes of a channel that is there what is given.
int set_channel(const ChannelArguments& arguments);
int list_channels(const std::filesystem::path& data, bool json);
int list_entries(const std::filesystem::path& data, const EntryFilter& filter, bool json);
int show_entry(const std::filesystem::path& data, const std::string& id, bool json);

struct AsRunArguments {
    enum class Form { kText, kCsv, kJson };

    std::filesystem::path data;
    std::string channel;  // exactly one of the two
    std::string entry;
    std::optional<Instant> from;
    std::optional<Instant> to;
    Form form = Form::kText;
    std::filesystem::path out;  // empty: standard output
};
// The as-run log. With a CSV file goes its signature, FILE.sig.
int as_run(const AsRunArguments& arguments);

// Prints the public key that as-run logs of this data folder are signed with.
int as_run_key(const std::filesystem::path& data, bool json);

struct VerifyArguments {
    std::filesystem::path data;
    std::filesystem::path file;  // a JSON export, or a CSV export with FILE.sig beside it
    std::filesystem::path key;   // the public key that is trusted; empty: that of the data folder
    bool json = false;
};
// 0 genuine, 1 could not be checked, 4 not what was signed.
int verify_as_run(const VerifyArguments& arguments);

struct SubtitlesArguments {
    std::filesystem::path file;
    std::string options = "{}";      // JSON, as parse_subtitle_options() reads it
    std::optional<double> duration;  // of the film, in seconds
    std::filesystem::path output;    // where to write what came of it, as WebVTT; empty: nowhere
    bool json = false;
};
// What the parser makes of a subtitle file, and what is wrong with it. 0 also when lines were
// dropped: they are listed.
int show_subtitles(const SubtitlesArguments& arguments);

struct SetSubtitlesArguments {
    std::filesystem::path data;
    std::string entry;
    std::string file;            // its name, or a language when only one file has it
    std::string options = "{}";  // JSON: what to set; null takes a setting away
    bool reset = false;          // forget what was set before
    bool json = false;
};
// Sets options of one subtitle file of an entry, by hand, and reads the entry's subtitles again.
int set_subtitles(const SetSubtitlesArguments& arguments);

struct CardArguments {
    std::filesystem::path data;
    std::string id;
    std::string card_template = "title";
    std::string entry;                // what is not given is taken from this one
    std::vector<std::string> titles;  // "LANGUAGE=TEXT" or a text
    std::string author;
    std::string country;
    std::optional<double> seconds;  // unset: what is usual for the template
    bool wait = true;               // until it is prepared
    bool json = false;
};
int add_card(const CardArguments& arguments);
int list_cards(const std::filesystem::path& data, bool json);

// 0 all well, 1 warnings, 2 problems.
int doctor(const std::filesystem::path& data, bool json);

// Becomes the worker program: its arguments and exit status are the worker's.
int prepare(const std::vector<std::string>& arguments);

}  // namespace matinee::app
