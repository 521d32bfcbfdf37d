#include "auth/link_token.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "auth/secret.h"
#include "base/bytes.h"
#include "fuzz/check.h"

// What somebody may put into an address: taken apart without harm, and never believed. And what
// stands behind a right signature, which the target makes: read as it would be written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    static const auto key = auth::LinkKey::create(Bytes(auth::LinkKey::kSize, std::byte{1}));
    const ByteSpan bytes = std::as_bytes(std::span(data, size));
    if (const auto claims = key->verify(base::as_text(bytes))) {
        FUZZ_CHECK(key->sign(*claims).value() == base::as_text(bytes));
    }
    static_cast<void>(key->verify(auth::to_base64url(bytes)));
    if (const auto decoded = auth::from_base64url(base::as_text(bytes))) {
        FUZZ_CHECK(auth::to_base64url(*decoded) == base::as_text(bytes));
    }
    return 0;
}
