#include "prepare/fade.h"

#include <cmath>

#include <gst/video/video.h>

namespace matinee::prepare {

namespace {

// Limited range: ITU-R BT.709 part 2, item 4.
constexpr std::int64_t kBlack = 16;
constexpr std::int64_t kNoColour = 128;

void darken(GstVideoFrame* frame, std::int64_t level) {
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(frame); ++plane) {
        const std::int64_t nothing = plane == 0 ? kBlack : kNoColour;
        // A table costs less than a division a pixel.
        std::uint8_t faded[256];
        for (std::int64_t value = 0; value < 256; ++value) {
            faded[value] =
                static_cast<std::uint8_t>(nothing + (value - nothing) * level / kWholeLevel);
        }
        for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(frame, plane); ++y) {
            auto* line = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(frame, plane)) +
                         y * GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
            for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(frame, plane); ++x) {
                line[x] = faded[line[x]];
            }
        }
    }
}

bool fade_buffer(GstPad* pad, GstPadProbeInfo* info, const PictureFade& fade) {
    const double seconds =
        static_cast<double>(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info))) / 1e9;
    const std::int64_t level =
        fade_level(std::llround(seconds * fade.rate.value()), fade.frames, fade.fade);
    if (level == kWholeLevel) return true;
    const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
    GstVideoInfo video;
    if (!caps || !gst_video_info_from_caps(&video, caps.get()) ||
        GST_VIDEO_INFO_FORMAT(&video) != GST_VIDEO_FORMAT_I420) {
        return false;
    }
    GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, &video, buffer,
                             static_cast<GstMapFlags>(GST_MAP_READ | GST_MAP_WRITE))) {
        return false;
    }
    darken(&frame, level);
    gst_video_frame_unmap(&frame);
    return true;
}

}  // namespace

Result<void> fade_to_black(const Pipeline& pipeline, const char* element, const PictureFade& how) {
    const auto found = TRY(pipeline.element(element));
    const auto sink = Ref<GstPad>::adopt(gst_element_get_static_pad(found.get(), "sink"));
    gst_pad_add_probe(
        sink.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad* pad, GstPadProbeInfo* info, gpointer given) noexcept {
            if (fade_buffer(pad, info, *static_cast<const PictureFade*>(given)))
                return GST_PAD_PROBE_OK;
            const auto parent = Ref<GstElement>::adopt(gst_pad_get_parent_element(pad));
            GST_ELEMENT_ERROR(parent.get(), STREAM, FORMAT, ("its picture cannot be faded out"),
                              (nullptr));
            return GST_PAD_PROBE_DROP;
        },
        const_cast<PictureFade*>(&how), nullptr);
    return {};
}

}  // namespace matinee::prepare
