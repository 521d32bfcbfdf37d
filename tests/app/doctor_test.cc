#include "app/doctor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/handle.h"
#include "store/test_support.h"

namespace matinee::app {
namespace {

namespace fs = std::filesystem;
using test::FakeClock;
using test::must;
using test::TempFolder;
using testing::AllOf;
using testing::HasSubstr;

MachineFacts good_machine() {
    MachineFacts facts;
    facts.now = FakeClock().now();
    facts.fonts = {{"zh-cn", true}, {"ru", true}, {"en", true}};
    facts.data_folder = "/data";
    facts.free_bytes = 500'000'000'000;
    facts.clock = ClockState::kSynchronised;
    facts.open_files_limit = 1 << 20;
    return facts;
}

// The finding of `check` on a good machine with one thing changed.
template <typename Change>
Finding finding_of(std::string_view check, Change change) {
    MachineFacts facts = good_machine();
    change(facts);
    for (const Finding& finding : diagnose(facts)) {
        if (finding.check == check) return finding;
    }
    throw std::runtime_error("there is no such check");
}

TEST(Doctor, FindsNothingOnAGoodMachine) {
    const std::vector<Finding> findings = diagnose(good_machine());
    EXPECT_EQ(worst(findings), Severity::kOk);
    EXPECT_EQ(findings.size(), 9U);
    for (const Finding& finding : findings) {
        EXPECT_EQ(finding.remedy, "") << finding.check;
        EXPECT_NE(finding.detail, "") << finding.check;
    }
    EXPECT_THAT(to_text(findings, false), HasSubstr("All is well."));
}

TEST(Doctor, NamesThePackagesOfMissingElements) {
    const Finding finding = finding_of("GStreamer", [](MachineFacts& facts) {
        facts.missing_elements = std::vector<MissingElement>{
            {"x264enc", "gstreamer1.0-plugins-ugly"}, {"avdec_h264", "gstreamer1.0-libav"}};
    });
    EXPECT_EQ(finding.severity, Severity::kProblem);
    EXPECT_EQ(finding.detail, "missing: x264enc, avdec_h264");
    EXPECT_EQ(finding.remedy, "sudo apt install gstreamer1.0-libav gstreamer1.0-plugins-ugly");
}

TEST(Doctor, SaysWhenTheWorkerCannotBeAsked) {
    const Finding finding = finding_of("GStreamer", [](MachineFacts& facts) {
        facts.missing_elements = fail(ErrorCode::kNotFound, "no worker");
    });
    EXPECT_EQ(finding.severity, Severity::kProblem);
    EXPECT_EQ(finding.detail, "no worker");
}

TEST(Doctor, NamesFontPackages) {
    const Finding finding = finding_of("fonts", [](MachineFacts& facts) {
        facts.fonts["zh-cn"] = false;
        facts.fonts.erase("ru");
    });
    EXPECT_EQ(finding.severity, Severity::kWarning);
    EXPECT_THAT(finding.detail, HasSubstr("Chinese and Russian"));
    EXPECT_EQ(finding.remedy, "sudo apt install fonts-dejavu-core fonts-noto-cjk");
    EXPECT_THAT(finding_of("fonts", [](MachineFacts& facts) { facts.font_tool = false; }).remedy,
                HasSubstr("fontconfig"));
}

TEST(Doctor, JudgesThePort) {
    const auto with = [](PortState state) {
        return finding_of("port", [&](MachineFacts& facts) { facts.port = state; });
    };
    EXPECT_EQ(with(PortState::kFree).severity, Severity::kOk);
    EXPECT_EQ(with(PortState::kInUse).severity, Severity::kWarning);
    EXPECT_THAT(with(PortState::kInUse).detail, HasSubstr("127.0.0.1:8443 is in use"));
    EXPECT_EQ(with(PortState::kNotAllowed).severity, Severity::kProblem);
    EXPECT_EQ(with(PortState::kNoSuchAddress).severity, Severity::kProblem);
}

TEST(Doctor, JudgesTheSandboxByWhatTheConfigurationAsks) {
    using prepare::SandboxLevel;
    using prepare::SandboxMode;
    const auto with = [](SandboxMode mode, Result<SandboxLevel> level) {
        return finding_of("sandbox", [&](MachineFacts& facts) {
            facts.sandbox_mode = mode;
            facts.sandbox = std::move(level);
        });
    };
    EXPECT_EQ(with(SandboxMode::kRequired, SandboxLevel::kFull).severity, Severity::kOk);
    for (const SandboxLevel level :
         {SandboxLevel::kLimits, SandboxLevel::kSystemCalls, SandboxLevel::kFiles}) {
        EXPECT_EQ(with(SandboxMode::kBest, level).severity, Severity::kWarning);
        EXPECT_EQ(with(SandboxMode::kRequired, level).severity, Severity::kProblem);
        EXPECT_NE(with(SandboxMode::kBest, level).remedy, "");
    }
    EXPECT_THAT(with(SandboxMode::kBest, SandboxLevel::kSystemCalls).remedy, HasSubstr("landlock"));
    const Finding off = with(SandboxMode::kOff, SandboxLevel::kFull);
    EXPECT_EQ(off.severity, Severity::kWarning);
    EXPECT_THAT(off.remedy, HasSubstr("matinee.toml"));
    const Finding broken = with(SandboxMode::kBest, fail(ErrorCode::kInternal, "does not hold"));
    EXPECT_EQ(broken.severity, Severity::kWarning);
    EXPECT_EQ(broken.detail, "does not hold");
}

TEST(Doctor, ReadsWhatTheWorkerSaysOfItsSandbox) {
    EXPECT_EQ(must(parse_sandbox_check(R"({"sandbox":"full"})")), prepare::SandboxLevel::kFull);
    EXPECT_EQ(must(parse_sandbox_check(R"({"sandbox":"limits"})")), prepare::SandboxLevel::kLimits);
    EXPECT_EQ(parse_sandbox_check(R"({"error":"no"})").error().message(), "no");
    for (const char* text : {"", "[]", "{}", R"({"sandbox":1})", R"({"sandbox":"some"})"}) {
        EXPECT_FALSE(parse_sandbox_check(text)) << text;
    }
}

TEST(Doctor, JudgesTheCertificate) {
    const auto with = [](CertificateFacts::State state, std::chrono::hours from,
                         std::chrono::hours until) {
        return finding_of("certificate", [&](MachineFacts& facts) {
            facts.certificate = {state, "c.pem", facts.now + from, facts.now + until, "why"};
        });
    };
    using State = CertificateFacts::State;
    constexpr auto kDay = std::chrono::hours(24);
    EXPECT_EQ(with(State::kNone, {}, {}).severity, Severity::kOk);
    EXPECT_EQ(with(State::kRead, -kDay, 100 * kDay).severity, Severity::kOk);
    EXPECT_EQ(with(State::kRead, -kDay, 10 * kDay).severity, Severity::kWarning);
    EXPECT_THAT(with(State::kRead, -2 * kDay, -kDay).detail, HasSubstr("expired on 2026-11-"));
    EXPECT_THAT(with(State::kRead, kDay, 2 * kDay).detail, HasSubstr("valid only from"));
    EXPECT_EQ(with(State::kMismatch, -kDay, kDay).severity, Severity::kProblem);
    EXPECT_EQ(with(State::kUnreadable, {}, {}).detail, "c.pem cannot be read: why");
    EXPECT_EQ(with(State::kKeyUnreadable, {}, {}).severity, Severity::kProblem);
}

TEST(Doctor, JudgesFolderDiskClockAndLimits) {
    EXPECT_EQ(finding_of("disk", [](auto& f) { f.free_bytes = 1'000'000'000; }).severity,
              Severity::kProblem);
    EXPECT_EQ(finding_of("disk", [](auto& f) { f.free_bytes = 10'000'000'000; }).severity,
              Severity::kWarning);
    const Finding folder =
        finding_of("data folder", [](auto& f) { f.data_folder_error = "read-only"; });
    EXPECT_EQ(folder.severity, Severity::kProblem);
    EXPECT_THAT(folder.detail, AllOf(HasSubstr("/data"), HasSubstr("read-only")));
    EXPECT_EQ(finding_of("clock", [](auto& f) { f.clock = ClockState::kNotSynchronised; }).severity,
              Severity::kWarning);
    EXPECT_EQ(finding_of("clock", [](auto& f) { f.clock = ClockState::kUnknown; }).severity,
              Severity::kOk);
    EXPECT_EQ(finding_of("clock", [](auto& f) { f.now = Instant(); }).severity, Severity::kProblem);
    EXPECT_EQ(finding_of("open files", [](auto& f) { f.open_files_limit = 1024; }).severity,
              Severity::kWarning);
}

TEST(Doctor, ReportReadsWell) {
    const std::vector<Finding> findings = {
        {"GStreamer", Severity::kProblem, "missing: x264enc", "sudo apt install ugly"},
        {"disk", Severity::kOk, "500.0 GB free", ""},
    };
    EXPECT_EQ(to_text(findings, false),
              "problem  GStreamer  missing: x264enc\n"
              "                    -> sudo apt install ugly\n"
              "ok       disk       500.0 GB free\n"
              "\n"
              "One problem to mend before matinee works as it should.\n");
    EXPECT_THAT(to_text(findings, true), HasSubstr("\033[31mproblem"));
    const auto told = nlohmann::json::parse(to_json(findings));
    EXPECT_EQ(told["worst"], "problem");
    EXPECT_EQ(told["findings"][0]["remedy"], "sudo apt install ugly");
    EXPECT_EQ(told["findings"][1]["severity"], "ok");
}

TEST(Doctor, UnderstandsTheWorker) {
    EXPECT_TRUE(must(parse_worker_check(R"({"missing": []})")).empty());
    EXPECT_EQ(must(parse_worker_check(R"({"missing": ["a", {"element": "b", "package": "p"}]})")),
              (std::vector<MissingElement>{{"a", ""}, {"b", "p"}}));
    for (const char* text : {"", "[]", "{}", R"({"missing": 1})", R"({"missing": [1]})"}) {
        EXPECT_FALSE(parse_worker_check(text)) << text;
    }
}

TEST(Doctor, RunsPrograms) {
    const std::vector<std::string> echo = {"echo", "a b"};
    EXPECT_EQ(must(run_program(echo)), "a b\n");
    const std::vector<std::string> none = {"matinee-has-no-such-program"};
    EXPECT_EQ(run_program(none).error().code(), ErrorCode::kNotFound);
    const std::vector<std::string> bad = {"false"};
    EXPECT_EQ(run_program(bad).error().code(), ErrorCode::kUnavailable);
}

// -- Gathering -----------------------------------------------------------------------------------

DoctorProbes make_probes(const std::string& synchronised) {
    return {.missing_elements =
                [] {
                    return std::vector<MissingElement>{{"x", "y"}};
                },
            .sandbox = [] { return prepare::SandboxLevel::kFiles; },
            .run = [=](std::span<const std::string> command) -> Result<std::string> {
                if (command[0] == "timedatectl") return synchronised;
                if (command[0] == "fc-list") {
                    return command[1] == ":lang=ru" ? std::string() : "Noto Sans\n";
                }
                return fail(ErrorCode::kNotFound, "{}", command[0]);
            }};
}

TEST(DoctorGathers, WhatTheMachineSays) {
    const TempFolder folder;
    const FakeClock clock;
    Config config;
    config.server.listen.port = 0;
    const MachineFacts facts =
        gather_facts(config, folder / "new/data", clock, make_probes("yes\n"));
    EXPECT_EQ(facts.now, clock.now());
    EXPECT_EQ(must(facts.missing_elements).size(), 1U);
    EXPECT_EQ(must(facts.sandbox), prepare::SandboxLevel::kFiles);
    EXPECT_EQ(facts.clock, ClockState::kSynchronised);
    EXPECT_TRUE(facts.fonts.at("zh-cn"));
    EXPECT_FALSE(facts.fonts.at("ru"));
    EXPECT_EQ(facts.port, PortState::kFree);
    EXPECT_EQ(facts.data_folder_error, std::nullopt);
    EXPECT_GT(facts.free_bytes, 0U);
    EXPECT_GT(facts.open_files_limit, 0U);
    EXPECT_TRUE(fs::is_empty(folder / "new/data"));
    EXPECT_EQ(gather_facts(config, folder.path(), clock, make_probes("no\n")).clock,
              ClockState::kNotSynchronised);
}

TEST(DoctorGathers, OfARunningServerWhatCanGoWrongMeanwhile) {
    const TempFolder folder;
    const FakeClock clock;
    const MachineFacts facts = gather_running_facts(Config(), folder.path(), clock);
    EXPECT_GT(facts.free_bytes, 0U);
    EXPECT_TRUE(fs::is_empty(folder.path()));
    std::vector<std::string> checks;
    for (const Finding& finding : diagnose_running(facts))
        checks.push_back(finding.check);
    EXPECT_THAT(checks,
                testing::ElementsAre("certificate", "data folder", "disk", "clock", "open files"));
    // The certificate of a server that has none given is the one it has made.
    EXPECT_EQ(facts.certificate.file, folder.path() / "tls/server.pem");
}

TEST(DoctorGathers, ThatAPortIsTaken) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(listener, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const TempFolder folder;
    const FakeClock clock;
    Config config;
    config.server.listen.port = ntohs(address.sin_port);
    EXPECT_EQ(gather_facts(config, folder.path(), clock, make_probes("")).port, PortState::kInUse);
    ::close(listener);
    config.server.listen.host = "192.0.2.1";  // TEST-NET-1 (RFC 5737): nobody's
    EXPECT_EQ(gather_facts(config, folder.path(), clock, make_probes("")).port,
              PortState::kNoSuchAddress);
}

TEST(DoctorGathers, ThatTheFolderCannotBeMade) {
    const TempFolder folder;
    std::ofstream(folder / "file") << "x";
    const FakeClock clock;
    Config config;
    config.server.listen.port = 0;
    const MachineFacts facts = gather_facts(config, folder / "file/data", clock, make_probes(""));
    EXPECT_NE(facts.data_folder_error, std::nullopt);
    // Said once, not also as a full disk.
    EXPECT_EQ(diagnose(facts).size(), 8U);
}

class DoctorCertificate : public testing::Test {
  protected:
    using OwnedKey = base::Owned<EVP_PKEY, EVP_PKEY_free>;

    static OwnedKey make_key() { return OwnedKey(EVP_EC_gen("P-256")); }

    // Valid for the coming hour.
    void write_certificate(EVP_PKEY* key) {
        const base::Owned<X509, X509_free> x509(X509_new());
        X509_set_pubkey(x509.get(), key);
        X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
        ASSERT_GT(X509_sign(x509.get(), key, EVP_sha256()), 0);
        std::FILE* file = std::fopen(certificate().c_str(), "w");
        ASSERT_EQ(PEM_write_X509(file, x509.get()), 1);
        std::fclose(file);
    }

    void write_key(EVP_PKEY* key, const char* passphrase) {
        std::FILE* file = std::fopen(this->key().c_str(), "w");
        ASSERT_EQ(PEM_write_PKCS8PrivateKey(file, key, passphrase ? EVP_aes_256_cbc() : nullptr,
                                            passphrase, passphrase ? 6 : 0, nullptr, nullptr),
                  1);
        std::fclose(file);
    }

    [[nodiscard]] fs::path certificate() const { return folder_ / "certificate.pem"; }
    [[nodiscard]] fs::path key() const { return folder_ / "key.pem"; }

    TempFolder folder_;
};

TEST_F(DoctorCertificate, IsRead) {
    const OwnedKey key = make_key();
    write_certificate(key.get());
    write_key(key.get(), nullptr);
    const CertificateFacts facts = read_certificate(certificate(), this->key());
    EXPECT_EQ(facts.state, CertificateFacts::State::kRead) << facts.error;
    EXPECT_EQ(facts.not_after - facts.not_before, std::chrono::hours(1));
    const Instant now = base::SystemClock().now();
    EXPECT_LE(facts.not_before, now);
    EXPECT_GE(facts.not_before, now - std::chrono::minutes(10));
}

TEST_F(DoctorCertificate, HasItsOwnKey) {
    write_certificate(make_key().get());
    write_key(make_key().get(), nullptr);
    EXPECT_EQ(read_certificate(certificate(), key()).state, CertificateFacts::State::kMismatch);
}

TEST_F(DoctorCertificate, MayBeMissingOrBroken) {
    using State = CertificateFacts::State;
    EXPECT_EQ(read_certificate("", "").state, State::kNone);
    EXPECT_EQ(read_certificate(certificate(), key()).state, State::kUnreadable);
    EXPECT_EQ(read_certificate(certificate(), key()).error, "No such file or directory");
    std::ofstream(certificate()) << "no certificate";
    EXPECT_EQ(read_certificate(certificate(), key()).state, State::kUnreadable);
    const OwnedKey good = make_key();
    write_certificate(good.get());
    EXPECT_EQ(read_certificate(certificate(), key()).state, State::kKeyUnreadable);
    write_key(good.get(), "secret");
    EXPECT_EQ(read_certificate(certificate(), key()).state, State::kKeyUnreadable);
}

}  // namespace
}  // namespace matinee::app
