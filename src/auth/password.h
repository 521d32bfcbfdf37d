// Passwords, hashed with scrypt (RFC 7914).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace matinee::auth {

// kInvalid for a password nobody should have: shorter than ten characters, or a kilobyte long.
Result<void> check_password(std::string_view password);

// "scrypt$15$8$1$SALT$HASH": log2 N, r, p, then base64url. Takes some 50 ms and 32 MB, which is
// the point. kInvalid as check_password().
Result<std::string> hash_password(std::string_view password);

// Whether it is the password that `stored` was made from; takes as long whatever the answer. An
// empty `stored` stands for an account that does not exist: the answer is no, as slowly.
// kInternal when `stored` is damaged.
Result<bool> verify_password(std::string_view password, std::string_view stored);

}  // namespace matinee::auth
