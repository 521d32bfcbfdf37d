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
#include "prepare/burn_in.h"
#include "prepare/cards.h"
#include "prepare/discover.h"
#include "prepare/encode.h"
#include "prepare/gst.h"
#include "prepare/loudness.h"
#include "prepare/plan.h"
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
        fs::create_directories(work / "raw", code);
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

    [[nodiscard]] fs::path raw() const { return work_ / "raw"; }
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
    Result<std::string> take() { return result_.get(); }

  private:
    std::atomic<bool> enough_ = false;
    std::future<Result<std::string>> result_;
};

void append(std::vector<library::Note>& notes, std::vector<library::Note> more) {
    std::move(more.begin(), more.end(), std::back_inserter(notes));
}

// From what was encoded to the folder, verified. `raw.manifest` says what the tracks do not.
Result<library::Manifest> write_and_verify(Encoded encoded, library::RawEntry raw,
                                           const WorkFolder& folder,
                                           const Supervision& supervision, Heartbeat& heartbeat,
                                           ProgressReporter& reporter) {
    raw.videos = std::move(encoded.videos);
    raw.audio = std::move(encoded.audio);
    raw.poster = std::move(encoded.poster);
    raw.thumbnails = std::move(encoded.thumbnails);
    raw.manifest.thumbnails = encoded.thumbnail_layout;
    append(raw.manifest.notes, std::move(encoded.notes));
    reporter.report(Stage::kFinish, 0);
    const library::Manifest manifest =
        TRY(library::write_prepared(raw, folder.entry(), [&](double fraction) {
            reporter.report(Stage::kFinish, fraction);
            return !supervision.stop.requested();
        }));

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
    const EncodeJob job{.source = options.source.string(),
                        .title = name,
                        .plan = plan,
                        .house = options.house,
                        .card = card.svg,
                        .directory = folder.raw()};
    Encoded encoded = TRY(encode(job, supervision, heartbeat, [&](std::int64_t frames) {
        reporter.report(Stage::kEncode, static_cast<double>(frames) /
                                            static_cast<double>(plan.expected_frames));
    }));
    library::RawEntry raw;
    raw.manifest.source_name = name;
    raw.manifest.source_sha256 = library::sha256_hex(file->bytes());
    raw.manifest.house = options.house;
    raw.manifest.all_intra = true;
    raw.manifest.frame_rate = plan.frame_rate;
    return write_and_verify(std::move(encoded), std::move(raw), folder, supervision, heartbeat,
                            reporter);
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
    const double source_ns = static_cast<double>(std::max<std::int64_t>(source.duration_ns, 1));
    library::Loudness loudness;
    SoundMeasure measure;
    if (plan.sound) {
        reporter.report(Stage::kLoudness, 0);
        measure = TRY(measure_sound(options.source.string(), plan.sound->stream_id, supervision,
                                    heartbeat, [&](std::int64_t position) {
                                        reporter.report(Stage::kLoudness,
                                                        static_cast<double>(position) / source_ns);
                                    }));
        if (!measure.any) {
            notes.push_back({library::Severity::kError, "damaged-audio",
                             measure.damaged
                                 ? fmt::format("the sound cannot be decoded ({}); silence is heard",
                                               measure.damage)
                                 : "the sound track is empty; silence is heard"});
            plan.sound.reset();
            if (!plan.picture) {
                return fail(ErrorCode::kInvalid,
                            "there is no picture, and the sound cannot be decoded");
            }
        } else {
            GainDecision decision = decide_gain(measure, options.house);
            loudness = decision.loudness;
            append(notes, std::move(decision.notes));
        }
    }

    std::optional<subtitles::AssScript> burn_in;
    if (!options.variant.is_plain()) {
        burn_in = TRY(burn_in_script(options.variant.burn_in, options.subtitles, plan.canvas,
                                     plan.frame_rate));
    }
    reporter.report(Stage::kEncode, 0);
    const EncodeJob job{
        .source = options.source.string(),
        .title = options.title.empty() ? options.source.stem().string() : options.title,
        .plan = plan,
        .house = options.house,
        .burn_in = std::move(burn_in),
        .gain_db = loudness.gain_db,
        .sound_start_ns = plan.picture ? 0 : measure.first_ns,
        .sound_ns = plan.picture ? 0 : measure.end_ns - measure.first_ns,
        .directory = folder.raw()};
    Encoded encoded = TRY(encode(job, supervision, heartbeat, [&](std::int64_t frames) {
        const auto expected =
            static_cast<double>(plan.picture ? plan.expected_frames
                                             : std::llround(static_cast<double>(job.sound_ns) *
                                                            1e-9 * plan.frame_rate.as_double()));
        if (expected > 0) {
            reporter.report(Stage::kEncode, static_cast<double>(frames) / expected);
        }
    }));
    library::RawEntry raw;
    raw.manifest.source_name = name;
    raw.manifest.source_sha256 = TRY(hash.take());
    raw.manifest.house = options.house;
    raw.manifest.variant = options.variant;
    raw.manifest.frame_rate = plan.frame_rate;
    if (plan.sound) raw.manifest.loudness = loudness;
    raw.manifest.notes = std::move(notes);
    return write_and_verify(std::move(encoded), std::move(raw), folder, supervision, heartbeat,
                            reporter);
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
    const auto manifest = prepare(options, stop, reporter);
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
