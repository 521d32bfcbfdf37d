// From an encoder's sink to the tracks of the entry being written.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "library/prepared_writer.h"
#include "media/track.h"
#include "prepare/gst.h"

namespace matinee::prepare {

// The first thing that went wrong while tracks were written. Elements can only be told that
// something did; this keeps what. Thread-safe.
class WriteFailure {
  public:
    void keep(Error error);
    // What was kept, if anything; nothing from then on.
    std::optional<Error> take();

  private:
    std::mutex mutex_;
    std::optional<Error> error_;
};

// Takes the pictures of one rung from `appsink`, of which the first is shown at `start` of the
// track. All references must outlive the pipeline.
//
// The callbacks run in a streaming thread; everything here belongs to it.
class PictureTrack {
  public:
    PictureTrack(library::PreparedWriter& writer, std::size_t rung, Ticks start,
                 WriteFailure& failure)
        : writer_(writer), rung_(rung), start_(start), failure_(failure) {}
    PictureTrack(const PictureTrack&) = delete;
    PictureTrack& operator=(const PictureTrack&) = delete;

    void connect(GstElement* appsink);

  private:
    Result<void> add(GstSample* sample);

    library::PreparedWriter& writer_;
    const std::size_t rung_;
    const Ticks start_;
    std::optional<Ticks> origin_;  // of the encoder's times: its first picture, a keyframe
    WriteFailure& failure_;
};

// The same for the sound.
class SoundTrack {
  public:
    SoundTrack(library::PreparedWriter& writer, WriteFailure& failure)
        : writer_(writer), failure_(failure) {}
    SoundTrack(const SoundTrack&) = delete;
    SoundTrack& operator=(const SoundTrack&) = delete;

    void connect(GstElement* appsink);

  private:
    Result<void> add(GstSample* sample);

    library::PreparedWriter& writer_;
    WriteFailure& failure_;
};

}  // namespace matinee::prepare
