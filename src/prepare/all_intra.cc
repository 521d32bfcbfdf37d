#include "prepare/all_intra.h"

#include <gst/video/video.h>

namespace matinee::prepare {

namespace {

// x264enc moves its time by this much, so that decode times before the first picture are not
// negative. GStreamer 1.22's base class for encoders forgets about that when it compares the times
// of forced keyframes, and forces no more of them once the first picture has come out. So the
// frames arrive moved already, and the segment says so behind the encoder: which is what it would
// have made of it.
constexpr GstClockTime kOffset = 1000 * GST_SECOND * 3600;

GstPadProbeReturn force_keyframe(GstPad* pad, GstPadProbeInfo* info, gpointer) noexcept {
    GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GST_BUFFER_PTS(buffer) += kOffset;
    gst_pad_send_event(
        pad, gst_video_event_new_downstream_force_key_unit(GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
                                                           GST_BUFFER_PTS(buffer), FALSE, 0));
    return GST_PAD_PROBE_OK;
}

GstPadProbeReturn move_segment(GstPad*, GstPadProbeInfo* info, gpointer) noexcept {
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
    GstSegment segment;
    gst_event_copy_segment(event, &segment);
    segment.start += kOffset;
    segment.position = segment.start;
    if (GST_CLOCK_TIME_IS_VALID(segment.stop)) segment.stop += kOffset;
    GstEvent* moved = gst_event_new_segment(&segment);
    gst_event_set_seqnum(moved, gst_event_get_seqnum(event));
    gst_event_unref(event);
    GST_PAD_PROBE_INFO_DATA(info) = moved;
    return GST_PAD_PROBE_OK;
}

void watch(GstElement* encoder) {
    const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(encoder, "sink"));
    const auto source = Ref<GstPad>::adopt(gst_element_get_static_pad(encoder, "src"));
    gst_pad_add_probe(sink.get(), GST_PAD_PROBE_TYPE_BUFFER, force_keyframe, nullptr, nullptr);
    gst_pad_add_probe(source.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, move_segment, nullptr,
                      nullptr);
}

}  // namespace

Result<void> make_all_intra(const Pipeline& pipeline) {
    GstIterator* const encoders =
        gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline.get()), "x264enc");
    std::size_t count = 0;
    const auto found = gst_iterator_foreach(
        encoders,
        [](const GValue* value, gpointer counter) {
            watch(GST_ELEMENT(g_value_get_object(value)));
            ++*static_cast<std::size_t*>(counter);
        },
        &count);
    gst_iterator_free(encoders);
    if (found != GST_ITERATOR_DONE || count == 0) {
        return fail(ErrorCode::kInternal, "the pipeline {} has no x264enc to make keyframes only",
                    pipeline.name());
    }
    return {};
}

}  // namespace matinee::prepare
