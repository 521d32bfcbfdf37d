// What matinee remembers: entries, playlists, channels, rundowns, jobs. In SQLite.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "media/time.h"
#include "playout/airing.h"
#include "playout/as_run.h"
#include "playout/encryption.h"
#include "playout/schedule.h"
#include "store/people.h"
#include "store/reviews.h"
#include "store/screens.h"

namespace matinee::store {

// BCP-47 language -> title.
using Titles = std::map<std::string, std::string>;

// An entry's way: new -> queued -> preparing -> ready or failed; queued again when its file
// changes.
enum class EntryState : std::uint8_t { kNew, kQueued, kPreparing, kReady, kFailed };

std::string_view to_string(EntryState state);

// A film, or a picture made here.
enum class EntryKind : std::uint8_t {
    kFilm,
    kCard,
    kSlate,  // the card that is shown when there is nothing else
};

std::string_view to_string(EntryKind kind);

// The producer's file as it was when last looked at.
struct SourceFile {
    std::string path;  // absolute
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;  // since 1970; with path and size the key of the sha256
    std::string sha256;            // of the content, hexadecimal

    bool operator==(const SourceFile&) const = default;
};

// What the importer knows of an entry.
struct EntryDescription {
    std::string id;  // slug: [a-z0-9-]+
    EntryKind kind = EntryKind::kFilm;
    Titles titles;
    std::string author;
    std::string country;
    std::string metadata = "{}";  // JSON: whatever else the producer said
    SourceFile source;

    bool operator==(const EntryDescription&) const = default;
};

struct Entry : EntryDescription {
    EntryState state = EntryState::kNew;
    std::string reason;  // why it failed, for a producer
    // The last good preparation, empty when there was none. Stays when a changed file is queued
    // again or fails: the old one can still be played.
    std::string media_id;
    std::string media_source_sha256;  // the content that media was made from
    std::string subtitles_id;         // names an immutable set; empty when there is none
    Instant created;
    Instant updated;
};

// A subtitle file beside a film.
struct SubtitleSource {
    std::string language;  // BCP-47
    std::string kind;      // "full", "forced", "sdh"
    std::string path;
    std::string sha256;
    std::string label = {};      // tells it from others of the same language and kind; or empty
    std::string options = "{}";  // JSON: what the producer has set for it, all in all
    std::string report = "{}";   // JSON: what was found in it

    bool operator==(const SubtitleSource&) const = default;
};

// Who says something about an entry. A line of a sheet stands between the two.
enum class DescriptionLayer : std::uint8_t {
    kFile,  // the description beside the film
    kHand,  // what was set by command
};

// What each says, in JSON, the later over the earlier; nothing of who says nothing.
struct DescriptionLayers {
    std::optional<std::string> file;
    std::optional<std::string> sheet;
    std::optional<std::string> hand;

    bool operator==(const DescriptionLayers&) const = default;
};

// A line of a sheet of entries.
struct SheetRow {
    std::string key;       // names it, whichever line of whichever sheet it is on
    std::string entry_id;  // empty: its film has not come yet
    // What its film is known by; each may be empty.
    std::string file;
    std::string tracking;
    std::string submission;
    std::string title;
    std::string description;  // JSON
    std::string sheet;        // the file it was read from last, and the line there
    std::int64_t line = 0;

    bool operator==(const SheetRow&) const = default;
};

// An entry's file before an upload took its place, as it was then.
struct FormerSource {
    std::string entry_id;
    std::string path;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;

    bool operator==(const FormerSource&) const = default;
};

// What the server needs to know of a preparation without opening it.
struct Media {
    std::string id;     // names a folder of the library
    std::string house;  // the house format it was made in, as library::to_json has it
    Ticks duration{0};
    std::uint32_t frame_rate_numerator = 0;  // 0/0 when the preparer did not say
    std::uint32_t frame_rate_denominator = 0;
    std::int64_t size_bytes = 0;
    std::string summary = "{}";  // JSON: what the preparer reported

    bool operator==(const Media&) const = default;
};

enum class ItemKind : std::uint8_t { kEntry, kCard, kFiller, kLive };

std::string_view to_string(ItemKind kind);

// What is done with an item whose trimmed variant is not prepared yet.
enum class Untrimmed : std::uint8_t { kSkip, kWhole };

std::string_view to_string(Untrimmed untrimmed);

// One line of a playlist.
struct PlaylistItem {
    ItemKind kind = ItemKind::kEntry;
    std::string reference;            // the id of what `kind` says
    std::int64_t in = 0;              // its first frame
    std::optional<std::int64_t> out;  // the frame before which it ends; unset: at its end
    Untrimmed untrimmed = Untrimmed::kSkip;

    [[nodiscard]] bool is_trimmed() const { return in != 0 || out; }
    bool operator==(const PlaylistItem&) const = default;
};

// A version of a playlist. Versions are never changed: an edit adds one.
struct Playlist {
    std::string id;
    std::string title;
    std::int64_t version = 0;    // of these items: 1, 2, 3 ...
    std::int64_t published = 0;  // which version channels play; 0: none yet
    std::int64_t draft = 0;      // the newest
    std::vector<PlaylistItem> items;
};

struct PlaylistVersion {
    std::int64_t version = 0;
    std::int64_t restores = 0;  // the version it has the items of, when it was made by undoing
    std::string author;
    Instant created;

    bool operator==(const PlaylistVersion&) const = default;
};

// How often a block with a start of its own begins.
enum class Repeats : std::uint8_t { kOnce, kDaily, kWeekly };

std::string_view to_string(Repeats repeats);
std::string_view to_string(playout::Overrun overrun);

// A playlist in a channel's schedule (playout::Block, with wall-clock times).
struct ScheduleBlock {
    std::string id;  // unique within the channel
    std::string playlist_id;
    std::int64_t passes = 0;   // 0: round and round
    std::string start;         // "2026-11-23T20:00:00", local time of `zone`; empty: follows on
    std::string zone = "UTC";  // IANA name
    Repeats repeats = Repeats::kOnce;
    std::string until;  // "23:00:00", local time of `zone`, at which it gives way; empty: never
    playout::Overrun overrun = playout::Overrun::kFill;
    std::string countdown_entry;  // counts down to its start; empty: the schedule's does
    Instant since{};              // starts before that do not count; kept by set_schedule

    bool operator==(const ScheduleBlock&) const = default;
};

// Whether both begin at the same times: then a changed block keeps its `since`.
bool starts_alike(const ScheduleBlock& a, const ScheduleBlock& b);

struct Schedule {
    std::string channel_id;
    // Rises with every change, and is never given twice; 0: there is none, the channel loops its
    // playlist.
    std::int64_t version = 0;
    std::string slate_entry;      // empty: none
    std::string filler_playlist;  // empty: none
    std::string countdown_entry;  // counts down to fixed starts; empty: nothing does
    // Over how long what is cut for a fixed start fades out; zero: it just ends.
    std::chrono::milliseconds fade = kUsualFade;
    std::vector<ScheduleBlock> blocks;

    static constexpr std::chrono::milliseconds kUsualFade{800};
};

// Rows that take the place of others in a rundown.
struct Splice {
    std::int64_t ordinal = 0;  // from this one on
    std::span<const playout::Airing> airings;
    std::int64_t expected_edits = 0;  // Store::rundown_edits() as it was when they were planned
    Instant not_after{};  // too late from then on: viewers may have fetched the old ones
};

// What a publication changes on a channel, in the same transaction.
struct ChannelEdit {
    std::string channel_id;
    std::optional<Splice> splice;  // nothing: servers find out themselves what follows from it
    Ticks edits_from{0};           // see Store::edits_from()
    std::string edits_before{};    // see Store::edits_before()
};

struct Channel {
    std::string id;  // slug
    std::string title;
    Instant epoch;
    std::string settings = "{}";  // JSON
    std::string playlist_id;      // what it plays now; empty when nothing

    bool operator==(const Channel&) const = default;
};

// A channel that was removed.
struct FormerChannel {
    std::string id;
    Instant removed;       // a later one of this id has no earlier epoch
    std::string settings;  // JSON, as they were

    bool operator==(const FormerChannel&) const = default;
};

// Where a change of a channel's encryption takes effect.
struct EncryptionEdit {
    std::int64_t from_sequence = 0;
    Instant at{};  // as the rundown stands now; what is done on the air meanwhile may move it
};

enum class JobState : std::uint8_t { kQueued, kRunning, kDone, kFailed, kCancelled };

std::string_view to_string(JobState state);

// The preparation of one entry's file, or of a variant of it.
struct Job {
    std::string id;  // sorts by creation; safe as a file name
    std::string entry_id;
    EntryKind entry_kind = EntryKind::kFilm;
    std::string variant;         // Variant::description; empty: the entry itself
    std::string plain_media_id;  // of a variant: Variant::plain_media_id
    std::string subtitles_id;    // of a variant: the set it draws from
    std::string source_path;
    std::string source_sha256;
    JobState state = JobState::kQueued;
    std::string stage;    // "discover", "loudness", "encode", "finish", "verify"
    double fraction = 0;  // of the whole job, 0 to 1
    int attempts = 0;     // how often it was taken
    int crashes = 0;      // how often its worker crashed
    std::string worker;   // who has it, or had it last
    Instant lease_until;  // from then on anybody may take it
    bool cancel_requested = false;
    std::string reason;  // why it failed
    Instant created;
    Instant started;   // 1970 when it has not
    Instant finished;  // 1970 when it has not
};

// Another preparation of an entry, asked for by a channel.
struct Variant {
    std::string entry_id;
    std::string plain_media_id;  // the preparation it is a variant of
    std::string description;     // library::to_text of it
    EntryState state = EntryState::kNew;
    std::string reason;    // why it failed
    std::string media_id;  // when it is ready

    bool operator==(const Variant&) const = default;
};

struct Progress {
    std::string stage;
    double fraction = 0;
};

// What whoever runs a job is to do next.
enum class JobOrder : std::uint8_t { kContinue, kCancel };

// Something that happened to the airing of that number.
struct AiringMark {
    std::int64_t ordinal = 0;
    playout::AsRunMark mark;
};

// Something that has changed, by whichever process.
struct JournalEntry {
    std::int64_t sequence = 0;  // rising; some are missing
    std::string kind;     // "entry", "job", "playlist", "schedule", "channel", "rundown", "user",
                          // "token", "link", "screen", "review", "incident", "upload"
    std::string subject;  // its id; a channel's for schedule and rundown, a user's name, a round's
                          // for review, the audit log's record for an incident

    bool operator==(const JournalEntry&) const = default;
};

// Which records of the as-run log. Airings belong to the period they begin in, so that periods that
// follow each other have each of them once.
struct AsRunFilter {
    std::string channel_id{};       // empty: all channels
    std::string entry_id{};         // empty: all entries
    std::optional<Instant> from{};  // the first instant of the period
    std::optional<Instant> to{};    // the first after it
};

// How often a job may be taken when whoever took it vanishes: then it is given up, since it may
// be what kills them.
inline constexpr int kMaxAttempts = 5;

// The database. Every method is one transaction: all of it happens or nothing.
//
// Thread-safe; several processes may have the same database open. Readers do not wait for
// writers. Methods may block for a disk write, so they are not for the path of a media request.
//
// Errors: kNotFound for an id that is not there, kConflict when the state of things forbids it,
// kUnavailable when the database stays locked, kExhausted when the disk is full, kInvalid when the
// file is damaged or no database.
class Store {
  public:
    // Opens the database `file`, makes it when there is none, and migrates it to the schema of
    // this build. kUnsupported when a newer matinee has written it. `clock` dates the rows and
    // must outlive the store.
    static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file,
                                               const base::Clock& clock);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // A number that has grown when entries, playlists or channels have changed, by whichever
    // process. Cheap to ask every second.
    Result<std::uint64_t> change_stamp();

    // The newest sequence number of the journal; 0 when it is empty.
    Result<std::int64_t> journal_end();
    // What has changed after that, oldest first.
    Result<std::vector<JournalEntry>> list_journal(std::int64_t after, std::size_t limit);
    // Adds to it what is not in the database.
    Result<void> announce(const std::string& kind, const std::string& subject);
    // Forgets what has a smaller number.
    Result<void> prune_journal(std::int64_t before);

    // -- Entries ---------------------------------------------------------------------------------

    // Adds the entry, or changes its description. State, media and subtitles stay.
    Result<void> upsert_entry(const EntryDescription& entry);

    Result<Entry> find_entry(const std::string& id);

    // The entry made from this file, if any.
    Result<std::optional<Entry>> find_entry_by_source(const std::string& path);

    // All of them, by id.
    Result<std::vector<Entry>> list_entries();

    // For what happens outside of jobs. `reason` is empty unless it failed.
    Result<void> set_entry_state(const std::string& id, EntryState state,
                                 const std::string& reason);

    // Forgets the entry; its file, and what has been prepared of it, stay where they are. kConflict
    // while a playlist, a schedule or a job needs it, or viewers may see it.
    Result<void> remove_entry(const std::string& id);

    // Replaces the entry's subtitle files and the name of the set made from them.
    Result<void> set_subtitles(const std::string& entry_id, const std::string& subtitles_id,
                               std::span<const SubtitleSource> sources);

    // By language, kind, label and path.
    Result<std::vector<SubtitleSource>> list_subtitles(const std::string& entry_id);

    // Keeps what the producer has set by hand for the entry's subtitle file of that name (without
    // folder): `options` is JSON, empty to forget it.
    Result<void> set_subtitle_options(const std::string& entry_id, const std::string& file,
                                      const std::string& options);

    // File name -> JSON.
    Result<std::map<std::string, std::string>> list_subtitle_options(const std::string& entry_id);

    // -- What is said about entries --------------------------------------------------------------

    // Replaces what a layer says (JSON; empty: nothing any more). The entry's own row stays as it
    // is: see app::describe().
    Result<void> set_description(const std::string& entry_id, DescriptionLayer layer,
                                 const std::string& description);

    // An entry's description, and what it is made of.
    struct Described {
        EntryDescription entry;
        DescriptionLayers layers;
    };
    // Replaces the entry's row, and what its file and hands say, in one transaction. kConflict
    // unless `known` still is what there is; what sheets say stays.
    Result<void> set_described(const Described& wanted, const Described& known);
    Result<DescriptionLayers> description_layers(const std::string& entry_id);

    // Adds lines, or replaces those of their keys.
    Result<void> put_sheet_rows(std::span<const SheetRow> rows);
    // All of them, by key.
    Result<std::vector<SheetRow>> list_sheet_rows();

    // An entry has one; another takes its place.
    Result<void> set_former_source(const FormerSource& former);
    Result<std::optional<FormerSource>> find_former_source(const std::string& path);
    Result<std::optional<FormerSource>> former_source_of(const std::string& entry_id);

    // -- Prepared media --------------------------------------------------------------------------

    Result<Media> find_media(const std::string& id);
    Result<std::vector<Media>> list_media();

    // What is to be known of it should its files be gone: library::to_json(Outline). A later one
    // takes the place of an earlier one.
    Result<void> keep_outline(const std::string& media_id, const std::string& outline);
    Result<std::optional<std::string>> find_outline(const std::string& media_id);

    // Media that cannot be shown, and why. Both return whether that is news.
    Result<bool> set_media_lost(const std::string& media_id, const std::string& reason);
    Result<bool> set_media_found(const std::string& media_id);
    Result<std::map<std::string, std::string>> list_lost_media();

    // -- Variants --------------------------------------------------------------------------------

    // Asks for a variant of the entry's present preparation: queues a job, unless it has been asked
    // for before, whatever came of that. `subtitles_id` is the set it draws from.
    Result<void> request_variant(const std::string& entry_id, const std::string& description,
                                 const std::string& subtitles_id);

    // All of them, by entry.
    Result<std::vector<Variant>> list_variants();

    // Forgets those that have failed, so that they can be asked for again; returns how many.
    Result<std::int64_t> forget_failed_variants();

    // Forgets a variant that is ready since before `ready_before` and that no airing has, past or
    // planned; whether it did. Its files may then be removed.
    Result<bool> forget_unused_variant(const Variant& variant, Instant ready_before);

    // Writes the database as it is now to `file`, which must not be there; others go on meanwhile.
    Result<void> copy_to(const std::filesystem::path& file);

    // The folder `from` is `to` now: what is known by a path in it is known by that. Both absolute
    // and normal.
    Result<void> move_files(const std::filesystem::path& from, const std::filesystem::path& to);

    // -- Playlists -------------------------------------------------------------------------------

    // Makes `items` the playlist's newest version, publishes it, and returns its number. Nothing
    // changes, and the number stays, when it is published with these items already.
    Result<std::int64_t> set_playlist(const std::string& id, const std::string& title,
                                      std::span<const PlaylistItem> items,
                                      const std::string& author = "");

    // The same for a plain list of entries.
    Result<std::int64_t> set_playlist(const std::string& id, const std::string& title,
                                      std::span<const std::string> entry_ids,
                                      const std::string& author = "");

    // The published version; without items when there is none.
    Result<Playlist> find_playlist(const std::string& id);

    // That version; the newest for 0.
    Result<Playlist> find_playlist_version(const std::string& id, std::int64_t version);

    // All of them, as published, by id.
    Result<std::vector<Playlist>> list_playlists();

    // Adds a version, and returns its number; nobody sees it before it is published. `expected` is
    // the newest version that the author knew, 0 for a playlist that is not there yet: kConflict
    // when there is a newer one. Nothing is added when the newest has these items already.
    Result<std::int64_t> save_draft(const std::string& id, const std::string& title,
                                    std::span<const PlaylistItem> items, std::int64_t expected,
                                    const std::string& author);

    // Adds a version with the items of the one before the newest; again goes further back.
    // kConflict as above, and when there is nothing before.
    Result<std::int64_t> undo_draft(const std::string& id, std::int64_t expected,
                                    const std::string& author);

    // Channels play this version from now on. kConflict unless `expected` is the published one.
    Result<void> publish_playlist(const std::string& id, std::int64_t version,
                                  std::int64_t expected, std::span<const ChannelEdit> edits = {});

    // Oldest first.
    Result<std::vector<PlaylistVersion>> playlist_history(const std::string& id);

    // Forgets the playlist with all its versions; goes into the audit log. kConflict, naming them,
    // while channels or their schedules play it, and unless the newest and the published version
    // still are those of `known`.
    Result<void> remove_playlist(const Playlist& known, const std::string& actor);

    // -- Schedules -------------------------------------------------------------------------------

    // Version 0, without blocks, when the channel has none.
    Result<Schedule> find_schedule(const std::string& channel_id);

    // Replaces the channel's schedule; returns its version. kConflict unless `schedule.version` is
    // the present one. A block that starts when it did before keeps its `since`, others get now.
    Result<std::int64_t> set_schedule(const Schedule& schedule,
                                      std::span<const ChannelEdit> edits = {});

    // The channel loops its playlist again, and what was published for later counts from now on.
    // kConflict unless `version` is the present one.
    Result<void> remove_schedule(const std::string& channel_id, std::int64_t version);

    // Publications of playlists and schedule change no airing of the channel that starts before.
    Result<Ticks> edits_from(const std::string& channel_id);

    // What the channel plays by until then: text of whoever published, empty where that is nothing
    // else than now.
    Result<std::string> edits_before(const std::string& channel_id);

    // -- Channels --------------------------------------------------------------------------------

    // kConflict when there is one of this id; when there was one, and the epoch lies in its time:
    // what is in the as-run log, and in viewers' caches, under this name must mean one thing.
    Result<void> create_channel(const Channel& channel);
    // The last of each id that was removed, by id; there may be another one of it now.
    Result<std::vector<FormerChannel>> list_former_channels();
    Result<Channel> find_channel(const std::string& id);
    Result<std::vector<Channel>> list_channels();

    // Changes title, settings and playlist. The epoch is what every timestamp counts from, so it
    // never changes. kConflict unless they still are what `known` has.
    Result<void> update_channel(const Channel& channel, const Channel& known);

    // Takes the channel away at this instant, with its schedule and its rundown; screens that show
    // it show nothing, and what the as-run log has stays, `shown` with it: what has been on and is
    // not there yet. Goes into the audit log. kConflict unless the channel still is `known`.
    Result<void> remove_channel(const Channel& known, std::span<const playout::AsRunRecord> shown,
                                const std::string& actor);

    // From where on the channel is encrypted, in order.
    Result<std::vector<playout::EncryptionChange>> list_encryption(const std::string& channel_id);

    // Has the channel encrypted, or not any more, from the first airing on that begins `ahead` from
    // now or later: what may have been fetched stays as it is.
    Result<EncryptionEdit> set_encryption(const std::string& channel_id, bool encrypted,
                                          std::chrono::milliseconds ahead);

    // -- Rundowns --------------------------------------------------------------------------------

    // Adds airings after the last one. kConflict unless they continue it exactly: ordinal, start,
    // sequence and discontinuity sequence, also among themselves. Another server may have
    // extended the rundown meanwhile: read the last airing and extend from there.
    Result<void> append_airings(const std::string& channel_id,
                                std::span<const playout::Airing> airings);

    // Drops the airings from `ordinal` on and puts `airings` in their place: a splice. They must
    // continue the airing before `ordinal`.
    Result<void> replace_airings_from(const std::string& channel_id, std::int64_t ordinal,
                                      std::span<const playout::Airing> airings);

    // How often rows of the channel's rundown have been replaced.
    Result<std::int64_t> rundown_edits(const std::string& channel_id);

    // The same, if nobody else has replaced rows since they were planned (kConflict) and it is not
    // too late (kUnavailable).
    Result<void> splice_airings(const std::string& channel_id, const Splice& splice);

    Result<std::optional<playout::Airing>> last_airing(const std::string& channel_id);

    // The airings that overlap [from, to), in order.
    Result<std::vector<playout::Airing>> list_airings(
        const std::string& channel_id, Ticks from,
        Ticks to = Ticks(std::numeric_limits<std::int64_t>::max()));

    Result<std::int64_t> count_airings(const std::string& channel_id);

    // Forgets airings that ended at `before` or earlier; returns how many. What the as-run log has
    // to say of them must have been said (append_as_run). The last airing always
    // stays, since the next one continues it.
    Result<std::int64_t> prune_airings(const std::string& channel_id, Ticks before);

    // -- The as-run log --------------------------------------------------------------------------

    // Adds records of airings that have ended, and their marks. A record stands: one that is there
    // already (another server was first) is left as it is.
    Result<void> append_as_run(std::span<const playout::AsRunRecord> records);

    // The channel's newest record.
    Result<std::optional<playout::AsRunRecord>> last_as_run(const Channel& channel);

    // Says that something happened to airings, recorded already or not; of the same kind with the
    // same detail it is said once, and the first instant stands.
    Result<void> mark_as_run(const Channel& channel, std::span<const AiringMark> marks);

    // Records with their marks, by start, then channel.
    Result<std::vector<playout::AsRunRecord>> list_as_run(const AsRunFilter& filter);

    // When a server has last said that it runs; nothing before the first.
    Result<std::optional<Instant>> last_alive();
    Result<void> set_alive(Instant now);

    // -- Jobs ------------------------------------------------------------------------------------

    // Asks for the preparation of an entry's file, and makes the entry kQueued. An entry has one
    // job at a time: asked again, the one that is under way is returned. When that one is at work
    // on older content it is told to stop, and a new one is made.
    Result<Job> enqueue_job(const std::string& entry_id);

    // Takes the oldest job that is queued, or whose lease has run out, until now + `lease`. No two
    // takers get the same. The entry becomes kPreparing. None when there is nothing to do.
    Result<std::optional<Job>> take_job(const std::string& worker, std::chrono::milliseconds lease);

    // Below, kConflict means: the job is not `worker`'s (any more); drop it and its results.

    // Renews the lease and, with it, says how far the job is.
    Result<JobOrder> renew_job(const std::string& id, const std::string& worker,
                               std::chrono::milliseconds lease, const Progress& progress);

    // The job is done: `media` becomes the entry's (or its variant's), which is kReady.
    Result<void> finish_job(const std::string& id, const std::string& worker, const Media& media);

    // The job has failed for good: the entry (or its variant) becomes kFailed for `reason`.
    Result<void> fail_job(const std::string& id, const std::string& worker,
                          const std::string& reason);

    // The job goes back to the queue: its worker has crashed.
    Result<void> retry_job(const std::string& id, const std::string& worker);

    // The job goes back to the queue as if never taken: this server stops.
    Result<void> release_job(const std::string& id, const std::string& worker);

    // What cancel_job() asked for has happened.
    Result<void> confirm_cancelled(const std::string& id, const std::string& worker);

    // Cancels a queued job at once, and asks whoever runs it to stop it. A job that has ended is
    // kConflict.
    Result<void> cancel_job(const std::string& id);

    Result<Job> find_job(const std::string& id);

    // Newest first.
    Result<std::vector<Job>> list_jobs(std::size_t limit = 1000);

    // Those somebody holds a lease on.
    Result<std::vector<Job>> list_running_jobs();

    // -- People ----------------------------------------------------------------------------------

    // What is done here goes into the audit log in the same transaction, in the name of `actor`.

    // A number that has grown when accounts, tokens, links or channels have changed, by whichever
    // process. Cheap to ask often.
    Result<std::uint64_t> access_stamp();

    // Adds an account; id and dates are made here. kConflict when the name is taken.
    Result<User> create_user(const User& user, const std::string& actor);
    // The same, provided that there is no account yet: kConflict when there is.
    Result<User> create_first_user(const User& user, const std::string& actor);
    // Changes role, password and whether it is disabled. A new password, and disabling, end the
    // account's sessions; disabling keeps its tokens from working for as long. kConflict when
    // nobody would be left who may administrate.
    Result<void> update_user(const User& user, const std::string& actor);
    // With its tokens. kConflict as update_user().
    Result<void> remove_user(const std::string& id, const std::string& actor);
    Result<User> find_user(const std::string& id);
    Result<User> find_user_by_name(const std::string& name);
    // By name.
    Result<std::vector<User>> list_users();

    // Adds a token or session; id and dates are made here, but for `expires`.
    Result<Token> create_token(const Token& token, const std::string& actor);
    // From now on it is nothing. Again is no error.
    Result<void> revoke_token(const std::string& id, const std::string& actor);
    // That it has been used, at that instant or later; not for the audit log. One that has gone is
    // no error.
    Result<void> note_token_use(const std::string& id, Instant used);
    // Newest first, revoked ones too.
    Result<std::vector<Token>> list_tokens();
    // Forgets what was revoked or has expired before `before`; returns how many.
    Result<std::int64_t> prune_tokens(Instant before);

    // Adds a link, whose id the caller makes, for it is signed into the token.
    Result<void> create_link(const Link& link, const std::string& actor);
    Result<void> revoke_link(const std::string& id, const std::string& actor);
    Result<Link> find_link(const std::string& id);
    // Newest first, revoked ones too.
    Result<std::vector<Link>> list_links();

    // For what is done elsewhere. `id` and `at` are made here.
    Result<void> audit(const AuditRecord& record);
    // Newest first; those before the one called `before`, unless that is empty; those of that
    // action ("channel.skip"), or with a dot at its end of all that begin so ("incident."), unless
    // it is empty.
    Result<std::vector<AuditRecord>> list_audit(std::size_t limit = 100,
                                                const std::string& before = "",
                                                const std::string& action = "");

    // -- Review rounds ---------------------------------------------------------------------------

    // What producers do here goes into the audit log, in the name of `actor`.

    // Adds a round. kConflict when there is one of this id, kInvalid as review::check_criteria().
    Result<void> create_review_round(const ReviewRound& round, const std::string& actor);
    // Changes titles, criteria, and whether it is closed; returns its new version. kConflict unless
    // `round.version` is the present one, and when scores that were given would lose their meaning.
    Result<std::int64_t> change_review_round(const ReviewRound& round, const std::string& actor);
    Result<ReviewRound> find_review_round(const std::string& id);
    // By id.
    Result<std::vector<ReviewRound>> list_review_rounds();

    // Adds films to the round, as a batch; those that were withdrawn come back where they were.
    // Returns how many were neither there. kNotFound for what is no film.
    Result<std::int64_t> assign_review_entries(const std::string& round_id,
                                               std::span<const std::string> entry_ids,
                                               const std::string& actor);
    // Takes a film out. What was written about it stays, and counts for nothing.
    Result<void> withdraw_review_entry(const std::string& round_id, const std::string& entry_id,
                                       const std::string& actor);
    // By batch and place, withdrawn ones too.
    Result<std::vector<ReviewEntry>> list_review_entries(const std::string& round_id);

    // Adds a juror, and the link that they come by unless it is an account; id, number and date are
    // made here. kConflict when there is one of this name or account.
    Result<Juror> add_juror(const Juror& juror, const std::optional<Link>& link,
                            const std::string& actor);
    // Their link ends, and what they wrote counts no more.
    Result<void> remove_juror(const std::string& id, const std::string& actor);
    Result<Juror> find_juror(const std::string& id);
    // By number, removed ones too.
    Result<std::vector<Juror>> list_jurors(const std::string& round_id);
    // In which rounds a link or an account is a juror.
    Result<std::vector<Juror>> list_jurors_by_link(const std::string& link_id);
    Result<std::vector<Juror>> list_jurors_by_user(const std::string& user_id);

    // From now on the juror is not shown the film, nor asked about it.
    Result<void> set_review_conflict(const std::string& juror_id, const std::string& entry_id,
                                     const std::string& reason, const std::string& actor);
    Result<void> clear_review_conflict(const std::string& juror_id, const std::string& entry_id,
                                       const std::string& actor);

    // Empty when nothing was written yet.
    Result<review::Sheet> find_review_sheet(const std::string& juror_id,
                                            const std::string& entry_id);
    // Of all jurors, removed ones too.
    Result<std::vector<ReviewSheet>> list_review_sheets(const std::string& round_id);

    // Replaces scores, note and comments, and returns the sheet as it is then. kConflict unless
    // `written.version` is the present one, kInvalid as review::check_sheet(), kNotFound for a film
    // that is not theirs, kDenied when the round is closed.
    Result<review::Sheet> write_review_sheet(const std::string& juror_id,
                                             const std::string& entry_id, review::Sheet written);
    // Adds to what was watched. Needs no version: told twice, or by two tabs, it comes to the same.
    Result<review::Sheet> note_watched(const std::string& juror_id, const std::string& entry_id,
                                       std::span<const review::Stretch> stretches,
                                       review::Milliseconds position);

    // What requests are judged by.
    Result<ReviewGrants> review_grants();
    // -- Screens ---------------------------------------------------------------------------------

    // What people do here goes into the audit log, as above.

    // Lets a browser wait under a code. kConflict when the code is taken: try another.
    // kUnavailable when too many wait.
    Result<ScreenPairing> open_pairing(const ScreenPairing& wanted, const PairingLimits& limits);
    // The one who waits with this secret; nothing when none does, or not any more.
    Result<std::optional<ScreenPairing>> find_pairing(const std::string& secret_hash);
    // The browser that shows `code` is a screen from now on. kNotFound when none does, or not any
    // more; kConflict when the name is taken.
    Result<Screen> approve_screen(const std::string& code, const std::string& name,
                                  const std::string& channel_id, const std::string& actor);
    // By name.
    Result<std::vector<Screen>> list_screens();
    Result<Screen> find_screen(const std::string& id_or_name);
    // Changes name, channel and whether it is muted.
    Result<void> update_screen(const Screen& screen, const std::string& actor);
    // Its browser is nobody's from now on.
    Result<void> remove_screen(const std::string& id, const std::string& actor);
    // Has it do something once, within `lasting`.
    Result<ScreenCommand> command_screen(const std::string& id, const std::string& kind,
                                         std::chrono::milliseconds lasting,
                                         const std::string& actor);
    // A heartbeat: what it reports (JSON), and the last command it has carried out (empty: none).
    // Returns what it is to do, oldest first.
    Result<std::vector<ScreenCommand>> report_screen(const std::string& id,
                                                     const std::string& report,
                                                     const std::string& carried_out);
    // A picture of what it shows, as text; the one before is forgotten.
    Result<void> put_screen_still(const std::string& id, const std::string& still);
    // Nothing when it has sent none.
    Result<std::optional<std::string>> find_screen_still(const std::string& id);

  private:
    struct Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace matinee::store
