// HDR pictures to SDR. Pure: code values in, code values out.
//
// No element of Debian 12's GStreamer does this: videoconvert knows the PQ and HLG curves, but
// clips what is brighter than SDR white. The way of a colour, all of it display-referred, so that
// what a mastering display showed is what is kept:
//
//   1. Y'CbCr to R'G'B' (ITU-R BT.2020 or BT.709 matrix, limited or full range)
//   2. to light in cd/m2: PQ by SMPTE ST 2084; HLG by the inverse OETF and the OOTF of a display
//      of 1000 cd/m2, gamma 1.2 (ITU-R BT.2100-2 tables 4 and 5)
//   3. BT.2020 primaries to BT.709; what lies outside is moved towards grey of the same luminance
//      until nothing is negative, which keeps the hue where clipping would not
//   4. the brightest of R, G and B through the tone curve of ITU-R BT.2390-10 section 5.4.1 (the
//      EETF: a straight line to the knee, then a Hermite spline), the others in proportion, which
//      keeps hue and saturation. It brings the source's peak to kSdrWhite. SDR white is 203 cd/m2:
//      the reference white of HDR (ITU-R BT.2408-5), so faces and paper look as they did and only
//      what is brighter is compressed
//   5. to R'G'B' by the inverse of BT.1886 (gamma 2.4), to Y'CbCr BT.709, 8 bits, limited range
//
// Step 1 is done for every pixel; the rest once, for the nodes of a lattice over R'G'B', and
// pixels are interpolated between them (tetrahedrally: grey stays grey).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "prepare/source_info.h"

namespace matinee::prepare {

inline constexpr double kSdrWhite = 203.0;    // cd/m2
inline constexpr double kUsualPeak = 1000.0;  // cd/m2, of masters that do not say
inline constexpr double kLeastPeak = 2 * kSdrWhite;
inline constexpr double kMostPeak = 10'000.0;

enum class Matrix : std::uint8_t { kBt2020, kBt709, kBt601 };
enum class Primaries : std::uint8_t { kBt2020, kBt709, kP3 };
enum class Range : std::uint8_t { kLimited, kFull };

// What the numbers of a picture mean.
struct HdrFormat {
    Transfer transfer = Transfer::kPq;  // kPq or kHlg
    Matrix matrix = Matrix::kBt2020;
    Primaries primaries = Primaries::kBt2020;
    Range range = Range::kLimited;
    double peak = kUsualPeak;  // cd/m2 of the brightest the master holds; PQ only

    bool operator==(const HdrFormat&) const = default;
};

// One colour, 10-bit code values in, 8-bit code values out (not rounded).
using Colour = std::array<double, 3>;  // Y', Cb, Cr
Colour tone_mapped(const HdrFormat& format, const Colour& ycbcr);

// The tone curve alone: cd/m2 to cd/m2 for a master of `peak`. Monotonic; peak and above become
// kSdrWhite.
double tone_curve(double light, double peak);

// One plane of a picture: `stride` is in samples.
template <typename Sample>
struct Plane {
    Sample* data;
    std::size_t stride;
};

// Thread-compatible: convert() may run in several threads.
class ToneMap {
  public:
    explicit ToneMap(const HdrFormat& format);

    // Y'CbCr 4:4:4 with 10 bits in the low bits of 16, to 4:2:0 with 8 (chroma sited left, as
    // MPEG-2). The output's chroma planes have half the size, rounded up.
    void convert(std::size_t width, std::size_t height,
                 const std::array<Plane<const std::uint16_t>, 3>& from,
                 const std::array<Plane<std::uint8_t>, 3>& to) const;

    // One pixel, as convert() does it: 8-bit values in units of 1/64.
    [[nodiscard]] std::array<int, 3> pixel(int y, int cb, int cr) const;

  private:
    [[nodiscard]] std::array<int, 3> rgb(int y, int cb, int cr) const;
    [[nodiscard]] int luma(int y, int cb, int cr) const;

    std::array<std::array<int, 3>, 3> matrix_;  // what a step of Y', Cb and Cr adds to R'G'B'
    std::array<int, 3> origin_;                 // R'G'B' where all three are 0
    std::vector<std::uint16_t> luma_;           // Y' of each node, in 1/64
    std::vector<std::array<std::uint16_t, 2>> chroma_;  // Cb and Cr
};

}  // namespace matinee::prepare
