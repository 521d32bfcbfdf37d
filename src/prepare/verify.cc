#include "prepare/verify.h"

#include <atomic>
#include <deque>
#include <vector>

#include "prepare/pipeline_text.h"

namespace matinee::prepare {
namespace {

// Counts what a decoder gives.
struct Counted {
    explicit Counted(Heartbeat& to) : heartbeat(to) {}

    Heartbeat& heartbeat;
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
    for (const library::TrackInfo& track : manifest.tracks) {
        pipelines.push_back(
            TRY(Pipeline::load(track.is_video() ? "verify-video" : "verify-sound", {})));
        const auto file = TRY(pipelines.back().element("file"));
        g_object_set(file.get(), "location", (directory / track.file).c_str(), nullptr);
        const auto sink = TRY(pipelines.back().element("sink"));
        const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(sink.get(), "sink"));
        counts.emplace_back(heartbeat);
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, Counted::count, &counts.back(),
                          nullptr);
    }
    std::vector<Pipeline*> all;
    for (Pipeline& pipeline : pipelines) all.push_back(&pipeline);
    Supervision own{supervision.stop, heartbeat, supervision.stall_timeout, [&] {
                        supervision.on_tick();
                        on_progress(static_cast<double>(counts.front().buffers.load()) /
                                    static_cast<double>(manifest.frame_count));
                    }};
    TRY(run_all(all, own));
    for (std::size_t i = 0; i < manifest.tracks.size(); ++i) {
        const library::TrackInfo& track = manifest.tracks[i];
        if (pipelines[i].warnings() > 0) {
            return fail(ErrorCode::kInternal, "the prepared track {} does not decode cleanly: {}",
                        track.name, pipelines[i].last_warning());
        }
        if (track.is_video() && counts[i].buffers != manifest.frame_count) {
            return fail(ErrorCode::kInternal,
                        "the prepared track {} decodes to {} pictures instead of {}", track.name,
                        counts[i].buffers.load(), manifest.frame_count);
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
