// Making every picture a keyframe, with the parameter sets of ordinary entries.
#pragma once

#include "prepare/pipeline.h"

namespace matinee::prepare {

// Tells every x264enc of `pipeline` to make an IDR picture of each frame. Before it plays.
//
// key-int-max=1 would do that as well, but x264 then writes other parameter sets, and a boundary
// to an ordinary entry would be a discontinuity.
Result<void> make_all_intra(const Pipeline& pipeline);

}  // namespace matinee::prepare
