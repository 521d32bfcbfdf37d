// The code by which a screen is told from others: shown by its browser, typed in by somebody who
// may approve it. Pure.
//
// It is no secret: whoever stands before the screen reads it. What makes the screen ours is a
// secret in its browser, which the code stands for until somebody has typed it in.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace matinee::auth {

inline constexpr std::size_t kPairingCodeLength = 6;

// So long a code is shown; then another takes its place.
inline constexpr std::chrono::minutes kPairingCodeLasts{10};

// Letters and digits of which no two look or sound alike across a room: no 0 and O, 1, I and L, 2
// and Z, 5 and S, 8 and B, U and V; 24 to the power of 6 are 191 million codes.
inline constexpr std::string_view kPairingAlphabet = "3467ACDEFGHJKMNPQRTUWXY9";

// A code of random bytes, of which there must be at least kPairingCodeLength.
std::string pairing_code_of(ByteSpan random);

// A code as somebody has typed it: in lower case, with spaces or a dash between. kInvalid when it
// can be none.
Result<std::string> read_pairing_code(std::string_view typed);

}  // namespace matinee::auth
