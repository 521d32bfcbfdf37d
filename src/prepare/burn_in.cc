#include "prepare/burn_in.h"

#include <vector>

namespace matinee::prepare {

Result<subtitles::AssDrawing> burn_in_script(const library::Variant& variant,
                                             const std::filesystem::path& set, Size canvas,
                                             media::FrameRate frame_rate) {
    const library::BurnIn& burn_in = variant.burn_in;
    auto subtitles = TRY(library::SubtitleSet::open(set));
    const std::string content = TRY(library::subtitles_content(*subtitles, burn_in.tracks));
    if (content != burn_in.content) {
        return fail(ErrorCode::kInvalid,
                    "the subtitles in {} are {}, not {} as was asked for; ask again", set.string(),
                    content, burn_in.content);
    }
    if (!variant.trim.is_whole())
        subtitles = library::trimmed(*subtitles, variant.trim, frame_rate);
    std::vector<const subtitles::Track*> tracks;
    for (const library::SubtitleChoice& choice : burn_in.tracks) {
        tracks.push_back(subtitles->find(choice.language, choice.kind));
    }
    return subtitles::ass_script(tracks, {canvas.width, canvas.height, frame_rate});
}

Result<void> feed_burn_in(const Pipeline& pipeline, const subtitles::AssDrawing& script) {
    const auto source = TRY(pipeline.element("script"));
    const auto header =
        copy_to_buffer(std::as_bytes(std::span(script.header.data(), script.header.size())));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_new_simple(
        "application/x-ass", "codec_data", GST_TYPE_BUFFER, header.get(), nullptr));
    gst_app_src_set_caps(GST_APP_SRC(source.get()), caps.get());
    for (const subtitles::AssEvent& event : script.events) {
        auto line = copy_to_buffer(std::as_bytes(std::span(event.line.data(), event.line.size())));
        GST_BUFFER_PTS(line.get()) =
            static_cast<GstClockTime>(std::chrono::nanoseconds(event.start).count());
        GST_BUFFER_DURATION(line.get()) =
            static_cast<GstClockTime>(std::chrono::nanoseconds(event.end - event.start).count());
        if (gst_app_src_push_buffer(GST_APP_SRC(source.get()), line.release()) != GST_FLOW_OK) {
            return fail(ErrorCode::kInternal, "the subtitles cannot be given to assrender");
        }
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
    return {};
}

}  // namespace matinee::prepare
