#include "prepare/coded_track.h"

namespace matinee::prepare {
namespace {

// The codec's configuration, which encoders put into the caps.
Result<Ref<GstBuffer>> codec_data(GstCaps* caps) {
    const GValue* value = gst_structure_get_value(gst_caps_get_structure(caps, 0), "codec_data");
    if (value == nullptr || !GST_VALUE_HOLDS_BUFFER(value)) {
        return fail(ErrorCode::kInternal, "the encoder does not say its configuration");
    }
    return Ref<GstBuffer>::share(gst_value_get_buffer(value));
}

// `add` is given each sample, `end` is called after the last. Both return Result<void>.
template <typename Track, auto add, auto end>
void connect_track(GstElement* appsink, Track* track) {
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* sink, gpointer self) noexcept {
        const auto sample = Ref<GstSample>::adopt(gst_app_sink_pull_sample(sink));
        if (!sample) return GST_FLOW_EOS;
        return add(static_cast<Track*>(self), sink, sample.get());
    };
    callbacks.eos = [](GstAppSink* sink, gpointer self) noexcept {
        end(static_cast<Track*>(self), sink);
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(appsink), &callbacks, track, nullptr);
}

GstFlowReturn told(Result<void> result, GstAppSink* sink, WriteFailure& failure) {
    if (result) return GST_FLOW_OK;
    failure.keep(std::move(result).error());
    GST_ELEMENT_ERROR(sink, RESOURCE, WRITE, ("the track cannot be written"), (nullptr));
    return GST_FLOW_ERROR;
}

}  // namespace

void WriteFailure::keep(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
}

std::optional<Error> WriteFailure::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(error_, std::nullopt);
}

void PictureTrack::connect(GstElement* appsink) {
    constexpr auto kAdd = [](PictureTrack* self, GstAppSink* sink, GstSample* sample) {
        return told(self->add(sample), sink, self->failure_);
    };
    constexpr auto kEnd = [](PictureTrack* self, GstAppSink* sink) {
        told(self->writer_.end_pictures(self->rung_), sink, self->failure_);
    };
    connect_track<PictureTrack, kAdd, kEnd>(appsink, this);
}

Result<void> PictureTrack::add(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    const MappedBuffer configuration(TRY(codec_data(gst_sample_get_caps(sample))).get());
    const MappedBuffer picture(buffer);
    if (!GST_BUFFER_PTS_IS_VALID(buffer)) {
        return fail(ErrorCode::kInternal, "the encoder does not say when a picture is shown");
    }
    const Ticks tick(static_cast<std::int64_t>(
        gst_util_uint64_scale_round(GST_BUFFER_PTS(buffer), media::kVideoTimescale, GST_SECOND)));
    if (!origin_) origin_ = tick;
    return writer_.add_picture(rung_, configuration.bytes(),
                               {picture.bytes(), start_ + tick - *origin_,
                                !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)});
}

void SoundTrack::connect(GstElement* appsink) {
    constexpr auto kAdd = [](SoundTrack* self, GstAppSink* sink, GstSample* sample) {
        return told(self->add(sample), sink, self->failure_);
    };
    constexpr auto kEnd = [](SoundTrack* self, GstAppSink* sink) {
        told(self->writer_.end_sound(), sink, self->failure_);
    };
    connect_track<SoundTrack, kAdd, kEnd>(appsink, this);
}

Result<void> SoundTrack::add(GstSample* sample) {
    GstCaps* caps = gst_sample_get_caps(sample);
    const MappedBuffer configuration(TRY(codec_data(caps)).get());
    int channels = 0;
    int rate = 0;
    const GstStructure* format = gst_caps_get_structure(caps, 0);
    gst_structure_get_int(format, "channels", &channels);
    gst_structure_get_int(format, "rate", &rate);
    const MappedBuffer access_unit(gst_sample_get_buffer(sample));
    const auto specific = configuration.bytes();
    return writer_.add_sound(
        {static_cast<std::uint16_t>(channels), static_cast<std::uint32_t>(rate),
         Bytes(specific.begin(), specific.end())},
        access_unit.bytes());
}

}  // namespace matinee::prepare
