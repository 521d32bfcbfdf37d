#include "prepare/worker.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <future>

#include <openssl/evp.h>

#include "library/output_file.h"
#include "library/prepared_writer.h"
#include "library/subtitle_set.h"
#include "prepare/discover.h"
#include "prepare/embedded_text.h"
#include "prepare/encode.h"
#include "prepare/frame_pacer.h"
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
        const auto picture_start =
            source.video ? std::optional(source.video->start_ns) : std::nullopt;
        measure = TRY(measure_sound(options.source.string(), *plan.sound, picture_start,
                                    supervision, heartbeat, [&](std::int64_t position) {
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
            append(notes, std::move(measure.notes));
        }
    }

    reporter.report(Stage::kEncode, 0);
    const EncodeJob job{
        .source = options.source.string(),
        .title = options.title.empty() ? options.source.stem().string() : options.title,
        .plan = plan,
        .house = options.house,
        .gain_db = loudness.gain_db,
        .sound_start_ns = plan.sound ? std::optional(measure.first_ns) : std::nullopt,
        .sound_ns = measure.end_ns - measure.first_ns,
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
    append(notes, std::move(encoded.notes));
    const std::vector<subtitles::Track> tracks = embedded_tracks(
        source, encoded.origin_ns,
        frame_start_ns(encoded.frames, {plan.frame_rate.numerator, plan.frame_rate.denominator}),
        notes);

    library::RawEntry raw;
    raw.videos = encoded.videos;
    raw.audio = encoded.audio;
    raw.poster = encoded.poster;
    raw.thumbnails = encoded.thumbnails;
    raw.manifest.source_name = name;
    raw.manifest.source_sha256 = TRY(hash.take());
    raw.manifest.house = options.house;
    raw.manifest.frame_rate = plan.frame_rate;
    raw.manifest.thumbnails = encoded.thumbnail_layout;
    if (plan.sound) raw.manifest.loudness = loudness;
    raw.manifest.notes = std::move(notes);
    reporter.report(Stage::kFinish, 0);
    const library::Manifest manifest =
        TRY(library::write_prepared(raw, folder.entry(), [&](double fraction) {
            reporter.report(Stage::kFinish, fraction);
            return !stop.requested();
        }));

    if (!tracks.empty()) {
        TRY(library::SubtitleSet::publish(folder.entry() / library::kEmbeddedSubtitles, tracks));
    }

    reporter.report(Stage::kVerify, 0);
    TRY(verify_by_decoding(folder.entry(), manifest, supervision, heartbeat,
                           [&](double fraction) { reporter.report(Stage::kVerify, fraction); }));
    return manifest;
}

}  // namespace

Result<library::Manifest> prepare(const WorkerOptions& options, const StopFlag& stop,
                                  ProgressReporter& reporter) {
    TRY(init_gstreamer());
    TRY(library::validate(options.house));
    WorkFolder folder = TRY(WorkFolder::create(options.output));
    const std::string name = options.source.filename().string();
    auto manifest = prepare_named(options, name, stop, reporter, folder);
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
