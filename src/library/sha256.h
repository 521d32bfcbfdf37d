// SHA-256, by OpenSSL.
#pragma once

#include <string>

#include <openssl/evp.h>

#include "base/bytes.h"
#include "base/handle.h"

namespace matinee::library {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(ByteSpan bytes);

// The same of bytes that come one after the other.
class Sha256 {
  public:
    Sha256();

    void add(ByteSpan bytes);

    // Nothing can be added afterwards. Empty when OpenSSL has failed.
    std::string finish();

  private:
    base::Owned<EVP_MD_CTX, EVP_MD_CTX_free> context_;
    bool good_ = false;
};

}  // namespace matinee::library
