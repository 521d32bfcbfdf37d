// What a sample entry carries for measuring: flashes, beeps and a frame code.
//
// Everything is a function of an entry's own time, so that a test can tell from any decoded
// frame which one it is, and from picture and sound whether they are still in step.
//
//     +--------------------------------------------+
//     | title                                      |
//     |                                            |
//     |                 (scene)                    |
//     |                                            |
//     | timecode, frame number                     |
//     +-----+     +-+-+-+-+-+-+-+-+-+-+-+-+        |
//     |flash|     |m|b| ...   frame code  |        |
//     +-----+-----+-+-+-+-+-+-+-+-+-+-+-+-+--------+
//
// Places are fractions of the picture as displayed (pixel aspect and rotation applied), with
// lengths in units of its width W and its bottom-left corner as origin:
//
// - The flash patch is the square [0, W/8] x [0, W/8]: black, and white during a flash.
// - The frame code is a row of kCodeCells square cells of side W/32 from x = W/4 on, y from 0:
//   a cell always white, kCodeBits bits of the frame's number (most significant first, white is
//   1), and a cell always black. The two fixed cells let a reader find its threshold.
//
// Flash n (n = 1, 2, ...) begins with the first frame whose presentation time is at or after
// second n, and is carried by every frame that begins within kFlashLength of that one (one frame
// at up to 25 fps, two at 29.97 to 50). Beep n begins at the presentation time of the flash's
// first frame, to the sample: where the frame rate has no frame at a whole second, sound
// follows picture.
//
// Pure: no GStreamer here. Every function is reentrant.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace matinee::samples {

using std::chrono::nanoseconds;

inline constexpr nanoseconds kFlashLength = std::chrono::milliseconds(40);
inline constexpr nanoseconds kBeepLength = std::chrono::milliseconds(80);
inline constexpr int kBeepFrequency = 1000;  // Hz
inline constexpr int kCodeBits = 12;
inline constexpr int kCodeCells = kCodeBits + 2;

// How frames follow each other.
enum class Timing : std::uint8_t {
    kConstant,  // every frame 1/rate
    kVariable,  // as a phone in changing light: steps of 1 to 3 frames of the nominal rate
};

// The presentation times of all frames of an entry `length` long, in order, from 0.
// `rate_numerator`/`rate_denominator` is the (nominal) frame rate.
std::vector<nanoseconds> frame_times(int rate_numerator, int rate_denominator, Timing timing,
                                     nanoseconds length);

// Where each flash and its beep begin: element n-1 is the presentation time of the first frame at
// or after second n. `times` as frame_times() gives them.
std::vector<nanoseconds> flash_times(std::span<const nanoseconds> times);

// Whether the frame shown from `time` on carries a flash.
bool is_flash(nanoseconds time, std::span<const nanoseconds> flashes);

// The frame code's cells, left to right; true is white. `frame` modulo 2^kCodeBits.
std::array<bool, kCodeCells> code_cells(std::uint32_t frame);

// The speakers of a layout, as far as the sound differs between them.
enum class Layout : std::uint8_t { kMono, kStereo, kSurround51 };

// Fills interleaved 16-bit samples [first, first + samples.size() / channels) of an entry's sound:
// a quiet chord on `root` Hz, its tones spread over the speakers, and the beeps. A 5.1 sound
// (front left, front right, centre, LFE, rear left, rear right) beeps in the centre only, so
// that a down-mix that loses a speaker is noticed.
void fill_sound(std::span<std::int16_t> samples, std::int64_t first, int sample_rate, Layout layout,
                double root, std::span<const nanoseconds> flashes);

// Number of channels of a layout.
int channels_of(Layout layout);

}  // namespace matinee::samples
