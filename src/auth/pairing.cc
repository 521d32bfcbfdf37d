#include "auth/pairing.h"

namespace matinee::auth {

std::string pairing_code_of(ByteSpan random) {
    // 256 is no multiple of the alphabet's size: some characters come a tenth more often, which
    // matters little for what is no secret.
    std::string code;
    for (std::size_t i = 0; i < kPairingCodeLength; ++i) {
        code += kPairingAlphabet[std::to_integer<std::size_t>(random[i]) % kPairingAlphabet.size()];
    }
    return code;
}

Result<std::string> read_pairing_code(std::string_view typed) {
    std::string code;
    for (char c : typed) {
        if (c == ' ' || c == '-') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (kPairingAlphabet.find(c) == std::string_view::npos) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\" is no code: codes are made of {} characters out of {}", typed,
                        kPairingCodeLength, kPairingAlphabet);
        }
        code += c;
    }
    if (code.size() == kPairingCodeLength) return code;
    return fail(ErrorCode::kInvalid, "\"{}\" is no code: codes are made of {} characters out of {}",
                typed, kPairingCodeLength, kPairingAlphabet);
}

}  // namespace matinee::auth
