#include "prepare/pictures.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "prepare/pipeline.h"
#include "prepare/pipeline_text.h"

namespace matinee::prepare {
namespace {

void free_converter(GstVideoConverter* converter) {
    gst_video_converter_free(converter);
}

// How much there is to see: the spread of brightness, which black, white and fades lack.
double interest(GstSample* sample) {
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) return 0;
    MappedFrame frame(info, gst_sample_get_buffer(sample), GST_MAP_READ);
    if (!frame.get()) return 0;
    const auto* luma = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(frame.get(), 0));
    const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(frame.get(), 0);
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (int y = 0; y < info.height; y += 4) {
        for (int x = 0; x < info.width; x += 4) {
            const double value = luma[y * stride + x];
            sum += value;
            squares += value * value;
            ++count;
        }
    }
    const double mean = sum / count;
    return std::sqrt(std::max(squares / count - mean * mean, 0.0));
}

Result<void> write_jpeg(const std::filesystem::path& path, GstCaps* caps, GstBuffer* buffer) {
    auto pipeline = TRY(Pipeline::load("picture", {}));
    const auto source = TRY(pipeline.element("frame"));
    const auto file = TRY(pipeline.element("file"));
    g_object_set(source.get(), "caps", caps, nullptr);
    g_object_set(file.get(), "location", path.c_str(), nullptr);
    auto copy = Ref<GstBuffer>::adopt(gst_buffer_copy(buffer));
    GST_BUFFER_PTS(copy.get()) = 0;
    GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
    gst_app_src_push_buffer(GST_APP_SRC(source.get()), copy.release());
    gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
    const StopFlag never;
    const Heartbeat none;
    Pipeline* const pipelines[] = {&pipeline};
    return run_all(pipelines, {.stop = never, .heartbeat = none});
}

}  // namespace

PictureCollector::PictureCollector(Rational frame_rate)
    : frame_rate_(frame_rate),
      distance_(std::max<std::int64_t>(std::llround(frame_rate.value()), 1)) {}

void PictureCollector::add(std::int64_t frame, GstSample* sample) {
    const std::lock_guard lock(mutex_);
    if (!wants(frame)) return;  // asked for before the distance grew
    pictures_.push_back({frame, Ref<GstSample>::share(sample)});
    if (pictures_.size() <= kMost) return;
    const std::int64_t distance = 2 * distance_.load();
    distance_.store(distance);
    std::erase_if(pictures_, [&](const Picture& p) { return p.frame % distance != 0; });
}

Result<void> PictureCollector::write_poster(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    if (pictures_.empty()) return fail(ErrorCode::kInternal, "no picture was kept for the poster");
    constexpr double kEnough = 12.0;  // of 219 levels
    const std::size_t quarter = pictures_.size() / 4;
    std::size_t best = quarter;
    double best_interest = -1;
    // Outwards from the quarter, the first that is not flat; else the least flat.
    for (std::size_t step = 0; step < 2 * pictures_.size(); ++step) {
        const auto offset = static_cast<std::ptrdiff_t>((step + 1) / 2);
        const std::ptrdiff_t at =
            static_cast<std::ptrdiff_t>(quarter) + (step % 2 == 1 ? offset : -offset);
        if (at < 0 || at >= static_cast<std::ptrdiff_t>(pictures_.size())) continue;
        const double here = interest(pictures_[static_cast<std::size_t>(at)].sample.get());
        if (here > best_interest) {
            best_interest = here;
            best = static_cast<std::size_t>(at);
        }
        if (best_interest >= kEnough) break;
    }
    GstSample* sample = pictures_[best].sample.get();
    return write_jpeg(path, gst_sample_get_caps(sample), gst_sample_get_buffer(sample));
}

Result<library::Thumbnails> PictureCollector::write_thumbnails(
    const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    if (pictures_.empty()) return fail(ErrorCode::kInternal, "no picture was kept for thumbnails");
    library::Thumbnails layout;
    layout.count = static_cast<std::uint32_t>(pictures_.size());
    layout.columns = std::min(layout.count, kTileColumns);
    layout.tile_width = kTileWidth;
    layout.tile_height = kTileHeight;
    layout.interval_seconds = static_cast<double>(distance_.load()) / frame_rate_.value();
    const std::uint32_t rows = (layout.count + layout.columns - 1) / layout.columns;

    GstVideoInfo from;
    if (!gst_video_info_from_caps(&from, gst_sample_get_caps(pictures_.front().sample.get()))) {
        return fail(ErrorCode::kInternal, "thumbnail pictures have no format");
    }
    GstVideoInfo to;
    gst_video_info_set_format(&to, GST_VIDEO_FORMAT_I420, layout.columns * kTileWidth,
                              rows * kTileHeight);
    to.colorimetry = from.colorimetry;
    to.chroma_site = from.chroma_site;
    GST_VIDEO_INFO_FPS_N(&to) = GST_VIDEO_INFO_FPS_N(&from);
    GST_VIDEO_INFO_FPS_D(&to) = GST_VIDEO_INFO_FPS_D(&from);
    const auto sheet = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, to.size, nullptr));
    {
        MappedFrame target(to, sheet.get(), GST_MAP_WRITE);
        if (!target.get()) return fail(ErrorCode::kInternal, "thumbnails cannot be drawn");
        // Black, where the last row has no tiles.
        for (guint plane = 0; plane < 3; ++plane) {
            auto* data =
                static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(target.get(), plane));
            const auto size =
                static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(target.get(), plane) *
                                         GST_VIDEO_FRAME_COMP_HEIGHT(target.get(), plane));
            std::fill(data, data + size, static_cast<std::uint8_t>(plane == 0 ? 16 : 128));
        }
        for (std::uint32_t i = 0; i < layout.count; ++i) {
            const Owned<GstVideoConverter, free_converter> converter(gst_video_converter_new(
                &from, &to,
                gst_structure_new(
                    "tile", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT,
                    static_cast<int>(i % layout.columns * kTileWidth),
                    GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT,
                    static_cast<int>(i / layout.columns * kTileHeight),
                    GST_VIDEO_CONVERTER_OPT_DEST_WIDTH, G_TYPE_INT, static_cast<int>(kTileWidth),
                    GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT, static_cast<int>(kTileHeight),
                    GST_VIDEO_CONVERTER_OPT_FILL_BORDER, G_TYPE_BOOLEAN, FALSE, nullptr)));
            MappedFrame picture(from, gst_sample_get_buffer(pictures_[i].sample.get()),
                                GST_MAP_READ);
            if (!converter || !picture.get()) {
                return fail(ErrorCode::kInternal, "thumbnail {} cannot be drawn", i);
            }
            gst_video_converter_frame(converter.get(), picture.get(), target.get());
        }
    }
    const auto caps = Ref<GstCaps>::adopt(gst_video_info_to_caps(&to));
    TRY(write_jpeg(path, caps.get(), sheet.get()));
    return layout;
}

}  // namespace matinee::prepare
