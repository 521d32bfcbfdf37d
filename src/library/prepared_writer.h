// The writing half of preparing: from coded pictures and sound to a prepared entry's folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "library/manifest.h"
#include "media/track.h"

namespace matinee::library {

// A picture as the encoder of a rung hands it out: NAL units behind four-byte lengths, parameter
// sets among them or not.
struct CodedPicture {
    ByteSpan bytes;      // borrowed for the call
    Ticks presentation;  // from any origin that is the same for the whole track
    bool sync = false;   // an IDR picture
};

// JPEG files to go with an entry; empty paths where there are none.
struct Pictures {
    std::filesystem::path poster;
    std::filesystem::path thumbnails;  // their layout is in the manifest
};

// Which pictures of an entry are keyframes: the first of every group, or all of them
// (Manifest::all_intra). Groups, and so chunks and segments, are equally long either way.
enum class Keyframes : std::uint8_t { kFirstOfGroup, kEveryPicture };

// Writes the tracks of one entry as they are encoded. Track files are append-only and made of whole
// fragments, and each is handed to the system when it is complete: so an entry can be played up to
// complete_groups() while it grows (library/growing_entry.h).
//
// Takes parameter sets out of the samples, puts every frame on the exact grid, drops the AAC
// encoder's priming frame. Errors are kInvalid, naming rung and sample, when frames are missing or
// off the grid, when keyframes do not stand where they should, or when parameter sets change;
// and those of the disk. After an error the writer is of no further use, and the caller deletes the
// folder.
//
// Each track has one thread at a time that adds to it; different tracks may have different threads.
// complete_groups() is thread-safe.
class PreparedWriter {
  public:
    // `directory` must exist and be empty.
    PreparedWriter(std::filesystem::path directory, HouseFormat house, media::FrameRate rate,
                   Keyframes keyframes = Keyframes::kFirstOfGroup);
    ~PreparedWriter();
    PreparedWriter(const PreparedWriter&) = delete;
    PreparedWriter& operator=(const PreparedWriter&) = delete;

    // The next picture of house.rungs[rung], in decode order. `avcc`: the encoder's configuration
    // record, the same at every call.
    Result<void> add_picture(std::size_t rung, ByteSpan avcc, const CodedPicture& picture);
    Result<void> end_pictures(std::size_t rung);

    // The next AAC access unit; the first is the encoder's priming.
    Result<void> add_sound(const media::AudioConfig& config, ByteSpan access_unit);
    Result<void> end_sound();

    // Groups of pictures that are in the files of all rungs, with the sound that belongs to them.
    [[nodiscard]] std::int64_t complete_groups() const;

    // Writes what a reader must know of the entry before it is finished: kGrowingFile, a manifest
    // with `promised_frames` frames and the bit rates that the house format allows. Once
    // complete_groups() is not zero.
    Result<void> write_growing(Manifest manifest, std::int64_t promised_frames) const;

    // Writes index, pictures and manifest, and reads everything back. All tracks must have been
    // ended. `manifest` has source, variant, loudness, notes and thumbnail layout; the rest follows
    // from the tracks. On success everything is on the disk (synced), ready to be renamed into the
    // library.
    //
    // kInvalid unless all rungs have the same frames and groups, and the sound lasts at least one
    // frame longer than the picture.
    Result<Manifest> finish(Manifest manifest, const Pictures& pictures);

  private:
    class TrackFileWriter;
    class Video;
    class Audio;

    const std::filesystem::path directory_;
    const HouseFormat house_;
    const media::FrameRate rate_;
    const Keyframes keyframes_;
    std::vector<std::unique_ptr<Video>> videos_;
    std::unique_ptr<Audio> audio_;
};

}  // namespace matinee::library
