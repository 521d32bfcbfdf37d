// Pictures as they are decoded to SDR pictures without holes.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "library/manifest.h"
#include "prepare/gst.h"
#include "prepare/picture_check.h"
#include "prepare/pipeline.h"
#include "prepare/plan.h"
#include "prepare/tone_map.h"

namespace matinee::prepare {

// What no element of the reading pipeline does: transparent pictures are set on black where they
// come out of the decoder, HDR ones are tone-mapped where they have reached their size.
//
// The reading pipeline's streaming threads use it; report() once that has stopped.
class PictureConformer {
  public:
    explicit PictureConformer(PicturePlan plan) : plan_(std::move(plan)) {}

    // Watches the pipeline "read-video", which must be stopped before this ends.
    Result<void> watch(const Pipeline& reader);

    // `sample` itself, or what it is in SDR. Null when it is of no format that can be converted.
    Ref<GstSample> conform(GstSample* sample);

    // The notes "damaged-picture", "alpha" and "size-changes".
    void report(std::vector<library::Note>& notes) const;

  private:
    void decoded(GstPad* pad, GstPadProbeInfo* info);

    PicturePlan plan_;
    // The thread of the decoder:
    std::optional<GstVideoInfo> decoded_info_;
    std::set<std::pair<int, int>> sizes_;
    bool has_alpha_ = false;
    std::int64_t corrupted_ = 0;  // pictures the decoder had to make up parts of
    // The thread of the sink:
    Ref<GstCaps> caps_;  // that `map_` is for
    std::unique_ptr<ToneMap> map_;
    GstVideoInfo from_{};
    GstVideoInfo to_{};
};

// Multiplies what is seen with how much of it there is: black where there is nothing. In place;
// `frame` is mapped for writing, of any format with an alpha component of 8 to 16 bits.
void set_on_black(GstVideoFrame* frame);

// A black picture with the caps of `sample` (I420 8-bit); null when there is no memory.
Ref<GstBuffer> black_like(GstSample* sample);

// Lets `check` see a picture (I420 8-bit).
void look_at(PictureCheck& check, std::int64_t at_ns, GstSample* sample);

}  // namespace matinee::prepare
