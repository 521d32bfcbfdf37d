#include "prepare/sound_source.h"

#include <optional>
#include <utility>
#include <vector>

#include <gst/audio/audio.h>

#include "prepare/downmix.h"
#include "prepare/pipeline_text.h"
#include "prepare/speaker_position.h"

namespace matinee::prepare {

struct SoundSource::State {
    std::optional<Pipeline> pipeline;
    OnSound on_sound;
    OnEnd on_end;
    // Used by the streaming thread only:
    Ref<GstCaps> caps;
    std::vector<StereoGain> gains;
    std::vector<float> stereo;

    // Channel layouts can change in mid-stream (broadcast AC-3 does): each has its own mix.
    void adapt_to(GstCaps* new_caps) {
        if (caps.get() == new_caps) return;
        GstAudioInfo info;
        if (!gst_audio_info_from_caps(&info, new_caps)) return;
        caps = Ref<GstCaps>::share(new_caps);
        gains = stereo_gains(speakers_of(info));
    }

    GstFlowReturn take(GstSample* sample) {
        adapt_to(gst_sample_get_caps(sample));
        GstBuffer* buffer = gst_sample_get_buffer(sample);
        const auto start = running_time(gst_sample_get_segment(sample), buffer);
        if (!start) return GST_FLOW_OK;
        stereo.clear();
        mix_to_stereo(MappedBuffer(buffer).floats(), gains, stereo);
        return on_sound(*start, stereo) ? GST_FLOW_OK : GST_FLOW_EOS;
    }
};

SoundSource::SoundSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
SoundSource::~SoundSource() = default;
Pipeline& SoundSource::pipeline() {
    return *state_->pipeline;
}

Result<std::unique_ptr<SoundSource>> SoundSource::open(const std::string& path,
                                                       const SoundPlan& sound, OnSound on_sound,
                                                       OnEnd on_end) {
    auto state = std::make_unique<State>();
    state->on_sound = std::move(on_sound);
    state->on_end = std::move(on_end);
    state->pipeline.emplace(TRY(Pipeline::load("read-sound", {})));
    TRY(select_stream(*state->pipeline, path, sound.stream_id, "decoded", sound.jumps));
    const auto sink = TRY(state->pipeline->element("sound"));
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* app_sink, gpointer self) noexcept {
        const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(app_sink));
        return sample ? static_cast<State*>(self)->take(sample.get()) : GST_FLOW_EOS;
    };
    callbacks.eos = [](GstAppSink*, gpointer self) noexcept {
        static_cast<State*>(self)->on_end();
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, state.get(), nullptr);
    return std::unique_ptr<SoundSource>(new SoundSource(std::move(state)));
}

}  // namespace matinee::prepare
