#include "prepare/verify.h"

#include <atomic>
#include <deque>
#include <vector>

#include "prepare/pipeline_text.h"

namespace matinee::prepare {
namespace {

// Which groups of pictures a rung's decoder gets. Used by one streaming thread.
class GroupChoice {
  public:
    GroupChoice(std::int64_t rung, std::int64_t rungs, std::int64_t groups)
        : rung_(rung), rungs_(rungs), groups_(groups) {}

    // For each coded picture in turn.
    bool wants(bool keyframe) {
        if (keyframe) ++group_;
        return group_ == 0 || group_ + 1 == groups_ || group_ % rungs_ == rung_;
    }

  private:
    std::int64_t rung_;
    std::int64_t rungs_;
    std::int64_t groups_;
    std::int64_t group_ = -1;
};

// Counts what a decoder gets and gives.
struct Counted {
    Counted(Heartbeat& to, GroupChoice chosen) : heartbeat(to), choice(chosen) {}

    static GstPadProbeReturn choose(GstPad*, GstPadProbeInfo* info, gpointer self) noexcept {
        auto* counted = static_cast<Counted*>(self);
        const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        counted->seen.fetch_add(1, std::memory_order_relaxed);
        counted->heartbeat.beat();
        if (!counted->choice.wants(!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))) {
            return GST_PAD_PROBE_DROP;
        }
        counted->fed.fetch_add(1, std::memory_order_relaxed);
        return GST_PAD_PROBE_OK;
    }

    Heartbeat& heartbeat;
    GroupChoice choice;
    std::atomic<std::int64_t> fed = 0;   // coded pictures let through to the decoder
    std::atomic<std::int64_t> seen = 0;  // coded pictures that came past
    std::atomic<std::int64_t> buffers = 0;
    std::atomic<std::uint64_t> bytes = 0;

    static GstPadProbeReturn count(GstPad*, GstPadProbeInfo* info, gpointer self) noexcept {
        auto* counted = static_cast<Counted*>(self);
        counted->buffers.fetch_add(1, std::memory_order_relaxed);
        counted->bytes.fetch_add(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)),
                                 std::memory_order_relaxed);
        counted->heartbeat.beat();
        return GST_PAD_PROBE_OK;
    }
};

}  // namespace

Result<void> verify_by_decoding(const std::filesystem::path& directory,
                                const library::Manifest& manifest, const Supervision& supervision,
                                Heartbeat& heartbeat,
                                const std::function<void(double)>& on_progress) {
    std::deque<Counted> counts;  // of atomics: these cannot move
    std::vector<Pipeline> pipelines;
    const auto rungs = static_cast<std::int64_t>(manifest.house.rungs.size());
    const std::int64_t group = manifest.frame_rate.frames_in(manifest.house.gop_seconds);
    const std::int64_t groups = (manifest.frame_count + group - 1) / group;
    for (const library::TrackInfo& track : manifest.tracks) {
        pipelines.push_back(
            TRY(Pipeline::load(track.is_video() ? "verify-video" : "verify-sound", {})));
        const auto file = TRY(pipelines.back().element("file"));
        g_object_set(file.get(), "location", (directory / track.file).c_str(), nullptr);
        const auto sink = TRY(pipelines.back().element("sink"));
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink"));
        counts.emplace_back(heartbeat,
                            GroupChoice(static_cast<std::int64_t>(counts.size()), rungs, groups));
        if (track.is_video()) {
            const auto parsed = TRY(pipelines.back().element("parsed"));
            const auto coded = Ref<GstPad>::adopt(gst_element_get_static_pad(parsed.get(), "src"));
            gst_pad_add_probe(coded.get(), GST_PAD_PROBE_TYPE_BUFFER, Counted::choose,
                              &counts.back(), nullptr);
        }
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, Counted::count, &counts.back(),
                          nullptr);
    }
    std::vector<Pipeline*> all;
    for (Pipeline& pipeline : pipelines)
        all.push_back(&pipeline);
    Supervision own{supervision.stop, heartbeat, supervision.stall_timeout, [&] {
                        supervision.on_tick();
                        on_progress(static_cast<double>(counts.front().seen.load()) /
                                    static_cast<double>(manifest.frame_count));
                    }};
    TRY(run_all(all, own));
    for (std::size_t i = 0; i < manifest.tracks.size(); ++i) {
        const library::TrackInfo& track = manifest.tracks[i];
        if (pipelines[i].warnings() > 0) {
            return fail(ErrorCode::kInternal, "the prepared track {} does not decode cleanly: {}",
                        track.name, pipelines[i].last_warning());
        }
        if (track.is_video() && counts[i].seen != manifest.frame_count) {
            return fail(ErrorCode::kInternal, "the prepared track {} has {} pictures instead of {}",
                        track.name, counts[i].seen.load(), manifest.frame_count);
        }
        if (track.is_video() && counts[i].buffers != counts[i].fed) {
            return fail(ErrorCode::kInternal,
                        "the prepared track {} decodes to {} pictures instead of {}", track.name,
                        counts[i].buffers.load(), counts[i].fed.load());
        }
        if (!track.is_video()) {
            constexpr std::uint64_t kBytesPerSample = 2 * sizeof(float);
            const auto samples =
                static_cast<std::int64_t>(counts[i].bytes.load() / kBytesPerSample);
            const std::int64_t needed =
                manifest.duration.count() * media::kAudioTimescale / media::kVideoTimescale;
            if (samples < needed) {
                return fail(ErrorCode::kInternal,
                            "the prepared sound decodes to {} samples instead of at least {}",
                            samples, needed);
            }
        }
    }
    return {};
}

}  // namespace matinee::prepare
