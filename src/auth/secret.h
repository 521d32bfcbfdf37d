// Secrets: made of random bytes, kept as hashes, compared in constant time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace matinee::auth {

// From the operating system's generator, by OpenSSL. Throws std::runtime_error when it has none,
// for nothing can go on then.
Bytes random_bytes(std::size_t count);

// 16 letters and digits, unique; no secret.
std::string new_id();

// 256 random bits as text for an address or a header field.
std::string new_secret();

// SHA-256, hexadecimal: what is kept of a secret of 256 random bits. (Nobody can try out that
// many, so it needs no salt and no slowness; passwords do, see password.h.)
std::string hash_of_secret(std::string_view secret);

// Takes as long whatever they hold, provided they are as long as each other.
bool equal_in_constant_time(ByteSpan a, ByteSpan b);

// RFC 4648 section 5, without padding.
std::string to_base64url(ByteSpan bytes);

// None for what to_base64url() never gives: one value has one text.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace matinee::auth
