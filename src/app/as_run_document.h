// The as-run log as a signed document: written, and checked.
//
// What is signed is a *statement*: a JSON object in the canonical form of RFC 8785, with the kind
// of document, the channel or entry, the period, who made it when, the key's name, and the SHA-256
// of each line. So a document that has been changed can be told by the line.
//
//     JSON   the statement's fields; "airings" has the airings themselves, and "signature" the
//            digests (of each airing in canonical form) and the signature
//     CSV    one file of lines, and beside it FILE.sig: the statement, with the digests of the
//     lines
//            as they stand, line ends included, and the signature
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/signing_key.h"
#include "base/clock.h"
#include "base/result.h"
#include "playout/as_run.h"

namespace matinee::app {

// Who was on, when, for whom.
struct AsRunReport {
    std::string channel_id;       // of a channel, else empty
    std::string entry_id;         // of an entry on all channels, else empty
    std::optional<Instant> from;  // unset: from the beginning
    Instant to;                   // the log is complete up to here
    Instant made;
    std::string generator;  // "matinee 0.1.0"
    std::vector<playout::AsRunRecord> records;
};

Result<std::string> signed_json(const AsRunReport& report, const SigningKey& key);

struct SignedCsv {
    std::string csv;
    std::string signature;
};
Result<SignedCsv> signed_csv(const AsRunReport& report, const SigningKey& key);

// What a check has found. Genuine when there are no faults.
struct AsRunCheck {
    std::string about;                // "channel main, from ... to ..., 12 airings"
    std::vector<std::string> faults;  // what is wrong, each for people
};

// Checks a document against the key that is trusted. kInvalid for what is none at all.
Result<AsRunCheck> check_json(std::string_view document, const VerifyingKey& key);
Result<AsRunCheck> check_csv(std::string_view csv, std::string_view signature,
                             const VerifyingKey& key);

}  // namespace matinee::app
