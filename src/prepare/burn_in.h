// Drawing subtitles into the picture: libass, through GStreamer's assrender (burn-in.gst).
#pragma once

#include <filesystem>

#include "base/result.h"
#include "library/variant.h"
#include "media/frame_rate.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"
#include "subtitles/ass_writer.h"

namespace matinee::prepare {

// The script for the tracks that `burn_in` wants, from the subtitle set in the folder `set`.
// kInvalid when what the set says is not what `burn_in` was named for: it would come out under the
// wrong name. For a part of the film its times count from there.
Result<subtitles::AssDrawing> burn_in_script(const library::Variant& variant,
                                             const std::filesystem::path& set, Size canvas,
                                             media::FrameRate frame_rate);

// Writes the whole script into `pipeline`, which has burn-in.gst in it. Before it plays.
Result<void> feed_burn_in(const Pipeline& pipeline, const subtitles::AssDrawing& script);

}  // namespace matinee::prepare
