#include "http/tls.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "support/temp_folder.h"

namespace matinee::http {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;

class SetClock final : public base::Clock {
  public:
    [[nodiscard]] base::Instant now() const override { return now_; }
    void set(base::Instant now) { now_ = now; }

  private:
    std::atomic<base::Instant> now_{
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
};

const std::vector<std::string> kNames = {"localhost", "screen-1.local", "127.0.0.1", "::1"};

Result<std::shared_ptr<TlsIdentity>> made(const test::TempFolder& folder,
                                          const std::shared_ptr<SetClock>& clock) {
    return TlsIdentity::self_signed(folder.path() / "tls", kNames, clock);
}

base::Owned<X509, X509_free> certificate_at(const std::filesystem::path& path) {
    const base::Owned<BIO, BIO_free_all> file(BIO_new_file(path.c_str(), "r"));
    return base::Owned<X509, X509_free>(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
}

void replace(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
}

TEST(TlsIdentity, MakesACertificateForTheMachinesNames) {
    const test::TempFolder folder;
    const auto clock = std::make_shared<SetClock>();
    const auto identity = made(folder, clock);
    ASSERT_TRUE(identity) << identity.error().to_string();
    EXPECT_NE((*identity)->certificate().get(), nullptr);
    EXPECT_EQ((*identity)->fingerprint().size(), 32U * 3 - 1);

    const auto certificate = certificate_at(folder.path() / "tls/server.pem");
    ASSERT_TRUE(certificate);
    EXPECT_EQ(X509_check_host(certificate.get(), "screen-1.local", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(certificate.get(), "elsewhere", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
    int validity_days = 0;
    int validity_seconds = 0;
    ASN1_TIME_diff(&validity_days, &validity_seconds, X509_get0_notBefore(certificate.get()),
                   X509_get0_notAfter(certificate.get()));
    EXPECT_LT(validity_days, 825);

    struct stat status {};
    ASSERT_EQ(::stat((folder.path() / "tls/server.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(TlsIdentity, KeepsItsCertificateUntilItsEndIsNear) {
    const test::TempFolder folder;
    const auto clock = std::make_shared<SetClock>();
    const base::Instant start = clock->now();
    const std::string first = made(folder, clock).value()->fingerprint();
    EXPECT_EQ(made(folder, clock).value()->fingerprint(), first);
    clock->set(start + days(790));
    const auto identity = made(folder, clock).value();
    EXPECT_EQ(identity->fingerprint(), first);
    clock->set(start + days(800));
    identity->refresh();
    EXPECT_NE(identity->fingerprint(), first);
    EXPECT_GT(identity->valid_until(), clock->now() + days(700));
    // And when the server was off at that time.
    clock->set(start + days(5000));
    EXPECT_TRUE(made(folder, clock));
}

TEST(TlsIdentity, TakesAChangedCertificateAndKeepsTheOldOneWhenItIsBroken) {
    const test::TempFolder folder;
    const test::TempFolder other;
    const auto clock = std::make_shared<SetClock>();
    const auto next = made(other, clock).value();
    ASSERT_TRUE(made(folder, clock));
    const auto pem = folder.path() / "tls/server.pem";
    const auto key = folder.path() / "tls/server.key";
    const auto identity = TlsIdentity::from_files(pem, key, clock).value();
    const std::string before = identity->fingerprint();

    testing::internal::CaptureStderr();
    replace(other.path() / "tls/server.pem", pem);  // its key is still the old one
    identity->refresh();
    EXPECT_EQ(identity->fingerprint(), before);
    replace(other.path() / "tls/server.key", key);
    identity->refresh();
    EXPECT_EQ(identity->fingerprint(), next->fingerprint());

    std::ofstream(pem) << "no certificate";
    identity->refresh();
    EXPECT_EQ(identity->fingerprint(), next->fingerprint());
    std::filesystem::remove(pem);
    identity->refresh();
    EXPECT_EQ(identity->fingerprint(), next->fingerprint());
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_THAT(logged, HasSubstr("does not belong to"));
    EXPECT_THAT(logged, HasSubstr("holds no PEM certificate"));
}

TEST(TlsIdentity, SaysWhatIsWrongWithGivenFiles) {
    const test::TempFolder folder;
    const test::TempFolder other;
    const auto clock = std::make_shared<SetClock>();
    const base::Instant start = clock->now();
    ASSERT_TRUE(made(folder, clock));
    ASSERT_TRUE(made(other, clock));
    const auto pem = folder.path() / "tls/server.pem";
    const auto key = folder.path() / "tls/server.key";
    const auto error = [&](const std::filesystem::path& certificate_file,
                           const std::filesystem::path& key_file) {
        const auto identity = TlsIdentity::from_files(certificate_file, key_file, clock);
        return identity ? "fine" : identity.error().to_string();
    };
    EXPECT_EQ(error(pem, key), "fine");
    EXPECT_THAT(error(folder.path() / "none.pem", key), HasSubstr("No such file"));
    EXPECT_THAT(error(key, key), HasSubstr("holds no PEM certificate"));
    EXPECT_THAT(error(pem, pem), HasSubstr("holds no PEM private key"));
    EXPECT_THAT(error(pem, other.path() / "tls/server.key"), HasSubstr("does not belong to"));
    clock->set(start + days(900));
    EXPECT_THAT(error(pem, key), HasSubstr("ended on"));
    clock->set(start - days(2));
    EXPECT_THAT(error(pem, key), HasSubstr("clock right?"));
}

TEST(MachineNames, HaveTheLoopbackOnes) {
    EXPECT_THAT(machine_names(), testing::IsSupersetOf({"localhost", "127.0.0.1", "::1"}));
}

}  // namespace
}  // namespace matinee::http
