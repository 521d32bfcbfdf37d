#include "http/segment_cipher.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/handle.h"

namespace matinee::http {

namespace {

using OwnedCipherContext = base::Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

constexpr std::size_t kBlock = 16;

std::array<unsigned char, kBlock> iv_of(std::int64_t sequence) {
    std::array<unsigned char, kBlock> iv{};
    auto number = static_cast<std::uint64_t>(sequence);
    for (std::size_t i = kBlock; i-- > kBlock - sizeof(number);) {
        iv[i] = static_cast<unsigned char>(number);
        number >>= 8U;
    }
    return iv;
}

}  // namespace

Bytes encrypt_segment(const Body& content, const auth::SegmentKey& key, std::int64_t sequence) {
    const auto iv = iv_of(sequence);
    const OwnedCipherContext context(EVP_CIPHER_CTX_new());
    bool good = context && EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr,
                                              reinterpret_cast<const unsigned char*>(key.data()),
                                              iv.data()) == 1;
    Bytes encrypted((content.size() / kBlock + 1) * kBlock);
    auto* const out = reinterpret_cast<unsigned char*>(encrypted.data());
    std::size_t size = 0;
    int written = 0;
    for (const Slice& slice : content.slices()) {
        // OpenSSL counts in int.
        constexpr std::size_t kMost = std::size_t{1} << 30U;
        for (ByteSpan rest = slice.bytes; good && !rest.empty();) {
            const ByteSpan part = rest.first(std::min(rest.size(), kMost));
            good = EVP_EncryptUpdate(context.get(), out + size, &written,
                                     reinterpret_cast<const unsigned char*>(part.data()),
                                     static_cast<int>(part.size())) == 1;
            size += static_cast<std::size_t>(written);
            rest = rest.subspan(part.size());
        }
    }
    good = good && EVP_EncryptFinal_ex(context.get(), out + size, &written) == 1;
    size += static_cast<std::size_t>(written);
    if (!good || size != encrypted.size()) {
        throw std::runtime_error("OpenSSL cannot encrypt with AES-128-CBC");
    }
    return encrypted;
}

Body SegmentCipher::encrypt(const Body& content, const auth::SegmentKey& key,
                            std::int64_t sequence) {
    const Name name(key, sequence);
    auto bytes = find(name);
    // Two threads may encrypt the same at once: cheaper than one waiting for the other.
    if (!bytes) bytes = keep(name, encrypt_segment(content, key, sequence));
    return Body::shared(std::move(bytes));
}

std::uint64_t SegmentCipher::kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
}

std::shared_ptr<const Bytes> SegmentCipher::find(const Name& name) {
    const std::lock_guard lock(mutex_);
    const auto made = made_.find(name);
    if (made == made_.end()) return nullptr;
    auto bytes = made->second.lock();
    const auto kept = std::ranges::find(kept_list_, name, &Kept::name);
    if (kept != kept_list_.end()) kept_list_.splice(kept_list_.begin(), kept_list_, kept);
    return bytes;
}

std::shared_ptr<const Bytes> SegmentCipher::keep(const Name& name, Bytes bytes) {
    const std::lock_guard lock(mutex_);
    auto& made = made_[name];
    if (auto other = made.lock()) return other;
    auto shared = std::make_shared<const Bytes>(std::move(bytes));
    made = shared;
    kept_list_.push_front({name, shared});
    kept_ += shared->size();
    while (kept_ > most_kept_) {
        kept_ -= kept_list_.back().bytes->size();
        kept_list_.pop_back();
    }
    std::erase_if(made_, [](const auto& item) { return item.second.expired(); });
    return shared;
}

}  // namespace matinee::http
