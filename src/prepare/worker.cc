#include "prepare/worker.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <future>

#include <openssl/evp.h>

#include "library/mapped_file.h"
#include "library/output_file.h"
#include "library/prepared_writer.h"
#include "library/sha256.h"
#include "library/subtitle_set.h"
#include "prepare/burn_in.h"
#include "prepare/cards.h"
#include "prepare/discover.h"
#include "prepare/embedded_text.h"
#include "prepare/encode.h"
#include "prepare/frame_pacer.h"
#include "prepare/gst.h"
#include "prepare/loudness.h"
#include "prepare/plan.h"
#include "prepare/reuse.h"
#include "prepare/verify.h"

namespace matinee::prepare {
namespace {

namespace fs = std::filesystem;

// The folder the work is done in; gone with this, whatever happened.
class WorkFolder {
  public:
    static Result<WorkFolder> create(const fs::path& output) {
        std::error_code code;
        const fs::path absolute = fs::absolute(output, code).lexically_normal();
        const fs::path target = absolute.has_filename() ? absolute : absolute.parent_path();
        if (fs::exists(target, code)) {
            if (!fs::is_directory(target, code) || !fs::is_empty(target, code)) {
                return fail(ErrorCode::kConflict, "{}: is there already; choose another folder",
                            output.string());
            }
        }
        const fs::path work =
            target.parent_path() /
            fmt::format(".{}.preparing-{}", target.filename().string(), ::getpid());
        fs::remove_all(work, code);  // of an earlier process with our number
        fs::create_directories(work / "pictures", code);
        if (!code) fs::create_directory(work / "entry", code);
        if (code) {
            return fail(ErrorCode::kDenied, "{}: cannot be made: {}", work.string(),
                        code.message());
        }
        return WorkFolder(work, target);
    }

    WorkFolder(WorkFolder&& other) noexcept
        : work_(std::exchange(other.work_, {})), target_(std::move(other.target_)) {}
    WorkFolder& operator=(WorkFolder&&) = delete;
    ~WorkFolder() {
        std::error_code ignored;  // a leftover hidden folder harms nobody
        if (!work_.empty()) fs::remove_all(work_, ignored);
    }

    [[nodiscard]] fs::path pictures() const { return work_ / "pictures"; }
    [[nodiscard]] fs::path entry() const { return work_ / "entry"; }

    Result<void> publish() {
        std::error_code code;
        fs::rename(entry(), target_, code);  // replaces an empty folder
        if (code) {
            return fail(ErrorCode::kConflict, "{}: cannot be put in place: {}", target_.string(),
                        code.message());
        }
        return library::sync_directory(target_.parent_path());
    }

  private:
    WorkFolder(fs::path work, fs::path target)
        : work_(std::move(work)), target_(std::move(target)) {}

    fs::path work_;
    fs::path target_;
};

void free_digest(EVP_MD_CTX* context) {
    EVP_MD_CTX_free(context);
}

// Streams the file: a source can be changed or cut short under us, so it is not mapped.
Result<std::string> hash_file(const fs::path& path, const std::atomic<bool>& enough) {
    const Owned<EVP_MD_CTX, free_digest> context(EVP_MD_CTX_new());
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) {
        return fail(ErrorCode::kInternal, "SHA-256 is not available");
    }
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(1 << 20);
    while (file && !enough) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (enough) return fail(ErrorCode::kCancelled, "stopped on request");
    if (!file.eof()) return fail(ErrorCode::kInvalid, "{}: cannot be read", path.string());
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
        hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

// The hash of the source, taken beside the other work; waits for it to end.
class BackgroundHash {
  public:
    explicit BackgroundHash(const fs::path& path)
        : result_(
              std::async(std::launch::async, [this, path] { return hash_file(path, enough_); })) {}
    BackgroundHash(const BackgroundHash&) = delete;
    BackgroundHash& operator=(const BackgroundHash&) = delete;
    ~BackgroundHash() {
        enough_ = true;
        if (result_.valid()) result_.wait();
    }
    [[nodiscard]] bool ready() const {
        return result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    // Blocks until it is known. The same however often it is asked.
    [[nodiscard]] Result<std::string> get() const { return result_.get(); }

  private:
    std::atomic<bool> enough_ = false;
    std::shared_future<Result<std::string>> result_;
};

void append(std::vector<library::Note>& notes, std::vector<library::Note> more) {
    std::move(more.begin(), more.end(), std::back_inserter(notes));
}

// What the first pass over the sound says, and what is made of it.
struct SoundFound {
    SoundMeasure measure;
    GainDecision decision;

    // Nothing where there is nothing to hear.
    [[nodiscard]] std::optional<double> gain_db() const {
        if (!measure.any) return std::nullopt;
        return decision.loudness.gain_db;
    }
};

// `picture_start_ns`, where there is a picture, is what the notes' times go by.
Result<SoundFound> find_sound(const WorkerOptions& options, const SoundPlan& sound,
                              std::optional<std::int64_t> picture_start_ns,
                              const Supervision& supervision, Heartbeat& heartbeat,
                              const std::function<void(std::int64_t)>& on_progress) {
    SoundFound found;
    found.measure = TRY(measure_sound(options.source.string(), sound, picture_start_ns, supervision,
                                      heartbeat, on_progress));
    if (found.measure.any) found.decision = decide_gain(found.measure, options.house);
    return found;
}

// find_sound() in a thread of its own, while the picture is encoded.
class BackgroundSound {
  public:
    // All must outlive this. `alive` beats while it gets on.
    BackgroundSound(const WorkerOptions& options, SoundPlan sound,
                    std::optional<std::int64_t> picture_start_ns, const StopFlag& stop,
                    Heartbeat& alive)
        : result_(std::async(std::launch::async, [this, &options, sound = std::move(sound),
                                                  picture_start_ns, &stop, &alive] {
              Heartbeat heartbeat;
              const Supervision own{enough_, heartbeat, options.stall_timeout, [this, &stop] {
                                        if (stop.requested()) enough_.request();
                                    }};
              return find_sound(options, sound, picture_start_ns, own, heartbeat,
                                [&alive](std::int64_t) { alive.beat(); });
          })) {}
    BackgroundSound(const BackgroundSound&) = delete;
    BackgroundSound& operator=(const BackgroundSound&) = delete;
    ~BackgroundSound() {
        enough_.request();
        result_.wait();
    }

    [[nodiscard]] bool ready() const {
        return result_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    // Blocks until it is known. The same however often it is asked.
    [[nodiscard]] Result<SoundFound> get() const { return result_.get(); }

  private:
    StopFlag enough_;
    std::shared_future<Result<SoundFound>> result_;
};

// Tells whoever listens how much of a long film can be played already. Thread-bound.
class Announcer {
  public:
    // A short film is there before anybody could have started it.
    static constexpr std::int64_t kWorthSeconds = 60;
    static constexpr std::chrono::seconds kPause{1};

    Announcer(const library::PreparedWriter& writer, const BackgroundHash& hash,
              library::Manifest described, std::int64_t promised_frames, fs::path folder,
              const WorkerOptions& options)
        : writer_(writer),
          hash_(hash),
          described_(std::move(described)),
          promised_frames_(promised_frames),
          folder_(std::move(folder)),
          options_(options) {}

    void tick() {
        if (!result_ || !options_.on_available || !options_.variant.is_plain() ||
            promised_frames_ < described_.frame_rate.frames_in(kWorthSeconds)) {
            return;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now - said_at_ < kPause) return;
        const std::int64_t groups = writer_.complete_groups();
        if (groups == said_) return;
        if (said_ == 0) {
            if (!hash_.ready()) return;
            result_ = describe();
            if (!result_) return;
        }
        options_.on_available(folder_, groups);
        said_ = groups;
        said_at_ = now;
    }

    [[nodiscard]] const Result<void>& result() const { return result_; }

  private:
    Result<void> describe() {
        described_.source_sha256 = TRY(hash_.get());
        described_.media_id =
            library::media_id(described_.source_sha256, described_.house, described_.variant);
        return writer_.write_growing(described_, promised_frames_);
    }

    const library::PreparedWriter& writer_;
    const BackgroundHash& hash_;
    library::Manifest described_;
    const std::int64_t promised_frames_;
    const fs::path folder_;
    const WorkerOptions& options_;
    std::int64_t said_ = 0;
    std::chrono::steady_clock::time_point said_at_;
    Result<void> result_;
};

// Settles what the first pass over the sound means for the plan.
Result<void> judge_sound(const SoundFound& found, Plan& plan, std::vector<library::Note>& notes) {
    if (found.measure.any) {
        append(notes, found.decision.notes);
        append(notes, found.measure.notes);
        return {};
    }
    notes.push_back({library::Severity::kError, "damaged-audio",
                     found.measure.damaged
                         ? fmt::format("the sound cannot be decoded ({}); silence is heard",
                                       found.measure.damage)
                         : "the sound track is empty; silence is heard"});
    plan.sound.reset();
    if (!plan.picture) {
        return fail(ErrorCode::kInvalid, "there is no picture, and the sound cannot be decoded");
    }
    return {};
}

// What follows the encoding of an entry's tracks: index and manifest, verified. `manifest` says
// what the tracks do not; `tracks` are the subtitles inside the film.
Result<library::Manifest> write_and_verify(library::PreparedWriter& writer,
                                           library::Manifest manifest, const Encoded& encoded,
                                           std::span<const subtitles::Track> tracks,
                                           const WorkFolder& folder, const Supervision& supervision,
                                           Heartbeat& heartbeat, ProgressReporter& reporter) {
    reporter.report(Stage::kFinish, 0);
    manifest.thumbnails = encoded.thumbnail_layout;
    manifest = TRY(writer.finish(std::move(manifest), encoded.pictures));
    if (!tracks.empty()) {
        TRY(library::SubtitleSet::publish(folder.entry() / library::kEmbeddedSubtitles, tracks));
    }
    reporter.report(Stage::kVerify, 0);
    TRY(verify_by_decoding(folder.entry(), manifest, supervision, heartbeat,
                           [&](double fraction) { reporter.report(Stage::kVerify, fraction); }));
    return manifest;
}

// A card has nothing to be discovered, and no sound.
Result<library::Manifest> prepare_card(const WorkerOptions& options, const std::string& name,
                                       const StopFlag& stop, ProgressReporter& reporter,
                                       WorkFolder& folder) {
    reporter.report(Stage::kDiscover, 0);
    const auto file = TRY(library::MappedFile::open(options.source));
    const Card card = TRY(card_from_json(base::as_text(file->bytes())));
    const Plan plan = plan_card(card, options.house);
    Heartbeat heartbeat;
    const Supervision supervision{stop, heartbeat, options.stall_timeout};
    reporter.report(Stage::kEncode, 0);
    library::PreparedWriter writer(folder.entry(), options.house, plan.frame_rate,
                                   library::Keyframes::kEveryPicture);
    const EncodeJob job{.source = options.source.string(),
                        .title = name,
                        .plan = plan,
                        .house = options.house,
                        .trim = options.variant.trim,
                        .card = card,
                        .gain_db = {},
                        .writer = writer,
                        .directory = folder.pictures()};
    Encoded encoded = TRY(encode(job, supervision, heartbeat, [&](std::int64_t frames) {
        reporter.report(Stage::kEncode,
                        static_cast<double>(frames) / static_cast<double>(plan.expected_frames));
    }));
    library::Manifest described;
    described.source_name = name;
    described.variant = options.variant;
    described.counts_down = counts_down(card);
    described.source_sha256 = library::sha256_hex(file->bytes());
    described.notes = std::move(encoded.notes);
    return write_and_verify(writer, std::move(described), encoded, {}, folder, supervision,
                            heartbeat, reporter);
}

Result<library::Manifest> prepare_named(const WorkerOptions& options, const std::string& name,
                                        const StopFlag& stop, ProgressReporter& reporter,
                                        WorkFolder& folder) {
    reporter.report(Stage::kDiscover, 0);
    BackgroundHash hash(options.source);
    const SourceInfo source = TRY(discover(options.source.string(), {}, stop));
    Plan plan = TRY(prepare::plan(source, options.house));
    std::vector<library::Note> notes = plan.notes;

    Heartbeat heartbeat;
    const Supervision supervision{stop, heartbeat, options.stall_timeout};
    // How loud the sound is is found out first where there is no picture, else beside the picture's
    // encoding: so the first pictures of a long film are there at once.
    std::optional<SoundFound> sound;
    std::optional<BackgroundSound> finding;
    if (plan.sound && plan.picture) {
        const auto picture_start =
            source.video ? std::optional(source.video->start_ns) : std::nullopt;
        finding.emplace(options, *plan.sound, picture_start, stop, heartbeat);
    } else if (plan.sound) {
        const double source_ns = static_cast<double>(std::max<std::int64_t>(source.duration_ns, 1));
        reporter.report(Stage::kLoudness, 0);
        sound = TRY(find_sound(
            options, *plan.sound, std::nullopt, supervision, heartbeat, [&](std::int64_t position) {
                reporter.report(Stage::kLoudness, static_cast<double>(position) / source_ns);
            }));
        TRY(judge_sound(*sound, plan, notes));
    }

    std::optional<subtitles::AssDrawing> burn_in;
    if (!options.variant.burn_in.tracks.empty()) {
        burn_in =
            TRY(burn_in_script(options.variant, options.subtitles, plan.canvas, plan.frame_rate));
    }
    const library::Trim& trim = options.variant.trim;
    if (trim.out) plan.expected_frames = *trim.out;
    std::shared_ptr<const library::PreparedEntry> plain;
    const std::int64_t shared =
        options.plain.empty() ? 0 : library::shared_frames(options.variant, plan.gop_frames);
    if (shared > 0) {
        plain = TRY(open_plain(options.plain, options.variant, options.house, plan));
        plan.expected_frames -= shared;
    }
    reporter.report(Stage::kEncode, 0);
    library::Manifest described;
    described.source_name = name;
    described.house = options.house;
    described.variant = options.variant;
    described.frame_rate = plan.frame_rate;
    library::PreparedWriter writer(folder.entry(), options.house, plan.frame_rate);
    if (plain) TRY(copy_pictures(*plain, shared, writer, supervision, heartbeat));
    Announcer announcer(writer, hash, described, plan.promised_frames, folder.entry(), options);
    const std::int64_t sound_ns =
        sound && !plan.picture ? sound->measure.end_ns - sound->measure.first_ns : 0;
    // With a picture, where the sound starts is known from the first reading.
    std::optional<std::int64_t> sound_start_ns;
    if (plan.sound && plan.picture) sound_start_ns = source.audio->start_ns;
    if (plan.sound && !plan.picture) sound_start_ns = sound->measure.first_ns;
    const EncodeJob job{
        .source = options.source.string(),
        .title = options.title.empty() ? options.source.stem().string() : options.title,
        .plan = plan,
        .house = options.house,
        .burn_in = std::move(burn_in),
        .trim = trim,
        .fade_frames = options.variant.fade_frames,
        .shared_frames = shared,
        .gain_db = [&]() -> std::optional<Result<std::optional<double>>> {
            if (sound) return sound->gain_db();
            if (!finding->ready()) return std::nullopt;
            const auto found = finding->get();
            if (!found) return Unexpected(Error(found.error()));
            return found->gain_db();
        },
        .sound_start_ns = sound_start_ns,
        .sound_ns = sound_ns,
        .writer = writer,
        .directory = folder.pictures()};
    const auto expected = static_cast<double>(
        plan.picture
            ? plan.expected_frames
            : std::llround(static_cast<double>(sound_ns) * 1e-9 * plan.frame_rate.as_double()));
    Encoded encoded = TRY(encode(job, supervision, heartbeat, [&](std::int64_t frames) {
        if (expected > 0) {
            reporter.report(Stage::kEncode, static_cast<double>(frames) / expected);
        }
        announcer.tick();
    }));
    TRY(Result<void>(announcer.result()));
    if (finding) {
        sound = TRY(finding->get());
        TRY(judge_sound(*sound, plan, notes));
    }
    append(notes, std::move(encoded.notes));
    // Those inside the film are taken from its plain preparation.
    std::vector<subtitles::Track> tracks;
    if (trim.is_whole()) {
        tracks = embedded_tracks(source, encoded.origin_ns,
                                 frame_start_ns(encoded.frames, {plan.frame_rate.numerator,
                                                                 plan.frame_rate.denominator}),
                                 notes);
    }

    described.source_sha256 = TRY(hash.get());
    if (plain) {
        const library::Manifest& manifest = plain->manifest();
        if (manifest.source_sha256 != described.source_sha256) {
            return fail(ErrorCode::kConflict,
                        "the film is not the one that was prepared; import it again");
        }
        if (!manifest.poster.empty()) {
            encoded.pictures.poster = options.plain / manifest.poster;
        }
        if (manifest.thumbnails) {
            encoded.pictures.thumbnails = options.plain / manifest.thumbnails->file;
            encoded.thumbnail_layout = *manifest.thumbnails;
        }
    }
    if (plan.sound) described.loudness = sound->decision.loudness;
    described.notes = std::move(notes);
    return write_and_verify(writer, std::move(described), encoded, tracks, folder, supervision,
                            heartbeat, reporter);
}

}  // namespace

Result<library::Manifest> prepare(const WorkerOptions& options, const StopFlag& stop,
                                  ProgressReporter& reporter) {
    TRY(init_gstreamer());
    TRY(library::validate(options.house));
    WorkFolder folder = TRY(WorkFolder::create(options.output));
    const std::string name = options.source.filename().string();
    auto manifest = options.kind == SourceKind::kCard
                        ? prepare_card(options, name, stop, reporter, folder)
                        : prepare_named(options, name, stop, reporter, folder);
    if (!manifest) {
        // discover() names the file already, the stages after it do not.
        if (manifest.error().message().starts_with(name)) {
            return Unexpected(std::move(manifest).error());
        }
        return fail(std::move(manifest).error(), "{}", name);
    }
    TRY(folder.publish());
    return manifest;
}

int run_worker(const WorkerOptions& options) {
    StopFlag stop;
    const StopOnSignals signals(stop);
    ProgressReporter reporter(options.progress);
    WorkerOptions telling = options;
    telling.on_available = [&](const fs::path& directory, std::int64_t groups) {
        reporter.available(directory.string(), groups);
    };
    const auto manifest = prepare(telling, stop, reporter);
    if (manifest) {
        reporter.done(*manifest, fs::absolute(options.output).string());
        return EXIT_SUCCESS;
    }
    reporter.failed(manifest.error());
    switch (manifest.error().code()) {
        case ErrorCode::kInvalid:
        case ErrorCode::kUnsupported:
            return 2;
        case ErrorCode::kCancelled:
            return 130;
        default:
            return EXIT_FAILURE;
    }
}

}  // namespace matinee::prepare
