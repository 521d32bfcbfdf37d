// The server's certificate: made when none is given, checked when one is, followed when its file
// changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/glib_support.h"
#include "base/result.h"

namespace matinee::http {

// The names and addresses this machine answers to, for a certificate made here: host names
// first, then numeric addresses; always localhost, 127.0.0.1 and ::1.
std::vector<std::string> machine_names();

// The certificate in use and its key. Thread-safe.
//
// The first one made in a process sees to it that GIO's TLS connections speak TLS 1.2 or newer. It
// does so through the environment, and must come before other threads read that.
class TlsIdentity {
  public:
    // The self-signed certificate of `directory` (server.pem and server.key, the key readable by
    // its owner only): EC P-256, for `names`. Made when there is none; made anew when it cannot be
    // used or ends within 30 days. Fails when the directory cannot be written.
    static Result<std::shared_ptr<TlsIdentity>> self_signed(
        const std::filesystem::path& directory, const std::vector<std::string>& names,
        std::shared_ptr<const base::Clock> clock);

    // A certificate (PEM, its chain after it) and its private key (PEM). Fails with a message for
    // the operator when a file cannot be read, is no PEM, the two do not belong together, or the
    // certificate's time has not come or is over.
    static Result<std::shared_ptr<TlsIdentity>> from_files(
        const std::filesystem::path& certificate, const std::filesystem::path& key,
        std::shared_ptr<const base::Clock> clock);

    // From now on the certificate and key of these files, for an identity of from_files(); when
    // they are no good, says why and keeps what it has.
    Result<void> use_files(const std::filesystem::path& certificate,
                           const std::filesystem::path& key);

    // For a new connection; connections there are keep the one they began with.
    [[nodiscard]] base::Ref<GTlsCertificate> certificate() const;

    // SHA-256 of the certificate (DER) as browsers show it: "AB:CD:...".
    [[nodiscard]] std::string fingerprint() const;

    // The last instant of validity.
    [[nodiscard]] base::Instant valid_until() const;

    // Looks whether the files have changed and takes the new ones; when those are no good, logs
    // why and keeps what it has. Renews a self-signed certificate whose end is near. Cheap: the
    // server calls it about once a second.
    void refresh();

  private:
    struct Loaded {
        base::Ref<GTlsCertificate> certificate;
        std::string fingerprint;
        base::Instant valid_until;
    };
    // When a file was last written, and which one it is.
    struct Stamp {
        std::int64_t nanoseconds = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        bool operator==(const Stamp&) const = default;
    };

    TlsIdentity(std::filesystem::path certificate_path, std::filesystem::path key_path,
                std::vector<std::string> names, std::shared_ptr<const base::Clock> clock);

    static Stamp stamp_of(const std::filesystem::path& path);
    [[nodiscard]] Result<Loaded> load() const;
    [[nodiscard]] Result<void> make() const;
    [[nodiscard]] bool ends_soon(base::Instant valid_until) const;

    const std::vector<std::string> names_;  // empty: not ours to renew
    const std::shared_ptr<const base::Clock> clock_;

    std::mutex refreshing_;  // one at a time; guards what follows
    std::filesystem::path certificate_path_;
    std::filesystem::path key_path_;
    Stamp certificate_stamp_;
    Stamp key_stamp_;
    bool renewal_failed_ = false;  // said so already

    mutable std::mutex mutex_;  // guards what follows
    Loaded loaded_;
};

}  // namespace matinee::http
