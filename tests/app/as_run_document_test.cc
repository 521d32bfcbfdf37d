#include "app/as_run_document.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/temp_folder.h"

namespace matinee::app {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Instant kEpoch{milliseconds(1'795'464'000'000)};  // 2026-11-23T20:00:00Z

AsRunReport report(int airings) {
    AsRunReport report;
    report.channel_id = "main";
    report.to = kEpoch + std::chrono::hours(2);
    report.made = kEpoch + std::chrono::hours(3);
    report.generator = "matinee test";
    for (int i = 0; i < airings; ++i) {
        playout::AsRunRecord record;
        record.channel_id = "main";
        record.epoch = kEpoch;
        record.ordinal = i;
        record.entry_id = "film-" + std::to_string(i);
        record.titles = {{"en", "Film, the " + std::to_string(i) + "th"}, {"zh", "纸船"}};
        record.author = "林小满";
        record.start = Ticks(i * 900'000);
        record.duration = Ticks(900'000);
        record.media_duration = Ticks(900'000 + i % 2);
        record.rate = media::FrameRate{25, 1};
        if (i == 1) record.marks = {{kEpoch + seconds(20), "cut-short", "a \"reason\"\nof two"}};
        report.records.push_back(std::move(record));
    }
    return report;
}

class AsRunDocument : public testing::Test {
  protected:
    AsRunDocument() : key_(*SigningKey::open(folder_.path() / "as-run")) {}

    std::vector<std::string> faults(const json& document) {
        const auto check = check_json(document.dump(), key_.verifying());
        if (!check) return {check.error().to_string()};
        return check->faults;
    }
    std::vector<std::string> csv_faults(const std::string& csv, const std::string& signature) {
        const auto check = check_csv(csv, signature, key_.verifying());
        if (!check) return {check.error().to_string()};
        return check->faults;
    }

    test::TempFolder folder_;
    SigningKey key_;
};

TEST_F(AsRunDocument, SaysWhatItIsAndIsGenuine) {
    const std::string text = *signed_json(report(3), key_);
    const auto check = check_json(text, key_.verifying());
    ASSERT_TRUE(check) << check.error().to_string();
    EXPECT_THAT(check->faults, IsEmpty());
    EXPECT_EQ(check->about,
              "channel main, from the beginning to 2026-11-23T22:00:00.000Z, 3 airings");
    const json document = json::parse(text);
    EXPECT_EQ(document["generator"], "matinee test");
    EXPECT_EQ(document["key"], key_.verifying().id());
    EXPECT_EQ(document["channel"], "main");
    EXPECT_EQ(document["airings"][1]["start"], "2026-11-23T20:00:10.000Z");
    EXPECT_EQ(document["airings"][1]["ending"], "cut short");
    EXPECT_EQ(document["airings"][1]["frames"], 250);
    EXPECT_EQ(document["airings"][1]["incidents"][0]["kind"], "cut-short");
    // White space and the order of keys mean nothing.
    EXPECT_THAT(faults(document), IsEmpty());
    EXPECT_THAT(faults(json::parse(*signed_json(report(0), key_))), IsEmpty());
}

TEST_F(AsRunDocument, TellsWhichAiringHasBeenTamperedWith) {
    const json genuine = json::parse(*signed_json(report(4), key_));
    json changed = genuine;
    changed["airings"][2]["frames"] = 251;
    EXPECT_THAT(faults(changed),
                ElementsAre("airing 3 (film-2 at 2026-11-23T20:00:20.000Z) has been changed or "
                            "added",
                            "of 4 airings signed, number 3 is missing or changed"));
    json removed = genuine;
    removed["airings"].erase(0);
    EXPECT_THAT(faults(removed),
                ElementsAre("of 4 airings signed, number 1 is missing or changed"));
    json added = genuine;
    added["airings"].push_back(genuine["airings"][0]);
    EXPECT_THAT(faults(added), Contains(HasSubstr("more often than was signed")));
    json swapped = genuine;
    std::swap(swapped["airings"][0], swapped["airings"][1]);
    EXPECT_THAT(faults(swapped),
                ElementsAre("the airings do not stand in the order that was signed"));
    json extended = genuine;
    extended["airings"][1]["incidents"] = json::array();
    EXPECT_THAT(faults(extended), Contains(HasSubstr("airing 2")));
}

TEST_F(AsRunDocument, TellsThatTheHeaderOrTheSignatureHasBeenTamperedWith) {
    const json genuine = json::parse(*signed_json(report(2), key_));
    for (const char* field : {"generator", "channel", "made", "period"}) {
        json changed = genuine;
        changed[field] = "another";
        EXPECT_THAT(faults(changed), ElementsAre(HasSubstr("one of these has been changed")))
            << field;
    }
    json more = genuine;
    more["note"] = "added";
    EXPECT_THAT(faults(more), ElementsAre(HasSubstr("one of these has been changed")));
    // An airing and its digest, both.
    json consistent = genuine;
    consistent["airings"].erase(1);
    consistent["signature"]["airings"].erase(1);
    EXPECT_THAT(faults(consistent), ElementsAre(HasSubstr("one of these has been changed")));
    for (const char* value : {"", "00", "zz"}) {
        json broken = genuine;
        broken["signature"]["value"] = value;
        EXPECT_THAT(faults(broken), ElementsAre(HasSubstr("its signature does not fit")));
    }
}

TEST_F(AsRunDocument, IsNotGenuineForAnotherKey) {
    const test::TempFolder elsewhere;
    const SigningKey other = *SigningKey::open(elsewhere.path());
    const std::string text = *signed_json(report(1), other);
    const auto check = check_json(text, key_.verifying());
    ASSERT_TRUE(check);
    EXPECT_THAT(check->faults, ElementsAre(AllOf(HasSubstr(other.verifying().id()),
                                                 HasSubstr(key_.verifying().id())),
                                           HasSubstr("signed with another key")));
    // Naming the trusted key does not help.
    json forged = json::parse(text);
    forged["key"] = key_.verifying().id();
    EXPECT_THAT(faults(forged), ElementsAre(HasSubstr("its signature does not fit")));
}

TEST_F(AsRunDocument, RefusesWhatIsNoSuchDocument) {
    const auto reason = [&](const std::string& text) {
        const auto check = check_json(text, key_.verifying());
        return check ? std::string("accepted") : check.error().to_string();
    };
    EXPECT_THAT(reason(""), HasSubstr("is no JSON object"));
    EXPECT_THAT(reason("[1]"), HasSubstr("is no JSON object"));
    EXPECT_THAT(reason("{}"), HasSubstr("no signed as-run log"));
    EXPECT_THAT(reason(R"({"airings": [7], "signature": {}})"), HasSubstr("no list of digests"));
    EXPECT_THAT(reason(R"({"airings": [7], "signature": {"airings": [1]}})"),
                HasSubstr("no texts"));
    std::string twice = *signed_json(report(1), key_);
    twice.insert(twice.find("\"author\""), "\"author\": \"somebody else\", ");
    EXPECT_THAT(reason(twice), HasSubstr("says \"author\" twice"));
}

TEST_F(AsRunDocument, ChecksCsvByTheLine) {
    const SignedCsv document = *signed_csv(report(3), key_);
    EXPECT_THAT(csv_faults(document.csv, document.signature), IsEmpty());
    std::string changed = document.csv;
    changed.replace(changed.find("film-1"), 6, "film-9");
    EXPECT_THAT(csv_faults(changed, document.signature),
                ElementsAre("line 3 has been changed or added",
                            "of 4 lines signed, number 3 is missing or changed"));
    EXPECT_THAT(csv_faults(document.csv.substr(0, document.csv.size() - 2), document.signature),
                Contains("line 4 has been changed or added"));
    EXPECT_THAT(csv_faults("", document.signature), Contains(HasSubstr("number 1 is missing")));
    const SignedCsv shorter = *signed_csv(report(2), key_);
    EXPECT_THAT(csv_faults(document.csv, shorter.signature),
                ElementsAre("line 4 has been changed or added"));
    EXPECT_THAT(csv_faults(document.csv, "nothing"), ElementsAre(HasSubstr("no JSON object")));
    // One kind's signature is none for the other.
    EXPECT_THAT(csv_faults(document.csv, *signed_json(report(3), key_)),
                ElementsAre(HasSubstr("digests are no texts")));
    json renamed = json::parse(document.signature);
    renamed["format"] = "matinee-as-run/1";
    EXPECT_THAT(csv_faults(document.csv, renamed.dump()),
                ElementsAre(HasSubstr("its format is"), HasSubstr("has been changed")));
}

TEST(SigningKey, IsMadeOnceAndOnlyItsOwnerMayReadIt) {
    const test::TempFolder folder;
    const auto keys = folder.path() / "as-run";
    std::vector<std::thread> openers;
    std::vector<std::string> ids(4);
    for (std::string& id : ids) {
        openers.emplace_back([&id, &keys] {
            const auto key = SigningKey::open(keys);
            id = key ? key->verifying().id() : key.error().to_string();
        });
    }
    for (std::thread& opener : openers) {
        opener.join();
    }
    EXPECT_EQ(ids[0].size(), 32U) << ids[0];
    EXPECT_THAT(ids, testing::Each(ids[0]));
    struct stat status {};
    ASSERT_EQ(::stat((keys / "signing.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const auto published = VerifyingKey::read(keys / kPublicKeyFile);
    ASSERT_TRUE(published) << published.error().to_string();
    EXPECT_EQ(published->id(), ids[0]);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(keys), {}), 2) << "no other files";
}

TEST(SigningKey, RefusesWhatIsNoKey) {
    const test::TempFolder folder;
    std::ofstream(folder.path() / "signing.pem") << "not a key";
    const auto opened = SigningKey::open(folder.path());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().to_string(), HasSubstr("signing.pem: is no private Ed25519 key"));
    EXPECT_FALSE(VerifyingKey::from_pem(""));
    EXPECT_FALSE(VerifyingKey::read(folder.path() / "signing.pem"));
    EXPECT_FALSE(VerifyingKey::read(folder.path() / "none.pem"));
}

TEST(SigningKey, SignsAsRfc8032Says) {
    const test::TempFolder folder;
    // Section 7.1, test 2: this key and the one byte 0x72.
    std::ofstream(folder.path() / "signing.pem")
        << "-----BEGIN PRIVATE KEY-----\n"
           "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
           "-----END PRIVATE KEY-----\n";
    const auto key = SigningKey::open(folder.path());
    ASSERT_TRUE(key) << key.error().to_string();
    const std::string signature = *key->sign("\x72");
    EXPECT_EQ(signature,
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    EXPECT_TRUE(key->verifying().verifies("\x72", signature));
    EXPECT_FALSE(key->verifying().verifies("\x73", signature));
}

}  // namespace
}  // namespace matinee::app
