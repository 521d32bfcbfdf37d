#include "prepare/picture_conformer.h"

#include <cstring>

namespace matinee::prepare {
namespace {

using library::Severity;

HdrFormat hdr_format(const PicturePlan& plan, const GstVideoColorimetry& colorimetry) {
    HdrFormat format;
    format.transfer = plan.transfer;
    format.peak = plan.peak_light;
    switch (colorimetry.matrix) {
        case GST_VIDEO_COLOR_MATRIX_BT709:
            format.matrix = Matrix::kBt709;
            break;
        case GST_VIDEO_COLOR_MATRIX_BT601:
            format.matrix = Matrix::kBt601;
            break;
        default:
            break;  // HDR is BT.2020 where nothing else is said
    }
    switch (colorimetry.primaries) {
        case GST_VIDEO_COLOR_PRIMARIES_BT709:
            format.primaries = Primaries::kBt709;
            break;
        case GST_VIDEO_COLOR_PRIMARIES_SMPTEEG432:
        case GST_VIDEO_COLOR_PRIMARIES_SMPTERP431:
            format.primaries = Primaries::kP3;
            break;
        default:
            break;
    }
    if (colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255) format.range = Range::kFull;
    return format;
}

template <typename Sample>
Plane<Sample> plane_of(GstVideoFrame* frame, guint plane) {
    return {static_cast<Sample*>(GST_VIDEO_FRAME_PLANE_DATA(frame, plane)),
            static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane)) / sizeof(Sample)};
}

template <typename Sample>
void multiply(GstVideoFrame* frame, guint component, int nothing, int whole) {
    const auto* format = frame->info.finfo;
    const auto step = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(frame, component));
    const auto alpha_step =
        static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(frame, GST_VIDEO_COMP_A));
    const int down = GST_VIDEO_FORMAT_INFO_H_SUB(format, component);
    const int across = GST_VIDEO_FORMAT_INFO_W_SUB(format, component);
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(frame, component); ++y) {
        auto* line = static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(frame, component)) +
                     y * GST_VIDEO_FRAME_COMP_STRIDE(frame, component);
        const int alpha_y = std::min(y << down, GST_VIDEO_FRAME_HEIGHT(frame) - 1);
        const auto* alpha_line =
            static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(frame, GST_VIDEO_COMP_A)) +
            alpha_y * GST_VIDEO_FRAME_COMP_STRIDE(frame, GST_VIDEO_COMP_A);
        for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(frame, component); ++x) {
            const int alpha_x = std::min(x << across, GST_VIDEO_FRAME_WIDTH(frame) - 1);
            Sample value;
            Sample alpha;
            std::memcpy(&value, line + static_cast<std::size_t>(x) * step, sizeof(Sample));
            std::memcpy(&alpha, alpha_line + static_cast<std::size_t>(alpha_x) * alpha_step,
                        sizeof(Sample));
            const std::int64_t seen = std::int64_t{value} - nothing;
            value = static_cast<Sample>(nothing + seen * alpha / whole);
            std::memcpy(line + static_cast<std::size_t>(x) * step, &value, sizeof(Sample));
        }
    }
}

}  // namespace

void set_on_black(GstVideoFrame* frame) {
    const GstVideoFormatInfo* format = frame->info.finfo;
    gint offsets[GST_VIDEO_MAX_COMPONENTS];
    gint scales[GST_VIDEO_MAX_COMPONENTS];
    gst_video_color_range_offsets(frame->info.colorimetry.range, format, offsets, scales);
    for (guint component = 0; component < 3; ++component) {
        const guint depth = GST_VIDEO_FORMAT_INFO_DEPTH(format, component);
        const int nothing = GST_VIDEO_FORMAT_INFO_IS_RGB(format) ? 0 : offsets[component];
        const int whole = (1 << GST_VIDEO_FORMAT_INFO_DEPTH(format, GST_VIDEO_COMP_A)) - 1;
        if (depth <= 8) {
            multiply<std::uint8_t>(frame, component, nothing, whole);
        } else {
            multiply<std::uint16_t>(frame, component, nothing, whole);
        }
    }
}

Result<void> PictureConformer::watch(const Pipeline& reader) {
    const auto element = TRY(reader.element("decoded"));
    const auto pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element.get(), "src"));
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad* at, GstPadProbeInfo* info, gpointer self) noexcept {
            static_cast<PictureConformer*>(self)->decoded(at, info);
            return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) noexcept {
            GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
            if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
            auto* conformer = static_cast<PictureConformer*>(self);
            GstCaps* caps = nullptr;
            gst_event_parse_caps(event, &caps);
            GstVideoInfo video;
            conformer->decoded_info_.reset();
            if (gst_video_info_from_caps(&video, caps)) {
                conformer->decoded_info_ = video;
                conformer->sizes_.emplace(GST_VIDEO_INFO_WIDTH(&video),
                                          GST_VIDEO_INFO_HEIGHT(&video));
            }
            return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    return {};
}

void PictureConformer::decoded(GstPad*, GstPadProbeInfo* info) {
    if (GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_CORRUPTED)) {
        ++corrupted_;
    }
    if (!decoded_info_ || !GST_VIDEO_FORMAT_INFO_HAS_ALPHA(decoded_info_->finfo)) return;
    // Packed formats of less than a byte a component have no addressable one.
    if (GST_VIDEO_FORMAT_INFO_IS_COMPLEX(decoded_info_->finfo)) return;
    has_alpha_ = true;
    GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    MappedFrame frame(*decoded_info_, buffer,
                      static_cast<GstMapFlags>(GST_MAP_READ | GST_MAP_WRITE));
    if (frame.get()) set_on_black(frame.get());
}

Ref<GstSample> PictureConformer::conform(GstSample* sample) {
    if (plan_.transfer == Transfer::kSdr) return Ref<GstSample>::share(sample);
    GstCaps* caps = gst_sample_get_caps(sample);
    if (caps_.get() != caps) {
        if (!gst_video_info_from_caps(&from_, caps)) return {};
        if (GST_VIDEO_INFO_FORMAT(&from_) != GST_VIDEO_FORMAT_Y444_10LE) return {};
        gst_video_info_set_format(&to_, GST_VIDEO_FORMAT_I420,
                                  static_cast<guint>(GST_VIDEO_INFO_WIDTH(&from_)),
                                  static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&from_)));
        gst_video_colorimetry_from_string(&to_.colorimetry, GST_VIDEO_COLORIMETRY_BT709);
        to_.chroma_site = GST_VIDEO_CHROMA_SITE_MPEG2;
        GST_VIDEO_INFO_FPS_N(&to_) = GST_VIDEO_INFO_FPS_N(&from_);
        GST_VIDEO_INFO_FPS_D(&to_) = GST_VIDEO_INFO_FPS_D(&from_);
        map_ = std::make_unique<ToneMap>(hdr_format(plan_, from_.colorimetry));
        caps_ = Ref<GstCaps>::share(caps);
    }
    GstBuffer* source = gst_sample_get_buffer(sample);
    auto target = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, to_.size, nullptr));
    if (!target) return {};
    gst_buffer_copy_into(
        target.get(), source,
        static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
        static_cast<gsize>(-1));
    {
        MappedFrame from(from_, source, GST_MAP_READ);
        MappedFrame to(to_, target.get(), GST_MAP_WRITE);
        if (!from.get() || !to.get()) return {};
        map_->convert(static_cast<std::size_t>(GST_VIDEO_INFO_WIDTH(&from_)),
                      static_cast<std::size_t>(GST_VIDEO_INFO_HEIGHT(&from_)),
                      {plane_of<const std::uint16_t>(from.get(), 0),
                       plane_of<const std::uint16_t>(from.get(), 1),
                       plane_of<const std::uint16_t>(from.get(), 2)},
                      {plane_of<std::uint8_t>(to.get(), 0), plane_of<std::uint8_t>(to.get(), 1),
                       plane_of<std::uint8_t>(to.get(), 2)});
    }
    const auto to_caps = Ref<GstCaps>::adopt(gst_video_info_to_caps(&to_));
    return Ref<GstSample>::adopt(
        gst_sample_new(target.get(), to_caps.get(), gst_sample_get_segment(sample), nullptr));
}

void PictureConformer::report(std::vector<library::Note>& notes) const {
    if (corrupted_ > 0) {
        notes.push_back({Severity::kError, "damaged-picture",
                         fmt::format("{} picture{} damaged; shown as far as {} can be decoded: "
                                     "look at the film, or export it again",
                                     corrupted_, corrupted_ == 1 ? " is" : "s are",
                                     corrupted_ == 1 ? "it" : "they")});
    }
    if (has_alpha_) {
        notes.push_back(
            {Severity::kInfo, "alpha", "parts of the picture may be transparent; set on black"});
    }
    if (sizes_.size() > 1) {
        notes.push_back({Severity::kWarning, "size-changes",
                         fmt::format("the picture changes its size {} times or more; all of it is "
                                     "fitted into the same place",
                                     sizes_.size() - 1)});
    }
}

Ref<GstBuffer> black_like(GstSample* sample) {
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) return {};
    auto black = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    MappedFrame frame(info, black.get(), GST_MAP_WRITE);
    if (!frame.get()) return {};
    for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(frame.get()); ++plane) {
        std::memset(GST_VIDEO_FRAME_PLANE_DATA(frame.get(), plane), plane == 0 ? 16 : 128,
                    static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(frame.get(), plane)) *
                        static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_HEIGHT(frame.get(), plane)));
    }
    return black;
}

void look_at(PictureCheck& check, std::int64_t at_ns, GstSample* sample) {
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) return;
    MappedFrame frame(info, gst_sample_get_buffer(sample), GST_MAP_READ);
    if (!frame.get()) return;
    const auto luma = plane_of<const std::uint8_t>(frame.get(), 0);
    check.add(at_ns, {luma.data, luma.stride, static_cast<std::size_t>(GST_VIDEO_INFO_WIDTH(&info)),
                      static_cast<std::size_t>(GST_VIDEO_INFO_HEIGHT(&info))});
}

}  // namespace matinee::prepare
